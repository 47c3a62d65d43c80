package specs

import "encoding/json"

// asks says whether an agent may ask others by a tool.
func (ix *index) asks(a *Agent) bool {
	for _, name := range a.Tools {
		if t := ix.tools[name]; t != nil && t.Builtin == BuiltinAskAgent {
			return true
		}
	}
	return false
}

// peers are the agents that one may ask, in the sessions of which it is part.
func (pr *prover) peers(name string) []*Agent {
	if list, done := pr.others[name]; done {
		return list
	}
	var list []*Agent
	for _, a := range pr.cfg.Agents {
		for _, s := range pr.cfg.Sessions {
			if who := pr.cast(s).agents; a.Name != name && who[name] && who[a.Name] {
				list = append(list, a)
				break
			}
		}
	}
	pr.others[name] = list
	return list
}

// asked is what one question of an agent takes that so many wait for: the
// dearest turn of those whom it may ask. Whoever waits is not asked again.
func (pr *prover) asked(a *Agent, hops int) spend {
	if !pr.asks(a) {
		return spend{}
	}
	peers := pr.peers(a.Name)
	if hops >= min(MaxHops, len(peers)) {
		return spend{}
	}
	var most spend
	for _, b := range peers {
		most = most.or(pr.turnAfter(b.Name, given{}, hops+1))
	}
	most = most.unread()                                                       // whoever is asked sees the question alone
	most.in = satAdd(most.in, satMul(most.asks, satAdd(capOf(a), noteTokens))) // the question
	most.cost += mulFloat(most.askPrice, satAdd(capOf(a), noteTokens))
	return most
}

// askedBy adds to the shares of agents what they are asked in so many turns of
// another.
func (d *divider) askedBy(name string, turns int) {
	a := d.prover.agents[name]
	if a == nil || !d.asks(a) {
		return
	}
	peers := d.peers(name)
	questions := satMul(turns, a.MaxToolCalls)
	for hops := 1; hops <= min(MaxHops, len(peers)) && questions > 0; hops++ {
		further := 0
		for _, b := range peers {
			n := min(questions, d.load.calls)
			d.gets(b.Name, sum{spend: d.turnAfter(b.Name, given{}, hops)}.times(n))
			if d.asks(b) {
				further = max(further, b.MaxToolCalls)
			}
		}
		questions = satMul(questions, further)
	}
}

// builtinOf is the longest result of a tool that every session has, in tokens:
// an answer of whom an agent asks, or the list of them.
func (pr *prover) builtinOf(a *Agent, builtin string) int {
	longest, list := 0, 2
	for _, b := range pr.peers(a.Name) {
		longest = max(longest, capOf(b))
		row, _ := json.Marshal([]any{b.Name, b.DisplayName, b.Description, b.Capabilities}) // texts alone
		list += len(row) + 70
	}
	if builtin == BuiltinAskAgent {
		return longest
	}
	return tokensIn(list)
}

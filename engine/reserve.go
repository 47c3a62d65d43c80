package engine

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

const (
	// cappedAnswer caps an answer, in tokens, where a budget needs a cap and the
	// agent has none: every vendor's models take it.
	cappedAnswer = 4096
	// lastAnswer is for how long an answer a finalizing turn is paid then.
	lastAnswer = 1024
	// usefulAnswer is the least to which a budget lowers the cap of an answer.
	usefulAnswer = 64
	// warnShare is the part of a budget of whose use a session warns.
	warnShare = 0.8
)

// claim is an amount of a session's budgets.
type claim struct {
	Tokens int     `json:"tokens,omitempty"`
	Cost   float64 `json:"cost,omitempty"`
}

func (c claim) plus(d claim) claim { return claim{c.Tokens + d.Tokens, c.Cost + d.Cost} }

func (d *ModelCalled) claim() claim {
	if d.Reserved == nil {
		return claim{}
	}
	return claim(*d.Reserved)
}

// settleClaim ends the claim of a turn's call. One of which nobody knows what it
// took stays as it is: it may have been made, and is made again.
func (st *State) settleClaim(t *turn, known bool) {
	if !known {
		st.lost = st.lost.plus(t.claim)
	}
	t.claim = claim{}
}

// An offer is a call that is to be made: what goes in, and at which prices.
type offer struct {
	link    *chainLink
	input   int // tokens
	cap     int // of the answer
	summary bool
}

// price is that of a token in and out, in USD, nothing where none is known: then
// no session has a max_cost.
func (l *chainLink) price() (in, out float64) {
	p := l.entry.Settings.Price
	if p == nil {
		return 0, 0
	}
	return max(p.Input, p.CachedInput) / 1e6, p.Output / 1e6
}

func (o *offer) claim(answer int) claim {
	in, out := o.link.price()
	return claim{Tokens: o.input + answer, Cost: in*float64(o.input) + out*float64(answer)}
}

// claimed is what calls in flight may take, and how long their answers may be.
func (st *State) claimed() (sum claim, answers int) {
	for _, t := range st.openTurns() { // sums of fractions depend on their order
		if t.call != 0 && t.claim != (claim{}) {
			sum = sum.plus(t.claim)
			answers += t.cap
		}
	}
	return sum, answers
}

// aside is what is set aside for the finalizing turn: one call of the dearest
// model of its agent, which reads all that was said by then.
type aside struct {
	claim
	// perToken is what it costs more for each token that is said before it.
	perToken claim
}

func (st *State) setAside(inFlight int) (a aside) {
	f := st.t.finalize
	if f == nil || st.final != nil {
		return a
	}
	t := &turn{n: -1, final: true, agent: f.agent, name: f.agent.spec.Name, note: f.prompt, answers: -1}
	input := st.weigh(t, st.prompt(t)) + inFlight + st.heldBack() + tagTokens*(len(st.turns)+1)
	answer := st.lastAnswer(f.agent)
	a.Tokens, a.perToken.Tokens = input+answer, 1
	for i := range f.agent.chain {
		in, out := f.agent.chain[i].price()
		a.Cost = max(a.Cost, in*float64(input)+out*float64(answer))
		a.perToken.Cost = max(a.perToken.Cost, in)
	}
	return a
}

// heldBack are the answers that a pattern has not shown yet, in tokens: the
// finalizing turn reads them.
func (st *State) heldBack() int {
	bytes := 0
	for _, f := range st.frames {
		for _, r := range f.passed {
			if r.held != nil {
				bytes += len(r.held.Content) + 4*tagTokens
			}
		}
	}
	return bytes / 4
}

// lastAnswer is how long an answer of the finalizing turn is paid for. Where its
// agent has no cap, that is a quarter of the session's tokens at most.
func (st *State) lastAnswer(a *agent) int {
	answer := a.spec.MaxTokens
	if answer == 0 {
		answer = lastAnswer
		if most := st.t.spec.Limits.MaxTokens; most > 0 {
			answer = max(usefulAnswer, min(answer, most/4))
		}
	}
	return answer
}

// tagTokens is what a message has in a prompt besides its text: a sender's name.
const tagTokens = 20

func answerCap(a *agent) int {
	if a.spec.MaxTokens > 0 {
		return a.spec.MaxTokens
	}
	return cappedAnswer
}

// refusal is a budget that a call does not fit in.
type refusal struct {
	limit      *limit
	need, left float64
}

// affords says how long the answer of a call may be, 0 when the call is not to
// be made for want of what the refusal names, and whether it may be when calls
// in flight have ended.
func (st *State) affords(o *offer, final bool) (answer int, no refusal, later bool) {
	held, answers := st.claimed()
	var a aside
	if !final {
		a = st.setAside(answers)
	}
	in, out := o.link.price()
	answer = o.cap
	room := func(l *limit, left, fixed, perToken, more float64) {
		n := longest(left-fixed, perToken+more, o.cap)
		if n < answer || no.limit == nil {
			answer, no = n, refusal{limit: l, need: fixed + perToken*float64(o.cap), left: left}
		}
	}
	for i := range st.t.limits {
		switch l := &st.t.limits[i]; l.name {
		case "max_tokens":
			left := l.max - float64(st.env.Usage.TotalTokens+st.lost.Tokens+held.Tokens+a.Tokens)
			room(l, left, float64(o.input), 1, float64(a.perToken.Tokens))
		case "max_cost":
			left := l.max - st.env.Usage.Cost - st.lost.Cost - held.Cost - a.Cost
			room(l, left, in*float64(o.input), out, a.perToken.Cost)
		}
	}
	if answer < min(o.cap, usefulAnswer) || o.summary && answer < o.cap {
		answer = 0
	}
	return answer, no, answer < o.cap && held != claim{}
}

// longest is how many tokens at a price there is room for, at most as many as
// the cap.
func longest(room, price float64, most int) int {
	switch {
	case room < 0:
		return 0
	case price == 0:
		return most
	default:
		return int(min(room/price, float64(most)))
	}
}

// budgeted says whether calls must fit in what is left of a limit.
func (t *Template) budgeted() bool { return t.spec.Limits.MaxTokens > 0 || t.spec.Limits.MaxCost > 0 }

// weigh estimates what a turn's request takes, in tokens.
func (st *State) weigh(t *turn, prompt []providers.Message) int {
	w := weightOf(t.agent.system, prompt, st.offered(t), len(st.form(t).schema))
	if t.used < t.agent.mostTools() {
		w.Sets = len(t.agent.sets)
	}
	return w.Tokens()
}

// weighed estimates what a request takes as it is, in tokens.
func weighed(r *providers.Request) int {
	return weightOf(r.System, r.Messages, r.Tools, len(r.Schema)).Tokens()
}

func weightOf(system string, prompt []providers.Message, tools []providers.ToolSpec, schema int) specs.Weight {
	w := specs.Weight{Bytes: len(system) + 2*schema, Tools: len(tools)}
	for i := range prompt {
		m := &prompt[i]
		w.Bytes += len(m.Content)
		for k := range m.ToolCalls {
			w.Bytes += len(m.ToolCalls[k].Name) + len(m.ToolCalls[k].Arguments)
		}
	}
	for i := range tools {
		w.Bytes += len(tools[i].Name) + len(tools[i].Description) + len(tools[i].Schema)
	}
	return w
}

// offerOf is the next call of a turn, whose prompt is kept for it.
func (s *Session) offerOf(t *turn, d *ModelCalled) *offer {
	if d.Purpose == purposeSummary {
		r := s.summaryRequest(t, d.UpTo)
		return &offer{link: t.agent.summarizer, input: weighed(&r), cap: summaryTokens, summary: true}
	}
	t.ready = s.st.prompt(t)
	return &offer{link: &t.agent.chain[t.link], input: s.st.weigh(t, t.ready), cap: answerCap(t.agent)}
}

// reserve takes what a call may cost at most from the session's budgets and its
// owner's. When there is not enough the session ends, unless what calls in
// flight give back may do: then the turn waits for them.
func (s *Session) reserve(t *turn, d *ModelCalled) bool {
	if !s.t.budgeted() && s.budget() == nil {
		return s.grantedOutside(t, d, nil)
	}
	o := s.offerOf(t, d)
	if s.t.budgeted() {
		answer, no, later := s.st.affords(o, t.final)
		switch {
		case later:
			s.starves(t)
			return false
		case answer == 0:
			s.starve(t, &no)
			return false
		}
		d.MaxTokens, d.Reserved = answer, new(Reserved(o.claim(answer)))
		o.cap = answer
	}
	return s.grantedOutside(t, d, o)
}

// starve ends a session whose next call does not fit in its budget.
func (s *Session) starve(t *turn, no *refusal) {
	text := fmt.Sprintf("%s does not allow the next call, of %s: it may take %s, and %s of %s are left",
		no.limit.address(), t.name, number(rounded(no.need)), number(rounded(max(0, no.left))), number(no.limit.max))
	if t.final {
		s.failTurn(t, &providers.Error{Kind: providers.Other, Message: text})
		return
	}
	c := no.limit.condition(s.st)
	c.Seen = append(c.Seen, Seen{Name: "next call", Value: number(rounded(no.need))}, Seen{Name: "left", Value: number(rounded(max(0, no.left)))})
	s.exhaust(Reason{Stop: c.Address, Text: text, Conditions: []Condition{c}})
}

// rounded leaves what a person reads of a number of tokens or dollars.
func rounded(f float64) float64 { return math.Round(f*1e6) / 1e6 }

// starves has a turn wait for what calls in flight give back. The oldest turn
// comes first, whichever began to wait first: that nobody can tell from a log.
func (s *Session) starves(t *turn) {
	i, waits := slices.BinarySearchFunc(s.hungry, t, func(a, b *turn) int { return cmp.Compare(a.n, b.n) })
	if !waits {
		s.hungry = slices.Insert(s.hungry, i, t)
	}
}

// feed makes the calls that waited for others to give back what they did not
// take, the oldest turn first.
func (s *Session) feed() {
	for len(s.hungry) > 0 && !s.st.closing() {
		t := s.hungry[0] // it stays until its call is made
		waits := func() bool { return s.st.turns[t.n] == t && t.call == 0 }
		if waits() {
			s.callModel(t)
		}
		if waits() { // and those behind it wait, too
			return
		}
		s.hungry = slices.DeleteFunc(s.hungry, func(o *turn) bool { return o == t })
	}
}

// warn tells once that most of a budget is used.
func (s *Session) warn() {
	for i := range s.t.limits {
		l := &s.t.limits[i]
		if used := l.count(s.st); l.budget && used >= warnShare*l.max && !s.st.warned[l.address()] {
			s.emit(Event{Data: &BudgetWarned{Limit: l.address(), Used: used, Most: l.max}})
		}
	}
}

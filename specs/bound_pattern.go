package specs

import (
	"fmt"
	"slices"
)

// patternLoad is what a pattern takes at most by its own arguments.
func (pr *prover) patternLoad(p *Pattern) load {
	if l, done := pr.loads[p.Name]; done {
		return l
	}
	if slices.Contains(pr.open, p.Name) {
		return load{} // a pattern inside itself is an error of its own
	}
	pr.open = append(pr.open, p.Name)
	l := pr.kind(p)
	pr.open = pr.open[:len(pr.open)-1]
	pr.loads[p.Name] = l
	return l
}

// kind computes the load of a pattern from its participants.
func (pr *prover) kind(p *Pattern) load {
	var l load
	switch {
	case p.Kind == "chat":
		l = pr.anyOf(p.Participants)
		l.waits = true
		l.because = reasons(p.because("one answer for each message"), l.because)
	case p.Kind == "round_robin" || p.Kind == "random" || p.Kind == "debate":
		l = pr.rounds(p)
	case p.Selector != nil:
		l = pr.chosen(p)
	case p.Kind == "handoff":
		l = pr.handoff(p)
	case p.Graph != nil:
		l = pr.graphLoad(p)
	default:
		l = pr.finite(p)
	}
	if p.OnError == "skip" {
		l.over = satMul(max(l.over, 1), passedOver(len(p.roles())))
	}
	return pr.lastWord(p, pr.ownTurns(p, l))
}

// lastWord adds what comes behind a pattern's own bounds: the message of whoever
// moderates or judges, and the summary that its outer pattern sees.
func (pr *prover) lastWord(p *Pattern, l load) load {
	if p.MaxTurns > 0 && p.Debate != nil && p.Debate.Judge != nil {
		l = l.plus(pr.one(*p.Debate.Judge))
	}
	if p.Result != "summary" {
		return l
	}
	calls := 0
	for name := range pr.reach(p.Name).agents {
		calls = max(calls, pr.decision(name))
	}
	return l.plus(load{calls: calls, decisions: calls})
}

// passedOver is how many turns of a pattern may be tried for one that is
// finished: after three rounds without one the pattern fails.
func passedOver(roles int) int { return satAdd(satMul(roles, 3), 4) }

// ownTurns applies max_turns. It is looked at between a pattern's own moves,
// so what a nested pattern has begun it may finish.
func (pr *prover) ownTurns(p *Pattern, l load) load {
	if p.MaxTurns == 0 || allAtOnce(p) {
		return l
	}
	inner := 1
	if p.Kind == "debate" {
		inner = len(p.Participants)
	}
	for _, role := range p.roles() {
		if role.Kind != RefPattern {
			continue
		}
		nested := pr.patternLoad(pr.patternOr(role.Name))
		if len(nested.cycles) > 0 || nested.waits {
			return l.moves(p)
		}
		inner = max(inner, nested.turns)
	}
	most := satAdd(p.MaxTurns-1, inner)
	if len(l.cycles) == 0 && !l.waits && most >= l.turns {
		return l
	}
	return l.capTurns(most, p.because(fmt.Sprintf("max_turns = %d", p.MaxTurns)))
}

// moves bounds a pattern's own cycle by max_turns where what is inside has no
// bound, or one for each message of a person.
func (l load) moves(p *Pattern) load {
	own := slices.IndexFunc(l.cycles, func(c *cycle) bool { return c.pattern.Name == p.Name })
	if own < 0 {
		return l
	}
	step := l.cycles[own].step.times(p.MaxTurns)
	l.turns, l.calls = step.turns, step.calls
	l.cycles = slices.Delete(slices.Clone(l.cycles), own, own+1)
	return l
}

// allAtOnce says whether a pattern makes a single move, which max_turns cannot
// interrupt.
func allAtOnce(p *Pattern) bool { return p.Kind == "parallel" || p.Kind == "map" || p.Kind == "vote" }

func (pr *prover) patternOr(name string) *Pattern {
	if p := pr.patterns[name]; p != nil {
		return p
	}
	return &Pattern{Block: Block{Name: name}, Kind: "sequential"}
}

func (p *Pattern) because(argument string) string {
	return fmt.Sprintf("pattern.%s %s", p.Name, argument)
}

// rounds are the patterns in which everybody speaks again and again.
func (pr *prover) rounds(p *Pattern) load {
	round := pr.allOf(p.Participants)
	if p.Kind == "debate" {
		round.width = pr.together(p.Participants)
	}
	if p.Kind == "random" {
		round = pr.anyOf(p.Participants).times(len(p.Participants))
	}
	l := pr.repeat(p, round, p.MaxRounds, "max_rounds = 10")
	if p.Debate != nil && p.Debate.Judge != nil {
		l = l.plus(pr.one(*p.Debate.Judge))
	}
	return l
}

// repeat is a step that is taken count times, or for ever when count is 0.
func (pr *prover) repeat(p *Pattern, step load, count int, fix string) load {
	if count > 0 {
		l := step.times(count)
		l.because = reasons(p.because(fmt.Sprintf("max_rounds = %d", count)), l.because)
		return l
	}
	path := p.Participants
	if p.Selector != nil && len(path) == 0 {
		path = p.Selector.Candidates
	}
	c := &cycle{pattern: p, path: closed(path), step: step, fix: fix}
	if p.Kind == "round_robin" || p.Kind == "debate" {
		c.person = slices.ContainsFunc(path, pr.isWait)
		c.spends = slices.ContainsFunc(path, func(r Ref) bool { return r.Kind == RefAgent })
	}
	return step.endless(c)
}

// endless is a load with a cycle: the step of the cycle tells what a turn of
// it takes.
func (l load) endless(c *cycle) load {
	out := l
	out.turns, out.calls = 0, 0
	out.cycles = append(slices.Clone(l.cycles), c)
	if len(l.cycles) > 0 {
		c.step = load{perTurn: l.perTurn, decisions: l.decisions}
	}
	return out
}

// closed is a path that comes back to its first participant.
func closed(path []Ref) []Ref {
	if len(path) == 0 {
		return nil
	}
	return append(slices.Clone(path), path[0])
}

// isWait says whether a participant is a person without whom nothing goes on.
func (pr *prover) isWait(r Ref) bool {
	h := pr.humans[r.Name]
	return r.Kind == RefHuman && h != nil && h.waits()
}

// chosen are the patterns in which each turn is preceded by a choice.
func (pr *prover) chosen(p *Pattern) load {
	step := pr.anyOf(p.Participants)
	if len(p.Participants) == 0 {
		step = pr.anyOf(p.Selector.Candidates)
	}
	if f := p.Selector.Fallback; f != nil {
		step = either(step, pr.one(*f))
	}
	choice := load{}
	if chair := p.Selector.Chair; chair != nil {
		calls := satMul(pr.decision(chair.Name), max(p.Selector.Attempts, 1))
		choice = load{calls: calls, decisions: calls}
	}
	l := pr.repeat(p, step.plus(choice), p.MaxRounds, "max_rounds = 10").plus(choice)
	l.decisions = satAdd(step.decisions, choice.decisions)
	if p.Kind == "moderated" {
		l.turns = satAdd(l.turns, 1) // the chair's final message
	}
	return l
}

// handoff goes on until nobody has the floor any more, which only a count of
// turns makes certain, or a person who is asked after each turn.
func (pr *prover) handoff(p *Pattern) load {
	step := load{}
	for _, ref := range p.Participants {
		one := pr.one(ref)
		if ref.Kind == RefAgent {
			one = turnLoad(pr.turn(ref.Name, true))
		}
		step = either(step, one)
	}
	c := &cycle{pattern: p, path: closed(p.Participants), step: step, fix: "max_turns = 20"}
	if p.Handoff != nil && p.Handoff.AfterTurn == "user" && p.Handoff.MaxHandoffs > 0 {
		c.person = true
		c.step = step.times(p.Handoff.MaxHandoffs + 1)
	}
	return step.endless(c)
}

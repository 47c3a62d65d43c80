package specs

import (
	"fmt"
	"slices"
)

// one is the load of a participant who is given the floor once.
func (pr *prover) one(ref Ref) load {
	switch ref.Kind {
	case RefPattern:
		return pr.patternLoad(pr.patternOr(ref.Name))
	case RefHuman:
		l := turnLoad(spend{wait: pr.patience(ref.Name)}, personTokens)
		l.people = true
		return l
	default:
		return turnLoad(pr.turnOf(ref.Name, given{}), pr.answerOf(ref.Name))
	}
}

// patternLoad is what a pattern takes at most by its own arguments.
func (pr *prover) patternLoad(p *Pattern) load {
	if l, done := pr.loads[p.Name]; done {
		return l
	}
	if slices.Contains(pr.open, p.Name) {
		return load{} // a pattern inside itself is an error of its own
	}
	pr.open = append(pr.open, p.Name)
	f := pr.flowOf(p)
	l := pr.kind(p, f)
	pr.open = pr.open[:len(pr.open)-1]
	f.settle()
	pr.loads[p.Name], pr.flows[p.Name] = l, f
	return l
}

func (pr *prover) patternOr(name string) *Pattern {
	if p := pr.patterns[name]; p != nil {
		return p
	}
	return &Pattern{Block: Block{Name: name}, Kind: "sequential"}
}

// kind is the load of a pattern by its flow.
func (pr *prover) kind(p *Pattern, f *Flow) load { return pr.finish(p, f, f.inside()) }

// inside is what holds for the whole of a flow because it does for its steps.
func (f *Flow) inside() load {
	var l load
	for i := range f.loads {
		l = l.around(&f.loads[i])
	}
	l.width = max(l.width, f.width)
	return l
}

// finish adds what the flow takes to what holds for its steps.
func (pr *prover) finish(p *Pattern, f *Flow, l load) load {
	s := newSolver(f)
	if p.Kind == "chat" { // what a person's message is answered with
		l.sum, l.waits = s.step(s.whole(), waitsForPerson), true
		s.free = nil
	} else {
		l.sum = s.total()
	}
	return pr.solved(p, s, l)
}

// solved adds to what a flow takes why that is all, and what else bounds it.
func (pr *prover) solved(p *Pattern, s *solver, l load) load {
	f := s.flow
	if len(s.free) > 0 {
		l.sum = sum{}
		l.cycles = slices.Clip(l.cycles)
		for _, group := range s.free {
			l.cycles = append(l.cycles, s.cycle(p, group))
		}
	}
	l.because = joinReasons(pr.arguments(p, s), l.because)
	if times := p.triedFor(f); times > 1 {
		l.over = satMul(satMul(max(l.over, 1), times), f.widest())
	}
	if p.Kind == "round_robin" {
		l.round, l.perRound, l.others = pr.roundOf(f)
	}
	l = pr.ownTurns(p, l)
	if last := p.lastWord(); p.MaxTurns > 0 && last != "" {
		for i := len(f.Nodes) - 1; i >= 0; i-- {
			if n := &f.Nodes[i]; n.Kind != StepDecision && n.Ref.Name == last {
				return l.after(&f.loads[i])
			}
		}
	}
	return l
}

// lastWord is who speaks once more, whatever ends the pattern, or empty.
func (p *Pattern) lastWord() string {
	switch {
	case p.Debate != nil && p.Debate.Judge != nil:
		return p.Debate.Judge.Name
	case p.PlanExecute != nil:
		return p.PlanExecute.Planner.Name
	case p.Manager != nil && (p.Kind == "magentic" || p.Kind == "auction"):
		return p.Manager.Manager.Name
	default:
		return ""
	}
}

// triedFor is how many steps of a pattern may be tried for a turn that is
// finished: where those that fail are passed over, make for another plan or go
// back to a manager, and where those that are not needed are cancelled.
func (p *Pattern) triedFor(f *Flow) int {
	times := 1
	if p.OnError == "skip" {
		times = f.passed.Bound
	}
	switch {
	case p.PlanExecute != nil:
		return max(times, 2)
	case p.Vote != nil, p.Parallel != nil && p.Parallel.Join > 0:
		return max(times, len(p.Participants))
	case p.Kind == "supervisor":
		for i := range f.Edges {
			if c := f.Edges[i].Counter; c != nil && c != f.passed {
				times = max(times, satAdd(c.Bound, 1))
			}
		}
	}
	return times
}

// widest is how many turns are under way in a step: all of them end without
// being finished when one that fails takes the others along.
func (f *Flow) widest() int {
	most := 1
	for i := range f.loads {
		most = max(most, f.loads[i].width)
	}
	return most
}

// arguments are what bounds a pattern, for a person.
func (pr *prover) arguments(p *Pattern, s *solver) []string {
	var list []string
	for _, c := range s.used {
		if c.Name != passedName {
			list = append(list, c.Because)
		}
	}
	switch {
	case len(list) > 0 || len(s.free) > 0:
		return joinReasons(list, nil)
	case p.Kind == "chat":
		return []string{p.because("one answer for each message")}
	case p.Graph != nil:
		return []string{p.because("has no cycle")}
	case p.Router != nil:
		return []string{p.because("takes one branch")}
	default:
		return []string{p.because("takes each participant once")}
	}
}

func (p *Pattern) because(argument string) string {
	return fmt.Sprintf("pattern.%s %s", p.Name, argument)
}

// passedOver is how many turns of a pattern may be tried for one that is
// finished: after three rounds without one the pattern fails.
func passedOver(roles int) int { return satAdd(satMul(roles, 3), 4) }

// passedName is the name of the counter of turns that were passed over.
const passedName = "turns passed over in a row"

// ownTurns applies max_turns. It is looked at between a pattern's own moves,
// so what a nested pattern has begun it may finish.
func (pr *prover) ownTurns(p *Pattern, l load) load {
	if p.MaxTurns == 0 || allAtOnce(p) {
		return l
	}
	inner := 1 // what is begun below the limit is finished
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
	switch {
	case p.Kind == "debate": // all sides at the same time
		inner = max(inner, pr.all(p.Participants).turns)
	case p.Kind == "auction": // the task, all bids, the work
		inner = satAdd(satAdd(inner, 1), len(p.Participants))
	case p.Kind == "magentic": // the judgement, the work
		inner = satAdd(inner, 1)
	case p.PlanExecute != nil && p.PlanExecute.Approve != nil: // the plan, the consent
		inner = max(inner, 2)
	}
	most := satAdd(p.MaxTurns-1, inner)
	if len(l.cycles) == 0 && !l.waits && most >= l.turns || !l.endedBy(advancesTurns) {
		return l
	}
	l = l.capTurns(most, p.because(fmt.Sprintf("max_turns = %d", p.MaxTurns)))
	l.turns = min(l.turns, most)
	return l
}

// moves bounds a pattern's own cycles by max_turns where what is inside has no
// bound, or one for each message of a person.
func (l load) moves(p *Pattern) load {
	var others []*cycle
	for _, c := range l.cycles {
		if c.pattern.Name != p.Name || !c.endedBy(advancesTurns) {
			others = append(others, c)
			continue
		}
		l.sum = l.plus(c.step.times(p.MaxTurns))
	}
	l.cycles = others
	return l
}

// allAtOnce says whether a pattern makes a single move, which max_turns cannot
// interrupt.
func allAtOnce(p *Pattern) bool {
	return p.Kind == "parallel" || p.Kind == "map" || p.Kind == "vote" || p.Kind == "supervisor"
}

// all is what participants take who all speak once.
func (pr *prover) all(refs []Ref) sum {
	var total sum
	for _, ref := range refs {
		total = total.plus(pr.one(ref).sum)
	}
	return total
}

// together is how many turns are under way when all of them work at once.
func (pr *prover) together(refs []Ref) int {
	sum := 0
	for _, ref := range refs {
		sum = satAdd(sum, pr.one(ref).width)
	}
	return sum
}

// widest is how many are under way in one of them.
func (pr *prover) widest(refs []Ref) int {
	most := 0
	for _, ref := range refs {
		most = max(most, pr.one(ref).width)
	}
	return most
}

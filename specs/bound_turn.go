package specs

import (
	"math"
	"slices"
)

// defaultAttempts is how often a provider without a retry block is asked for
// one answer; repairs is how often an answer that is empty, or does not fit its
// schema, is asked for again.
const (
	defaultAttempts = 3
	repairs         = 2
)

// one is the load of a participant who is given the floor once.
func (pr *prover) one(ref Ref) load {
	switch ref.Kind {
	case RefPattern:
		return pr.patternLoad(pr.patternOr(ref.Name))
	case RefHuman:
		return load{turns: 1, width: 1}
	default:
		return turnLoad(pr.turn(ref.Name, false))
	}
}

func turnLoad(calls int) load { return load{turns: 1, calls: calls, perTurn: calls, width: 1} }

// turn is the number of calls of one turn of an agent: an answer, a further
// request after each round of tool calls, repairs of the answer; each tried
// again and with each fallback; and the summary of its memory. The pattern may
// add tools of its own.
func (pr *prover) turn(name string, tools bool) int {
	a := pr.agents[name]
	if a == nil {
		return 0
	}
	requests := 1
	if tools || len(a.Tools) > 0 {
		requests = satAdd(requests, a.MaxToolCalls)
	}
	requests = satAdd(requests, repairs)
	calls := satMul(requests, pr.attempts(a))
	if a.Memory != nil && a.Memory.Summarize != "" {
		calls = satAdd(calls, pr.tries(a.Memory.Summarize))
	}
	return calls
}

// decision is the number of calls of a structured answer that is not a turn.
func (pr *prover) decision(agent string) int { return pr.turn(agent, false) }

// attempts is how many calls one request of an agent takes at most.
func (pr *prover) attempts(a *Agent) int {
	sum := 0
	for _, provider := range a.Models {
		sum = satAdd(sum, pr.tries(provider))
	}
	return max(sum, 1)
}

func (pr *prover) tries(provider string) int {
	if p := pr.providers[provider]; p != nil && p.Retry != nil && p.Retry.Attempts > 0 {
		return p.Retry.Attempts
	}
	return defaultAttempts
}

// allOf is the load of participants who all speak once.
func (pr *prover) allOf(refs []Ref) load {
	sum := load{}
	for _, ref := range refs {
		sum = sum.plus(pr.one(ref))
	}
	return sum
}

// anyOf is the load of one of them, whoever takes the most.
func (pr *prover) anyOf(refs []Ref) load {
	most := load{}
	for _, ref := range refs {
		most = either(most, pr.one(ref))
	}
	return most
}

// together is how many turns are under way when all of them work at once.
func (pr *prover) together(refs []Ref) int {
	sum := 0
	for _, ref := range refs {
		sum = satAdd(sum, pr.one(ref).width)
	}
	return sum
}

// plus is one load after the other.
func (l load) plus(m load) load {
	return load{
		turns: satAdd(l.turns, m.turns), calls: satAdd(l.calls, m.calls),
		perTurn: max(l.perTurn, m.perTurn), decisions: satAdd(l.decisions, m.decisions),
		width: max(l.width, m.width), over: max(l.over, m.over), waits: l.waits || m.waits, cycles: joinCycles(l.cycles, m.cycles),
		because: joinReasons(l.because, m.because),
	}
}

// either is one load or the other.
func either(l, m load) load {
	out := l.plus(m)
	out.turns, out.calls = max(l.turns, m.turns), max(l.calls, m.calls)
	return out
}

// times is a load n times.
func (l load) times(n int) load {
	l.turns, l.calls = satMul(l.turns, n), satMul(l.calls, n)
	return l
}

func joinCycles(a, b []*cycle) []*cycle {
	if len(a) == 0 || len(b) == 0 {
		return append(a, b...)
	}
	out := slices.Clone(a)
	for _, c := range b {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// reasonsMax is how many reasons a bound names, the outermost ones.
const reasonsMax = 20

// reasons puts one before the others.
func reasons(first string, others []string) []string {
	return joinReasons([]string{first}, others)
}

// joinReasons keeps each reason once, and not too many of them.
func joinReasons(a, b []string) []string {
	if len(b) == 0 && len(a) <= reasonsMax {
		return a
	}
	var out []string
	for _, reason := range slices.Concat(a, b) {
		if len(out) < reasonsMax && !slices.Contains(out, reason) {
			out = append(out, reason)
		}
	}
	return out
}

// satAdd and satMul stay at the largest number instead of wrapping around.
// Negative numbers count as 0.
func satAdd(a, b int) int {
	a, b = max(a, 0), max(b, 0)
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

func satMul(a, b int) int {
	a, b = max(a, 0), max(b, 0)
	if a > 0 && b > math.MaxInt/a {
		return math.MaxInt
	}
	return a * b
}

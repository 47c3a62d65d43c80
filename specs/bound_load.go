package specs

import "slices"

// A sum is what a course of steps takes at most.
type sum struct {
	spend
	// turns are finished, tries are begun.
	turns, tries int
	// said is what is added to the conversation, in tokens; sums are messages
	// that are not a turn's: of patterns that are summed up.
	said, sums int
}

func (a sum) plus(b sum) sum {
	return sum{
		spend: a.spend.plus(b.spend), turns: satAdd(a.turns, b.turns), tries: satAdd(a.tries, b.tries), said: satAdd(a.said, b.said),
		sums: satAdd(a.sums, b.sums),
	}
}

// or is one course or the other.
func (a sum) or(b sum) sum {
	return sum{spend: a.spend.or(b.spend), turns: max(a.turns, b.turns), tries: max(a.tries, b.tries), said: max(a.said, b.said), sums: max(a.sums, b.sums)}
}

func (a sum) and(b sum) sum {
	return sum{spend: a.spend.and(b.spend), turns: min(a.turns, b.turns), tries: min(a.tries, b.tries), said: min(a.said, b.said), sums: min(a.sums, b.sums)}
}

// minus is what is left of a sum of which another is a part.
func (a sum) minus(b sum) sum {
	return sum{spend: a.spend.minus(b.spend), turns: satSub(a.turns, b.turns), tries: satSub(a.tries, b.tries), said: satSub(a.said, b.said), sums: satSub(a.sums, b.sums)}
}

func (a sum) times(n int) sum {
	return sum{spend: a.spend.times(n), turns: satMul(a.turns, n), tries: satMul(a.tries, n), said: satMul(a.said, n), sums: satMul(a.sums, n)}
}

// A load is what a piece of a session takes at most.
type load struct {
	sum
	// perTurn is the dearest turn inside, and mostSaid the longest; decisions are
	// the calls that may come between two turns, for choosing who is next.
	perTurn, decisions spend
	mostSaid           int
	// width is how many turns may be under way at once.
	width int
	// over is how many turns may be tried for one that counts, where failed
	// ones are passed over; 0 stands for 1.
	over int
	// round is what a round takes in which so many turns are finished at least, of
	// a pattern that consists of rounds; others are those of whom that is not
	// certain. perRound is 0 where there are no such rounds.
	round    sum
	perRound int
	others   bool
	// waits says that the numbers hold for each message of a person; people that
	// there is a person inside.
	waits, people bool
	// cycles are what has no bound inside; the numbers are of no use then.
	cycles []*cycle
	// because names the arguments that give the numbers, outermost first.
	because []string
}

// turnLoad is a turn that says so much.
func turnLoad(s spend, said int) load {
	return load{sum: sum{spend: s, turns: 1, tries: 1, said: said}, perTurn: s, mostSaid: said, width: 1}
}

// around takes over what holds for the whole of what is inside.
func (l load) around(m *load) load {
	l.perTurn, l.decisions = l.perTurn.or(m.perTurn), l.decisions.plus(m.decisions)
	l.mostSaid, l.width, l.over = max(l.mostSaid, m.mostSaid), max(l.width, m.width), max(l.over, m.over)
	l.waits, l.people = l.waits || m.waits, l.people || m.people
	l.cycles = joinCycles(l.cycles, m.cycles)
	l.because = joinReasons(l.because, m.because)
	return l
}

// after is a load followed by another.
func (l load) after(m *load) load {
	out := l.around(m)
	out.sum = l.plus(m.sum)
	return out
}

// capTurns bounds a load by a number of turns that are finished. Turns that are
// under way then have taken calls too, and may be finished in the same moment;
// and so have those that were passed over.
func (l load) capTurns(most int, because string) load {
	most = satAdd(most, max(l.width-1, 0))
	tried := most
	if l.over > 1 {
		tried = satMul(satAdd(tried, 1), l.over)
	}
	capped := sum{spend: l.perTurn.times(tried), turns: most, tries: tried, said: satMul(most, l.mostSaid)}
	if l.perRound > 0 && l.over <= 1 {
		capped = capped.and(l.inRounds(tried))
	}
	capped.spend = capped.plus(sum{spend: l.decisions.times(satAdd(tried, 1))}).spend
	if l.sums > 0 {
		capped.sums = satAdd(tried, 1)
		capped.said = satAdd(capped.said, satMul(capped.sums, l.mostSaid))
	}
	if len(l.cycles) == 0 && !l.waits {
		capped = capped.and(l.sum)
	}
	out := l
	out.sum, out.waits, out.cycles = capped, false, nil
	out.because = reasons(because, l.because)
	return out
}

// inRounds is what so many turns take that come in rounds.
func (l load) inRounds(turns int) sum {
	rounds := (turns-1)/l.perRound + 1
	if l.others {
		rounds++
	}
	out := l.round.times(rounds)
	out.turns, out.tries = turns, turns
	return out
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

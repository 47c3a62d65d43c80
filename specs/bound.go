package specs

import (
	"fmt"
	"slices"
)

// prove gives each session its Bound, or says why there is none: which
// patterns go round without a count that ends them, and the smallest change
// that mends it.
func prove(cfg *Config) Diagnostics {
	pr := &prover{domain: newDomain(cfg), loads: map[string]load{}, blame: map[string][]string{}}
	for _, s := range cfg.Sessions {
		pr.session(s)
		pr.cost(s)
	}
	pr.unbounded()
	return pr.ds
}

// A prover computes how much the patterns of a configuration take at most.
type prover struct {
	*domain
	loads map[string]load
	// open are the patterns whose bound is being computed, outermost first.
	open []string
	// cycles and blame are what goes round for ever, and in which sessions.
	cycles []*cycle
	blame  map[string][]string
}

// A load is what a piece of a session takes at most.
type load struct {
	turns, calls int
	// perTurn are the calls of the dearest turn inside; decisions are the calls
	// that may come between two turns, for choosing who is next.
	perTurn, decisions int
	// width is how many turns may be under way at once.
	width int
	// over is how many turns may be tried for one that counts, where failed
	// ones are passed over; 0 stands for 1.
	over int
	// waits says that the numbers hold for each message of a person.
	waits bool
	// cycles are what has no bound inside; the numbers are of no use then.
	cycles []*cycle
	// because names the arguments that give the numbers, outermost first.
	because []string
}

// A cycle is a part of a pattern that may repeat for ever.
type cycle struct {
	pattern *Pattern
	// path are the participants in the order of the cycle, the first again at
	// its end.
	path []Ref
	// step is what one time round takes.
	step load
	// person says that each time round waits for a person, so that it is
	// bounded per message where a session may be open ended.
	person bool
	// spends says that each time round takes a call.
	spends bool
	// fix is the argument that would bound it.
	fix string
}

// session computes the bound of a session: what its pattern takes, met by the
// session's limits, and what stops and the last turn add.
func (pr *prover) session(s *Session) {
	l := pr.top(s)
	who := pr.cast(s)
	l = pr.meet(s, who, l)
	l = pr.perMessage(s, l)
	for _, c := range l.cycles {
		pr.accuse(s, c)
	}
	if len(l.cycles) > 0 {
		return
	}
	for _, stop := range pr.stopsOf(s) {
		if stop.Judge != nil {
			asked := l.turns / max(stop.Judge.Every, 1)
			l.calls = satAdd(l.calls, satMul(asked, pr.decision(stop.Judge.Agent)))
			l.because = append(slices.Clip(l.because), fmt.Sprintf("stop.%s asks agent.%s every %s",
				stop.Name, stop.Judge.Agent, plural(max(stop.Judge.Every, 1), "turn")))
		}
	}
	if most := s.Limits.MaxCalls; most > 0 && most < l.calls {
		l.calls = most
		l.because = reasons(limit(s, "max_calls", most), l.because)
	}
	if f := s.Finalize; f != nil {
		l.turns = satAdd(l.turns, 1)
		l.calls = satAdd(l.calls, pr.turn(f.Agent, false))
		l.because = append(slices.Clip(l.because), fmt.Sprintf("session.%s finalize adds a turn", s.Name))
	}
	s.Bound = Bound{Turns: l.turns, Calls: l.calls, PerMessage: l.waits, Because: l.because}
}

func limit(s *Session, name string, n int) string {
	return fmt.Sprintf("session.%s limits.%s = %d", s.Name, name, n)
}

// top is the load of a session's pattern, its rounds met by the session's.
func (pr *prover) top(s *Session) load {
	if s.Agent != "" {
		l := pr.one(Ref{Kind: RefAgent, Name: s.Agent})
		l.waits = true
		l.because = []string{fmt.Sprintf("session.%s answers each message once", s.Name)}
		return l
	}
	p := pr.patterns[s.Pattern]
	if p == nil {
		return load{}
	}
	most := s.Limits.MaxRounds
	if most == 0 || p.MaxRounds > 0 && p.MaxRounds <= most || !hasRounds(p.Kind) {
		return pr.patternLoad(p)
	}
	capped := *p
	capped.MaxRounds = most
	l := pr.kind(&capped)
	l.because = reasons(limit(s, "max_rounds", most), l.because)
	return l
}

// hasRounds says whether rounds of a kind are counted while it goes on.
func hasRounds(kind string) bool {
	return slices.Contains([]string{"round_robin", "random", "selector", "moderated", "debate", "magentic", "auction"}, kind)
}

// meet applies the counting limits of a session. Time and tokens bound a
// session too, but say nothing about how many calls there are.
func (pr *prover) meet(s *Session, who *cast, l load) load {
	if most := s.Limits.MaxTurns; most > 0 && (len(l.cycles) > 0 || most < l.turns || l.waits) {
		l = l.capTurns(most, limit(s, "max_turns", most))
	}
	if most := s.Limits.MaxMessages; most > 0 && pr.speaks(who) && (len(l.cycles) > 0 || most < l.turns || l.waits) {
		l = l.capTurns(most, limit(s, "max_messages", most))
	}
	most := s.Limits.MaxCalls
	if most == 0 || len(l.cycles) == 0 && !l.waits {
		return l
	}
	if len(who.humans) > 0 && slices.ContainsFunc(l.cycles, func(c *cycle) bool { return !c.spends }) {
		return l
	}
	turns := most
	for _, c := range l.cycles {
		turns = max(turns, satMul(satAdd(most, 1), max(c.step.turns, 1)))
	}
	l.turns, l.calls, l.waits, l.cycles = turns, most, false, nil
	l.because = reasons(limit(s, "max_calls", most), l.because)
	return l
}

// capTurns bounds a load by a number of turns that are finished. Turns that are
// under way then have taken calls too, and so have those that were passed over.
func (l load) capTurns(most int, because string) load {
	tried := satAdd(most, max(l.width-1, 0))
	if l.over > 1 {
		tried = satMul(satAdd(tried, 1), l.over)
	}
	calls := satAdd(satMul(tried, l.perTurn), satMul(satAdd(tried, 1), l.decisions))
	if len(l.cycles) == 0 && !l.waits {
		calls, most = min(calls, l.calls), min(most, l.turns)
	}
	out := l
	out.turns, out.calls, out.waits, out.cycles = most, calls, false, nil
	out.because = reasons(because, l.because)
	return out
}

// speaks says whether each turn of a cast ends with a message: nobody hands
// over silently and no turn is passed over.
func (pr *prover) speaks(who *cast) bool {
	for name := range who.patterns {
		if p := pr.patterns[name]; p.Kind == "handoff" || p.OnError == "skip" {
			return false
		}
	}
	for name := range who.humans {
		if h := pr.humans[name]; h != nil && !h.waits() {
			return false
		}
	}
	return true
}

// waits says whether nothing happens before the person has answered.
func (h *Human) waits() bool { return h.Timeout == 0 || h.OnTimeout != "skip" }

// perMessage turns the cycles that wait for a person into a bound for each
// message, where the session is open ended.
func (pr *prover) perMessage(s *Session, l load) load {
	if !s.OpenEnded || len(l.cycles) == 0 || slices.ContainsFunc(l.cycles, func(c *cycle) bool { return !c.person }) {
		return l
	}
	for _, c := range l.cycles {
		l.turns = satAdd(l.turns, c.step.turns)
		l.calls = satAdd(l.calls, c.step.calls)
	}
	l.cycles, l.waits = nil, true
	l.because = reasons(fmt.Sprintf("session.%s open_ended, for each message of a person", s.Name), l.because)
	return l
}

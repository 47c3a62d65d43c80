package specs

import (
	"fmt"
	"slices"
)

// prove gives each session its Bound, or says why there is none: which patterns go round without a count that ends them, and the
// smallest change that mends it.
func prove(cfg *Config) Diagnostics {
	pr, proved := newProver(cfg), map[string]load{}
	for _, s := range cfg.Sessions {
		if l, ok := pr.session(s); ok {
			s.Bound = Bound{Turns: l.turns, Calls: l.calls, PerMessage: l.waits, Because: l.because}
			pr.lastTurn(s, &s.Bound)
			pr.tooLate(s)
			proved[s.Name] = l
		}
		pr.messages(s, pr.cast(s))
		pr.margins(s)
		pr.cost(s)
	}
	pr.inVain(proved)
	pr.unbounded()
	return pr.ds
}

// A prover computes how much the patterns of a configuration take at most.
type prover struct {
	*domain
	loads map[string]load
	flows map[string]*Flow
	turns map[turnKey]spend
	// others are whom an agent may ask.
	others map[string][]*Agent
	// rounded are flows by pattern whose rounds a session bounds.
	rounded map[string]*rounded
	// open are the patterns whose bound is being computed, outermost first.
	open []string
	// cycles and blame are what goes round for ever, and in which sessions.
	cycles []*cycle
	blame  map[string][]string
}

func newProver(cfg *Config) *prover {
	return &prover{domain: newDomain(cfg), loads: map[string]load{}, flows: map[string]*Flow{}, turns: map[turnKey]spend{}, others: map[string][]*Agent{}, rounded: map[string]*rounded{}, blame: map[string][]string{}}
}

// session computes what a session takes before its last turn: what its pattern
// takes, met by the session's limits, and what stops add. It is false when
// something has no bound.
func (pr *prover) session(s *Session) (load, bool) {
	l := pr.top(s)
	who := pr.cast(s)
	l = pr.meet(s, who, l)
	l = pr.perMessage(s, l)
	for _, c := range l.cycles {
		pr.accuse(s, c)
	}
	if len(l.cycles) > 0 {
		return l, false
	}
	l = pr.judged(s, l)
	if most := s.Limits.MaxCalls; most > 0 && most < l.calls {
		l.calls = most
		l.because = reasons(limit(s, "max_calls", most), l.because)
	}
	return l, true
}

// lastTurn adds the finalizing turn to a bound.
func (pr *prover) lastTurn(s *Session, b *Bound) {
	if f := s.Finalize; f != nil {
		b.Turns, b.Calls = satAdd(b.Turns, 1), satAdd(b.Calls, pr.turnOf(f.Agent, given{}).calls)
		b.Because = append(slices.Clip(b.Because), fmt.Sprintf("session.%s finalize adds a turn", s.Name))
	}
}

// judged adds what the models of stop conditions are asked.
func (pr *prover) judged(s *Session, l load) load {
	for _, stop := range pr.stopsOf(s) {
		if stop.Judge == nil {
			continue
		}
		every := max(stop.Judge.Every, 1)
		asks := pr.turnOf(stop.Judge.Agent, given{form: true}).noted(0, satAdd(noteTokens, tokensIn(len(stop.Judge.Criteria))))
		times := l.turns / every
		if l.waits { // turns of an earlier message may count
			times = satAdd(l.turns, every-1) / every
		}
		l.spend = l.spend.plus(asks.times(times))
		l.decisions = l.decisions.plus(asks)
		l.because = append(slices.Clip(l.because), fmt.Sprintf("stop.%s asks agent.%s every %s",
			stop.Name, stop.Judge.Agent, plural(every, "turn")))
	}
	return l
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
	l := pr.capped(p, most)
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
	if most := s.Limits.MaxTurns; most > 0 && (len(l.cycles) > 0 || most < l.turns || l.waits) && l.endedBy(advancesTurns) {
		l = l.capTurns(most, limit(s, "max_turns", most))
	}
	if most := s.Limits.MaxMessages; most > 0 && pr.speaks(who) && (len(l.cycles) > 0 || most < l.turns || l.waits) && l.endedBy(advancesTurns) {
		l = l.capTurns(most, limit(s, "max_messages", most))
	}
	most := s.Limits.MaxCalls
	if most == 0 || len(l.cycles) == 0 && !l.waits || !l.endedBy(advancesCalls) {
		return l
	}
	rounds := 1
	for _, c := range l.cycles {
		rounds = max(rounds, c.step.turns)
	}
	all := l.sum
	for _, c := range l.cycles {
		all = all.or(c.step)
	}
	l.sum = all.times(satAdd(most, 1))
	l.turns, l.calls = max(most, satMul(satAdd(most, 1), rounds)), most
	if len(l.cycles) == 0 {
		l.turns = most
	}
	l.tries = max(l.tries, l.turns)
	l.waits, l.cycles = false, nil
	l.because = reasons(limit(s, "max_calls", most), l.because)
	return l
}

// What a session's own limits count.
func advancesTurns(e *FlowEdge) bool  { return e.turn }
func advancesCalls(e *FlowEdge) bool  { return e.call }
func waitsForPerson(e *FlowEdge) bool { return e.person }

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

// isWait says whether a participant is a person without whom nothing goes on.
func (pr *prover) isWait(r Ref) bool {
	h := pr.humans[r.Name]
	return r.Kind == RefHuman && h != nil && h.waits()
}

// perMessage turns the cycles that wait for a person into a bound for each
// message, where the session is open ended.
func (pr *prover) perMessage(s *Session, l load) load {
	if !s.OpenEnded || len(l.cycles) == 0 || !l.endedBy(waitsForPerson) {
		return l
	}
	for _, c := range l.cycles {
		l.sum = l.plus(c.step)
	}
	l.cycles, l.waits = nil, true
	l.because = reasons(fmt.Sprintf("session.%s open_ended, for each message of a person", s.Name), l.because)
	return l
}

package specs

// marginMost is how many times what a session takes a limit may be: one that is
// somewhat above is a margin for patterns that are changed, or have variables.
const marginMost = 4

// margins warns of limits on turns and calls that are far above what the
// patterns of a session take. Those on tokens, cost and time also hold where
// what the certificate assumes of vendors and people does not: they are left
// alone.
func (pr *prover) margins(s *Session) {
	who, limits := pr.cast(s), s.Limits
	free := *s
	free.Limits.MaxTurns, free.Limits.MaxMessages, free.Limits.MaxCalls = 0, 0, 0
	l := pr.top(&free)
	if len(l.cycles) > 0 || l.waits {
		return
	}
	l = pr.judged(&free, l)
	if !pr.outdone(limits, who) {
		pr.margin(s, "max_turns", "turn", limits.MaxTurns, l.turns, l.because)
	}
	pr.margin(s, "max_calls", "call", limits.MaxCalls, l.calls, l.because)
}

// outdone says whether another limit comes before the one on turns, which is a
// finding of its own.
func (pr *prover) outdone(l Limits, who *cast) bool {
	return l.MaxCalls > 0 && l.MaxTurns > l.MaxCalls && len(who.humans) == 0 ||
		l.MaxMessages > 0 && l.MaxTurns > l.MaxMessages && pr.speaks(who)
}

func (pr *prover) margin(s *Session, arg, unit string, most, own int, why []string) {
	if most <= satMul(own, marginMost) {
		return
	}
	pr.report(codeDominated, "session."+s.Name, s.Arg("limits."+arg),
		"session.%s ends after %s at most%s, so %s = %d is never reached.", s.Name, plural(own, unit), first(why), arg, most)
}

// first is the outermost of some reasons, in brackets.
func first(reasons []string) string {
	if len(reasons) == 0 {
		return ""
	}
	return " (" + reasons[0] + ")"
}

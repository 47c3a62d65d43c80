package specs

import (
	"cmp"
	"slices"
)

// grown is what a turn reads again of its own: the calls and results of its
// tools, and answers with what is wrong about them. They come one by one in the
// worst case, and what is longer comes first.
func (pr *prover) grown(a *Agent, g given) spend {
	answer, problem := capOf(a), emptyTokens
	if g.form || a.Output != nil {
		problem = repairTokens
	}
	parts := []grain{{repairs, satAdd(answer, problem)}}
	calls := 0
	if g.calls > 0 || len(a.Tools) > 0 {
		calls = max(g.calls, a.MaxToolCalls)
	}
	own := grain{calls, satAdd(answer, repairTokens)} // of calls that are not made
	if len(a.Tools) > 0 {
		own = grain{min(calls, a.MaxToolCalls), satAdd(answer, max(pr.resultOf(a), repairTokens))}
	}
	others := grain{min(calls, g.calls), satAdd(answer, max(g.result, repairTokens))}
	if own.size < others.size {
		own, others = others, own
	}
	others.n = min(others.n, calls-own.n)
	parts = append(parts, own, others, grain{calls - own.n - others.n, satAdd(answer, repairTokens)})
	read := reread(parts)
	if calls > 0 { // one answer may ask for more than is left
		more := satAdd(overTokens, satMul(min(callsPerReply, answer), refusedTokens))
		read = satAdd(read, satMul(repairs+1, more))
	}
	var s spend
	for i, provider := range a.Models {
		again := satMul(read, pr.tries(provider))
		s.in = satAdd(s.in, again)
		s.cost += mulFloat(pr.priceOf(provider, a.modelAt(i)).Input, again)
	}
	return s
}

// A grain is a number of texts of a size that a turn's later requests read.
type grain struct{ n, size int }

// reread is what requests read of texts that come one after the other, the
// longest first: each of them is read by the request after it and by all that
// follow.
func reread(parts []grain) int {
	slices.SortFunc(parts, func(a, b grain) int { return cmp.Compare(b.size, a.size) })
	left := 0
	for _, p := range parts {
		left = satAdd(left, p.n)
	}
	read := 0
	for _, p := range parts { // n + … + 1, of as many as are left
		times := satMul(p.n, satAdd(left, left-p.n+1)) / 2
		read, left = satAdd(read, satMul(times, p.size)), left-p.n
	}
	return read
}

package engine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// The kinds of findings.
const (
	// FoundDeadlock is a session that has not ended, and for which nobody does
	// anything any more.
	FoundDeadlock = "deadlock"
	// FoundLivelock is a session whose patterns go on without anybody's turn.
	FoundLivelock = "livelock"
	// FoundOver is a path that takes more than the certificate says.
	FoundOver = "over_certificate"
	// FoundPanic is a mistake of the engine.
	FoundPanic = "panic"
)

// What cuts an exploration off.
const (
	CutStates      = "states"      // as many states as may be were looked at
	CutDepth       = "depth"       // a path was as long as it may be
	CutMemory      = "memory"      // the program took as much memory as it may
	CutInterrupted = "interrupted" // somebody did not want to wait
)

// Finding is something that must not be, and how to get there.
type Finding struct {
	Kind string `json:"kind"`
	// Text says it for a person.
	Text string `json:"text"`
	// Path are the choices that lead there, from the session's start.
	Path []Choice `json:"path"`
}

// End is a way in which sessions end.
type End struct {
	Outcome Outcome `json:"outcome"`
	// Stop is what decided: stop.agreed, limits.max_turns, pattern, error.
	Stop string `json:"stop"`
	// Count is how many paths were seen to end so; Path is the shortest of them.
	Count int      `json:"count"`
	Path  []Choice `json:"path"`
}

// Taken is what a session took at most.
type Taken struct {
	Turns  int     `json:"turns"`
	Calls  int     `json:"calls"`
	Tokens int     `json:"tokens"`
	Cost   float64 `json:"cost"`
}

// Report is what an exploration found.
type Report struct {
	// Complete says that every path was followed to its end. If not, Silent and
	// Unfired are only what was not seen.
	Complete bool `json:"complete"`
	// Cut is what cut it off, empty where it is complete; MeasuredCut likewise,
	// where it is Measured.
	Cut         string `json:"cut,omitempty"`
	MeasuredCut string `json:"measured_cut,omitempty"`
	// Budgeted says that it depends on what is taken what may happen.
	Budgeted bool `json:"budgeted"`
	// States is how many different states there were, Depth the longest path.
	States   int       `json:"states"`
	Depth    int       `json:"depth"`
	Findings []Finding `json:"findings"`
	Ends     []End     `json:"ends"`
	// Most is what any path took at most, each number for itself. Measured says
	// that no path takes more.
	Most     Taken `json:"most"`
	Measured bool  `json:"measured"`
	// Silent are participants that never had a turn, Unfired conditions that
	// were never true.
	Silent  []string `json:"silent"`
	Unfired []string `json:"unfired"`
	// Untaken are ways that patterns never took: edges, routes, handovers, and the
	// end that they are meant to come to.
	Untaken []Point `json:"untaken"`
	// Narrow says that forms allow more values than were tried, or that persons
	// could say more. Unsure are those
	// of Unfired that depend on more than what is tried: on time, on usage, or on
	// texts in ways of which no example is known.
	Narrow bool     `json:"narrow"`
	Unsure []string `json:"unsure"`
	// UnsureWays says so of Untaken.
	UnsureWays bool `json:"unsure_ways"`
}

// Sure says that what was not seen cannot happen: every path was followed, with
// all that could be taken where that matters, and all values were tried. Of
// conditions, Unsure says which are excepted.
func (r *Report) Sure() bool { return r.Complete && !r.Narrow && (r.Measured || !r.Budgeted) }

// measure compares what a session has taken with its certificate.
func (x *exploration) measure(w *world, at int) {
	env, most := &w.st.env, &x.report.Most
	most.Turns, most.Calls = max(most.Turns, env.Turns), max(most.Calls, env.Calls)
	most.Tokens, most.Cost = max(most.Tokens, env.Usage.TotalTokens), max(most.Cost, env.Usage.Cost)
	c := x.o.Certificate
	if c == nil {
		return
	}
	times := func(limited bool) float64 { // a limit of the session is not per message
		if c.PerMessage && !limited {
			return float64(max(1, w.says))
		}
		return 1
	}
	check := func(what string, got float64, certified specs.Amount, times float64) {
		if got > float64(certified)*times+1e-9 && !x.over[what] {
			x.over[what] = true
			x.found(FoundOver, fmt.Sprintf("%g %s, and the certificate says %g at most", got, what, float64(certified)*times), at)
		}
	}
	limits := &x.t.spec.Limits
	check("turns", float64(env.Turns), c.Turns, times(false))
	check("calls", float64(env.Calls), c.Calls, times(false))
	check("tokens", float64(env.Usage.TotalTokens), c.Tokens, times(limits.MaxTokens > 0))
	check("cost", env.Usage.Cost, c.Cost, times(limits.MaxCost > 0))
}

// result is the report, in an order of its own.
func (x *exploration) result() *Report {
	r := &x.report
	r.Narrow, r.Budgeted = x.cut, x.what.sizes || x.what.calls
	r.Silent, r.Unfired, r.Unsure = []string{}, []string{}, []string{}
	for _, key := range slices.SortedFunc(maps.Keys(x.ends), func(a, b endKey) int {
		return cmp.Or(cmp.Compare(a.outcome, b.outcome), cmp.Compare(a.stop, b.stop))
	}) {
		r.Ends = append(r.Ends, *x.ends[key])
	}
	for _, name := range x.t.order {
		if !x.ways.happened(CoverParticipant, x.t.addressOf(name)) {
			r.Silent = append(r.Silent, name)
		}
	}
	for _, s := range x.t.stops {
		if !x.ways.happened(CoverStop, s.address()) {
			r.Unfired = append(r.Unfired, s.address())
			if !x.t.decidable(s) {
				r.Unsure = append(r.Unsure, s.address())
			}
		}
	}
	x.untaken(r)
	return r
}

func (x *exploration) untaken(r *Report) {
	r.Untaken = []Point{}
	for _, p := range x.ways.Missing() {
		n := x.nodes[strings.TrimPrefix(p.Name, "pattern.")]
		if p.Kind != CoverPath || n == nil {
			continue
		}
		if p.What == coverEnds(leftDone) || n.spec.Handoff != nil && strings.Contains(p.What, " hands over to ") ||
			n.spec.Graph != nil && strings.HasPrefix(p.What, "from ") || n.spec.Router != nil && strings.HasPrefix(p.What, "the route ") {
			r.Untaken = append(r.Untaken, p)
		}
	}
	for _, e := range x.t.conditions() {
		r.UnsureWays = r.UnsureWays || !decidable(e)
	}
}

// decidable says whether an exploration that follows every path makes a
// condition true if anything does.
func (t *Template) decidable(s *stop) bool {
	switch {
	case s.spec.When != nil:
		return decidable(s.spec.When)
	case s.spec.Tool != "":
		return !t.hasSets() // the tools of a server are not called
	}
	return !slices.ContainsFunc(s.parts, func(p *stop) bool { return !t.decidable(p) })
}

func (t *Template) hasSets() bool {
	for _, a := range t.agents {
		if len(a.sets) > 0 {
			return true
		}
	}
	return false
}

func decidable(e *specs.Expr) bool {
	return !e.Probes().Whole && e.Reads()&(specs.PartElapsed|specs.PartUsage) == 0 && !slices.ContainsFunc(e.Seen(nil), func(v specs.Seen) bool {
		return strings.HasSuffix(v.Name, ".tokens")
	})
}

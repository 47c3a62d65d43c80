package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// ExploreOptions bound an exploration and say what is tried.
type ExploreOptions struct {
	// Depth is how many choices a path has at most; 0 is 200.
	Depth int
	// States is how many different states are looked at; 0 is 20,000.
	States int
	// Certificate is what no path may take more than; nil compares nothing.
	Certificate *specs.Certificate
	// Opening replaces the session's own.
	Opening string
	// Says is how many messages persons send to a session that waits for one; 0
	// is 1. A person whose turn it is answers anyway.
	Says int
	// Texts are tried as answers, beside a short one, a long one, an empty one
	// and the texts that the scenario's conditions look for.
	Texts []string
	// Progress, if set, is told from time to time how far the exploration is.
	Progress func(ExploreProgress)
	// Failures are how calls fail; nil is by a refusal, and by a busy vendor,
	// which is asked again.
	Failures []providers.Kind
}

// ExploreProgress is how far an exploration is.
type ExploreProgress struct {
	// States were looked at, Open are choices that are still to be made, and
	// Findings were found.
	States, Open, Findings int
}

const (
	exploreDepth  = 200
	exploreStates = 20_000
	// maxFindings bounds what is reported, and deepEvery says how often the
	// exploration goes on at its deep side.
	maxFindings = 20
	deepEvery   = 4
	// progressEvery is after how many choices the progress is told.
	progressEvery = 256
)

// Explore runs a session of a template in every way that its models, tools and
// persons could choose: who is named next, what is handed over to whom, which
// tool is called, what is voted, what is accepted, what fails and what does not
// fit. It calls no model and no tool. States that differ by times alone are one.
// The clock moves only when nothing is under way.
//
// The same template and options give the same report. What is found are states
// that the engine's own code gets into; Explore has no rules of its own.
func Explore(ctx context.Context, t *Template, o ExploreOptions) (*Report, error) {
	if err := (&StartOptions{Opening: o.Opening}).check(); err != nil {
		return nil, err
	}
	x := newExploration(t, o)
	if err := x.search(ctx); err != nil {
		return nil, err
	}
	return x.result(), nil
}

// search goes through the states twice: first through those that decide
// differently, for what can happen and the shortest ways there, then through
// those that take more, for what can be taken.
func (x *exploration) search(ctx context.Context) error {
	for _, x.measuring = range []bool{false, true} {
		x.seen, x.steps, x.front, x.kept, x.deep = map[stateKey][]weights{}, nil, nil, 0, false
		x.begin()
		for len(x.front) > 0 && x.kept < x.o.States {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			x.follow(x.take())
			if x.o.Progress != nil && x.taken%progressEvery == 0 {
				x.o.Progress(ExploreProgress{States: x.kept, Open: len(x.front), Findings: len(x.report.Findings)})
			}
		}
		whole := !x.deep && len(x.front) == 0
		if x.measuring {
			x.report.Measured = whole
		} else {
			x.report.States, x.report.Complete = x.kept, whole
		}
	}
	return nil
}

// exploration is the search through a template's states.
type exploration struct {
	t *Template
	o ExploreOptions
	*trial
	copy  func(*State) *State
	log   func([]Event) // is given all events, if set
	what  *relevance
	seen  map[stateKey][]weights
	kept  int // how many weights are kept
	steps []pathStep
	front []open
	taken int  // how often one was taken from the front
	deep  bool // a path was longer than Depth
	// measuring is the second search: states that weigh more are others.
	measuring bool

	report Report
	ends   map[endKey]*End
	over   map[string]bool
	spoke  map[string]bool
	fired  map[string]bool
	ways   *Coverage
	nodes  map[string]*node
}

// pathStep is a choice that was made, after the one at index from.
type pathStep struct {
	from, depth int
	choice      Choice
}

// open is a choice that is still to be made.
type open struct {
	w      *world
	at     int // of steps
	choice Choice
}

type endKey struct {
	outcome Outcome
	stop    string
}

func newExploration(t *Template, o ExploreOptions) *exploration {
	o.Depth, o.States, o.Says = cmp.Or(o.Depth, exploreDepth), cmp.Or(o.States, exploreStates), cmp.Or(o.Says, 1)
	o.Opening = cmp.Or(o.Opening, t.spec.Opening)
	if o.Failures == nil {
		o.Failures = []providers.Kind{providers.Refused, providers.Overloaded}
	}
	what, tried := t.relevance(), t.trial(o.Texts)
	x := &exploration{
		t: t, o: o, trial: tried, copy: (*State).fork, what: what, seen: map[stateKey][]weights{},
		ends: map[endKey]*End{}, over: map[string]bool{}, spoke: map[string]bool{}, fired: map[string]bool{},
		report: Report{Findings: []Finding{}}, ways: NewCoverage(t), nodes: map[string]*node{},
	}
	t.root.index(x.nodes)
	return x
}

// take takes the next choice: mostly the one that came first, so that paths are
// short, and often the one that came last, so that ends are seen soon. A search
// for what takes most goes on with the one that came last.
func (x *exploration) take() open {
	i := len(x.front) - 1
	if x.taken++; !x.measuring && x.taken%deepEvery != 0 {
		i = 0
	}
	next := x.front[i]
	if x.front[i] = (open{}); i == 0 {
		x.front = x.front[1:]
	} else {
		x.front = x.front[:i]
	}
	return next
}

// begin begins with the opening, and with others that conditions tell from it.
func (x *exploration) begin() {
	x.steps = append(x.steps, pathStep{from: -1})
	w, why := x.start()
	x.visit(w, 0, why)
	if x.o.Opening == "" || x.measuring { // what is longer than the opening takes more than certified
		return
	}
	known := []string{x.what.told(x.o.Opening)}
	for _, text := range x.texts {
		if c := x.what.told(text); !slices.Contains(known, c) {
			known = append(known, c)
			x.follow(open{w: w, choice: Choice{Do: DoOpen, Text: text}})
		}
	}
}

// follow makes a choice and looks at where it leads.
func (x *exploration) follow(next open) {
	at := len(x.steps)
	x.steps = append(x.steps, pathStep{from: next.at, depth: x.steps[next.at].depth + 1, choice: next.choice})
	w, why := x.step(next.w, next.choice)
	x.visit(w, at, why)
}

// visit looks at a state that was reached, unless it was there before.
func (x *exploration) visit(w *world, at int, panicked string) {
	if panicked != "" {
		x.found(FoundPanic, panicked, at)
		return
	}
	if d := w.st.ended; d != nil && !x.measuring {
		x.ended(d, at)
	}
	if !x.isNew(w) {
		x.steps = x.steps[:at]
		return
	}
	x.report.Depth = max(x.report.Depth, x.steps[at].depth)
	if !w.opened {
		x.measure(w, at)
	}
	if w.st.ended != nil {
		return
	}
	choices, stuck := x.choices(w)
	if stuck && !x.measuring {
		x.found(FoundDeadlock, "the session has not ended, and nobody does anything or is waited for", at)
	}
	if x.steps[at].depth >= x.o.Depth {
		x.deep = x.deep || len(choices) > 0
		return
	}
	if x.measuring { // the first is taken first
		slices.Reverse(choices)
	}
	for _, c := range choices {
		x.front = append(x.front, open{w: w, at: at, choice: c})
	}
}

// isNew says whether a state with the same key was not there before, or, where
// that is measured, none that weighs as much.
func (x *exploration) isNew(w *world) bool {
	key, weight := x.what.key(w)
	list := x.seen[key]
	if len(list) > 0 && !x.measuring {
		return false
	}
	for _, o := range list {
		if weight.atMost(o) {
			return false
		}
	}
	x.seen[key] = append(slices.DeleteFunc(list, func(o weights) bool { return o.atMost(weight) }), weight)
	x.kept++
	return true
}

// ended notes an end, and the shortest way to it.
func (x *exploration) ended(d *Ended, at int) {
	key := endKey{d.Outcome, d.Reason.Stop}
	livelock := d.Reason.Stop == "error" && strings.HasSuffix(d.Reason.Text, noTurn)
	if livelock {
		key.stop = FoundLivelock
	}
	e := x.ends[key]
	if e == nil {
		if livelock {
			x.found(FoundLivelock, d.Reason.Text, at)
		}
		e = &End{Outcome: d.Outcome, Stop: d.Reason.Stop}
		x.ends[key] = e
	}
	if e.Count++; e.Count == 1 || x.steps[at].depth < len(e.Path) {
		e.Path = x.path(at)
	}
}

func (x *exploration) found(kind, text string, at int) {
	if len(x.report.Findings) < maxFindings {
		x.report.Findings = append(x.report.Findings, Finding{Kind: kind, Text: text, Path: x.path(at)})
	}
}

// path are the choices that led to a step.
func (x *exploration) path(at int) []Choice {
	list := []Choice{}
	for ; at > 0; at = x.steps[at].from {
		list = append(list, x.steps[at].choice)
	}
	slices.Reverse(list)
	return list
}

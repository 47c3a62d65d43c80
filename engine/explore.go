package engine

import (
	"cmp"
	"context"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// ExploreOptions bound an exploration and say what is tried.
type ExploreOptions struct {
	// Depth is how many choices a path has at most; 0 is 200.
	Depth int
	// States is how many different states are looked at; 0 is 20,000. Measured is
	// how many are looked at for what can be taken at most; 0 is States.
	States, Measured int
	// Memory is about how many bytes the program may take before the exploration
	// is cut off, which then is not always at the same place; 0 is as many as
	// there are.
	Memory int64
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
//
// When ctx is done it gives what was found until then, with the cause.
func Explore(ctx context.Context, t *Template, o ExploreOptions) (*Report, error) {
	if err := (&StartOptions{Opening: o.Opening}).check(); err != nil {
		return nil, err
	}
	x := newExploration(t, o)
	err := x.search(ctx)
	return x.result(), err
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
	front []*open
	left  int  // choices that are still to be made
	taken int  // how often one was taken from the front
	deep  bool // a path was longer than Depth
	// measuring is the second search: states that weigh more are others.
	measuring bool

	report Report
	ends   map[endKey]*End
	over   map[string]bool
	ways   *Coverage
	known  map[string][]Choice // what models may answer, by what it depends on
	nodes  map[string]*node
}

// pathStep is a choice that was made, after the one at index from.
type pathStep struct {
	from, depth int
	choice      Choice
}

// open is a world with choices that are still to be made, from first to last.
type open struct {
	w           *world
	at          int // of steps
	choices     choices
	first, last int
}

type endKey struct {
	outcome Outcome
	stop    string
}

func newExploration(t *Template, o ExploreOptions) *exploration {
	o.Depth, o.States, o.Says = cmp.Or(o.Depth, exploreDepth), cmp.Or(o.States, exploreStates), cmp.Or(o.Says, 1)
	o.Measured = cmp.Or(o.Measured, o.States)
	o.Opening = cmp.Or(o.Opening, t.spec.Opening)
	if o.Failures == nil {
		o.Failures = []providers.Kind{providers.Refused, providers.Overloaded}
	}
	what, tried := t.relevance(), t.trial(o.Texts)
	x := &exploration{
		t: t, o: o, trial: tried, copy: (*State).fork, what: what, seen: map[stateKey][]weights{},
		known: map[string][]Choice{}, ends: map[endKey]*End{}, over: map[string]bool{},
		report: Report{Findings: []Finding{}}, ways: NewCoverage(t), nodes: map[string]*node{},
	}
	t.root.index(x.nodes)
	return x
}

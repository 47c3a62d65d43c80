package specs

import (
	"fmt"
	"math"
)

// A Flow is the control graph of a pattern or of an agent's turn: the steps
// that it takes, and what may come after what. Steps that are patterns have
// flows of their own. It is immutable.
type Flow struct {
	// Address is the block's: pattern.talk, agent.writer.
	Address string
	// Kind is the pattern's, or turn.
	Kind  string
	Range Range
	// Nodes begin with the entry, 0, and the exit, 1.
	Nodes []FlowNode
	Edges []FlowEdge

	pattern *Pattern // nil for a turn
	passed  *Counter // turns passed over in a row; nil where there are none
	width   int      // turns that may be under way at once; 0 for the widest step
	loads   []load   // what each node takes
	summer  int      // the step in which an agent of the pattern sums it up, or 0
	steps   int      // steps that the proof has looked at so far
}

// StepKind says what a step of a [Flow] is.
type StepKind string

// The kinds of steps.
const (
	StepEnter     StepKind = "enter"
	StepLeave     StepKind = "leave"
	StepChoice    StepKind = "choice"    // the engine itself decides
	StepTurn      StepKind = "turn"      // a turn of an agent
	StepPerson    StepKind = "person"    // a turn of a person
	StepBlock     StepKind = "block"     // a nested pattern
	StepDecision  StepKind = "decision"  // a model decides, without a turn
	StepWait      StepKind = "wait"      // for a person's message
	StepCall      StepKind = "call"      // a request to a model
	StepSummary   StepKind = "summary"   // a request for a summary of the memory
	StepTool      StepKind = "tool"      // the tools that an answer asks for
	StepApproval  StepKind = "approval"  // a person allows a tool call
	StepFinalizer StepKind = "finalizer" // the last turn of a session
)

// A FlowNode is a step.
type FlowNode struct {
	Kind StepKind
	// Label is for a person: agent.writer.
	Label string
	// Ref is who takes the step, zero where nobody does.
	Ref   Ref
	Range Range
	// Visits is how often the step is taken at most each time the flow is
	// entered; the largest number where nothing in the flow bounds it.
	Visits int
	// Turns and Calls are what it takes at most each time.
	Turns, Calls int
}

// A FlowEdge says that a step may come after another.
type FlowEdge struct {
	From, To int
	Range    Range
	// Label says when, empty where there is no condition.
	Label string
	// Counter strictly advances when the edge is taken, nil where none does.
	Counter *Counter
	// Takes is how often the edge is taken at most each time the flow is
	// entered; the largest number where nothing in the flow bounds it.
	Takes int

	resets []*Counter
	// turn, call and passed say that a turn has been finished or passed over,
	// and a call made, when the edge is taken; person that a person has spoken.
	turn, call, passed, person bool
}

// A Counter is a declared finite count. An edge that would take it above its
// bound is not taken.
type Counter struct {
	// Name is the argument that declares it: max_rounds.
	Name  string
	Bound int
	Range Range
	// Resets says when it begins again, for a person.
	Resets string
	// Because is the argument as a reason names it.
	Because string
}

func (c *Counter) String() string { return fmt.Sprintf("%s = %d", c.Name, c.Bound) }

// unbounded is the number of what nothing bounds.
const unbounded = math.MaxInt

// A flowBuilder makes a Flow.
type flowBuilder struct {
	flow *Flow
	pr   *prover
}

func (pr *prover) newFlow(address, kind string, at Range) *flowBuilder {
	b := &flowBuilder{pr: pr, flow: &Flow{Address: address, Kind: kind, Range: at}}
	b.node(StepEnter, "", Ref{}, load{})
	b.node(StepLeave, "", Ref{}, load{})
	return b
}

// The entry and the exit of every flow.
const (
	enter = 0
	leave = 1
)

func (b *flowBuilder) node(kind StepKind, label string, ref Ref, l load) int {
	n := FlowNode{Kind: kind, Label: label, Ref: ref, Range: ref.Range, Turns: l.turns, Calls: l.calls}
	b.flow.Nodes = append(b.flow.Nodes, n)
	b.flow.loads = append(b.flow.loads, l)
	return len(b.flow.Nodes) - 1
}

func (b *flowBuilder) choice(label string) int { return b.node(StepChoice, label, Ref{}, load{}) }

func (b *flowBuilder) counter(name string, bound int, resets string) *Counter {
	c := &Counter{Name: name, Bound: bound, Resets: resets, Because: fmt.Sprintf("%s %s = %d", b.flow.Address, name, bound)}
	if p := b.flow.pattern; p != nil {
		c.Range = p.Arg(name)
	}
	return c
}

// edge adds an edge after a step. After a turn, a block or a person there are
// two ways on: the turn was finished, or it was passed over.
func (b *flowBuilder) edge(e FlowEdge) {
	from := &b.flow.Nodes[e.From]
	switch from.Kind {
	case StepTurn, StepFinalizer:
		e.turn, e.call = true, true
	case StepBlock:
		e.turn, e.call = true, !b.flow.loads[e.From].people
	case StepPerson:
		e.turn, e.person = true, b.pr.isWait(from.Ref)
	case StepWait:
		e.person = true
	case StepCall, StepDecision, StepSummary:
		e.call = true
	default:
	}
	b.flow.Edges = append(b.flow.Edges, e)
	if e.turn && e.Counter == nil && b.passes(from) {
		b.flow.Edges = append(b.flow.Edges, FlowEdge{
			From: e.From, To: e.To, Label: "passed over", Counter: b.flow.passed, resets: e.resets, passed: true, call: from.Kind == StepTurn,
		})
	}
}

// passes says whether a step may end without a turn.
func (b *flowBuilder) passes(n *FlowNode) bool {
	switch n.Kind {
	case StepBlock:
		return true
	case StepPerson:
		return !b.pr.isWait(n.Ref)
	default:
		return b.flow.pattern != nil && b.flow.pattern.OnError == "skip"
	}
}

func (b *flowBuilder) plain(from, to int) { b.edge(FlowEdge{From: from, To: to}) }

// counted is an edge that advances a counter.
func (b *flowBuilder) counted(from, to int, c *Counter) {
	b.edge(FlowEdge{From: from, To: to, Counter: c})
}

// chain adds steps one after the other behind a step, and gives the last one.
func (b *flowBuilder) chain(from int, refs ...Ref) int {
	for _, ref := range refs {
		n := b.step(ref)
		b.plain(from, n)
		from = n
	}
	return from
}

// step is the node of a participant who is given the floor once.
func (b *flowBuilder) step(ref Ref) int {
	l := b.pr.one(ref)
	if p := b.flow.pattern; p != nil && ref.Kind == RefAgent {
		l = turnLoad(b.pr.turnOf(ref.Name, p.form()), b.pr.answerOf(ref.Name))
	}
	label := string(ref.Kind) + "." + ref.Name
	switch ref.Kind {
	case RefPattern:
		return b.node(StepBlock, label, ref, b.noted(l))
	case RefHuman:
		return b.node(StepPerson, label, ref, l)
	default:
		l = b.noted(l)
		if p := b.flow.pattern; p != nil && (p.Kind == "map" || p.Kind == "supervisor") { // who see nothing else
			l.spend, l.perTurn = l.unread(), l.perTurn.unread()
		}
		return b.node(StepTurn, label, ref, l)
	}
}

// decide is the node of an agent that decides something without a turn.
func (b *flowBuilder) decide(ref Ref, what string) int {
	words := noteTokens
	if p := b.flow.pattern; p != nil {
		words = b.pr.words(p)
	}
	t := b.pr.turnOf(ref.Name, given{form: true}).noted(0, words)
	l := load{sum: sum{spend: t}, decisions: t}
	return b.node(StepDecision, what+" agent."+ref.Name, ref, l)
}

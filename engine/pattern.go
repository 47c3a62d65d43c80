package engine

import (
	"fmt"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// Pattern says who speaks next. Next is a pure function: the same state and
// frame give the same move. It is asked whenever something in the frame has
// changed and its answer is applied before it is asked again; a zero [Move]
// means that what is under way must end first.
type Pattern interface {
	Next(st *State, f *Frame) Move
}

// gatherer is a pattern that holds the answers in some of its slots back, and
// shows them in declared order, whatever the order of arrival.
type gatherer interface{ holds(slot int) bool }

// holds says whether the answer in a slot is shown later.
func (n *node) holds(slot int) bool {
	g, ok := n.pattern.(gatherer)
	return ok && g.holds(slot)
}

// unmerged are those of the first slots whose answers are still to be shown.
func (f *Frame) unmerged(slots int) []int { return f.unmergedOf(0, slots) }

// unmergedOf are those of the slots from one up to another.
func (f *Frame) unmergedOf(from, to int) []int {
	var list []int
	for slot := from; slot < to; slot++ {
		if f.passed[slot].ok {
			list = append(list, slot)
		}
	}
	return list[min(f.merged, len(list)):]
}

// Move is what a pattern wants next. At most one of Steps, Round, Results,
// Merge, Say, Done and Err is set, but a round may be the last.
type Move struct {
	// Steps are started, all at once.
	Steps []Step
	// Chosen and Edge say how they were decided.
	Chosen *Chosen
	Edge   *EdgeTaken
	// Ballot and Verdict are of a vote.
	Ballot  *Ballot
	Verdict *Verdict
	// Course is what the pattern has decided about its way.
	Course Course
	// Round says that a round is complete.
	Round bool
	// Say is a message that nobody takes a turn for.
	Say *Said
	// Results go back to the tool calls that they belong to.
	Results []Result
	// Merge are slots whose results are shown now; Cancel are slots that are
	// not waited for.
	Merge, Cancel []int
	// Done ends the pattern, for the reason it gives.
	Done string
	// Result overrides the pattern's result by a message's index.
	Result *int
	// Err fails the pattern.
	Err error
}

// Step is a turn to take or an inner pattern to enter.
type Step struct {
	Slot int
	// Role is what the participant is asked for, empty for a plain turn.
	Role string
	// Note is told to the participant, for this step alone; to all who speak
	// within it where the step is a pattern.
	Note string
	// Answers is the message of a person that is answered, or -1.
	Answers int
	// Context replaces what the participant sees, when not nil.
	Context *[]int
	// Call is the tool call that waits for the step, empty when none does.
	Call string
}

// The reasons for which a pattern is left.
const (
	leftDone          = "done"
	leftMaxRounds     = "max_rounds"
	leftMaxTurns      = "max_turns"
	leftMaxIterations = "max_iterations"
	leftMaxActions    = "max_activations"
	leftStalled       = "stalled"
	leftStuck         = "stuck"
	leftRefused       = "refused"
	leftStop          = "stop"
	leftFailed        = "failed"
	leftCancelled     = "cancelled"
)

func one(slot int) Move { return Move{Steps: []Step{{Slot: slot, Answers: -1}}} }

func done(why string) Move { return Move{Done: why} }

// full says whether a frame has reached the bounds that every pattern has.
func full(f *Frame) string {
	p := f.node.spec
	switch {
	case p.MaxTurns > 0 && f.turns >= p.MaxTurns:
		return leftMaxTurns
	case p.MaxRounds > 0 && f.rounds >= p.MaxRounds:
		return leftMaxRounds
	default:
		return ""
	}
}

// pattern makes the behaviour of a node, after its participants.
func (c *compiler) pattern(n *node) Pattern {
	switch n.kind {
	case "chat":
		return chat{}
	case "round_robin":
		return roundRobin{start: max(0, n.slotNamed(n.spec.Start))}
	case "sequential":
		return sequential{previous: n.spec.Context == "previous"}
	case "parallel":
		return c.parallel(n)
	case "loop":
		return c.loop(n)
	case "selector", "moderated":
		return c.selector(n)
	case "graph":
		return c.graph(n)
	case "random":
		return random{seed: n.spec.Seed}
	case "router":
		return c.router(n)
	case "debate":
		return c.debate(n)
	case "vote":
		return c.vote(n)
	case "handoff":
		return c.handoff(n)
	case "supervisor":
		return c.supervisor(n)
	case "map":
		return c.mapping(n)
	case "plan_execute":
		return c.planExecute(n)
	case "magentic":
		return c.magentic(n)
	case "blackboard":
		return c.blackboard(n)
	case "auction":
		return c.auction(n)
	default:
		c.report("AC8007", "Unknown kind of pattern", n.spec.Range, fmt.Sprintf("There are no patterns of the kind %q.", n.kind))
		return nil
	}
}

// place is where a reason points: a range's file and line.
func place(r specs.Range) (file string, line int) { return r.Filename, r.Start.Line }

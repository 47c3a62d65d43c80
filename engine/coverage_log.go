package engine

import (
	"context"
	"iter"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Add counts what a session of a template has done, by its log. The log may stop
// anywhere. What the template does not know is passed over.
func (c *Coverage) Add(ctx context.Context, t *Template, log iter.Seq2[Event, error]) error {
	r := &covered{t: t, c: c, nodes: map[string]*node{}, frames: map[int]*node{}, failing: map[int]string{}, before: map[int]string{}}
	t.root.index(r.nodes)
	for e, err := range log {
		if err != nil {
			return err
		}
		if err := context.Cause(ctx); err != nil {
			return err
		}
		r.event(&e)
	}
	c.Sessions++
	return nil
}

// index finds a pattern and those in it by their names.
func (n *node) index(nodes map[string]*node) {
	if nodes[n.name] != nil {
		return
	}
	nodes[n.name] = n
	for i := range n.slots {
		if in := n.slots[i].node; in != nil {
			in.index(nodes)
		}
	}
}

// covered reads a log.
type covered struct {
	t       *Template
	c       *Coverage
	nodes   map[string]*node
	frames  map[int]*node
	failing map[int]string // whose call failed last, by turn
	before  map[int]string // who was chosen last, by frame
	fired   bool           // the log has told which conditions it ends by
}

// hit counts a point, if the template has it.
func (r *covered) hit(kind, name, what string) {
	if i := r.c.find(kind, name, what); i >= 0 {
		r.c.Points[i].Count++
	}
}

func (r *covered) event(e *Event) {
	switch d := e.Data.(type) {
	case *Entered:
		r.entered(d)
	case *TurnStarted:
		r.turn(e, d)
	case *TurnFailed:
		r.failed(e, d)
	case *Left:
		r.left(e, d)
	case *StopFired, *Ended:
		r.reason(e)
	case *Finalizing:
		r.hit(CoverLimit, "finalize", coverFinal)
	case *Summarized:
		if d.Text != "" {
			r.hit(CoverPath, "agent."+e.Agent, coverSummed)
		}
	case *CooledDown:
		r.hit(CoverLimit, "agent."+e.Agent, coverWaits(d.Limit))
	default:
		r.path(e)
		r.call(e)
	}
}

func (r *covered) entered(d *Entered) {
	r.frames[d.Frame] = r.nodes[d.Name]
	r.slot(d.Parent, d.Slot)
}

// slot counts that a pattern begins something.
func (r *covered) slot(frame, slot int) {
	if n := r.frames[frame]; n != nil && slot >= 0 && slot < len(n.slots) {
		r.hit(CoverPath, n.address(), n.runs(slot))
	}
}

func (r *covered) turn(e *Event, d *TurnStarted) {
	r.hit(CoverParticipant, r.t.addressOf(e.Agent), "")
	if d.Stop != "" || d.Final || d.Asker != 0 {
		return // it is no pattern's
	}
	r.slot(d.Frame, d.Slot)
	r.take(d.Frame, coverAsks(d.Role))
}

// failed counts what is done about a turn without an answer.
func (r *covered) failed(e *Event, d *TurnFailed) {
	if r.t.humans[e.Agent] != nil && d.Kind == providers.TimedOut {
		r.hit(CoverError, "human."+e.Agent, "on_timeout")
	}
	if strings.Contains(d.Message, "turn_timeout of ") && d.Kind == providers.TimedOut {
		r.hit(CoverLimit, "limits.turn_timeout", "")
	}
	if d.Kind == providers.Canceled || e.Pattern == "" {
		return
	}
	r.onError(e.Pattern)
}

// onError counts that something has failed in a pattern.
func (r *covered) onError(path string) {
	if n := r.nodes[path[strings.LastIndexByte(path, '/')+1:]]; n != nil {
		r.hit(CoverError, n.address(), coverOnError(n))
	}
}

func (r *covered) left(e *Event, d *Left) {
	r.take(d.Frame, coverEnds(d.Why))
	if i := strings.LastIndexByte(e.Pattern, '/'); i > 0 && d.Why == leftFailed {
		r.onError(e.Pattern[:i])
	}
}

// reason counts the conditions and limits that were true.
func (r *covered) reason(e *Event) {
	var reason *Reason
	switch d := e.Data.(type) {
	case *StopFired:
		reason, r.fired = &d.Reason, true
	case *Ended:
		if reason = &d.Reason; r.fired && len(reason.Conditions) > 0 {
			return
		}
	}
	seen := map[string]bool{}
	list := []string{reason.Stop}
	if reason.ErrorKind != "" { // a judge that fails has not spoken
		list = nil
	}
	for i := range reason.Conditions {
		list = append(list, reason.Conditions[i].Address)
	}
	for _, address := range list {
		if !seen[address] {
			r.hit(CoverStop, address, "")
			r.hit(CoverLimit, address, "")
		}
		seen[address] = true
	}
}

// path counts the ways that patterns take.
func (r *covered) path(e *Event) {
	switch d := e.Data.(type) {
	case *EdgeTaken:
		r.take(d.Frame, coverEdge(d.From, d.To, d.When))
	case *Handoff:
		r.take(d.Frame, coverHands(d.From, d.To))
	case *Verdict:
		if len(d.Tied) > 0 {
			r.take(d.Frame, coverTie)
		}
	case *Replanned:
		r.take(d.Frame, coverReplans)
	case *Chosen:
		r.take(d.Frame, coverFollows(r.before[d.Frame], d.Name))
		r.before[d.Frame] = d.Name
		switch d.By {
		case "fallback":
			r.take(d.Frame, coverFallback)
		case "default":
			r.take(d.Frame, coverDefault)
		default:
			if d.Route != "" {
				r.take(d.Frame, coverRoute(d.Route))
			}
		}
	}
}

func (r *covered) take(frame int, what string) {
	if n := r.frames[frame]; n != nil {
		r.hit(CoverPath, n.address(), what)
	}
}

// call counts what becomes of calls of models and tools.
func (r *covered) call(e *Event) {
	switch d := e.Data.(type) {
	case *ModelFailed:
		r.failing[e.Turn] = d.Provider
	case *ModelRetried:
		if d.Kind == providers.BadOutput {
			r.hit(CoverError, "agent."+e.Agent, coverRepair)
			return
		}
		r.hit(CoverError, "provider."+r.failing[e.Turn], coverRetry)
	case *ModelFellBack:
		r.hit(CoverError, "agent."+e.Agent, coverFallsBack(d.To))
	case *ToolFinished:
		r.tool(e.Agent, d.Tool, CoverTool, coverCalled)
	case *ToolFailed:
		r.tool(e.Agent, d.Tool, CoverError, coverToolErr)
	case *ApprovalGiven:
		r.tool(e.Agent, d.Tool, CoverTool, coverAllowed)
	case *ApprovalDenied:
		r.tool(e.Agent, d.Tool, CoverError, coverDenied)
	}
}

func (r *covered) tool(agent, name, kind, what string) {
	if a := r.t.agents[agent]; a != nil {
		if t, ok := a.tool(name); ok {
			r.hit(kind, "tool."+a.blocks[t.Spec.Name], what)
		}
	}
}

package server

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// detail is how much a reader wants to see.
type detail uint8

const (
	detailMessages detail = iota // the conversation
	detailTurns                  // also what happens within turns
	detailDeltas                 // also text as it is generated
)

// levels is the number of levels of detail that differ in stored frames.
const levels = 2

// level is the detail's level in what is stored; deltas are not.
func (d detail) level() int { return min(int(d), levels-1) }

func parseDetail(s string) (detail, bool) {
	switch s {
	case "", "messages":
		return detailMessages, true
	case "turns":
		return detailTurns, true
	case "deltas":
		return detailDeltas, true
	default:
		return 0, false
	}
}

// levelOf is the least detail at which an event is shown, -1 when it never is.
func levelOf(t engine.Type) int {
	switch t { //nolint:exhaustive // the others are not shown
	case engine.TypeSaid, engine.TypeStarted, engine.TypePaused, engine.TypeResumed, engine.TypeFinalizing, engine.TypeEnded,
		engine.TypeCooledDown:
		return 0
	case engine.TypeTurnStarted, engine.TypeTurnFinished, engine.TypeTurnFailed, engine.TypeToolRequested,
		engine.TypeToolFinished, engine.TypeToolFailed, engine.TypeModelRetried, engine.TypeModelFellBack,
		engine.TypeRecovered, engine.TypeStopFired:
		return 1
	default:
		return -1
	}
}

// projector turns a session's events, in order, into frames.
type projector struct {
	rec   *record
	pos   uint64         // the last event that it has seen
	prev  [levels]uint64 // the last one shown at each level
	turns map[int]turnUse
	ended *engine.Ended
}

// turnUse is what the calls of a turn used, and who answered last.
type turnUse struct {
	provider, model string
	in, out         int
}

func (p *projector) clone() *projector {
	c := *p
	c.turns = maps.Clone(p.turns)
	return &c
}

// next takes in an event. With encode it returns its frame, nil when the event
// is not shown.
func (p *projector) next(e *engine.Event, encode bool) *shown {
	p.pos = e.Seq
	p.count(e)
	level := levelOf(e.Type())
	if level < 0 {
		return nil
	}
	var sh *shown
	if encode {
		f := p.frame(e)
		sh = &shown{seq: e.Seq, level: level, said: f.Type == frameText, stamp: f.Timestamp, prev: p.prev, body: f.encode()}
	}
	for l := level; l < levels; l++ {
		p.prev[l] = e.Seq
	}
	if said, ok := e.Data.(*engine.Said); ok && said.Role == "assistant" {
		delete(p.turns, e.Turn)
	}
	return sh
}

// count keeps what the frame of a turn's message will tell of its calls.
func (p *projector) count(e *engine.Event) {
	switch d := e.Data.(type) {
	case *engine.ModelAnswered:
		u := p.turns[e.Turn]
		u.provider, u.model = d.Provider, d.Model
		u.add(e.Usage)
		p.setTurn(e.Turn, u)
	case *engine.ModelFailed:
		if e.Usage != nil {
			u := p.turns[e.Turn]
			u.add(e.Usage)
			p.setTurn(e.Turn, u)
		}
	case *engine.TurnFailed:
		delete(p.turns, e.Turn)
	case *engine.Ended:
		p.ended = d
		p.turns = nil
	}
}

func (p *projector) setTurn(n int, u turnUse) {
	if p.turns == nil {
		p.turns = map[int]turnUse{}
	}
	p.turns[n] = u
}

func (u *turnUse) add(x *providers.Usage) {
	if x != nil {
		u.in += x.InputTokens
		u.out += x.OutputTokens
	}
}

// frame builds the frame of an event that is shown.
func (p *projector) frame(e *engine.Event) *Frame {
	f := &Frame{Timestamp: timestamp(e.Time)}
	switch d := e.Data.(type) {
	case *engine.Said:
		p.said(f, e, d)
	case *engine.Ended:
		f.Type, f.Content = frameStop, publicReason(d.Reason)
		f.Metadata = map[string]any{"role": "system", "outcome": d.Outcome, "reason": f.Content, "stop": d.Reason.Stop}
	case *engine.CooledDown:
		p.cooldown(f, e, d)
	default:
		if levelOf(e.Type()) == 0 {
			notice(f, e)
		} else {
			p.info(f, e)
		}
	}
	delete(f.Metadata, "prev") // it is added for each level
	f.Metadata["seq"] = e.Seq
	return f
}

func (p *projector) said(f *Frame, e *engine.Event, d *engine.Said) {
	f.Content, f.Sender, f.Receiver = d.Content, p.rec.idOf(d.Sender), p.rec.idOf(d.Receiver)
	f.Metadata = make(map[string]any, len(d.Metadata)+8)
	maps.Copy(f.Metadata, d.Metadata)
	f.Metadata["role"] = d.Role
	if d.Structured {
		f.Metadata["structured"] = true
	}
	if d.Simulated {
		f.Metadata["simulated"] = true
	}
	if d.ClientID != "" {
		f.Metadata["client_id"] = d.ClientID
	}
	if e.Turn > 0 {
		f.Metadata["turn"] = e.Turn
	}
	switch d.Role {
	case "assistant":
		f.Type = frameResponse
		u := p.turns[e.Turn]
		if a := p.rec.agent(d.Sender); u.provider == "" && a != nil {
			u.provider, u.model = a.provider, a.model
		}
		f.Metadata["provider"], f.Metadata["model"] = u.provider, u.model
		f.Metadata["usage"] = map[string]int{"input_tokens": u.in, "output_tokens": u.out}
	case "system":
		f.Type = frameSystem
	default:
		f.Type = frameText
	}
}

func (p *projector) cooldown(f *Frame, e *engine.Event, d *engine.CooledDown) {
	left := d.Until.Sub(e.Time)
	f.Type, f.Sender = frameCooldown, p.rec.idOf(e.Agent)
	f.Content = fmt.Sprintf("%s waits for %s: it is over its %s.", e.Agent, left.Round(time.Second), strings.TrimPrefix(d.Limit, "limits."))
	f.Metadata = map[string]any{
		"role": "system", "agent_id": f.Sender, "cooldown_remaining": left.Seconds(), "cooldown_until": timestamp(d.Until),
	}
}

// notice is a life-cycle notice.
func notice(f *Frame, e *engine.Event) {
	f.Type = frameSystem
	f.Metadata = map[string]any{"role": "system"}
	switch d := e.Data.(type) {
	case *engine.Started:
		f.Content, f.Metadata["event"] = "The session has started.", "started"
	case *engine.Paused:
		f.Content, f.Metadata["event"] = "The session is paused.", "paused"
		if d.By != "" {
			f.Metadata["by"] = d.By
		}
		if d.Reason != nil {
			f.Metadata["reason"], f.Metadata["stop"] = publicReason(*d.Reason), d.Reason.Stop
		}
	case *engine.Resumed:
		f.Content, f.Metadata["event"] = "The session goes on.", "resumed"
		if d.By != "" {
			f.Metadata["by"] = d.By
		}
	case *engine.Finalizing:
		f.Content, f.Metadata["event"] = "The session takes its last turn.", "finalizing"
		f.Metadata["outcome"], f.Metadata["reason"], f.Metadata["stop"] = d.Outcome, publicReason(d.Reason), d.Reason.Stop
	}
}

// info is live detail. Texts of vendors and tools stay inside: only their kind
// is told.
func (p *projector) info(f *Frame, e *engine.Event) {
	f.Type, f.Sender = frameInfo, p.rec.idOf(e.Agent)
	f.Metadata = map[string]any{"role": "system", "event": detailEvent(e.Type())}
	if e.Turn > 0 {
		f.Metadata["turn"] = e.Turn
	}
	if f.Sender != "" {
		f.Metadata["agent_id"] = f.Sender
	}
	if e.Pattern != "" {
		f.Metadata["pattern"] = e.Pattern
	}
	maps.Copy(f.Metadata, detailData(e.Data))
}

func detailEvent(t engine.Type) string {
	if t == engine.TypeToolRequested {
		return "tool_called"
	}
	if t == engine.TypeRecovered {
		return "cooldown_over"
	}
	return strings.ReplaceAll(string(t), ".", "_")
}

func detailData(d engine.Data) map[string]any {
	switch d := d.(type) {
	case *engine.TurnFailed:
		return map[string]any{"kind": d.Kind, "skipped": d.Skipped, "redo": d.Redo}
	case *engine.ToolRequested:
		return map[string]any{"tool": d.Tool, "call_id": d.CallID, "arguments": d.Arguments}
	case *engine.ToolFinished:
		return map[string]any{"tool": d.Tool, "call_id": d.CallID}
	case *engine.ToolFailed:
		return map[string]any{"tool": d.Tool, "call_id": d.CallID}
	case *engine.ModelRetried:
		return map[string]any{"attempt": d.Attempt, "until": timestamp(d.Until), "kind": d.Kind}
	case *engine.ModelFellBack:
		return map[string]any{"from": d.From, "to": d.To}
	case *engine.StopFired:
		return map[string]any{"stop": d.Reason.Stop, "action": d.Action, "outcome": d.Outcome}
	default:
		return nil
	}
}

// delta is a piece of an answer that is being made, nil for other events. It
// is not stored and has no seq.
func (p *projector) delta(e *engine.Event, stamp string) []byte {
	f := Frame{Type: frameInfo, Sender: p.rec.idOf(e.Agent), Timestamp: stamp}
	event := "delta"
	switch d := e.Data.(type) {
	case *engine.TextDelta:
		f.Content = d.Text
	case *engine.ThoughtDelta:
		f.Content, event = d.Text, "thought"
	default:
		return nil
	}
	f.Metadata = map[string]any{"role": "assistant", "event": event, "turn": e.Turn, "agent_id": f.Sender}
	return wireText(f.encode())
}

// publicReason is why something ended, without the words of a vendor.
func publicReason(r engine.Reason) string {
	if r.ErrorKind != "" {
		return fmt.Sprintf("a call to a model failed: %s", r.ErrorKind)
	}
	return r.Text
}

// idOf is the public id of a participant's bare name: an agent's, or that of
// the person who owns the session.
func (r *record) idOf(name string) string {
	if name == "" {
		return ""
	}
	if a := r.agent(name); a != nil {
		return a.id
	}
	return userID(r.owner)
}

// agent finds an agent of the session by its bare name.
func (r *record) agent(name string) *agentRecord {
	for _, a := range r.agents {
		if a.key == name {
			return a
		}
	}
	return nil
}

// userID is the public id of a person.
func userID(name string) string { return "user_" + name }

package server

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

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
			p.approval(f, e)
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
	if d.Copy != "" {
		f.Metadata["copy"] = d.Copy
	}
	if d.ClientID != "" {
		f.Metadata["client_id"] = d.ClientID
	}
	if e.Turn > 0 {
		f.Metadata["turn"] = e.Turn
	}
	if d.Role == "system" { // a pattern says it in its own name
		f.Sender, f.Metadata["pattern"] = "", e.Pattern
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
	if _, ok := e.Data.(*engine.Chosen); ok && p.rec.agent(e.Agent) == nil {
		f.Sender = "" // a pattern may be chosen too
	}
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
	if d, ok := e.Data.(*engine.TurnStarted); ok && d.Note != "" && p.rec.agent(e.Agent) == nil {
		f.Metadata["note"] = d.Note // what a person is asked; what agents are told stays inside
	}
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
	case *engine.TurnStarted:
		m := set(map[string]any{"asked_as": d.Role, "stop": d.Stop, "decides": d.Decides, "call_id": d.Call})
		if d.Asker != 0 {
			m["asker"] = d.Asker
		}
		if d.Call != "" {
			m["task"] = d.Note
		}
		return m
	case *engine.Handoff:
		return set(map[string]any{"from": d.From, "to": d.To, "why": d.Why, "call_id": d.CallID})
	case *engine.TurnFinished:
		if d.Decision != nil {
			return map[string]any{"decision": d.Decision}
		}
		return nil
	case *engine.Chosen:
		return set(map[string]any{"next": d.Name, "by": d.By, "why": d.Why, "route": d.Route})
	case *engine.Ballot:
		m := set(map[string]any{"choice": d.Choice, "reason": d.Reason, "casting": d.Casting, "spoiled": d.Spoiled, "weight": d.Weight})
		if d.Score != nil {
			m["score"] = *d.Score
		}
		return m
	case *engine.Items:
		return map[string]any{"items": len(d.Items)}
	case *engine.Planned:
		return map[string]any{"number": d.Number, "steps": d.Steps}
	case *engine.Replanned:
		return map[string]any{"number": d.Number, "why": d.Why}
	case *engine.Verdict:
		m := set(map[string]any{"outcome": d.Outcome, "by": d.By, "ballots": d.Ballots, "voters": d.Voters})
		if d.Score != nil {
			m["score"] = *d.Score
		}
		if d.Counts != nil {
			m["counts"] = d.Counts
		}
		return m
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
	case *engine.Forked:
		return map[string]any{"from": d.From, "at": d.At}
	case *engine.BudgetWarned:
		return map[string]any{"limit": d.Limit, "used": d.Used, "most": d.Most}
	case *engine.StopFired:
		return map[string]any{"stop": d.Reason.Stop, "action": d.Action, "outcome": d.Outcome}
	default:
		return nil
	}
}

// set leaves out what is empty.
func set(m map[string]any) map[string]any {
	maps.DeleteFunc(m, func(_ string, v any) bool { return v == "" || v == false })
	return m
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

package main

import (
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/remote"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// theirs is how ids of people begin.
const theirs = "user_"

// frames reads the frames of a server as the events that they show, for the
// screens that show events.
type frames struct {
	keys map[string]string // of agents, by id
	open map[int]string    // turns of agents that go on, and whose they are
	torn map[int]bool      // those whose text is not streamed: its beginning was missed, or it is JSON
	said map[int]bool      // those of which text has come
}

func newFrames(s *remote.Session) *frames {
	f := &frames{keys: map[string]string{}, open: map[int]string{}, torn: map[int]bool{}, said: map[int]bool{}}
	for _, a := range s.Members() {
		f.keys[a.ID] = a.Key
	}
	return f
}

// created is the event that introduces the agents.
func (f *frames) created(s *remote.Session) engine.Event {
	d := &engine.Created{Template: s.Template, SessionType: s.Type}
	for _, a := range s.Members() {
		d.Participants = append(d.Participants, engine.Participant{Name: a.Key, Kind: "agent", Provider: a.Provider, Model: a.Model})
	}
	return engine.Event{Data: d}
}

// name is what a participant is called on the screen.
func (f *frames) name(id string) string {
	if key, ok := f.keys[id]; ok {
		return key
	}
	if id == "" || strings.HasPrefix(id, theirs) {
		return "user"
	}
	return id
}

// tear gives up what was streamed of the turns that go on: a part of it is
// missing. The messages come whole.
func (f *frames) tear() []engine.Event {
	var out []engine.Event
	for turn, name := range f.open {
		f.torn[turn] = true
		if f.said[turn] {
			delete(f.said, turn)
			out = append(out, engine.Event{Turn: turn, Agent: name, Data: &engine.ModelFailed{}})
		}
	}
	return out
}

// events are those that a frame shows; most frames show one.
func (f *frames) events(fr *remote.Frame) []engine.Event {
	m := &fr.Metadata
	e := engine.Event{Seq: m.Seq, Time: fr.Timestamp, Turn: m.Turn, Agent: f.name(fr.Sender)}
	switch fr.Type {
	case "text", "response":
		e.Data = &engine.Said{Sender: e.Agent, Role: m.Role, Content: fr.Content, Structured: m.Structured}
		if fr.Type == "text" {
			e.Turn = 0
		}
		f.over(e.Turn)
	case "cooldown":
		until, _ := time.Parse(time.RFC3339, m.CooldownUntil) // zero is shown as over
		e.Data = &engine.CooledDown{Until: until, Limit: strings.TrimSuffix(fr.Content, ".")}
	case "stop":
		e.Data = &engine.Ended{Outcome: engine.Outcome(m.Outcome), Reason: engine.Reason{Stop: m.Stop, Text: m.Reason}}
	case "system":
		e.Data = notice(fr)
	case "info":
		return f.detail(fr, e)
	}
	if e.Data == nil {
		return nil
	}
	return []engine.Event{e}
}

// notice is what a system frame shows, nil when that is nothing.
func notice(fr *remote.Frame) engine.Data {
	m := &fr.Metadata
	reason := engine.Reason{Stop: m.Stop, Text: m.Reason}
	switch {
	case m.Event == "paused" && m.Stop != "":
		return &engine.Paused{Reason: &reason}
	case m.Event == "paused":
		return &engine.Paused{}
	case m.Event == "resumed":
		return &engine.Resumed{}
	case m.Event == "finalizing":
		return &engine.Finalizing{Outcome: engine.Outcome(m.Outcome), Reason: reason}
	case m.Event == "approval":
		return &engine.ApprovalAsked{CallID: m.CallID, Tool: m.Tool, Arguments: m.Arguments}
	case m.Event == "approved":
		return &engine.ApprovalGiven{CallID: m.CallID, Tool: m.Tool}
	case m.Event == "denied":
		return &engine.ApprovalDenied{CallID: m.CallID, Tool: m.Tool, Why: m.Reason}
	case m.Event == "" && fr.Content != "" && m.Seq > 0:
		return &engine.Said{Sender: "system", Role: "system", Content: fr.Content}
	default:
		return nil
	}
}

// detail is what happens within turns.
func (f *frames) detail(fr *remote.Frame, e engine.Event) []engine.Event {
	m := &fr.Metadata
	again := engine.Event{Turn: e.Turn, Agent: e.Agent, Time: e.Time, Data: &engine.ModelFailed{}}
	switch m.Event {
	case "turn_started":
		if strings.HasPrefix(fr.Sender, theirs) {
			return asked(m.Note, e)
		}
		f.open[e.Turn] = e.Agent
		e.Data = &engine.TurnStarted{Call: m.CallID, Role: m.AskedAs, Decides: m.Decides, Stop: m.Stop}
	case "turn_finished":
		e.Data = &engine.TurnFinished{Decision: m.Decision}
		delete(f.open, e.Turn)
	case "turn_failed":
		e.Data = &engine.TurnFailed{Kind: providers.Kind(m.Kind), Message: m.Kind, Skipped: m.Skipped, Redo: m.Redo}
		f.over(e.Turn)
	case "delta":
		return f.delta(fr, e)
	case "tool_called":
		e.Data = &engine.ToolRequested{Tool: m.Tool}
		return []engine.Event{again, e}
	case "tool_failed":
		e.Data = &engine.ToolFailed{Tool: m.Tool, Error: "see the server's log"}
	case "model_retried":
		until, _ := time.Parse(time.RFC3339, m.Until) // zero is shown as over
		e.Data = &engine.ModelRetried{Attempt: m.Attempt, Until: until, Kind: providers.Kind(m.Kind)}
		return []engine.Event{again, e}
	case "budget_warned":
		e.Data = &engine.BudgetWarned{Limit: m.Limit, Used: m.Used, Most: m.Most}
	case "model_fell_back":
		e.Data = &engine.ModelFellBack{From: m.From, To: m.To}
		return []engine.Event{again, e}
	default:
		if e.Data = decided(m); e.Data == nil {
			return nil
		}
		if e.Pattern = m.Pattern; m.Event == "pattern_chosen" {
			e.Agent = m.Next // it may be a pattern
		}
	}
	return []engine.Event{e}
}

// asked shows what a person is asked whose turn it is.
func asked(note string, e engine.Event) []engine.Event {
	if note == "" {
		return nil
	}
	e.Turn, e.Data = 0, &engine.Said{Sender: "system", Role: "system", Content: note}
	return []engine.Event{e}
}

func (f *frames) delta(fr *remote.Frame, e engine.Event) []engine.Event {
	if !f.said[e.Turn] && strings.HasPrefix(strings.TrimSpace(fr.Content), "{") {
		f.torn[e.Turn] = true // an object is shown when it is whole
	}
	if f.torn[e.Turn] || fr.Content == "" {
		return nil
	}
	f.open[e.Turn], f.said[e.Turn] = e.Agent, true
	e.Data = &engine.TextDelta{Text: fr.Content}
	return []engine.Event{e}
}

// over forgets a turn.
func (f *frames) over(turn int) {
	delete(f.open, turn)
	delete(f.torn, turn)
	delete(f.said, turn)
}

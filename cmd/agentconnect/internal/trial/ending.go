package trial

import (
	"strconv"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// ending is what a session came to.
type ending struct {
	events     []engine.Event
	ended      *engine.Ended
	env        *specs.Env
	lasted     time.Duration
	unfinished string
	// undone and refused are the messages that were not said.
	undone  []int
	refused []engine.Refused
}

// rehearse runs the session on its mocks.
func (c *check) rehearse(t *engine.Template) *ending {
	h, err := engine.Rehearse(c.ctx, t, engine.RehearseOptions{
		Start:  engine.StartOptions{ID: "session_" + strconv.FormatInt(c.trial.Seed, 10), Opening: c.trial.Opening},
		Acts:   c.acts(),
		Decide: c.decide(),
		Stay:   c.trial.Stay,
	})
	if err != nil {
		c.fail(specs.FailUnfinished, specs.Range{}, nil, "The session could not be run: %v.", err)
		return nil
	}
	return &ending{events: h.Events, ended: h.Ended, env: h.Env, lasted: h.Took, unfinished: h.Unfinished, undone: h.Undone, refused: h.Refused}
}

// unsaid tells of messages that were not said.
func (c *check) unsaid(end *ending) {
	for _, i := range end.undone {
		c.fail(specs.FailUnsaid, c.trial.Says[i].Range, nil, "The session had ended before it waited for this message: remove it, say it earlier with at, or see why the session ended.")
	}
	for _, r := range end.refused {
		c.fail(specs.FailUnsaid, c.trial.Says[r.Act].Range, nil, "The session did not take the message: %v.", r.Err)
	}
}

// acts are what persons say.
func (c *check) acts() []engine.Act {
	acts := make([]engine.Act, len(c.trial.Says))
	for i, s := range c.trial.Says {
		acts[i] = engine.Act{Message: engine.Message{Sender: s.From, Content: s.Text}}
		if s.Timed {
			acts[i].At = max(s.At, 1)
		}
	}
	return acts
}

// decide answers for who must allow calls of tools.
func (c *check) decide() func(engine.Event) (engine.Decision, bool) {
	used := make([]int, len(c.trial.Approvals))
	return func(e engine.Event) (engine.Decision, bool) {
		asked, ok := e.Data.(*engine.ApprovalAsked)
		if !ok {
			return engine.Decision{}, false
		}
		for i, a := range c.trial.Approvals {
			of := asked.Tool == a.Tool || strings.HasPrefix(asked.Tool, a.Tool+engine.SetMark)
			if !of || a.Times > 0 && used[i] >= a.Times {
				continue
			}
			used[i]++
			return engine.Decision{Allow: a.Allow, By: a.By, Why: a.Why, After: a.After}, true
		}
		return engine.Decision{}, false
	}
}

// speakers are who spoke, in order, the opening and the person's side aside.
func (end *ending) speakers() []string {
	out, started := []string{}, false
	for i := range end.events {
		switch d := end.events[i].Data.(type) {
		case *engine.Started:
			started = true
		case *engine.Said:
			if started && d.Sender != "user" && d.Role != "system" {
				out = append(out, d.Sender)
			}
		}
	}
	return out
}

// facts are what conditions read besides the session's environment.
func (end *ending) facts() specs.TrialFacts {
	events := make([]any, len(end.events))
	for i := range end.events {
		e := &end.events[i]
		events[i] = map[string]any{
			"seq": float64(e.Seq), "at": e.Time.Sub(end.events[0].Time).Round(time.Millisecond).Seconds(), "type": string(e.Type()), "turn": float64(e.Turn),
			"agent": e.Agent, "pattern": e.Pattern, "data": specs.JSONValue(e.Data),
		}
	}
	speakers := []any{}
	for _, name := range end.speakers() {
		speakers = append(speakers, name)
	}
	facts := specs.TrialFacts{"events": events, "speakers": speakers, "plan": nil, "stop": nil, "reason": nil, "result": nil}
	if end.ended != nil {
		facts["stop"], facts["reason"], facts["result"] = end.ended.Reason.Stop, end.ended.Reason.Text, specs.JSONValue(end.ended.Result)
	}
	return facts
}

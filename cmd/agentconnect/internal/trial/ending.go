package trial

import (
	"fmt"
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
	unsaid     []unsaid
	decided    []int // how often, by approve block
}

// unsaid is a message that was not said, and why.
type unsaid struct {
	at  specs.Range
	why string
}

// rehearse runs the session on its mocks.
func (c *check) rehearse(t *engine.Template) *ending {
	says, opening := c.trial.Says, c.trial.Opening
	if opening != "" && c.opensBySaying() {
		says = append([]specs.TrialSay{{Text: opening, Range: c.trial.Args["opening"]}}, says...)
		opening = ""
	}
	decided := make([]int, len(c.trial.Approvals))
	h, err := engine.Rehearse(c.ctx, t, engine.RehearseOptions{
		Start:  engine.StartOptions{ID: "session_" + strconv.FormatInt(c.trial.Seed, 10), Opening: opening},
		Acts:   acts(says),
		Decide: c.decide(decided),
		Stay:   c.trial.Stay,
	})
	if err != nil {
		c.fail(specs.FailUnfinished, specs.Range{}, nil, "The session could not be run: %v.", err)
		return nil
	}
	end := &ending{events: h.Events, ended: h.Ended, env: h.Env, lasted: h.Took, unfinished: h.Unfinished, decided: decided}
	for _, i := range h.Undone {
		end.unsaid = append(end.unsaid, unsaid{says[i].Range, "The session had ended before it waited for this message: remove it, say it earlier with at, or see why the session ended."})
	}
	for _, r := range h.Refused {
		end.unsaid = append(end.unsaid, unsaid{says[r.Act].Range, fmt.Sprintf("The session did not take the message: %v.", r.Err)})
	}
	return end
}

// opensBySaying says whether the session waits for its first message, so that
// nothing would begin with an opening.
func (c *check) opensBySaying() bool {
	for _, s := range c.trial.Config.Sessions {
		if s.Name == c.trial.Session {
			return s.Type == "agent_agent" && s.Start == "on_message"
		}
	}
	return false
}

// unsaid tells of messages that were not said.
func (c *check) unsaid(end *ending) {
	for _, u := range end.unsaid {
		c.fail(specs.FailUnsaid, u.at, nil, "%s", u.why)
	}
}

// acts are what persons say.
func acts(says []specs.TrialSay) []engine.Act {
	out := make([]engine.Act, len(says))
	for i, s := range says {
		out[i] = engine.Act{Message: engine.Message{Sender: s.From, Content: s.Text}}
		if s.Timed {
			out[i].At = max(s.At, 1)
		}
	}
	return out
}

// decide answers for who must allow calls of tools, and counts by approve block.
func (c *check) decide(used []int) func(engine.Event) (engine.Decision, bool) {
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

// facts are what conditions read besides the session's environment. Events are
// told where one reads them.
func (end *ending) facts(events bool) specs.TrialFacts {
	speakers := []any{}
	for _, name := range end.speakers() {
		speakers = append(speakers, name)
	}
	facts := specs.TrialFacts{"events": []any{}, "speakers": speakers, "plan": nil, "stop": nil, "reason": nil, "result": nil}
	if events {
		facts["events"] = end.log()
	}
	if end.ended != nil {
		facts["stop"], facts["reason"], facts["result"] = end.ended.Reason.Stop, end.ended.Reason.Text, specs.JSONValue(end.ended.Result)
	}
	return facts
}

// log is the events as conditions read them.
func (end *ending) log() []any {
	out := make([]any, len(end.events))
	for i := range end.events {
		e := &end.events[i]
		at := e.Time.Sub(end.events[0].Time).Round(time.Millisecond)
		out[i] = map[string]any{
			"seq": float64(e.Seq), "at": at.Seconds(), "type": string(e.Type()), "turn": float64(e.Turn), "agent": e.Agent, "pattern": e.Pattern,
			"data": specs.JSONValue(e.Data),
		}
	}
	return out
}

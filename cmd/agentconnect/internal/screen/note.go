package screen

import (
	"fmt"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// noteMax is how much of a tool's arguments or of an error a note shows, in
// bytes.
const noteMax = 160

// composed says at the beginning that no vendor answers.
const composed = "simulated: the scripted provider answers for every provider"

// note is a line about what happened beside the conversation; most events have
// none.
func (c *cast) note(e *engine.Event) string {
	who := c.name(e.Agent)
	switch d := e.Data.(type) {
	case *engine.ModelRetried:
		if d.Kind == providers.BadOutput {
			return who + "'s answer did not fit its form; asked again"
		}
		return fmt.Sprintf("%s: %s; tries again in %s (attempt %d)", who, d.Kind, wait(e.Time, d.Until), d.Attempt)
	case *engine.ModelFellBack:
		return fmt.Sprintf("%s falls back from provider.%s to provider.%s", who, d.From, d.To)
	case *engine.CooledDown:
		return fmt.Sprintf("%s cools down for %s, until %s (%s)", who, wait(e.Time, d.Until), clock(d.Until), d.Limit)
	case *engine.ToolRequested:
		return fmt.Sprintf("%s uses %s %s", who, Line(d.Tool), short(string(d.Arguments)))
	case *engine.ApprovalAsked:
		return fmt.Sprintf("%s waits for a person to allow %s", who, Line(d.Tool))
	case *engine.ApprovalGiven:
		return Line(d.Tool) + " is allowed"
	case *engine.ApprovalDenied:
		if d.Why != "" {
			return fmt.Sprintf("%s is not allowed: %s", Line(d.Tool), short(d.Why))
		}
		return Line(d.Tool) + " is not allowed"
	case *engine.TurnStarted:
		c.asked(e.Turn, d)
		if c.human[e.Agent] && d.Note != "" {
			return fmt.Sprintf("%s is asked: %s", who, Line(d.Note))
		}
	case *engine.TurnFinished:
		return c.decisionNote(who, e.Turn, d)
	case *engine.Chosen:
		return c.chosenNote(who, d)
	case *engine.Handoff:
		return fmt.Sprintf("%s hands over to %s%s", who, c.name(d.To), because(d.Why))
	case *engine.Ballot:
		return c.ballotNote(who, d)
	case *engine.Verdict:
		return verdictNote(e.Pattern, d)
	case *engine.Items:
		return copiesNote(e.Pattern, d)
	case *engine.Planned:
		return c.planNote(e.Pattern, d)
	case *engine.Replanned:
		return fmt.Sprintf("%s plans again%s", Line(e.Pattern), because(d.Why))
	case *engine.ToolFailed:
		return fmt.Sprintf("%s failed: %s", Line(d.Tool), short(d.Error))
	case *engine.TurnFailed:
		delete(c.deciding, e.Turn)
		return c.turnNote(who, d)
	case *engine.BudgetWarned:
		return fmt.Sprintf("%s is nearly reached: %.6g of %.6g are used", d.Limit, d.Used, d.Most)
	case *engine.StopFired:
		if d.Action == "leave" {
			return fmt.Sprintf("pattern %s ends: %s", e.Pattern, why(&d.Reason))
		}
	case *engine.Finalizing:
		return "the last turn, because " + why(&d.Reason)
	case *engine.Paused:
		if d.Reason != nil {
			return "paused: " + why(d.Reason)
		}
		return "paused"
	case *engine.Resumed:
		return "resumed"
	}
	return ""
}

func (c *cast) turnNote(who string, d *engine.TurnFailed) string {
	switch {
	case d.Redo:
		return who + " was interrupted"
	case d.Skipped && d.Kind == providers.Canceled:
		return ""
	case d.Skipped:
		return fmt.Sprintf("%s is passed over: %s", who, short(d.Message))
	default:
		return "" // the end says it
	}
}

func short(text string) string {
	text = Line(strings.TrimSpace(text))
	if len(text) <= noteMax {
		return text
	}
	return fit(text, noteMax)
}

func clock(t time.Time) string { return t.Local().Format(time.TimeOnly) }

func wait(from, until time.Time) string {
	d := until.Sub(from)
	if d >= time.Second {
		return d.Round(time.Second / 10).String()
	}
	return d.Round(time.Millisecond).String()
}

// why names what decided, its place, and the reason.
func why(r *engine.Reason) string {
	s := r.Stop
	if len(r.Conditions) > 0 {
		if at := placeOf(&r.Conditions[0]); at != "" {
			s += " (" + at + ")"
		}
	}
	if r.Text != "" && r.Text != r.Stop {
		s += ": " + Line(r.Text)
	}
	return s
}

func placeOf(c *engine.Condition) string {
	switch {
	case c.File == "":
		return ""
	case c.Line == 0:
		return Line(c.File)
	default:
		return fmt.Sprintf("%s:%d", Line(c.File), c.Line)
	}
}

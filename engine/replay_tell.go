package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// same says whether a log's event is what the template gives. What a session
// was created from is compared when it is the same scenario.
func same(t *Template, want, got *Event) bool {
	if want.Turn != got.Turn || want.Agent != got.Agent || want.Pattern != got.Pattern || want.Cause != got.Cause || want.Type() != got.Type() {
		return false
	}
	if w, ok := want.Data.(*Created); ok && w.Hash != t.Hash {
		return w.SessionType == t.Type
	}
	if reflect.DeepEqual(want.Data, got.Data) {
		return true
	}
	a, err := json.Marshal(unplaced(want.Data))
	b, other := json.Marshal(unplaced(got.Data))
	return err == nil && other == nil && bytes.Equal(a, b)
}

// unplaced is an event's data without the files and lines of conditions, which
// depend on where a scenario was read from.
func unplaced(d Data) Data {
	switch d := d.(type) {
	case *StopFired:
		c := *d
		c.Reason = d.Reason.unplaced()
		return &c
	case *Finalizing:
		c := *d
		c.Reason = d.Reason.unplaced()
		return &c
	case *Ended:
		c := *d
		c.Reason = d.Reason.unplaced()
		return &c
	case *Paused:
		if d.Reason != nil {
			c := *d
			c.Reason = new(d.Reason.unplaced())
			return &c
		}
	case *Left:
		if d.Reason != nil {
			c := *d
			c.Reason = new(d.Reason.unplaced())
			return &c
		}
	}
	return d
}

func (r Reason) unplaced() Reason {
	r.Conditions = slices.Clone(r.Conditions)
	for i := range r.Conditions {
		r.Conditions[i].File, r.Conditions[i].Line = "", 0
	}
	return r
}

// maxTold bounds a text that is told of an event, in bytes.
const maxTold = 200

// short makes a text fit into a line.
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxTold {
		s = strings.TrimSuffix(clip(s, maxTold), cutMark) + "…"
	}
	return s
}

// tell says in words what happened in an event.
//
//nolint:cyclop // one case for each type of event
func (e *Event) tell() string {
	who := e.Agent
	switch d := e.Data.(type) {
	case *Created:
		return "the session is created as " + d.SessionType
	case *Started:
		return "the session starts"
	case *Paused:
		return "the session is paused"
	case *Resumed:
		return "the session is resumed"
	case *StopAsked:
		return "a person asks for the end"
	case *TakenOver:
		return "the session is taken over"
	case *Forked:
		return "the session begins as a copy of " + d.From
	case *InputClosed:
		return "the input ends"
	case *Ended:
		return fmt.Sprintf("the session ends %s (%s)", d.Outcome, short(d.Reason.Text))
	case *Said:
		return fmt.Sprintf("%s says %q", d.Sender, short(d.Content))
	case *Entered:
		return fmt.Sprintf("pattern.%s begins", d.Name)
	case *Left:
		return fmt.Sprintf("pattern %s is left (%s)", e.Pattern, d.Why)
	case *Round:
		return fmt.Sprintf("round %d of pattern %s is complete", d.Round, e.Pattern)
	case *Chosen:
		return fmt.Sprintf("%s is chosen by %s", d.Name, d.By)
	case *EdgeTaken:
		return fmt.Sprintf("the edge from %s to %s is taken", d.From, d.To)
	case *Ballot:
		return fmt.Sprintf("%s votes %s", who, d.vote())
	case *Verdict:
		return fmt.Sprintf("the vote of pattern %s comes to %s", e.Pattern, d.outcome())
	case *Items:
		return fmt.Sprintf("pattern %s makes %d copies", e.Pattern, len(d.Items))
	case *Planned:
		return fmt.Sprintf("plan %d of pattern %s has %d steps", d.Number, e.Pattern, len(d.Steps))
	case *Replanned:
		return fmt.Sprintf("pattern %s plans again (%s)", e.Pattern, short(d.Why))
	case *Handoff:
		return fmt.Sprintf("%s hands over to %s", d.From, d.To)
	case *Merged:
		return fmt.Sprintf("branch %d of pattern %s is shown", d.Slot+1, e.Pattern)
	case *TurnStarted:
		if d.Final {
			return fmt.Sprintf("the finalizing turn of %s begins", who)
		}
		if d.Decides {
			if d.Stop != "" {
				return fmt.Sprintf("%s is asked as judge of %s", who, d.Stop)
			}
			return fmt.Sprintf("%s is asked as %s in pattern %s", who, d.Role, e.Pattern)
		}
		return fmt.Sprintf("turn %d begins, of %s in pattern %s", e.Turn, who, e.Pattern)
	case *TurnFinished:
		if d.Decision != nil {
			return fmt.Sprintf("%s decides %s", who, short(string(d.Decision)))
		}
		return fmt.Sprintf("turn %d of %s is finished", e.Turn, who)
	case *TurnFailed:
		return fmt.Sprintf("turn %d of %s fails (%s)", e.Turn, who, short(d.Message))
	default:
		return e.tellCall()
	}
}

// tellCall says what happened to a call, a tool, an agent or a condition.
func (e *Event) tellCall() string {
	who := e.Agent
	switch d := e.Data.(type) {
	case *ModelCalled:
		return fmt.Sprintf("%s calls the model %s of %s", who, d.Model, d.Provider)
	case *ModelAnswered:
		return fmt.Sprintf("the model %s answers %s", d.Model, who)
	case *ModelFailed:
		return fmt.Sprintf("the call of %s to %s fails (%s)", who, d.Provider, short(d.Message))
	case *ModelRetried:
		return fmt.Sprintf("%s is to try again", who)
	case *ModelFellBack:
		return fmt.Sprintf("%s falls back from %s to %s", who, d.From, d.To)
	case *ToolRequested:
		return fmt.Sprintf("%s calls the tool %s", who, d.Tool)
	case *ToolFinished:
		return fmt.Sprintf("the tool %s gives its result to %s", d.Tool, who)
	case *ToolFailed:
		return fmt.Sprintf("the tool %s fails for %s (%s)", d.Tool, who, short(d.Error))
	case *ApprovalAsked:
		return fmt.Sprintf("%s waits for a person to allow the tool %s", who, d.Tool)
	case *ApprovalGiven:
		return fmt.Sprintf("a person allows %s the tool %s", who, d.Tool)
	case *ApprovalDenied:
		return fmt.Sprintf("a person does not allow %s the tool %s (%s)", who, d.Tool, short(d.Why))
	case *CooledDown:
		return fmt.Sprintf("%s must wait for %s", who, d.Limit)
	case *Recovered:
		return fmt.Sprintf("%s need not wait any more", who)
	case *Summarized:
		return fmt.Sprintf("%s has a summary of what was said", who)
	case *Latched:
		return d.Stop + " is true for the first time"
	case *Cleared:
		return d.Stop + " is no longer true"
	case *StopFired:
		return fmt.Sprintf("%s is true (%s)", d.Reason.Stop, short(d.Reason.Text))
	case *Finalizing:
		return sessionFinalizes
	case *BudgetWarned:
		return d.Limit + " is nearly reached"
	default:
		return string(e.Type())
	}
}

// difference names the first thing in which two events of a type differ.
func difference(want, got *Event) string {
	a, b := map[string]string{}, map[string]string{}
	want.leaves(a)
	got.leaves(b)
	keys := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(keys)
	for _, k := range keys {
		if a[k] != b[k] {
			return fmt.Sprintf(" (%s was %s, is %s)", k, told(a[k]), told(b[k]))
		}
	}
	return ""
}

func told(s string) string {
	if s == "" {
		return "not set"
	}
	return short(s)
}

// leaves are the values of an event by their paths: of its data and of its
// envelope.
func (e *Event) leaves(m map[string]string) {
	var data any
	if b, err := json.Marshal(unplaced(e.Data)); err == nil {
		_ = json.Unmarshal(b, &data) // our own JSON
	}
	leavesOf("", data, m)
	leavesOf("", map[string]any{"turn": e.Turn, "agent": e.Agent, "pattern": e.Pattern, "cause": e.Cause}, m)
}

func leavesOf(path string, v any, m map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			leavesOf(strings.TrimPrefix(path+"."+k, "."), x, m)
		}
	case []any:
		for i, x := range v {
			leavesOf(fmt.Sprintf("%s[%d]", path, i), x, m)
		}
	default:
		var b strings.Builder
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false) // a person reads it
		if enc.Encode(v) == nil {
			m[path] = strings.TrimSpace(b.String())
		}
	}
}

package screen

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Lists, plans and what persons are asked show beside the conversation, and a
// copy's words under its own name.
func TestCoursesAreTold(t *testing.T) {
	var out, notes strings.Builder
	p := NewPlain(PlainConfig{Out: &out, Notes: &notes})
	item := json.RawMessage(`1`)
	for _, e := range []engine.Event{
		{Data: &engine.Created{Participants: []engine.Participant{{Name: "ada", Kind: "agent", DisplayName: "Ada"}, {Name: "ann", Kind: "human"}}}},
		{Pattern: "each", Data: &engine.Items{}},
		{Pattern: "each", Data: &engine.Items{Items: []json.RawMessage{item}}},
		{Pattern: "each", Data: &engine.Items{Items: []json.RawMessage{item, item}}},
		{Agent: "ada", Data: &engine.Said{Sender: "ada", Copy: "ada[1]", Content: "Second."}},
		{Pattern: "desk", Data: &engine.Planned{Number: 1, Steps: []engine.PlanStep{{Agent: "ada", Task: "look"}, {Agent: "ann", Task: "read"}}}},
		{Pattern: "desk", Data: &engine.Replanned{Number: 1, Why: "ada failed"}},
		{Pattern: "desk", Data: &engine.Planned{Number: 2}},
		{Agent: "ann", Data: &engine.TurnStarted{Note: "Do you agree?\n1. ada: look"}},
		{Agent: "ada", Data: &engine.TurnStarted{Note: "a secret of the pattern"}},
		{Agent: "ada", Data: &engine.Chosen{Name: "ada", By: "manager", Why: "she can"}},
		{Agent: "ada", Data: &engine.Chosen{Name: "ada", By: "board"}},
		{Agent: "ada", Data: &engine.Chosen{Name: "ada", By: "bid", Why: "8: I can"}},
	} {
		p.Event(e)
	}
	if got, want := out.String(), "Ada[1]: Second.\n"; got != want {
		t.Errorf("said: got %q, want %q", got, want)
	}
	want := `· each: there are no items
· each: one item
· each: 2 items
· desk, plan 1: 1. Ada: look 2. ann: read
· desk plans again: ada failed
· desk: nothing is left to do
· ann is asked: Do you agree? 1. ada: look
· the manager gives Ada the floor: she can
· Ada looks at the board
· Ada wins with a bid of 8: I can
`
	if got := notes.String(); got != want {
		t.Errorf("notes: got\n%swant\n%s", got, want)
	}
}

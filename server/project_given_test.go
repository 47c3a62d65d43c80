package server

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Who gets the floor, and what a worker is to do, is told to those who want to
// see turns.
func TestHandoversAndTasksAreShown(t *testing.T) {
	for _, test := range []struct {
		data engine.Data
		want map[string]any
	}{
		{&engine.Handoff{Frame: 1, CallID: "c1", From: "a", To: "b", Why: "money"}, map[string]any{"from": "a", "to": "b", "why": "money", "call_id": "c1"}},
		{&engine.TurnStarted{Frame: 1, Note: "Write it.", Call: "c2"}, map[string]any{"task": "Write it.", "call_id": "c2"}},
		{&engine.TurnStarted{Frame: 1, Note: "what a pattern tells"}, map[string]any{}},
	} {
		if got := levelOf(test.data.Type()); got != 1 {
			t.Errorf("%s is shown from level %d", test.data.Type(), got)
		}
		if diff := cmp.Diff(test.want, detailData(test.data)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.data.Type(), diff)
		}
	}
}

package server

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// With detail=turns a reader sees who is asked for a decision, what is decided,
// who is chosen and how a vote goes.
func TestDecisionFrames(t *testing.T) {
	rec := &record{owner: ann, agents: []*agentRecord{{id: "one_1", key: "one"}}}
	p := projector{rec: rec}
	score := 2.5
	for _, test := range []struct {
		agent string
		data  engine.Data
		want  map[string]any // of the metadata
	}{
		{"one", &engine.TurnStarted{Role: "chair", Decides: true}, map[string]any{"event": "turn_started", "agent_id": "one_1", "asked_as": "chair", "decides": true}},
		{"one", &engine.TurnFinished{Decision: json.RawMessage(`{"next":"one"}`)}, map[string]any{"event": "turn_finished", "agent_id": "one_1", "decision": json.RawMessage(`{"next":"one"}`)}},
		{"one", &engine.Chosen{Name: "one", By: "chair", Why: "x"}, map[string]any{"event": "pattern_chosen", "agent_id": "one_1", "next": "one", "by": "chair", "why": "x"}},
		{"inner", &engine.Chosen{Name: "inner", By: "route", Route: "r"}, map[string]any{"event": "pattern_chosen", "next": "inner", "by": "route", "route": "r"}},
		{"one", &engine.Ballot{Score: &score, Weight: 2}, map[string]any{"event": "pattern_ballot", "agent_id": "one_1", "score": 2.5, "weight": 2.0}},
		{"", &engine.Verdict{Outcome: "yes", By: "majority", Counts: map[string]float64{"yes": 2}, Ballots: 2, Voters: 3}, map[string]any{
			"event": "pattern_verdict", "outcome": "yes", "by": "majority", "counts": map[string]float64{"yes": 2}, "ballots": 2, "voters": 3,
		}},
	} {
		e := engine.Event{Seq: 1, Time: time.Unix(0, 0), Agent: test.agent, Data: test.data}
		if level := levelOf(e.Type()); level != detailTurns.level() {
			t.Errorf("%T is shown from level %d on", test.data, level)
		}
		f := p.frame(&e)
		test.want["role"], test.want["seq"] = "system", uint64(1)
		if diff := cmp.Diff(test.want, f.Metadata); diff != "" {
			t.Errorf("%T (-want +got):\n%s", test.data, diff)
		}
	}
}

// What a pattern says in its own name has no participant as its sender.
func TestAPatternsOwnWords(t *testing.T) {
	p := projector{rec: &record{owner: ann}}
	e := engine.Event{Seq: 1, Pattern: "talk/release", Data: &engine.Said{Sender: "release", Role: "system", Content: "{}", Structured: true}}
	if f := p.frame(&e); f.Type != frameSystem || f.Sender != "" || f.Metadata["pattern"] != "talk/release" || f.Metadata["structured"] != true {
		t.Errorf("got %+v", f)
	}
}

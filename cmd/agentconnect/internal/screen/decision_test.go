package screen

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// What is decided, chosen and voted is told beside the conversation; a decision
// is no turn and its text no message.
func TestDecisions(t *testing.T) {
	score := 6.5
	var out, notes bytes.Buffer
	plain := NewPlain(PlainConfig{Out: &out, Notes: &notes})
	var tally Tally
	for i, e := range []engine.Event{
		{Data: &engine.Created{Participants: []engine.Participant{{Name: "a", Kind: "agent", DisplayName: "Ada"}, {Name: "boss", Kind: "agent"}}}},
		{Turn: 1, Agent: "boss", Data: &engine.TurnStarted{Role: "chair", Decides: true}},
		{Turn: 1, Agent: "boss", Data: &engine.TurnFinished{Decision: json.RawMessage(`{"next":"a"}`)}},
		{Agent: "a", Data: &engine.Chosen{Name: "a", By: "chair", Why: "she knows"}},
		{Agent: "a", Data: &engine.Chosen{Name: "a", By: "rule"}},
		{Turn: 2, Agent: "a", Data: &engine.TurnStarted{}},
		{Turn: 2, Agent: "a", Data: &engine.Said{Sender: "a", Role: "assistant", Content: "Here."}},
		{Turn: 2, Agent: "a", Data: &engine.TurnFinished{}},
		{Turn: 3, Agent: "boss", Data: &engine.TurnStarted{Role: "judge", Decides: true, Stop: "stop.jury"}},
		{Turn: 3, Agent: "boss", Data: &engine.TurnFinished{Decision: json.RawMessage(`{"met":false,"why":"too early"}`)}},
		{Agent: "a", Data: &engine.Chosen{Name: "a", By: "classifier", Route: "billing"}},
		{Agent: "a", Data: &engine.Chosen{Name: "a", By: "fallback", Why: "the chair was asked 3 times"}},
		{Agent: "a", Data: &engine.Ballot{Choice: "yes", Reason: "why not", Weight: 1}},
		{Agent: "a", Data: &engine.Ballot{Choice: "yes", Casting: true, Weight: 1}},
		{Agent: "a", Data: &engine.Ballot{Spoiled: true, Weight: 1}},
		{Agent: "a", Data: &engine.Ballot{Score: &score, Weight: 1}},
		{Pattern: "vote", Data: &engine.Verdict{Outcome: "yes", By: "majority", Ballots: 3}},
		{Pattern: "vote", Data: &engine.Verdict{By: "quorum", Ballots: 3}},
	} {
		e.Seq, e.Time = uint64(i+1), time.Unix(int64(i), 0)
		plain.Event(e)
		tally.Event(e)
	}
	want := `· the chair gives Ada the floor: she knows
· boss on stop.jury: not yet: too early
· route billing, to Ada
· Ada stands in: the chair was asked 3 times
· Ada votes yes: why not
· Ada breaks the tie: yes
· Ada's ballot is spoiled
· Ada votes 6.5
· the vote of vote: yes, by majority of 3 ballots
· the vote of vote: no result, by quorum of 3 ballots
`
	if diff := cmp.Diff(want, notes.String()); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if got := out.String(); got != "Ada: Here.\n" {
		t.Errorf("got %q, want the one message", got)
	}
	if tally.Turns != 1 {
		t.Errorf("got %d turns, want 1", tally.Turns)
	}
}

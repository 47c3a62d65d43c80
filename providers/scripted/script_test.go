package scripted_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
	"github.com/agentconnect-dev/agentconnect/providers/scripted"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// A provider block says everything that a script can say.
func TestFromProvider(t *testing.T) {
	at := func(line int) specs.Range { return specs.Range{Filename: "a.hcl", Start: specs.Pos{Line: line}} }
	block := &specs.Provider{Block: specs.Block{Name: "script"}, Script: &specs.Script{
		Strict: true,
		Replies: []*specs.ScriptReply{
			{Range: at(3), Content: "Once more.", Times: 2, InputTokens: 7, OutputTokens: -1},
			{Range: at(4), Data: json.RawMessage(`{"accept":true}`), Agent: "bob", InputTokens: -1, OutputTokens: -1},
			{Range: at(5), ToolCalls: []specs.ScriptToolCall{{Name: "clock", Arguments: json.RawMessage(`{"zone":"UTC"}`)}}, InputTokens: 0, OutputTokens: 0},
			{Range: at(6), Fail: "overloaded", Agent: "ben", InputTokens: 7, OutputTokens: -1},
			{Range: at(7), Content: "Better.", Agent: "ben", InputTokens: -1, OutputTokens: -1},
			{Range: at(8), Content: "Half of it.", Fail: "cut", Agent: "ben", InputTokens: -1, OutputTokens: -1},
		},
		Fails: []*specs.ScriptFail{{Range: at(9), Call: 2, Kind: "rate_limit", RetryAfter: time.Second}},
	}}
	m := scripted.New(scripted.FromProvider(block))
	r := providertest.Collect(t, m.Stream(t.Context(), from("ada", "Hi.")))
	if want := (providers.Usage{InputTokens: 7, OutputTokens: 3}); r.Text != "Once more." || *r.Last.Usage != want {
		t.Errorf("call 1: got %q with %+v, want %q with %+v", r.Text, *r.Last.Usage, "Once more.", want)
	}
	r = providertest.Collect(t, m.Stream(t.Context(), from("ada", "Hi.")))
	if want := `provider "script": rate_limit (status 429): the script makes this call fail (a.hcl:9)`; r.Err == nil || r.Err.Error() != want {
		t.Errorf("call 2: got %v, want %s", r.Err, want)
	}
	if got := outcome(t, m, from("ada", "Hi.")); got != "Once more." {
		t.Errorf("call 3: got %q, want %q", got, "Once more.")
	}
	r = providertest.Collect(t, m.Stream(t.Context(), from("ada", "Hi.")))
	if len(r.ToolCalls) != 1 || string(r.ToolCalls[0].Arguments) != `{"zone":"UTC"}` || *r.Last.Usage != (providers.Usage{}) {
		t.Errorf("call 4: got %+v, want the tool call without usage", r)
	}
	if got := outcome(t, m, from("bob", "Hi.")); got != `{"accept":true}` {
		t.Errorf("call 5: got %q, want the data for bob", got)
	}
	r = providertest.Collect(t, m.Stream(t.Context(), from("ben", "Hi.")))
	if e, ok := errors.AsType[*providers.Error](r.Err); !ok || e.Kind != providers.Overloaded || e.Usage != (providers.Usage{InputTokens: 7}) {
		t.Errorf("call 6: got %v, want that it is overloaded and has used 7 tokens", r.Err)
	}
	if got := outcome(t, m, from("ben", "Hi.")); got != "Better." {
		t.Errorf("call 7: got %q, want what comes after the failure", got)
	}
	if got := outcome(t, m, from("ben", "Hi.")); got != "Half !cut" {
		t.Errorf("call 8: got %q, want half of the text", got)
	}
	if got := outcome(t, m, from("bob", "Hi.")); got != "!no_reply" {
		t.Errorf("call 9: got %q, want a strict end", got)
	}
}

// Another provider's block makes a stand-in that composes.
func TestFromOtherProvider(t *testing.T) {
	m := scripted.New(scripted.FromProvider(&specs.Provider{Block: specs.Block{Name: "fast"}, Kind: "groq"}))
	if got := outcome(t, m, from("ada", motion)); got != "(composed)" {
		t.Errorf("got %q, want a composed answer", got)
	}
}

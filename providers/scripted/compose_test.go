package scripted_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
	"github.com/agentconnect-dev/agentconnect/providers/scripted"
)

const (
	optimist = "You are Optimist.\nPersonality: warm, concrete.\n\nArgue for: Cities should ban private cars.\n\nOthers in this conversation:\n- skeptic, called Skeptic: doubts all that sounds easy"
	skeptic  = "You are Skeptic.\nPersonality: doubtful.\n\nAsk who pays for public transport in small towns.\n\nOthers in this conversation:\n- optimist (can: debate)"
	motion   = "The motion is: Cities should ban private cars. Begin."
)

// converse lets two composed agents talk and returns what was said.
func converse(t *testing.T, turns int) []string {
	t.Helper()
	m := scripted.Simulate("fast").ForSession(nil)
	systems := []string{optimist, skeptic}
	said := []string{motion}
	for turn := range turns {
		req := &providers.Request{Model: "fast-1", Agent: []string{"optimist", "skeptic"}[turn%2], System: systems[turn%2]}
		for i, text := range said {
			role := providers.User
			switch {
			case i > 0 && (i-1)%2 == turn%2:
				role = providers.Assistant
			case i > 0:
				text = "[" + []string{"skeptic", "optimist"}[turn%2] + "] " + text
			}
			req.Messages = append(req.Messages, providers.Message{Role: role, Content: text})
		}
		req.Messages = append(req.Messages, providers.Message{Role: providers.User, Content: "Please go on."})
		r := providertest.Collect(t, m.Stream(t.Context(), req))
		if r.Err != nil || !r.Last.Simulated || r.Last.Finish != providers.FinishStop {
			t.Fatalf("turn %d: got error %v, simulated %v, finish %q; want a simulated reply", turn, r.Err, r.Last.Simulated, r.Last.Finish)
		}
		said = append(said, r.Text)
	}
	return said[1:]
}

func TestComposedConversation(t *testing.T) {
	said := converse(t, 20)
	if again := converse(t, 20); fmt.Sprint(again) != fmt.Sprint(said) {
		t.Errorf("the same conversation came out differently:\n%q\n%q", said, again)
	}
	different := map[string]bool{}
	for i, text := range said {
		t.Log(text)
		different[text] = true
		if !strings.Contains(strings.ToLower(text), "private cars") {
			t.Errorf("turn %d: got %q, want it to keep to the topic", i, text)
		}
		if n := len(text); n < 30 || n > 400 {
			t.Errorf("turn %d: got %d bytes, want a short answer", i, n)
		}
		if i >= 2 && text == said[i-2] {
			t.Errorf("turn %d: %q was said by the same agent before", i, text)
		}
	}
	if len(different) < 15 {
		t.Errorf("got %d different texts in 20 turns, want at least 15", len(different))
	}
}

// Tones differ, and brief agents are brief.
func TestComposedTone(t *testing.T) {
	said := map[string]string{}
	for _, system := range []string{
		"", "Personality: warm.", "Personality: skeptical.", "Personality: formal.", "You interview people, curious about everything.", "You help customers.", "You help customers. Be brief.",
	} {
		req := from("ada", "My invoice shows a wrong amount")
		req.System = system
		r := providertest.Collect(t, scripted.Simulate("x").Stream(t.Context(), req))
		if other, ok := said[r.Text]; ok {
			t.Errorf("%q and %q speak the same: %q", system, other, r.Text)
		}
		if !strings.Contains(r.Text, "“invoice shows”") && !strings.Contains(r.Text, "“wrong amount”") {
			t.Errorf("%q: got %q, want it to name the topic", system, r.Text)
		}
		said[r.Text] = system
		t.Logf("%s → %s", system, r.Text)
	}
}

func TestComposedFromNothing(t *testing.T) {
	for _, req := range []*providers.Request{
		{},
		{System: "the and of"},
		{Messages: []providers.Message{{Role: providers.Assistant, Content: "I"}}},
		{System: "\x80\xff“”", Messages: []providers.Message{{Role: providers.User, Content: "“\xff"}}},
		{System: strings.Repeat("“ü", 9000), Messages: []providers.Message{{Role: providers.User, Content: strings.Repeat("ü", 9000)}}},
	} {
		r := providertest.Collect(t, scripted.Simulate("x").Stream(t.Context(), req))
		if r.Err != nil || r.Text == "" || len(r.Text) > 600 {
			t.Errorf("got %q (error %v), want a short answer", r.Text, r.Err)
		}
	}
}

// The answer is made shorter before it is cut.
func TestComposedFits(t *testing.T) {
	for _, most := range []int{200, 30, 20} {
		req := from("ada", motion)
		req.MaxTokens = most
		r := providertest.Collect(t, scripted.Simulate("x").Stream(t.Context(), req))
		if len(r.Text) > 4*most {
			t.Errorf("max_tokens %d: got %d bytes: %q", most, len(r.Text), r.Text)
		}
		if most >= 30 && r.Last.Finish != providers.FinishStop {
			t.Errorf("max_tokens %d: got finish %q, want whole sentences: %q", most, r.Last.Finish, r.Text)
		}
	}
}

// A composed answer does not call tools: it does not know what they do.
func TestComposedCallsNoTools(t *testing.T) {
	req := from("ada", motion)
	req.Tools = []providers.ToolSpec{{Name: "transfer_to_bob"}}
	r := providertest.Collect(t, scripted.Simulate("x").Stream(t.Context(), req))
	if len(r.ToolCalls) != 0 || r.Last.Finish != providers.FinishStop {
		t.Errorf("got %d tool calls and finish %q, want text alone", len(r.ToolCalls), r.Last.Finish)
	}
}

// Different calls of one prompt, as with a bounded memory, differ too.
func TestComposedVaries(t *testing.T) {
	m := scripted.Simulate("x")
	different := map[string]bool{}
	for range 10 {
		different[providertest.Collect(t, m.Stream(t.Context(), from("ada", motion))).Text] = true
	}
	if len(different) < 7 {
		t.Errorf("got %d different answers to ten calls, want at least 7", len(different))
	}
}

package screen

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/lineedit"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// theatre is a Terminal on an emulator, and a session that is made up.
type theatre struct {
	*Terminal
	emulator *emulator
	now      time.Time
	seq      uint64
}

func newTheatre(t *testing.T, columns int) *theatre {
	t.Helper()
	th := &theatre{emulator: &emulator{t: t}, now: time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)}
	th.Terminal = NewTerminal(Config{
		Out: th.emulator, Size: func() (int, int) { return columns, 24 },
		Structured: map[string]bool{"judge": true}, Now: func() time.Time { return th.now },
	})
	th.happen(0, "", &engine.Created{Template: "talk", Participants: []engine.Participant{
		{Name: "ada", Kind: "agent", DisplayName: "Ada"},
		{Name: "bob", Kind: "agent"},
		{Name: "cy", Kind: "agent"},
		{Name: "judge", Kind: "agent"},
		{Name: "lead", Kind: "human"},
	}})
	return th
}

// happen is an event that is stored.
func (th *theatre) happen(turn int, agent string, d engine.Data) {
	th.seq++
	th.Event(engine.Event{Seq: th.seq, Time: th.now, Turn: turn, Agent: agent, Data: d})
	_ = th.Draw()
}

// stream is a piece of text, live.
func (th *theatre) stream(turn int, agent, text string) {
	th.Event(engine.Event{Turn: turn, Agent: agent, Data: &engine.TextDelta{Text: text}})
	_ = th.Draw()
}

func (th *theatre) say(turn int, agent, text string) {
	th.happen(turn, agent, &engine.Said{Sender: agent, Role: "assistant", Content: text})
	th.happen(turn, agent, &engine.TurnFinished{})
}

func (th *theatre) shows(t *testing.T, want string) {
	t.Helper()
	want = strings.TrimSuffix(strings.TrimPrefix(want, "\n"), "\n")
	if got := th.emulator.text(); got != want {
		t.Errorf("got the screen\n%s\n\nwant\n%s", got, want)
	}
}

func TestStreamedMessage(t *testing.T) {
	th := newTheatre(t, 30)
	th.happen(0, "user", &engine.Said{Sender: "user", Role: "user", Content: "Begin."})
	th.happen(1, "ada", &engine.TurnStarted{})
	th.shows(t, "You\n  Begin.\n\n⠋ Ada is thinking")
	th.stream(1, "ada", "One two three four five ")
	th.now = th.now.Add(1200 * time.Millisecond)
	th.stream(1, "ada", "six seven.\n\n")
	th.shows(t, "You\n  Begin.\n\nAda\n  One two three four five six\n  seven.\n⠹ Ada is speaking · 1s")
	th.say(1, "ada", "One two three four five six seven.\n\nEnd")
	th.shows(t, "You\n  Begin.\n\nAda\n  One two three four five six\n  seven.\n\n  End")
	th.Close()
	if th.emulator.hidden {
		t.Error("the cursor stays hidden")
	}
}

// Turns taken at once do not mix: one streams, the others wait.
func TestParallelTurns(t *testing.T) {
	th := newTheatre(t, 60)
	for i, name := range []string{"ada", "bob", "cy"} {
		th.happen(i+1, name, &engine.TurnStarted{Frame: 1})
	}
	th.stream(2, "bob", "Bob's ")
	th.stream(1, "ada", "Ada's ")
	th.stream(3, "cy", "Cy's.")
	th.stream(2, "bob", "text.")
	th.shows(t, "Ada\n  Ada's\n⠋ Ada is speaking · bob is thinking · cy is thinking")
	th.happen(2, "bob", &engine.TurnFinished{Held: &engine.Said{Sender: "bob", Content: "Bob's text."}})
	th.stream(1, "ada", "text.")
	th.happen(1, "ada", &engine.TurnFinished{Held: &engine.Said{Sender: "ada", Content: "Ada's text."}})
	th.happen(1, "ada", &engine.Said{Sender: "ada", Content: "Ada's text."})
	th.happen(2, "bob", &engine.Said{Sender: "bob", Content: "Bob's text."})
	th.shows(t, "Ada\n  Ada's text.\n\nbob\n  Bob's text.\n\ncy\n  Cy's.\n⠋ cy is speaking")
	th.happen(3, "cy", &engine.TurnFailed{Kind: providers.Canceled, Skipped: true})
	th.shows(t, "Ada\n  Ada's text.\n\nbob\n  Bob's text.\n\ncy\n  Cy's. …")
}

// What a person says meanwhile is shown when the message is complete.
func TestSaidMeanwhile(t *testing.T) {
	th := newTheatre(t, 40)
	th.happen(1, "ada", &engine.TurnStarted{})
	th.stream(1, "ada", "Half")
	th.happen(0, "user", &engine.Said{Sender: "user", Role: "user", Content: "Wait!"})
	th.shows(t, "Ada\n  Half\n⠋ Ada is speaking")
	th.say(1, "ada", "Half and whole.")
	th.shows(t, "Ada\n  Half and whole.\n\nYou\n  Wait!")
}

// A call that breaks off is made again; a text before a tool call is not the
// answer.
func TestSecondAttempt(t *testing.T) {
	th := newTheatre(t, 60)
	th.happen(1, "ada", &engine.TurnStarted{})
	th.stream(1, "ada", "It is")
	th.happen(1, "ada", &engine.ModelFailed{Kind: providers.Cut})
	th.happen(1, "ada", &engine.ModelRetried{Attempt: 2, Until: th.now.Add(2 * time.Second), Kind: providers.Cut})
	th.shows(t, "Ada\n  It is …\n⠋ Ada tries again in 2s")
	th.happen(1, "ada", &engine.ModelCalled{})
	th.stream(1, "ada", "It is so.")
	th.say(1, "ada", "It is so.")
	th.shows(t, "Ada\n  It is …\n  It is so.\n\n· Ada: cut; tries again in 2s (attempt 2)")

	th.happen(2, "bob", &engine.TurnStarted{})
	th.stream(2, "bob", "Let me look.")
	th.happen(2, "bob", &engine.ModelAnswered{Text: "Let me look.", ToolCalls: []providers.ToolCall{{Name: "look"}}})
	th.happen(2, "bob", &engine.ToolRequested{Tool: "look", Arguments: []byte(`{"at":"it"}`)})
	if got := th.emulator.text(); !strings.HasSuffix(got, "bob\n  Let me look. …\n⠋ bob uses look") {
		t.Errorf("got\n%s", got)
	}
	th.stream(2, "bob", "Here.")
	th.say(2, "bob", "Here.")
	if got := th.emulator.text(); !strings.HasSuffix(got, "bob\n  Let me look. …\n  Here.\n\n· bob uses look {\"at\":\"it\"}") {
		t.Errorf("got\n%s", got)
	}
}

// Workers are heard while their manager waits for them, and words that go with
// a handover are shown once.
func TestDelegationAndHandover(t *testing.T) {
	th := newTheatre(t, 60)
	th.happen(1, "ada", &engine.TurnStarted{Frame: 1})
	th.stream(1, "ada", "Both of you.")
	th.happen(1, "ada", &engine.ModelAnswered{Text: "Both of you.", ToolCalls: []providers.ToolCall{{Name: "bob"}}})
	th.happen(2, "bob", &engine.TurnStarted{Frame: 1, Call: "x"})
	th.say(2, "bob", "Bob's part.")
	th.shows(t, "Ada\n  Both of you. …\n\nbob\n  Bob's part.\n\n⠋ Ada is thinking")
	th.stream(1, "ada", "All done.")
	th.say(1, "ada", "All done.")
	th.shows(t, "Ada\n  Both of you. …\n\nbob\n  Bob's part.\n\nAda\n  All done.")

	th.happen(3, "bob", &engine.TurnStarted{Frame: 2})
	th.stream(3, "bob", "To cy.")
	th.happen(3, "bob", &engine.ModelAnswered{Text: "To cy.", ToolCalls: []providers.ToolCall{{Name: "transfer_to_cy"}}})
	th.happen(3, "bob", &engine.Handoff{From: "bob", To: "cy"})
	th.say(3, "bob", "To cy.")
	th.happen(4, "cy", &engine.TurnStarted{Frame: 2})
	th.happen(4, "cy", &engine.TurnFinished{}) // without words
	th.happen(5, "ada", &engine.TurnStarted{Frame: 3})
	th.stream(5, "ada", "Heard.")
	th.happen(5, "ada", &engine.TurnFinished{}) // said later
	th.happen(5, "ada", &engine.Said{Sender: "ada", Content: "Heard."})
	if got := th.emulator.text(); strings.Count(got, "Heard.") != 1 {
		t.Errorf("got\n%s", got)
	}
	if got := th.emulator.text(); !strings.Contains(got, "bob\n  To cy. …\n\n· bob hands over to cy\n\nAda\n") {
		t.Errorf("got\n%s", got)
	}
}

// An answer that was not what was streamed is shown as it is.
func TestAnswerThatDiffers(t *testing.T) {
	th := newTheatre(t, 60)
	th.happen(1, "ada", &engine.TurnStarted{})
	th.stream(1, "ada", "Something else")
	th.say(1, "ada", "The answer.")
	th.shows(t, "Ada\n  Something else\n  The answer.")
}

// Text that arrives before its turn is announced, or after it was said.
func TestTextOutOfPlace(t *testing.T) {
	th := newTheatre(t, 60)
	th.stream(1, "ada", "Early")
	th.happen(1, "ada", &engine.TurnStarted{})
	th.happen(1, "ada", &engine.Said{Sender: "ada", Content: "Early bird."})
	th.stream(1, "ada", " bird.")
	th.happen(1, "ada", &engine.TurnFinished{})
	th.shows(t, "Ada\n  Early bird.")
	th.happen(2, "lead", &engine.TurnStarted{})
	th.happen(2, "lead", &engine.Said{Sender: "lead", Role: "user", Content: "Good."})
	th.shows(t, "Ada\n  Early bird.\n\nlead\n  Good.")
}

func TestStructuredAnswer(t *testing.T) {
	th := newTheatre(t, 60)
	th.happen(1, "judge", &engine.TurnStarted{})
	th.stream(1, "judge", `{"winner":`)
	th.shows(t, "⠋ judge is thinking")
	th.happen(1, "judge", &engine.Said{Sender: "judge", Structured: true, Content: `{"winner":"Ada","score":8,"why":["short","true"],"by":{"a":{"b":{"c":{"d":1}}}},"none":[],"no":null}`})
	th.shows(t, `
judge
  winner: Ada
  score: 8
  why:
    - short
    - true
  by:
    a:
      b:
        c: {"d":1}
  none: []
  no: null
`)
}

func TestWaits(t *testing.T) {
	th := newTheatre(t, 100)
	th.happen(1, "ada", &engine.TurnStarted{})
	th.happen(1, "ada", &engine.CooledDown{Until: th.now.Add(90 * time.Second), Limit: "limits.tokens_per_minute"})
	if got := th.emulator.text(); !strings.Contains(got, "Ada cools down for 1m30s, until ") || !strings.Contains(got, "\n⠋ Ada cools down in 1m30s") {
		t.Errorf("got\n%s", got)
	}
	th.happen(1, "ada", &engine.Recovered{})
	if got := th.emulator.text(); !strings.HasSuffix(got, "Ada is thinking") {
		t.Errorf("got\n%s", got)
	}
}

// The line to type in stays below what is said, with the cursor in it.
func TestTyping(t *testing.T) {
	th := newTheatre(t, 20)
	th.Ask("> ")
	_ = th.Draw()
	for _, c := range "hello 日本" {
		if _, complete := th.Type(lineedit.Key{Text: string(c)}); complete {
			t.Fatal("a line without Enter")
		}
		_ = th.Draw()
	}
	th.happen(1, "ada", &engine.TurnStarted{})
	th.stream(1, "ada", "I talk while you type, and I go on.")
	th.shows(t, "Ada\n  I talk while you\n  type, and I go on.\n⠋ Ada is speaking\n> hello 日本")
	if m := th.emulator; m.row != 4 || m.column != 12 || m.hidden {
		t.Errorf("the cursor is at %d, %d (hidden: %v), want 4, 12", m.row, m.column, m.hidden)
	}
	line, complete := th.Type(lineedit.Key{Code: lineedit.Enter})
	if line != "hello 日本" || !complete {
		t.Errorf("got %q, %v", line, complete)
	}
	th.Hush()
	if _, complete := th.Type(lineedit.Key{Code: lineedit.Enter}); complete {
		t.Error("a line while nothing is asked")
	}
	th.Close()
	th.shows(t, "Ada\n  I talk while you\n  type, and I go on.\n  …")
}

// However a text is cut into pieces and however wide the terminal, the screen
// shows the same as if it had come whole.
func TestStreamingIsInvisible(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		columns := rapid.IntRange(20, 60).Draw(rt, "columns")
		pieces := rapid.SliceOfN(rapid.StringOfN(rapid.SampledFrom([]rune("ab c \n日é-\t")), 1, 12, -1), 0, 30).Draw(rt, "pieces")
		text := strings.Join(pieces, "")
		whole, cut := newTheatre(t, columns), newTheatre(t, columns)
		whole.say(1, "ada", text)
		cut.happen(1, "ada", &engine.TurnStarted{})
		for _, p := range pieces {
			cut.stream(1, "ada", p)
		}
		cut.say(1, "ada", text)
		if got, want := cut.emulator.text(), whole.emulator.text(); got != want {
			rt.Fatalf("%q in %d columns: streamed\n%s\n\nwhole\n%s", text, columns, got, want)
		}
	})
}

// A message longer than the screen does not disturb what is above it.
func TestLongMessage(t *testing.T) {
	th := newTheatre(t, 40)
	th.happen(1, "ada", &engine.TurnStarted{})
	text := ""
	for range 100 {
		th.stream(1, "ada", "a line of words that is longer than forty columns\n")
		text += "a line of words that is longer than forty columns\n"
	}
	th.say(1, "ada", text)
	if got := strings.Count(th.emulator.text(), "\n"); got != 200 {
		t.Errorf("got %d lines, want 201", got+1)
	}
}

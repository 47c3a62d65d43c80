package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// A person's answer that a parallel pattern holds back is known all the same:
// a repeat of it is no second message.
func TestClientIDHeld(t *testing.T) {
	tmpl := template(t, `
provider "scripted" "p" {
  reply {
    content = "late"
    delay   = "1m"
  }
}
agent "a" {
  provider = provider.p
}
human "bob" {
}
pattern "parallel" "both" {
  participants = [human.bob, agent.a]
}
pattern "sequential" "then" {
  participants = [pattern.both, human.carol]
}
human "carol" {
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.then
  opening = "Begin."
}
`, nil)
	synctest.Test(t, func(t *testing.T) {
		journal := &memory.Journal{}
		e, s := start(t, engine.Config{Journal: journal}, tmpl)
		defer e.Close()
		m := engine.Message{Sender: "bob", Content: "mine", ClientID: "1"}
		first, err := s.Say(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		if !first.Held {
			t.Error("the receipt does not say that the answer is held")
		}
		for _, sender := range []string{"bob", "user"} { // the person's side speaks for bob
			again := m
			again.Sender = sender
			got, err := s.Say(t.Context(), again)
			if want := (engine.Receipt{Seq: first.Seq, Held: true, Duplicate: true}); err != nil || got != want {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		later, err := s.Say(t.Context(), m)
		if err != nil || later.Held || !later.Duplicate {
			t.Errorf("once it is said: got %+v, %v", later, err)
		}
		if err := s.CloseInput(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-s.Done()
		said := 0
		for ev, err := range journal.Read(t.Context(), s.ID(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			if d, ok := ev.Data.(*engine.Said); ok && d.Content == "mine" {
				said++
				if ev.Seq != later.Seq || d.ClientID != "1" {
					t.Errorf("event %d says it for client id %q, want %d and 1", ev.Seq, d.ClientID, later.Seq)
				}
			}
		}
		if said != 1 {
			t.Errorf("it was said %d times, want once", said)
		}
	})
}

// What a log cannot give back, or nobody could bear, is refused at the door.
func TestSayRefusesWhatCannotBeStored(t *testing.T) {
	tmpl := template(t, chatScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		e, s := start(t, engine.Config{Journal: &memory.Journal{}}, tmpl)
		defer e.Close()
		for name, m := range map[string]engine.Message{
			"client id is no text":  {Content: "x", ClientID: "\xff"},
			"client id is long":     {Content: "x", ClientID: strings.Repeat("x", 2000)},
			"metadata is no JSON":   {Content: "x", Metadata: map[string]any{"f": func() {}}},
			"metadata is too large": {Content: "x", Metadata: map[string]any{"f": strings.Repeat("x", 1<<20)}},
		} {
			if _, err := s.Say(t.Context(), m); err == nil {
				t.Errorf("%s: accepted", name)
			}
		}
		for name, o := range map[string]engine.StartOptions{
			"opening is no text":    {Opening: "\xff"},
			"opening is long":       {Opening: strings.Repeat("x", 1<<20)},
			"history is no text":    {History: []engine.Said{{Sender: "user", Role: "user", Content: "\xff"}}},
			"metadata is no JSON":   {Metadata: map[string]any{"f": func() {}}},
			"metadata is too large": {Metadata: map[string]any{"f": strings.Repeat("x", 1<<20)}},
		} {
			if _, err := e.Start(t.Context(), tmpl, o); err == nil {
				t.Errorf("start: %s: accepted", name)
			}
		}
	})
}

// Close may come at any moment, also between the commands of many callers.
func TestCloseUnderLoad(t *testing.T) {
	tmpl := template(t, strings.ReplaceAll(chatScenario, `delay   = "1s"`, ""), nil)
	for range 50 {
		e, s := start(t, engine.Config{Journal: &memory.Journal{}}, tmpl)
		var callers sync.WaitGroup
		for range 8 {
			callers.Go(func() {
				for {
					_, err := s.Say(context.Background(), engine.Message{Content: "x"})
					if errors.Is(err, engine.ErrClosed) {
						return
					}
					if err != nil && !errors.Is(err, engine.ErrBusy) {
						t.Error(err)
						return
					}
				}
			})
		}
		time.Sleep(time.Millisecond)
		e.Close()
		select {
		case <-s.Done():
		default:
			t.Error("the engine is closed and the session lives")
		}
		callers.Wait()
	}
}

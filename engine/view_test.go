package engine_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// What conditions see behind each event is what there was at that time.
func TestViewOf(t *testing.T) {
	tmpl, log := played(t, explained)
	said, last := 0, 0.0
	for i, e := range log {
		if _, ok := e.Data.(*engine.Said); ok {
			said++
		}
		v, err := engine.ViewOf(t.Context(), tmpl, sequence(log), e.Seq, "work")
		if err != nil {
			t.Fatal(err)
		}
		if v.Event.Seq != e.Seq || len(v.Env.Messages) != said || v.Env.Elapsed < last {
			t.Errorf("event %d: got event %d, %d messages, %v seconds, want %d messages and %v seconds or more", e.Seq, v.Event.Seq, len(v.Env.Messages), v.Env.Elapsed, said, last)
		}
		if active := slices.Contains(v.Active, "work"); !active && v.Env.Here.Turns > 0 {
			t.Errorf("event %d: got %d turns of a pattern that is not active", e.Seq, v.Env.Here.Turns)
		} else if active && v.Env.Here.Turns != v.Env.Agents["a"].Turns {
			t.Errorf("event %d: got %d turns here and %d of its agent", e.Seq, v.Env.Here.Turns, v.Env.Agents["a"].Turns)
		}
		last = v.Env.Elapsed
		if i == len(log)-1 && (v.Env.Turns == 0 || v.Env.Outcome == "") {
			t.Errorf("at the end: got %d turns and the outcome %q, want some of both", v.Env.Turns, v.Env.Outcome)
		}
	}
}

func TestViewOfTheSession(t *testing.T) {
	tmpl, log := played(t, explained)
	for n := range log {
		v, err := engine.ViewOf(t.Context(), tmpl, sequence(log), uint64(n+1), "")
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(v.Active, "talk") && v.Active[0] != "talk" || v.Env.Here.Turns > v.Env.Turns {
			t.Errorf("event %d: got the patterns %v, %d turns here of %d", n+1, v.Active, v.Env.Here.Turns, v.Env.Turns)
		}
	}
	whole, err := engine.ViewOf(t.Context(), tmpl, sequence(log), 0, "")
	if err != nil || whole.Event.Seq != log[len(log)-1].Seq {
		t.Errorf("0: got event %d and %v, want the last one", whole.Event.Seq, err)
	}
}

func TestViewOfNothing(t *testing.T) {
	tmpl, log := played(t, explained)
	if _, err := engine.ViewOf(t.Context(), tmpl, sequence(nil), 0, ""); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("no events: got %v, want %v", err, engine.ErrNotFound)
	}
	if _, err := engine.ViewOf(t.Context(), tmpl, sequence(log[1:]), 0, ""); !errors.Is(err, engine.ErrDamaged) {
		t.Errorf("without the first: got %v, want %v", err, engine.ErrDamaged)
	}
}

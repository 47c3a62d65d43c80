package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// outage is a journal whose store is away now and then. What it was given last
// may be stored all the same: the answer was lost.
type outage struct {
	memory.Journal
	away   atomic.Bool
	stored atomic.Bool // what is appended while it is away
}

func (j *outage) Append(ctx context.Context, session string, expect uint64, events []engine.Event) error {
	if !j.away.Load() {
		return j.Journal.Append(ctx, session, expect, events)
	}
	if j.stored.Load() {
		if err := j.Journal.Append(ctx, session, expect, events); err != nil {
			return err
		}
	}
	return errDisk
}

// While the store is away nothing is acknowledged, and the session is let go.
// When it is back the session goes on with all that was acknowledged before; a
// repeat of what was not finds out whether it was stored.
func TestJournalIsAwayForAWhile(t *testing.T) {
	for _, stored := range []bool{false, true} {
		t.Run(fmt.Sprintf("stored=%t", stored), func(t *testing.T) {
			tmpl := template(t, restScenario, nil)
			synctest.Test(t, func(t *testing.T) {
				journal := &outage{}
				journal.stored.Store(stored)
				e, s := start(t, engine.Config{Journal: journal, Logger: quiet()}, tmpl)
				defer e.Close()
				say(t, s, "first")
				time.Sleep(time.Minute)
				journal.away.Store(true)
				m := engine.Message{Content: "second", ClientID: "2"}
				if _, err := s.Say(t.Context(), m); !errors.Is(err, engine.ErrJournal) {
					t.Errorf("got %v, want %v", err, engine.ErrJournal)
				}
				<-s.Done()
				if !errors.Is(s.Err(), engine.ErrJournal) || !errors.Is(s.Err(), errDisk) {
					t.Errorf("got %v, want %v by %v", s.Err(), engine.ErrJournal, errDisk)
				}
				if _, err := e.Resume(t.Context(), tmpl, s.ID()); !errors.Is(err, engine.ErrJournal) {
					t.Errorf("resumed while the store is away: %v", err)
				}
				synctest.Wait()
				journal.away.Store(false)
				s, err := e.Resume(t.Context(), tmpl, s.ID())
				if err != nil {
					t.Fatal(err)
				}
				receipt, err := s.Say(t.Context(), m)
				if err != nil || receipt.Duplicate != stored {
					t.Errorf("got %+v, %v; want duplicate %t", receipt, err, stored)
				}
				time.Sleep(time.Minute)
				said := ""
				for _, ev := range logOf(t, journal, s.ID()) {
					if d, ok := ev.Data.(*engine.Said); ok {
						said += d.Content + " "
					}
				}
				if want := "first yes second yes "; said != want {
					t.Errorf("got %q, want %q", said, want)
				}
			})
		})
	}
}

// A session that another writes to is told apart from a store that is away.
func TestAppendRefused(t *testing.T) {
	tmpl := template(t, restScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		journal := &memory.Journal{}
		e, s := start(t, engine.Config{Journal: journal, Logger: quiet()}, tmpl)
		defer e.Close()
		other := engine.Event{Seq: s.Head() + 1, Session: s.ID(), Data: &engine.TakenOver{Last: s.Head()}}
		if err := journal.Append(t.Context(), s.ID(), s.Head(), []engine.Event{other}); err != nil {
			t.Fatal(err)
		}
		_, err := s.Say(t.Context(), engine.Message{Content: "x"})
		if !errors.Is(err, engine.ErrConflict) || errors.Is(err, engine.ErrJournal) {
			t.Errorf("got %v, want %v alone", err, engine.ErrConflict)
		}
	})
}

// Text is told to OnLive while it is made, heard here or not; a follower hears
// it across a rest, and none of it behind its message.
func TestLiveAcrossRests(t *testing.T) {
	tmpl := template(t, restScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var told strings.Builder
		e, s := start(t, engine.Config{
			Journal: &memory.Journal{}, Passive: time.Minute, OnLive: func(ev engine.Event) {
				mu.Lock()
				defer mu.Unlock()
				if d, ok := ev.Data.(*engine.TextDelta); ok {
					told.WriteString(d.Text)
				}
			},
		}, tmpl)
		defer e.Close()
		var heard strings.Builder
		var follower sync.WaitGroup
		follower.Go(func() {
			for ev, err := range s.Follow(t.Context(), 0, true) {
				if err != nil {
					t.Error(err)
				}
				switch d := ev.Data.(type) {
				case *engine.TextDelta:
					heard.WriteString(d.Text)
				case *engine.Said:
					heard.WriteString("(" + d.Content + ")")
				}
			}
		})
		say(t, s, "one")
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if !errors.Is(s.Err(), engine.ErrPassive) {
			t.Fatalf("got %v, want it to rest", s.Err())
		}
		s, err := e.Wake(t.Context(), tmpl, s.ID())
		if err != nil {
			t.Fatal(err)
		}
		say(t, s, "two")
		time.Sleep(2 * time.Second)
		if err := s.Stop(t.Context(), "", false); err != nil {
			t.Fatal(err)
		}
		follower.Wait()
		if got, want := heard.String(), "(one)yes(yes)(two)yes(yes)"; got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
		if got, want := told.String(), "yesyes"; got != want {
			t.Errorf("told %q, want %q", got, want)
		}
		if sessions, hubs := e.Held(); sessions+hubs != 0 {
			t.Errorf("%d sessions and %d hubs are left", sessions, hubs)
		}
	})
}

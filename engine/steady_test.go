package engine_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// settable is a wall clock that somebody sets.
type settable struct{ off atomic.Int64 }

func (c *settable) now() time.Time { return time.Now().Add(time.Duration(c.off.Load())) }

// strictly sees that each append's events are later than those before.
func strictly(t *testing.T, events []engine.Event) {
	t.Helper()
	for i := 1; i < len(events); i++ {
		if events[i].Time.Before(events[i-1].Time) {
			t.Errorf("event %d is at %v, before the one before it at %v", events[i].Seq, events[i].Time, events[i-1].Time)
		}
	}
}

// near says whether a time is about what it should be: a clock that was set is
// followed slowly.
func near(got, want time.Duration) bool { return got >= want-want/20 && got <= want+want/20 }

// A wall clock that is set an hour forward or back makes no timer fire at once,
// and none never; the times of events go on.
func TestClockIsSet(t *testing.T) {
	tmpl := template(t, restScenario, nil)
	for _, by := range []time.Duration{time.Hour, -time.Hour, 24 * time.Hour, -24 * time.Hour} {
		t.Run(by.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				journal, wall := &memory.Journal{}, &settable{}
				e := engine.New(engine.Config{Journal: journal, Logger: quiet()})
				e.SetWall(wall.now)
				defer e.Close()
				s, err := e.Start(t.Context(), tmpl, engine.StartOptions{})
				if err != nil {
					t.Fatal(err)
				}
				say(t, s, "one")
				wall.off.Store(int64(by)) // while a call is under way
				time.Sleep(2 * time.Second)
				began := time.Now()
				say(t, s, "two")
				time.Sleep(2 * time.Second)
				if got := len(logOf(t, journal, s.ID())); !s.Idle() || s.Err() != nil {
					t.Fatalf("after %d events: idle %t, %v", got, s.Idle(), s.Err())
				}
				<-s.Done()
				if got := time.Since(began); !near(got, 20*time.Minute) {
					t.Errorf("the idle timeout of 20 minutes was over after %v", got)
				}
				strictly(t, logOf(t, journal, s.ID()))
			})
		})
	}
}

// The clock is followed in the end, and at once where it is nearly right.
func TestClockIsFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wall := &settable{}
		e := engine.New(engine.Config{Journal: &memory.Journal{}})
		e.SetWall(wall.now)
		defer e.Close()
		last := e.Now()
		for _, by := range []time.Duration{50 * time.Millisecond, time.Minute, 0} {
			wall.off.Store(int64(by))
			for range 30 * 60 {
				time.Sleep(time.Second)
				now := e.Now()
				if d := now.Sub(last); d < 900*time.Millisecond || d > 1100*time.Millisecond {
					t.Fatalf("a second took %v", d)
				}
				last = now
			}
			if off := wall.now().Sub(e.Now()); off < -jumpForTest || off > jumpForTest {
				t.Errorf("set by %v half an hour ago, it is off by %v", by, off)
			}
		}
	})
}

const jumpForTest = 100 * time.Millisecond

// A session whose log is ahead of the clock, since the clock went back or
// another machine's was ahead, goes on in its own time.
func TestLogAheadOfTheClock(t *testing.T) {
	tmpl := template(t, restScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		journal, wall := &memory.Journal{}, &settable{}
		first := engine.New(engine.Config{Journal: journal, Logger: quiet()})
		s, err := first.Start(t.Context(), tmpl, engine.StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		say(t, s, "one")
		time.Sleep(2 * time.Second)
		first.Close()

		wall.off.Store(-int64(time.Hour))
		e := engine.New(engine.Config{Journal: journal, Logger: quiet()})
		e.SetWall(wall.now)
		defer e.Close()
		if s, err = e.Resume(t.Context(), tmpl, s.ID()); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		say(t, s, "two")
		<-s.Done()
		if got := time.Since(began); !near(got, 20*time.Minute) {
			t.Errorf("the idle timeout of 20 minutes was over after %v", got)
		}
		strictly(t, logOf(t, journal, s.ID()))
	})
}

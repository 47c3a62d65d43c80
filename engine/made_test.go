package engine_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// watched is a journal that tells what it is given, before anybody can read it.
type watched struct {
	memory.Journal
	see func(events []engine.Event)
}

func (w *watched) Append(ctx context.Context, id string, after uint64, events []engine.Event) error {
	w.see(events)
	return w.Journal.Append(ctx, id, after, events)
}

// Who sees the first event of those that are stored together knows already how
// many they are.
func TestMadeBeforeItIsSeen(t *testing.T) {
	tmpl := template(t, restScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		var session atomic.Pointer[engine.Session]
		together := 0
		journal := &watched{see: func(events []engine.Event) {
			s, last := session.Load(), events[len(events)-1].Seq
			if s == nil {
				return
			}
			together = max(together, len(events))
			if s.Made() != last || s.Head() != events[0].Seq-1 {
				t.Errorf("events %d to %d: made %d, stored %d", events[0].Seq, last, s.Made(), s.Head())
			}
		}}
		e, s := start(t, engine.Config{Journal: journal}, tmpl)
		defer e.Close()
		session.Store(s)
		if s.Made() != s.Head() {
			t.Errorf("at rest: made %d, stored %d", s.Made(), s.Head())
		}
		say(t, s, "hello")
		synctest.Wait()
		if together < 2 {
			t.Error("no events were stored together")
		}
	})
}

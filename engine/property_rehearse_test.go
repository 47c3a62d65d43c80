package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// apart keeps what happens at the same moment in one order.
const apart = 137 * time.Microsecond

// TestRehearseCrowd rehearses random trees with everything, while persons act,
// and runs them: both give the same log, at the same times, and it is replayed
// without a difference.
func TestRehearseCrowd(t *testing.T) {
	dir := t.TempDir()
	ends := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		tmpl, worst, src := crowdedBy(rt, dir)
		if tmpl == nil {
			ends["refused"]++
			return
		}
		worst.apart = apart
		acts := actsOf(deeds(rt))
		r, err := engine.Rehearse(t.Context(), tmpl, engine.RehearseOptions{
			Start: engine.StartOptions{ID: "s"}, Acts: acts, Stay: true,
		})
		if err != nil {
			rt.Fatal(err)
		}
		if r.Ended == nil {
			rt.Fatalf("it has not ended: %s\n%s\n%s", r.Unfinished, transcript(r.Events), src)
		}
		d, err := engine.Replay(t.Context(), tmpl, sequence(r.Events))
		if err != nil || d != nil {
			rt.Fatalf("replayed: %+v, %v\n%s", d, err, transcript(r.Events))
		}
		worst.restart()
		var log []engine.Event
		synctest.Test(t, func(t *testing.T) {
			log = runIn(t, &memory.Journal{}, func(e *engine.Engine) (*engine.Session, error) {
				s, err := e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
				if err == nil {
					enact(t, s, acts)
				}
				return s, err
			})
		})
		if diff := cmp.Diff(timed(log), timed(r.Events)); diff != "" {
			rt.Fatalf("the log differs (-real +rehearsed):\n%s\n%+v\n%s", diff, acts, src)
		}
		ends[string(r.Ended.Outcome)]++
	})
	t.Logf("ends: %v", ends)
}

// TestRehearseWaiting rehearses random trees with persons who do what they do when
// it is waited for, and are gone then: each session ends, its log is replayed
// without a difference, and it comes out the same again.
func TestRehearseWaiting(t *testing.T) {
	dir := t.TempDir()
	ends, undone := map[string]int{}, 0
	rapid.Check(t, func(rt *rapid.T) {
		tmpl, worst, src := crowdedBy(rt, dir)
		if tmpl == nil {
			return
		}
		o := engine.RehearseOptions{Acts: actsOf(deeds(rt))[:rapid.IntRange(0, 8).Draw(rt, "acts")]}
		for i := range o.Acts {
			o.Acts[i].At = 0
		}
		var first *engine.Rehearsal
		for range 2 {
			worst.restart()
			r, err := engine.Rehearse(t.Context(), tmpl, o)
			if err != nil {
				rt.Fatal(err)
			}
			if r.Ended == nil {
				rt.Fatalf("it has not ended: %s\n%s\n%s", r.Unfinished, transcript(r.Events), src)
			}
			if first == nil {
				first = r
			}
			if diff := cmp.Diff(first.Events, r.Events); diff != "" {
				rt.Fatalf("again it is different:\n%s\n%s", diff, src)
			}
		}
		d, err := engine.Replay(t.Context(), tmpl, sequence(first.Events))
		if err != nil || d != nil {
			rt.Fatalf("replayed: %+v, %v\n%s", d, err, transcript(first.Events))
		}
		ends[string(first.Ended.Outcome)]++
		undone += len(first.Undone)
	})
	t.Logf("ends: %v, acts undone: %d", ends, undone)
}

// actsOf are deeds at their moments, and then resumes as long as it takes.
func actsOf(list []deed) []engine.Act {
	at := time.Duration(0)
	var acts []engine.Act
	add := func(do string, m engine.Message) { acts = append(acts, engine.Act{Do: do, At: at, Message: m}) }
	for i, d := range list {
		at += d.wait + time.Duration(i+1)*1009*time.Microsecond
		m := engine.Message{Content: "message " + string(rune('a'+i))}
		switch d.do {
		case "say":
			add(engine.DoSay, m)
		case "answer":
			m.Sender = "h"
			add(engine.DoSay, m)
		case "twice":
			m.Sender, m.ClientID = "h", "twice"
			add(engine.DoSay, m)
			at += time.Microsecond
			add(engine.DoSay, m)
		case "pause":
			add(engine.DoPause, engine.Message{Sender: "x"})
		case "resume":
			add(engine.DoResume, engine.Message{Sender: "x"})
		case "stop-after":
			add(engine.DoStopAfter, engine.Message{Sender: "x"})
		case "close":
			add(engine.DoCloseInput, engine.Message{})
		}
	}
	for range 60 {
		at += 5*time.Minute + 1013*time.Microsecond
		add(engine.DoResume, engine.Message{Sender: "x"})
	}
	return acts
}

// enact has a running session see the acts.
func enact(t *testing.T, s *engine.Session, acts []engine.Act) {
	t.Helper()
	ctx, began := context.Background(), time.Now()
	for _, a := range acts {
		select {
		case <-s.Done():
			return
		case <-time.After(a.At - time.Since(began)):
		}
		var err error
		switch a.Do {
		case engine.DoSay:
			_, err = s.Say(ctx, a.Message)
		case engine.DoPause:
			err = s.Pause(ctx, a.Message.Sender)
		case engine.DoResume:
			err = s.Resume(ctx, a.Message.Sender)
		case engine.DoStopAfter:
			err = s.Stop(ctx, a.Message.Sender, true)
		case engine.DoCloseInput:
			err = s.CloseInput(ctx)
		}
		if err != nil && !errors.Is(err, engine.ErrEnded) && !errors.Is(err, engine.ErrBusy) && !errors.Is(err, engine.ErrUnknownParticipant) {
			t.Errorf("%s: %v", a.Do, err)
		}
	}
}

// spread has tools of one turn answer one after the other, if calls do.
func (a *adversary) spread(tools map[string][]engine.Tool) map[string][]engine.Tool {
	for _, list := range tools {
		for i := range list {
			call := list[i].Call
			list[i].Call = func(ctx context.Context, arguments json.RawMessage) (string, error) {
				h := fnv.New32a()
				_, _ = h.Write([]byte(engine.CallerOf(ctx).CallID))
				defer func() { // the time-out of one comes when that of the other does
					after := (time.Duration(h.Sum32()%10007) * a.apart / 1009).Truncate(time.Microsecond)
					_ = providers.Sleep(context.WithoutCancel(ctx), after)
				}()
				return call(ctx, arguments)
			}
		}
	}
	return tools
}

// restart makes an adversary answer as it did from the start.
func (a *adversary) restart() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = 0
}

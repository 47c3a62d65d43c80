package engine_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// keeper runs a session as a server does: one that rests is woken when it is
// due and when something comes for it.
type keeper struct {
	t    *testing.T
	tmpl *engine.Template
	e    *engine.Engine
	over chan struct{}

	mu    sync.Mutex // guards what follows
	s     *engine.Session
	rests int
	wakes []*time.Timer
}

// keep starts a session in an engine of that configuration.
func keep(t *testing.T, tmpl *engine.Template, c engine.Config) *keeper {
	t.Helper()
	k := &keeper{t: t, tmpl: tmpl, over: make(chan struct{})}
	c.Logger, c.OnRest = quiet(), k.rested
	k.e = engine.New(c)
	s, err := k.e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
	if err != nil {
		t.Fatal(err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.s = s
	k.watch(s)
	return k
}

func (k *keeper) watch(s *engine.Session) {
	go func() {
		if <-s.Done(); s.Err() == nil {
			close(k.over)
		} else if !errors.Is(s.Err(), engine.ErrPassive) {
			k.t.Errorf("it was let go: %v", s.Err())
		}
	}()
}

func (k *keeper) rested(r engine.Rest) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.rests++
	if k.s != nil && k.s.Err() == nil {
		k.t.Error("the session was woken before its rest was told")
	}
	if !r.Wake.IsZero() {
		k.wakes = append(k.wakes, time.AfterFunc(time.Until(r.Wake), func() { k.wake(context.Background()) }))
	}
}

// wake gives the session, woken if need be.
func (k *keeper) wake(ctx context.Context) *engine.Session {
	s, err := k.e.Wake(ctx, k.tmpl, "s")
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case err == nil:
		k.s = s
		k.watch(s)
	case !errors.Is(err, engine.ErrConflict) && !errors.Is(err, engine.ErrEnded):
		k.t.Errorf("wake: %v", err)
	}
	return k.s
}

// do does something to the session, wherever it is.
func (k *keeper) do(ctx context.Context, f func(*engine.Session) error) error {
	k.mu.Lock()
	s := k.s
	k.mu.Unlock()
	for {
		err := f(s)
		if !errors.Is(err, engine.ErrPassive) {
			return err
		}
		s = k.wake(ctx)
		if s.Err() == nil {
			select {
			case <-k.over:
				return engine.ErrEnded
			default:
			}
		}
	}
}

func (k *keeper) Say(ctx context.Context, m engine.Message) (r engine.Receipt, err error) {
	err = k.do(ctx, func(s *engine.Session) error {
		var err error
		r, err = s.Say(ctx, m)
		return err
	})
	return r, err
}

func (k *keeper) Pause(ctx context.Context, by string) error {
	return k.do(ctx, func(s *engine.Session) error { return s.Pause(ctx, by) })
}

func (k *keeper) Resume(ctx context.Context, by string) error {
	return k.do(ctx, func(s *engine.Session) error { return s.Resume(ctx, by) })
}

func (k *keeper) Stop(ctx context.Context, by string, afterTurn bool) error {
	return k.do(ctx, func(s *engine.Session) error { return s.Stop(ctx, by, afterTurn) })
}

func (k *keeper) CloseInput(ctx context.Context) error {
	return k.do(ctx, func(s *engine.Session) error { return s.CloseInput(ctx) })
}

func (k *keeper) Done() <-chan struct{} { return k.over }

func (k *keeper) close() {
	k.mu.Lock()
	for _, w := range k.wakes {
		w.Stop()
	}
	k.mu.Unlock()
	k.e.Close()
}

// TestRestChangesNothing runs random sessions that rest whenever they wait, and
// wake from their logs or their snapshots: nothing is lost, their followers
// miss nothing, and a replay, which knows of no rests, gives the same log.
func TestRestChangesNothing(t *testing.T) {
	dir := t.TempDir()
	rests, ends := 0, map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		tmpl, src := crowded(rt, dir)
		if tmpl == nil {
			ends["refused"]++
			return
		}
		list := deeds(rt)
		passive := rapid.SampledFrom([]time.Duration{time.Microsecond, time.Second, 20 * time.Second}).Draw(rt, "passive")
		every := rapid.SampledFrom([]int{0, 1, 10}).Draw(rt, "every")
		problem := ""
		synctest.Test(t, func(t *testing.T) {
			journal := &memory.Journal{}
			c := engine.Config{Journal: journal, Passive: passive, SnapshotEvery: every}
			if every > 0 {
				c.Snapshots, _ = journal.Table(t.Context(), "states")
			}
			k := keep(t, tmpl, c)
			defer k.close()
			var followed []engine.Event
			var follower sync.WaitGroup
			first := k.s
			follower.Go(func() {
				for ev, err := range first.Follow(t.Context(), 0, true) {
					if err != nil {
						t.Error(err)
						return
					}
					if ev.Seq > 0 {
						followed = append(followed, ev)
					}
				}
			})
			taken := act(t, k, list, "x")
			follower.Wait()
			log := logOf(t, journal, "s")
			if diff := cmp.Diff(log, followed); diff != "" {
				problem = "what was followed is not what is stored:\n" + diff
				return
			}
			if problem = lost(log, taken); problem != "" || t.Failed() {
				return
			}
			rests += k.rests
			for _, ev := range log {
				if ev.Type() == engine.TypeTakenOver {
					problem = "a session that rested was taken over"
				}
			}
			ends[string(ended(t, log).Outcome)]++
			checkReplay(t, tmpl, k.s, log)
			if d, err := engine.Replay(t.Context(), tmpl, journal.Read(t.Context(), "s", 0)); err != nil || d != nil {
				problem = fmt.Sprintf("the replay differs: %+v, %v", d, err)
			}
		})
		if problem != "" || t.Failed() {
			rt.Fatalf("%s\n%+v\n%s", problem, list, src)
		}
	})
	t.Logf("rests: %d, ends: %v", rests, ends)
}

func logOf(tb testing.TB, journal engine.Journal, id string) (log []engine.Event) {
	tb.Helper()
	for ev, err := range journal.Read(context.Background(), id, 0) {
		if err != nil {
			tb.Fatal(err)
		}
		log = append(log, ev)
	}
	return log
}

const restScenario = `
provider "scripted" "p" {
  reply {
    content = "yes"
    delay   = "1s"
    times   = 100
  }
}
agent "a" {
  provider = provider.p
}
session "s" {
  type         = "human_agent"
  agent        = agent.a
  lifetime     = "1h"
  idle_timeout = "20m"
}
`

// A session that waits holds nothing in the engine; when it is due its rest
// says so, and waking it then does what is due.
func TestRest(t *testing.T) {
	tmpl := template(t, restScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		journal := &memory.Journal{}
		var rests []engine.Rest
		e, s := start(t, engine.Config{Journal: journal, Passive: time.Minute, OnRest: func(r engine.Rest) { rests = append(rests, r) }}, tmpl)
		defer e.Close()
		say(t, s, "hello")
		if s.Idle() {
			t.Error("it is idle while an agent works")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if !s.Idle() {
			t.Error("it waits and is not idle")
		}
		answered := logOf(t, journal, s.ID())
		time.Sleep(time.Minute + time.Millisecond)
		synctest.Wait()
		if len(rests) != 1 || !errors.Is(s.Err(), engine.ErrPassive) {
			t.Fatalf("%d rests, %v", len(rests), s.Err())
		}
		if sessions, hubs := e.Held(); sessions != 0 || hubs != 0 {
			t.Errorf("the engine holds %d sessions and %d hubs", sessions, hubs)
		}
		last := answered[len(answered)-1]
		if want := last.Time.Add(20 * time.Minute); !rests[0].Wake.Equal(want) || rests[0].Info.Seq != last.Seq || rests[0].Session != s.ID() {
			t.Errorf("got %+v, want to be woken at %s", rests[0], want)
		}
		if _, err := s.Say(t.Context(), engine.Message{Content: "x"}); !errors.Is(err, engine.ErrPassive) {
			t.Errorf("got %v, want %v", err, engine.ErrPassive)
		}
		if info, err := s.Info(t.Context()); err != nil || info.Seq != last.Seq {
			t.Errorf("got event %d, %v; want what it was when it went to rest", info.Seq, err)
		}
		time.Sleep(time.Until(rests[0].Wake))
		again, err := e.Wake(t.Context(), tmpl, s.ID())
		if err != nil {
			t.Fatal(err)
		}
		<-again.Done()
		log := logOf(t, journal, s.ID())
		if end := ended(t, log); end.Reason.Stop != "idle_timeout" || len(log) != len(answered)+1 {
			t.Errorf("got %s after %d events, want idle_timeout after %d", end.Reason.Stop, len(log), len(answered)+1)
		}
	})
}

// What is due soon is waited for, and a call in flight is no rest.
func TestRestNotYet(t *testing.T) {
	tmpl := template(t, restScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		e, s := start(t, engine.Config{Journal: &memory.Journal{}, Passive: 15 * time.Minute}, tmpl)
		defer e.Close()
		time.Sleep(19 * time.Minute)
		synctest.Wait()
		if s.Err() != nil {
			t.Errorf("it was let go, and due 5 minutes later: %v", s.Err())
		}
		<-s.Done()
		if s.Err() != nil {
			t.Error(s.Err())
		}
	})
}

// Messages of many callers come while a session rests and wakes all the time:
// each is taken once, or its caller hears that it was not.
func TestRestUnderLoad(t *testing.T) {
	tmpl := template(t, chatOfMany, nil)
	journal := &memory.Journal{}
	k := keep(t, tmpl, engine.Config{Journal: journal, Passive: time.Microsecond})
	defer k.close()
	const callers, each = 8, 50
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			for i := range each {
				text := fmt.Sprintf("%d of %d", i, c)
				if _, err := k.Say(context.Background(), engine.Message{Content: text, ClientID: text}); err != nil {
					t.Errorf("%s: %v", text, err)
				}
				if i%5 == c%5 {
					time.Sleep(50 * time.Microsecond)
				}
			}
		})
	}
	all.Wait()
	said := map[string]int{}
	for _, ev := range logOf(t, journal, "s") {
		if d, ok := ev.Data.(*engine.Said); ok && d.Role == "user" {
			said[d.Content]++
		}
	}
	if len(said) != callers*each {
		t.Errorf("%d messages are in the log, want %d", len(said), callers*each)
	}
	for text, n := range said {
		if n != 1 {
			t.Errorf("%q is there %d times", text, n)
		}
	}
	t.Logf("rests: %d", k.rests)
	if err := k.Stop(context.Background(), "", false); err != nil {
		t.Error(err)
	}
	<-k.over
}

const chatOfMany = `
provider "scripted" "p" {
  reply {
    content = "yes"
    times   = 100000
  }
}
agent "a" {
  provider = provider.p
}
session "s" {
  type  = "human_agent"
  agent = agent.a
}
`

// slowLog keeps the first reader at the end of a log until it is let go on.
type slowLog struct {
	*memory.Journal
	first atomic.Bool
	read  chan struct{}
}

func (l *slowLog) Read(ctx context.Context, session string, after uint64) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		for ev, err := range l.Journal.Read(ctx, session, after) {
			if !yield(ev, err) {
				return
			}
		}
		if l.first.CompareAndSwap(true, false) {
			<-l.read
		}
	}
}

// Two wake a session. What the slower one has read is not all of the log any
// more once the other's session has gone on and rests again.
func TestWakeReadsTheWholeLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		journal := &slowLog{Journal: &memory.Journal{}, read: make(chan struct{})}
		k := keep(t, template(t, chatOfMany, nil), engine.Config{Journal: journal, Passive: time.Second})
		defer k.close()
		time.Sleep(time.Minute)
		journal.first.Store(true)
		var both sync.WaitGroup
		for i := range 2 {
			both.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				if _, err := k.Say(t.Context(), engine.Message{Content: fmt.Sprint(i)}); err != nil {
					t.Errorf("message %d: %v", i, err)
				}
			})
		}
		time.Sleep(time.Minute) // the second one's session, if there is one, rests again
		close(journal.read)
		both.Wait()
		if err := k.Stop(t.Context(), "", false); err != nil {
			t.Error(err)
		}
		<-k.over
	})
}

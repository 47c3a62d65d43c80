package journaltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// RunStore tests a store that is empty.
func RunStore(t *testing.T, s engine.Store) {
	t.Helper()
	t.Run("journal", func(t *testing.T) { Run(t, s) })
	t.Run("delete", func(t *testing.T) { deleteSession(t, s) })
	t.Run("marks", func(t *testing.T) { marks(t, s) })
	t.Run("records", func(t *testing.T) { records(t, s) })
	t.Run("removed records", func(t *testing.T) { removed(t, s) })
	t.Run("wrong records", func(t *testing.T) { wrongRecords(t, s) })
	t.Run("counter", func(t *testing.T) { counter(t, s) })
	t.Run("watch", func(t *testing.T) { watch(t, s) })
	t.Run("watch while others write", func(t *testing.T) { watchRace(t, s) })
	if err := s.Err(); err != nil {
		t.Errorf("the store is ill: %v", err)
	}
}

// claim makes this node a session's owner, where there are owners.
func claim(t *testing.T, s engine.Store, session string) {
	t.Helper()
	if c := s.Cluster(); c != nil {
		must(t, c.Claim(t.Context(), session))
	}
}

func deleteSession(t *testing.T, s engine.Store) {
	t.Helper()
	must(t, s.Delete(t.Context(), "nobody"))
	for _, id := range []string{"gone", "kept"} {
		claim(t, s, id)
		must(t, s.Append(t.Context(), id, 0, events(id, 1, 5)))
	}
	must(t, s.Delete(t.Context(), "gone"))
	for late := time.Now().Add(5 * time.Second); !gone(t, s, "gone"); time.Sleep(10 * time.Millisecond) { // a replica may hear of it later
		if time.Now().After(late) {
			t.Fatal("events can still be read")
		}
	}
	count(t, numbers(t, s, "kept", 0), 1, 5)
	claim(t, s, "gone")
	must(t, s.Append(t.Context(), "gone", 0, events("gone", 1, 2)))
	count(t, numbers(t, s, "gone", 0), 1, 2)
}

// gone says whether nothing can be read of a session.
func gone(t *testing.T, s engine.Store, id string) bool {
	t.Helper()
	for _, err := range s.Read(t.Context(), id, 0) {
		if err == nil {
			return false
		}
		if !errors.Is(err, engine.ErrNotFound) {
			t.Errorf("got %v, want %v", err, engine.ErrNotFound)
		}
	}
	return true
}

// marks has a reader that goes on from each append's end.
func marks(t *testing.T, s engine.Store) {
	t.Helper()
	m, ok := s.(engine.Marker)
	if !ok {
		t.Fatalf("%T has no marks", s)
	}
	if _, err := m.Mark(t.Context(), "nobody"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("got %v, want %v", err, engine.ErrNotFound)
	}
	const session, appends, each = "marks", 20, 3
	claim(t, s, session)
	var list []engine.Mark
	for i := range appends {
		must(t, s.Append(t.Context(), session, uint64(i*each), events(session, i*each+1, each)))
		mark, err := m.Mark(t.Context(), session)
		must(t, err)
		if mark.Seq != uint64((i+1)*each) {
			t.Fatalf("mark %d is at event %d, want %d", i, mark.Seq, (i+1)*each)
		}
		list = append(list, mark)
	}
	for _, mark := range append(list, engine.Mark{}) {
		next := mark.Seq
		for e, err := range m.ReadFrom(t.Context(), session, mark) {
			must(t, err)
			if next++; e.Seq != next {
				t.Fatalf("behind %d: got event %d, want %d", mark.Seq, e.Seq, next)
			}
		}
		if next != appends*each {
			t.Errorf("behind %d: the last event is %d, want %d", mark.Seq, next, appends*each)
		}
	}
	wrong := list[len(list)-1]
	wrong.Seq += 7
	for _, err := range m.ReadFrom(t.Context(), session, wrong) {
		if !errors.Is(err, engine.ErrDamaged) {
			t.Errorf("a mark behind the end: got %v, want %v", err, engine.ErrDamaged)
		}
	}
}

func table(t *testing.T, s engine.Store, name string) engine.Table {
	t.Helper()
	tab, err := s.Table(t.Context(), name)
	must(t, err)
	return tab
}

func wantValue(t *testing.T, tab engine.Table, key, value string, revision uint64) {
	t.Helper()
	e, err := tab.Get(t.Context(), key)
	must(t, err)
	if e.Key != key || string(e.Value) != value || e.Revision != revision || e.Deleted {
		t.Errorf("got %s %q revision %d, want %s %q revision %d", e.Key, e.Value, e.Revision, key, value, revision)
	}
}

func wantError(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func records(t *testing.T, s engine.Store) {
	t.Helper()
	tab := table(t, s, "records")
	_, err := tab.Get(t.Context(), "a")
	wantError(t, "get of nothing", err, engine.ErrNotFound)
	_, err = tab.Update(t.Context(), "a", []byte("x"), 5)
	wantError(t, "update of nothing", err, engine.ErrConflict)
	first, err := tab.Update(t.Context(), "a", []byte("one"), 0)
	must(t, err)
	wantValue(t, tab, "a", "one", first)
	_, err = tab.Update(t.Context(), "a", []byte("x"), 0)
	wantError(t, "second creation", err, engine.ErrConflict)
	second, err := tab.Update(t.Context(), "a", []byte("two"), first)
	must(t, err)
	if second <= first {
		t.Errorf("revision %d comes behind %d", second, first)
	}
	_, err = tab.Update(t.Context(), "a", []byte("x"), first)
	wantError(t, "old revision", err, engine.ErrConflict)
	third, err := tab.Put(t.Context(), "a", nil)
	must(t, err)
	wantValue(t, tab, "a", "", third)
	large := bytes.Repeat([]byte{0, 1, 2, 255}, engine.MaxValue/4)
	fourth, err := tab.Put(t.Context(), "a.b-c_d=E9", large)
	must(t, err)
	wantValue(t, tab, "a.b-c_d=E9", string(large), fourth)
	again := table(t, s, "records")
	wantValue(t, again, "a", "", third)
	_, err = table(t, s, "others").Get(t.Context(), "a")
	wantError(t, "other table", err, engine.ErrNotFound)
}

func removed(t *testing.T, s engine.Store) {
	t.Helper()
	tab := table(t, s, "removed")
	must(t, tab.Delete(t.Context(), "a"))
	first, err := tab.Put(t.Context(), "a", []byte("one"))
	must(t, err)
	must(t, tab.Delete(t.Context(), "a"))
	must(t, tab.Delete(t.Context(), "a"))
	_, err = tab.Get(t.Context(), "a")
	wantError(t, "get", err, engine.ErrNotFound)
	_, err = tab.Update(t.Context(), "a", []byte("x"), first)
	wantError(t, "old revision", err, engine.ErrConflict)
	second, err := tab.Update(t.Context(), "a", []byte("two"), 0)
	must(t, err)
	if second <= first {
		t.Errorf("revision %d comes behind %d", second, first)
	}
	wantValue(t, tab, "a", "two", second)

	wantError(t, "removal of nothing", tab.Remove(t.Context(), "b", 0), engine.ErrConflict)
	wantError(t, "removal of an old revision", tab.Remove(t.Context(), "a", first), engine.ErrConflict)
	wantValue(t, tab, "a", "two", second)
	must(t, tab.Remove(t.Context(), "a", second))
	_, err = tab.Get(t.Context(), "a")
	wantError(t, "get", err, engine.ErrNotFound)
	wantError(t, "second removal", tab.Remove(t.Context(), "a", second), engine.ErrConflict)
	third, err := tab.Update(t.Context(), "a", []byte("three"), 0)
	must(t, err)
	wantError(t, "removal of what came before", tab.Remove(t.Context(), "a", second), engine.ErrConflict)
	wantValue(t, tab, "a", "three", third)
}

func wrongRecords(t *testing.T, s engine.Store) {
	t.Helper()
	for _, name := range []string{"", "A", "a.b", "a b", "a-b", strings.Repeat("a", 40)} {
		if _, err := s.Table(t.Context(), name); err == nil {
			t.Errorf("table %q: got no error", name)
		}
	}
	tab := table(t, s, "wrong")
	for _, key := range []string{"", ".", ".a", "a.", "a..b", "a b", "*", "a.>", "ä", "a/b", strings.Repeat("a", 257)} {
		if _, err := tab.Put(t.Context(), key, nil); err == nil {
			t.Errorf("key %q: got no error", key)
		}
		if _, err := tab.Get(t.Context(), key); err == nil || errors.Is(err, engine.ErrNotFound) {
			t.Errorf("get of key %q: got %v", key, err)
		}
	}
	if _, err := tab.Put(t.Context(), "large", make([]byte, engine.MaxValue+1)); err == nil {
		t.Error("large value: got no error")
	}
	_, err := tab.Put(t.Context(), strings.Repeat("a", engine.MaxKey), nil)
	must(t, err)
}

// counter is counted by many at once; no count is lost.
func counter(t *testing.T, s engine.Store) {
	t.Helper()
	tab := table(t, s, "counter")
	const writers, each = 8, 25
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				if err := increment(t.Context(), tab); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	e, err := tab.Get(t.Context(), "n")
	must(t, err)
	if want := fmt.Sprint(writers * each); string(e.Value) != want {
		t.Errorf("counted to %s, want %s", e.Value, want)
	}
}

func increment(ctx context.Context, tab engine.Table) error {
	for {
		e, err := tab.Get(ctx, "n")
		if err != nil && !errors.Is(err, engine.ErrNotFound) {
			return err
		}
		n := 0
		_, _ = fmt.Sscan(string(e.Value), &n) // nothing yet is 0
		_, err = tab.Update(ctx, "n", fmt.Append(nil, n+1), e.Revision)
		if !errors.Is(err, engine.ErrConflict) {
			return err
		}
	}
}

// watcher collects what a table's watch gives.
type watcher struct {
	changed chan struct{}
	mu      sync.Mutex
	values  map[string]string
	begun   bool
	wrong   string
	last    map[string]uint64
}

func startWatch(ctx context.Context, seq func(context.Context) iter.Seq2[engine.Entry, error], runs *sync.WaitGroup) *watcher {
	w := &watcher{changed: make(chan struct{}, 1), values: map[string]string{}, last: map[string]uint64{}}
	runs.Go(func() {
		for e, err := range seq(ctx) {
			w.take(e, err)
			select {
			case w.changed <- struct{}{}:
			default:
			}
		}
	})
	return w
}

func (w *watcher) take(e engine.Entry, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err != nil:
		w.wrong = err.Error()
	case e.Key == "" && w.begun:
		w.wrong = "a second end of what was there"
	case e.Key == "":
		w.begun = true
	case e.Revision <= w.last[e.Key]:
		w.wrong = fmt.Sprintf("%s: revision %d behind %d", e.Key, e.Revision, w.last[e.Key])
	case e.Deleted:
		delete(w.values, e.Key)
	default:
		w.values[e.Key] = string(e.Value)
	}
	w.last[e.Key] = e.Revision
}

// until waits for a state.
func (w *watcher) until(t *testing.T, what string, is func() bool) {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		w.mu.Lock()
		done, wrong, values := is(), w.wrong, fmt.Sprint(len(w.values))
		w.mu.Unlock()
		if wrong != "" {
			t.Fatal(wrong)
		}
		if done {
			return
		}
		select {
		case <-w.changed:
		case <-late:
			t.Fatalf("%s did not come; %s values", what, values)
		}
	}
}

func watch(t *testing.T, s engine.Store) {
	t.Helper()
	tab := table(t, s, "watch")
	ctx, cancel := context.WithCancel(t.Context())
	var runs sync.WaitGroup
	defer runs.Wait()
	defer cancel()
	empty := startWatch(ctx, tab.Watch, &runs)
	empty.until(t, "the end of nothing", func() bool { return empty.begun })
	for i := range 10 {
		_, err := tab.Put(t.Context(), fmt.Sprintf("k%d", i), fmt.Appendf(nil, "v%d", i))
		must(t, err)
	}
	must(t, tab.Delete(t.Context(), "k3"))
	empty.until(t, "what was written", func() bool { return len(empty.values) == 9 && empty.values["k9"] == "v9" && empty.values["k3"] == "" })
	full := startWatch(ctx, tab.Watch, &runs)
	full.until(t, "what is there", func() bool { return full.begun && len(full.values) == 9 })
	_, err := tab.Put(t.Context(), "k3", []byte("again"))
	must(t, err)
	for _, w := range []*watcher{empty, full} {
		w.until(t, "a change", func() bool { return w.values["k3"] == "again" })
	}
}

// watchRace has watchers that begin while records are written and removed; each
// ends with what is stored.
func watchRace(t *testing.T, s engine.Store) {
	t.Helper()
	tab := table(t, s, "race")
	ctx, cancel := context.WithCancel(t.Context())
	var runs, writers sync.WaitGroup
	defer runs.Wait()
	defer cancel()
	var watchers []*watcher
	for w := range 4 {
		writers.Go(func() {
			for i := range 200 {
				key := fmt.Sprintf("%d.%d", w, i%20)
				var err error
				if i%5 == 4 {
					err = tab.Delete(ctx, key)
				} else {
					_, err = tab.Put(ctx, key, fmt.Append(nil, i))
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
			if _, err := tab.Put(ctx, fmt.Sprintf("end%d", w), nil); err != nil {
				t.Error(err)
			}
		})
		watchers = append(watchers, startWatch(ctx, tab.Watch, &runs))
	}
	writers.Wait()
	watchers = append(watchers, startWatch(ctx, tab.Watch, &runs))
	for _, w := range watchers {
		w.until(t, "the end", func() bool { return w.begun && len(w.values) == 4*16+4 })
	}
}

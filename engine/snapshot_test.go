package engine_test

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// TestSnapshotIsTheFold cuts random logs at random places: a snapshot of the
// state there, read back, is that state, and goes on as it does.
func TestSnapshotIsTheFold(t *testing.T) {
	dir := t.TempDir()
	size, events := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		tmpl, src := crowded(rt, dir)
		if tmpl == nil {
			return
		}
		list := deeds(rt)
		cuts := rapid.SliceOfN(rapid.Float64Range(0, 1), 3, 3).Draw(rt, "cuts")
		problem := ""
		synctest.Test(t, func(t *testing.T) {
			log, _ := crowdRun(t, &memory.Journal{}, list, "x", func(e *engine.Engine) (*engine.Session, error) {
				return e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
			})
			if t.Failed() {
				return
			}
			for _, cut := range cuts {
				at := 1 + int(cut*float64(len(log)-1))
				n, err := snapshotAt(tmpl, log, at)
				if size, events = size+n, events+at; err != nil {
					problem = fmt.Sprintf("at event %d of %d: %v", at, len(log), err)
				}
			}
		})
		if problem != "" || t.Failed() {
			rt.Fatalf("%s\n%s", problem, src)
		}
	})
	t.Logf("%d bytes an event", size/max(1, events))
}

// snapshotAt says what is wrong with the snapshot at an event, and its size.
func snapshotAt(tmpl *engine.Template, log []engine.Event, at int) (size int, err error) {
	live, err := engine.Folded(tmpl, log[:at])
	if err != nil {
		return 0, err
	}
	want, err := engine.Folded(tmpl, log[:at])
	if err != nil {
		return 0, err
	}
	copied := engine.CloneState(live)
	engine.FoldOn(live, log[at:]) // must not show in the copy
	b, err := engine.EncodeState(copied, engine.Mark{Seq: 1, Place: "x"})
	if err != nil {
		return 0, err
	}
	got, mark, err := engine.DecodeState(tmpl, "s", b)
	if err != nil {
		return 0, err
	}
	if want := (engine.Mark{Seq: 1, Place: "x"}); mark != want {
		return 0, fmt.Errorf("the mark is %+v, want %+v", mark, want)
	}
	if diff := stateDiff(want, got); diff != "" {
		return 0, fmt.Errorf("the state differs (-folded +read):\n%s", diff)
	}
	engine.FoldOn(got, log[at:])
	if diff := stateDiff(live, got); diff != "" {
		return 0, fmt.Errorf("the state with the rest of the log differs (-folded +read and folded):\n%s", diff)
	}
	return len(b), nil
}

// A field more or less in a state is another format.
func TestSnapshotFormatIsThatOfTheState(t *testing.T) {
	const known = 0x8aa44ad3
	var b strings.Builder
	for _, v := range engine.SavedFields() {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(v)) {
			fmt.Fprintf(&b, "%T.%s %s\n", v, f.Name, f.Type)
		}
	}
	if got := crc32.ChecksumIEEE([]byte(b.String())); got != known {
		t.Errorf("the fields of a state are other ones: see that snapshot_save.go and snapshot_load.go keep them, "+
			"count snapshotFormat up, and put %#x here", got)
	}
}

// What is wrong with a snapshot leads to the whole log, and to no other state.
func TestSnapshotIsNotTrusted(t *testing.T) {
	tmpl, other := twoAgents(t, 40), twoAgents(t, 41)
	journal := &places{}
	table, err := journal.Table(t.Context(), "states")
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(engine.Config{Journal: journal, Snapshots: table, Logger: quiet()})
	defer e.Close()
	long := longLog(t, tmpl, "s")
	log := long[:len(long)-1]
	if err := journal.Append(t.Context(), "s", 0, log); err != nil {
		t.Fatal(err)
	}
	want, err := engine.Folded(tmpl, log)
	if err != nil {
		t.Fatal(err)
	}
	good := func(at int, m engine.Mark) []byte {
		st, err := engine.Folded(tmpl, long[:at])
		if err != nil {
			t.Fatal(err)
		}
		b, err := engine.EncodeState(st, m)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	mark, err := journal.Mark(t.Context(), "s")
	if err != nil {
		t.Fatal(err)
	}
	foreign := longLog(t, other, "s")
	strange, err := engine.Folded(other, foreign[:100])
	if err != nil {
		t.Fatal(err)
	}
	alien, err := engine.EncodeState(strange, engine.Mark{})
	if err != nil {
		t.Fatal(err)
	}
	flipped := good(100, engine.Mark{})
	flipped[len(flipped)/2] ^= 1
	newer := good(100, engine.Mark{})
	newer[0]++
	for name, c := range map[string]struct {
		value []byte
		saved uint64
	}{
		"fits":                         {good(100, engine.Mark{}), 100},
		"fits, with the log's mark":    {good(len(log), mark), uint64(len(log))},
		"is of another run":            {alien, 0},
		"is damaged":                   {flipped, 0},
		"is of another format":         {newer, 0},
		"is empty":                     {nil, 0},
		"is cut":                       {good(100, engine.Mark{})[:50], 0},
		"knows more than the log":      {good(len(long), engine.Mark{}), 0},
		"has a mark that does not fit": {good(100, engine.Mark{Seq: 100, Place: "elsewhere"}), 0},
		"has a mark of the future":     {good(100, engine.Mark{Seq: 101}), 0},
	} {
		if _, err := table.Put(t.Context(), "s", c.value); err != nil {
			t.Fatal(err)
		}
		st, saved, err := e.LoadState(tmpl, "s")
		if err != nil || saved != c.saved {
			t.Errorf("a snapshot that %s: got %d events of it, %v; want %d", name, saved, err, c.saved)
			continue
		}
		if diff := stateDiff(want, st); diff != "" {
			t.Errorf("a snapshot that %s: the state differs:\n%s", name, diff)
		}
	}
}

// places is a journal that knows its own marks.
type places struct{ memory.Journal }

func (j *places) ReadFrom(ctx context.Context, session string, m engine.Mark) iter.Seq2[engine.Event, error] {
	if m.Place == "elsewhere" {
		return func(yield func(engine.Event, error) bool) { yield(engine.Event{}, engine.ErrDamaged) }
	}
	return j.Journal.ReadFrom(ctx, session, m)
}

// longLog is the log of a session that runs to its end.
func longLog(tb testing.TB, tmpl *engine.Template, id string) []engine.Event {
	tb.Helper()
	journal := &memory.Journal{}
	e := engine.New(engine.Config{Journal: journal, Logger: quiet()})
	defer e.Close()
	s, err := e.Start(context.Background(), tmpl, engine.StartOptions{ID: id})
	if err != nil {
		tb.Fatal(err)
	}
	<-s.Done()
	var log []engine.Event
	for ev, err := range journal.Read(context.Background(), id, 0) {
		if err != nil {
			tb.Fatal(err)
		}
		log = append(log, ev)
	}
	return log
}

// states is a table that counts what is written, or refuses it.
type states struct {
	engine.Table
	mu   sync.Mutex
	puts int
	err  error
}

func (f *states) Put(ctx context.Context, key string, value []byte) (uint64, error) {
	f.mu.Lock()
	f.puts++
	f.mu.Unlock()
	if f.err != nil {
		return 0, f.err
	}
	return f.Table.Put(ctx, key, value)
}

// Snapshots are written while a session runs, less often the longer it gets; a
// store that does not take them is told of once and delays nothing.
func TestSnapshotsAreWritten(t *testing.T) {
	tmpl := template(t, strings.Replace(drainScenario, "max_turns    = 4", "max_turns    = 200", 1), nil)
	for name, fault := range map[string]error{"taken": nil, "refused": errors.New("the disk is full")} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				journal := &memory.Journal{}
				inner, err := journal.Table(t.Context(), "states")
				if err != nil {
					t.Fatal(err)
				}
				table := &states{Table: inner, err: fault}
				var logged strings.Builder
				began := time.Now()
				e, s := start(t, engine.Config{
					Journal: journal, Snapshots: table, SnapshotEvery: 50, Logger: slog.New(slog.NewTextHandler(&logged, nil)),
				}, tmpl)
				<-s.Done()
				if took := time.Since(began).Round(time.Second); took != 2000*time.Second { // 10 s a turn
					t.Errorf("200 turns took %s", took)
				}
				e.Close()
				if events := len(logOf(t, journal, s.ID())); table.puts < 6 || table.puts > events/50*2/3 {
					t.Errorf("%d snapshots of %d events were written", table.puts, events)
				}
				warned := 0
				if fault != nil {
					warned = 1
				}
				if got := strings.Count(logged.String(), "level=WARN"); got != warned {
					t.Errorf("got %d warnings, want %d:\n%s", got, warned, logged.String())
				}
			})
		})
	}
}

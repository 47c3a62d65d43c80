package server

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// textSource is a source of one file, which takes two records when large.
func textSource(text string, large bool) *source {
	random := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // any text that does not compress
	b := []byte(text)
	for large && len(b) < 2*maxSourcePart {
		b = append(b, byte(' '+random.IntN(90)))
	}
	all := string(b)
	return &source{Root: "main.hcl", Files: map[string]*string{"main.hcl": &all}}
}

func (ts *testServer) sourceTable(tb testing.TB) engine.Table {
	tb.Helper()
	table, err := ts.cfg.Store.Table(tb.Context(), tableSources)
	if err != nil {
		tb.Fatal(err)
	}
	return table
}

func (ts *testServer) keeps(tb testing.TB, src *source) string {
	tb.Helper()
	key, err := ts.keepSource(tb.Context(), src)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func (ts *testServer) sweepAt(tb testing.TB, at time.Time) {
	tb.Helper()
	if err := ts.sweepSources(tb.Context(), at); err != nil {
		tb.Fatal(err)
	}
}

// sourceKeys are the keys of all records of sources.
func (ts *testServer) sourceKeys(tb testing.TB) (keys []string) {
	tb.Helper()
	err := eachEntry(tb.Context(), ts.sourceTable(tb), func(e *engine.Entry) error {
		keys = append(keys, e.Key)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	slices.Sort(keys)
	return keys
}

// Texts that no session needs go after the grace time, and those of sessions
// stay, also of one that has ended and of a talk with an agent from elsewhere.
func TestSweepOfSources(t *testing.T) {
	ts := newTestServer(t, nil)
	ts.createChat(t, ann)
	needed := ts.sourceKeys(t)
	if len(needed) == 0 {
		t.Fatal("a session has no texts")
	}
	for _, large := range []bool{false, true} {
		ts.keeps(t, textSource("nobody needs this", large))
	}
	start := time.Now()
	for _, after := range []time.Duration{0, sourceSweep, sourceGrace - time.Minute} {
		ts.sweepAt(t, start.Add(after))
		if got := len(ts.sourceKeys(t)); got <= len(needed)+2 {
			t.Fatalf("after %s there are %d records", after, got)
		}
	}
	ts.sweepAt(t, start.Add(sourceGrace+time.Minute))
	if got := ts.sourceKeys(t); !slices.Equal(got, needed) {
		t.Errorf("got %q, want those of the session, %q", got, needed)
	}
}

// A source that is needed again is as good as new, and its grace time begins
// when nobody needs it any more.
func TestSourceThatIsNeededAgain(t *testing.T) {
	ts := newTestServer(t, nil)
	key := ts.keeps(t, textSource("a", true))
	start := time.Now()
	ts.sweepAt(t, start)
	id := ts.createChat(t, ann)
	kept := ""
	ts.rewrite(t, id, func(d *doc) { kept, d.Blueprint.Source = d.Blueprint.Source, key })
	last := start.Add(10 * sourceGrace)
	ts.sweepAt(t, last)
	if src, err := ts.sourceAt(t.Context(), key); err != nil || src.Root != "main.hcl" {
		t.Fatalf("a session's texts are gone: %v", err)
	}
	ts.rewrite(t, id, func(d *doc) { d.Blueprint.Source = kept })
	ts.sweepAt(t, last.Add(sourceGrace-time.Minute))
	if _, err := ts.sourceAt(t.Context(), key); err != nil {
		t.Fatalf("the grace time is not over: %v", err)
	}
	ts.sweepAt(t, last.Add(sourceGrace))
	if got := ts.sourceKeys(t); slices.ContainsFunc(got, func(k string) bool { return strings.HasPrefix(k, key) }) {
		t.Errorf("it is still there: %q", got)
	}
}

// Another node keeps a source at each moment of its removal, and has it whole
// afterwards.
func TestSourceIsKeptWhileItIsSwept(t *testing.T) {
	for _, large := range []bool{false, true} {
		for at := range 8 {
			store := &memory.Journal{}
			one, two := newTestServer(t, func(c *Config) { c.Store = store }), newTestServer(t, func(c *Config) { c.Store = store })
			src := textSource("a", large)
			key := one.keeps(t, src)
			start := time.Now()
			one.sweepAt(t, start)
			table := &interrupted{Table: one.sourceTable(t), left: at, do: func() { two.keeps(t, src) }}
			all, err := storedSources(t.Context(), table)
			if err != nil {
				t.Fatal(err)
			}
			err = all[key].sweep(t.Context(), table, key, false, start.Add(sourceGrace))
			if err != nil && !errors.Is(err, engine.ErrConflict) {
				t.Fatal(err)
			}
			if table.left >= 0 { // it was over before
				two.keeps(t, src)
			}
			got, err := two.sourceAt(t.Context(), key)
			if err != nil {
				t.Fatalf("large %v, step %d: %v", large, at, err)
			}
			if *got.Files["main.hcl"] != *src.Files["main.hcl"] {
				t.Errorf("large %v, step %d: it is another text", large, at)
			}
			two.sweepAt(t, start.Add(sourceGrace))
			if _, err := two.sourceAt(t.Context(), key); err != nil {
				t.Errorf("large %v, step %d: it was kept just now and is gone: %v", large, at, err)
			}
		}
	}
}

// interrupted is a table that does something before one of its removals.
type interrupted struct {
	engine.Table
	left int
	do   func()
}

func (t *interrupted) Remove(ctx context.Context, key string, revision uint64) error {
	if t.left--; t.left == -1 {
		t.do()
	}
	return t.Table.Remove(ctx, key, revision)
}

// Somebody who stores a source dies in the middle: what is left of it goes, too.
func TestSourceThatWasCutShort(t *testing.T) {
	ts := newTestServer(t, nil)
	src := textSource("a", true)
	key := ts.keeps(t, src)
	if err := ts.sourceTable(t).Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	ts.sweepAt(t, start)
	two := newTestServer(t, func(c *Config) { c.Store = ts.cfg.Store })
	two.keeps(t, src)
	if _, err := two.sourceAt(t.Context(), key); err != nil {
		t.Fatalf("it was stored again: %v", err)
	}
	if err := ts.sourceTable(t).Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	ts.sweepAt(t, start)
	ts.sweepAt(t, start.Add(sourceGrace))
	if got := ts.sourceKeys(t); len(got) != 0 {
		t.Errorf("there is %q", got)
	}
}

// Where a session cannot be read nobody knows what it needs, and nothing goes.
func TestNothingIsSweptInTheDark(t *testing.T) {
	ts := newTestServer(t, nil)
	ts.keeps(t, textSource("a", false))
	if _, err := ts.docs.Put(t.Context(), "session_x", []byte("9\t\n")); err != nil {
		t.Fatal(err)
	}
	before := ts.sourceKeys(t)
	for _, at := range []time.Time{time.Now(), time.Now().Add(2 * sourceGrace)} {
		if err := ts.sweepSources(t.Context(), at); !errors.Is(err, errDoc) {
			t.Errorf("got %v, want %v", err, errDoc)
		}
	}
	if got := ts.sourceKeys(t); !slices.Equal(got, before) {
		t.Errorf("got %q, want %q", got, before)
	}
}

// What a node relies on ends before the grace time does.
func TestKnownSourcesAreSeenAgain(t *testing.T) {
	ts := newTestServer(t, nil)
	src := textSource("a", false)
	key := ts.keeps(t, src)
	until := ts.made.known[key]
	if left := time.Until(until); left > sourceGrace/2 || left < time.Minute {
		t.Errorf("it is known for %s", left)
	}
	if err := ts.sourceTable(t).Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	ts.made.known[key] = time.Now().Add(-time.Second)
	ts.keeps(t, src)
	if _, err := ts.sourceAt(t.Context(), key); err != nil {
		t.Errorf("it was not seen again: %v", err)
	}
}

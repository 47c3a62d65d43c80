package jetstream_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/jetstream"
)

func said(session string, seq uint64) []engine.Event {
	return []engine.Event{{
		Seq: seq, Session: session, Time: time.Unix(int64(seq), 0).UTC(), //nolint:gosec // small
		Data: &engine.Said{Sender: "a", Role: "assistant", Content: fmt.Sprintf("message %d of %s", seq, session)},
	}}
}

// write appends events to a session up to a number.
func write(tb testing.TB, j engine.Journal, session string, from, to uint64) {
	tb.Helper()
	for seq := from; seq <= to; seq++ {
		if err := j.Append(tb.Context(), session, seq-1, said(session, seq)); err != nil {
			tb.Fatal(err)
		}
	}
}

// length reads a session to its end and checks its numbers and words.
func length(tb testing.TB, j engine.Journal, session string) uint64 {
	tb.Helper()
	n, err := readAll(tb.Context(), j, session)
	if err != nil {
		tb.Fatalf("session %s behind event %d: %v", session, n, err)
	}
	return n
}

func readAll(ctx context.Context, j engine.Journal, session string) (n uint64, err error) {
	for e, err := range j.Read(ctx, session, 0) {
		if err != nil {
			return n, err
		}
		if n++; e.Seq != n || e.Data.(*engine.Said).Content != fmt.Sprintf("message %d of %s", n, session) { //nolint:forcetypeassert // as written
			return n, fmt.Errorf("event %d is %v", n, e)
		}
	}
	return n, nil
}

// filled is a journal with sessions and records.
func filled(t *testing.T, dir string) *jetstream.Journal {
	t.Helper()
	j := open(t, dir, jetstream.SyncInterval)
	for i := range 40 {
		write(t, j, fmt.Sprintf("s%d", i), 1, uint64(i%7+1))
	}
	for _, name := range []string{"docs", "users"} {
		tab, err := j.Table(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 30 {
			if _, err := tab.Put(t.Context(), fmt.Sprintf("k%d", i), fmt.Appendf(nil, "%s %d", name, i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := tab.Delete(t.Context(), "k7"); err != nil {
			t.Fatal(err)
		}
	}
	return j
}

func wantFilled(t *testing.T, j *jetstream.Journal) {
	t.Helper()
	for i := range 40 {
		session := fmt.Sprintf("s%d", i)
		if n := length(t, j, session); n != uint64(i%7+1) {
			t.Errorf("session %s has %d events, want %d", session, n, i%7+1)
		}
	}
	for _, name := range []string{"docs", "users"} {
		tab, err := j.Table(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 30 {
			e, err := tab.Get(t.Context(), fmt.Sprintf("k%d", i))
			if i == 7 {
				if !errors.Is(err, engine.ErrNotFound) {
					t.Errorf("a removed record is back: %v", err)
				}
			} else if err != nil || string(e.Value) != fmt.Sprintf("%s %d", name, i) {
				t.Errorf("record %d of %s: %q %v", i, name, e.Value, err)
			}
		}
	}
}

func config(dir string) jetstream.Config {
	return jetstream.Config{Dir: dir, Sync: jetstream.SyncInterval, Logger: slog.New(slog.DiscardHandler)}
}

func dump(t *testing.T, j *jetstream.Journal) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := j.Backup(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestBackup(t *testing.T) {
	j := filled(t, t.TempDir())
	mark, err := j.Mark(t.Context(), "s6")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	stats, err := j.Backup(t.Context(), &out)
	if err != nil {
		t.Fatal(err)
	}
	if stats.Sessions != 40 || stats.Entries != 58 || stats.Missing != 0 {
		t.Errorf("got %+v, want 40 sessions and 58 entries", stats)
	}
	j.Close()

	dir := t.TempDir()
	got, err := jetstream.Restore(t.Context(), config(dir), bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if got != stats {
		t.Errorf("restored %+v, want %+v", got, stats)
	}
	again := open(t, dir, jetstream.SyncAlways)
	defer again.Close()
	wantFilled(t, again)
	write(t, again, "s6", 8, 9)
	next := mark.Seq
	for e, err := range again.ReadFrom(t.Context(), "s6", mark) {
		if next++; err != nil || e.Seq != next {
			t.Fatalf("behind the mark: got event %d %v, want %d", e.Seq, err, next)
		}
	}
	if next != 9 {
		t.Errorf("the last event is %d, want 9", next)
	}
}

// A backup of a journal that is being written has each session up to some
// event, and at least what its record says.
func TestBackupUnderLoad(t *testing.T) {
	j := open(t, t.TempDir(), jetstream.SyncInterval)
	tab, err := j.Table(t.Context(), "docs")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var writers sync.WaitGroup
	for i := range 8 {
		writers.Go(func() {
			session := fmt.Sprintf("s%d", i)
			for seq := uint64(1); ctx.Err() == nil; seq++ {
				if err := j.Append(context.WithoutCancel(ctx), session, seq-1, said(session, seq)); err != nil {
					t.Error(err)
					return
				}
				if _, err := tab.Put(context.WithoutCancel(ctx), session, fmt.Append(nil, seq)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	out := dump(t, j)
	cancel()
	writers.Wait()
	j.Close()
	dir := t.TempDir()
	if _, err := jetstream.Restore(t.Context(), config(dir), bytes.NewReader(out)); err != nil {
		t.Fatal(err)
	}
	again := open(t, dir, jetstream.SyncInterval)
	defer again.Close()
	tab, err = again.Table(t.Context(), "docs")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 {
		session := fmt.Sprintf("s%d", i)
		e, err := tab.Get(t.Context(), session)
		if err != nil {
			t.Fatal(err)
		}
		var said uint64
		if _, err := fmt.Sscan(string(e.Value), &said); err != nil {
			t.Fatal(err)
		}
		if n := length(t, again, session); n < said || said == 0 {
			t.Errorf("session %s has %d events, its record says %d", session, n, said)
		}
	}
}

// What is no whole backup leaves nothing behind.
func TestRestoreRefuses(t *testing.T) {
	j := filled(t, t.TempDir())
	whole := dump(t, j)
	j.Close()
	plain := unzip(t, whole)
	flip := func(at int) []byte {
		b := bytes.Clone(plain)
		b[at] ^= 1
		return zip(t, b)
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "text": []byte("hello"), "half": whole[:len(whole)/2], "last byte": whole[:len(whole)-1],
		"half unpacked": zip(t, plain[:len(plain)/2]), "no trailer": zip(t, plain[:len(plain)-200]),
		"a value": flip(bytes.Index(plain, []byte("docs 3"))), "a word": flip(bytes.Index(plain, []byte("message 1"))),
		"a count": flip(bytes.Index(plain, []byte(`"sessions":`)) + 11), "more behind": zip(t, append(bytes.Clone(plain), 'x')),
		"two": append(bytes.Clone(whole), whole...),
	} {
		dir := t.TempDir()
		if _, err := jetstream.Restore(t.Context(), config(dir), bytes.NewReader(b)); !errors.Is(err, jetstream.ErrBackup) {
			t.Errorf("%s: got %v, want %v", name, err, jetstream.ErrBackup)
		}
		for _, left := range []string{"journal", "journal.restore"} {
			if _, err := os.Stat(filepath.Join(dir, left)); err == nil {
				t.Errorf("%s: %s is left", name, left)
			}
		}
	}
}

func TestRestoreOverData(t *testing.T) {
	dir := t.TempDir()
	j := filled(t, dir)
	whole := dump(t, j)
	if _, err := jetstream.Restore(t.Context(), config(dir), bytes.NewReader(whole)); !errors.Is(err, jetstream.ErrNotEmpty) {
		t.Errorf("while it runs: got %v, want %v", err, jetstream.ErrNotEmpty)
	}
	j.Close()
	if _, err := jetstream.Restore(t.Context(), config(dir), bytes.NewReader(whole)); !errors.Is(err, jetstream.ErrNotEmpty) {
		t.Errorf("got %v, want %v", err, jetstream.ErrNotEmpty)
	}
	again := open(t, dir, jetstream.SyncInterval)
	defer again.Close()
	wantFilled(t, again)
}

// From one machine to a cluster: an embedded journal's backup fills an external
// server, once.
func TestRestoreExternal(t *testing.T) {
	j := filled(t, t.TempDir())
	whole := dump(t, j)
	j.Close()
	c := startNATS(t, 1, nil)
	if _, err := jetstream.Restore(t.Context(), c.config(), bytes.NewReader(whole[:len(whole)-20])); !errors.Is(err, jetstream.ErrBackup) {
		t.Errorf("half a backup: got %v, want %v", err, jetstream.ErrBackup)
	}
	if _, err := jetstream.Restore(t.Context(), c.config(), bytes.NewReader(whole)); err != nil {
		t.Fatal(err)
	}
	if _, err := jetstream.Restore(t.Context(), c.config(), bytes.NewReader(whole)); !errors.Is(err, jetstream.ErrNotEmpty) {
		t.Errorf("second restore: got %v, want %v", err, jetstream.ErrNotEmpty)
	}
	wantFilled(t, c.open(t))
}

func unzip(tb testing.TB, b []byte) []byte {
	tb.Helper()
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		tb.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		tb.Fatal(err)
	}
	return plain
}

func zip(tb testing.TB, b []byte) []byte {
	tb.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

package jetstream_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/jetstream"
)

// files are the files of a journal whose names match, in order.
func files(t *testing.T, dir, pattern string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if ok, _ := filepath.Match(pattern, filepath.Base(path)); ok && !d.IsDir() {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list
}

// holding is the block that holds a text, with its content.
func holding(t *testing.T, dir, text string) (string, []byte) {
	t.Helper()
	for _, f := range files(t, dir, "*.blk") {
		b, err := os.ReadFile(f) //nolint:gosec // of this test
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(text)) {
			return f, b
		}
	}
	t.Fatalf("no block has %q", text)
	return "", nil
}

// written is a journal with a session of 50 events that was closed; the state
// files that would save the server from looking at the blocks can be removed.
func written(t *testing.T, forget bool) string {
	t.Helper()
	dir := t.TempDir()
	j := open(t, dir, jetstream.SyncAlways)
	write(t, j, "hurt", 1, 50)
	j.Close()
	if forget {
		for _, f := range files(t, dir, "index.db") {
			if err := os.Remove(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// wantDamaged has a session of which events from a number on are not what was
// stored.
func wantDamaged(t *testing.T, dir string, from uint64) {
	t.Helper()
	j := open(t, dir, jetstream.SyncAlways)
	defer j.Close()
	n, err := readAll(t.Context(), j, "hurt")
	if !errors.Is(err, engine.ErrDamaged) {
		t.Errorf("read %d events: got %v, want %v", n, err, engine.ErrDamaged)
	}
	if n >= from {
		t.Errorf("event %d was given, it is damaged from %d on", n, from)
	}
	var followed error
	for _, err := range j.Follow(t.Context(), "hurt", 0) {
		followed = err
	}
	if !errors.Is(followed, engine.ErrDamaged) {
		t.Errorf("follow: got %v, want %v", followed, engine.ErrDamaged)
	}
}

// A bit that flipped in the middle of a session is noticed, whether the server
// has looked at its blocks at its start or not.
func TestFlippedBit(t *testing.T) {
	for _, forget := range []bool{false, true} {
		t.Run(fmt.Sprintf("state files lost %t", forget), func(t *testing.T) {
			dir := written(t, forget)
			text := "message 20 of hurt"
			file, b := holding(t, dir, text)
			b[bytes.Index(b, []byte(text))] ^= 1
			if err := os.WriteFile(file, b, 0o600); err != nil {
				t.Fatal(err)
			}
			wantDamaged(t, dir, 20)
		})
	}
}

// Events that are missing between others are missed.
func TestHole(t *testing.T) {
	j := open(t, t.TempDir(), jetstream.SyncAlways)
	defer j.Close()
	write(t, j, "hurt", 1, 19)
	mark, err := j.Mark(t.Context(), "hurt")
	if err != nil {
		t.Fatal(err)
	}
	if err := jetstream.Forge(t.Context(), j, "hurt", said("hurt", 21)); err != nil {
		t.Fatal(err)
	}
	if n, err := readAll(t.Context(), j, "hurt"); n != 19 || !errors.Is(err, engine.ErrDamaged) {
		t.Errorf("read %d events: got %v, want %v", n, err, engine.ErrDamaged)
	}
	for e, err := range j.ReadFrom(t.Context(), "hurt", mark) {
		if !errors.Is(err, engine.ErrDamaged) {
			t.Errorf("read from a mark: got event %d %v, want %v", e.Seq, err, engine.ErrDamaged)
		}
	}
	if err := j.Append(t.Context(), "hurt", 19, said("hurt", 20)); err == nil {
		t.Error("an append over the hole succeeds")
	}
}

// What was appended by this process and is gone is missed.
func TestLostTail(t *testing.T) {
	j := open(t, t.TempDir(), jetstream.SyncAlways)
	defer j.Close()
	write(t, j, "hurt", 1, 50)
	if err := jetstream.Lose(t.Context(), j, "hurt"); err != nil {
		t.Fatal(err)
	}
	if _, err := readAll(t.Context(), j, "hurt"); !errors.Is(err, engine.ErrDamaged) {
		t.Errorf("read: got %v, want %v", err, engine.ErrDamaged)
	}
	if err := j.Append(t.Context(), "hurt", 50, said("hurt", 51)); err == nil {
		t.Error("an append behind the hole succeeds")
	}
}

// The end of a file that is cut off is missed by whoever knows a mark.
func TestLostBlock(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, jetstream.SyncAlways)
	write(t, j, "hurt", 1, 50)
	mark, err := j.Mark(t.Context(), "hurt")
	if err != nil {
		t.Fatal(err)
	}
	j.Close()
	file, b := holding(t, dir, "message 20 of hurt")
	if err := os.WriteFile(file, b[:bytes.Index(b, []byte("message 20 of hurt"))], 0o600); err != nil {
		t.Fatal(err)
	}
	j = open(t, dir, jetstream.SyncAlways)
	defer j.Close()
	var got error
	for _, err := range j.ReadFrom(t.Context(), "hurt", mark) {
		got = err
	}
	if !errors.Is(got, engine.ErrDamaged) {
		t.Errorf("read from a mark: got %v, want %v", got, engine.ErrDamaged)
	}
	if _, err := readAll(t.Context(), j, "hurt"); !errors.Is(err, engine.ErrDamaged) {
		t.Errorf("read: got %v, want %v", err, engine.ErrDamaged)
	}
}

// A mark within an append is that of another log: nothing behind it is given.
func TestWrongMark(t *testing.T) {
	j := open(t, t.TempDir(), jetstream.SyncAlways)
	defer j.Close()
	for n := range uint64(3) {
		if err := j.Append(t.Context(), "s", 2*n, append(said("s", 2*n+1), said("s", 2*n+2)...)); err != nil {
			t.Fatal(err)
		}
	}
	mark, err := j.Mark(t.Context(), "s")
	if err != nil {
		t.Fatal(err)
	}
	mark.Seq = 3
	n := 0
	for e, err := range j.ReadFrom(t.Context(), "s", mark) {
		if n++; !errors.Is(err, engine.ErrDamaged) {
			t.Errorf("got event %d %v, want %v", e.Seq, err, engine.ErrDamaged)
		}
	}
	if n != 1 {
		t.Errorf("got %d answers, want 1", n)
	}
}

// A stream that lost its end damages what may have been there, and nothing else:
// a session that had ended, and those that begin later.
func TestTornStream(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, jetstream.SyncAlways)
	ended := jetstream.Neighbor("hurt", 1)
	if err := j.Append(t.Context(), ended, 0, []engine.Event{{Seq: 1, Session: ended, Data: &engine.Ended{Outcome: engine.Achieved}}}); err != nil {
		t.Fatal(err)
	}
	write(t, j, "hurt", 1, 50)
	last := jetstream.Neighbor("hurt", 2)
	write(t, j, last, 1, 1)
	if err := j.Delete(t.Context(), last); err != nil { // the stream's last record goes: no damage
		t.Fatal(err)
	}
	j.Close()
	j = open(t, dir, jetstream.SyncAlways)
	if n := length(t, j, "hurt"); n != 50 {
		t.Errorf("got %d events, want 50", n)
	}
	j.Close()
	file, b := holding(t, dir, "message 20 of hurt")
	if err := os.WriteFile(file, b[:bytes.Index(b, []byte("message 20 of hurt"))], 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // it is remembered
		j = open(t, dir, jetstream.SyncAlways)
		if _, err := readAll(t.Context(), j, "hurt"); !errors.Is(err, engine.ErrDamaged) {
			t.Errorf("read: got %v, want %v", err, engine.ErrDamaged)
		}
		if err := j.Append(t.Context(), "hurt", 19, said("hurt", 20)); !errors.Is(err, engine.ErrDamaged) {
			t.Errorf("append: got %v, want %v", err, engine.ErrDamaged)
		}
		for _, err := range j.Read(t.Context(), ended, 0) {
			if err != nil {
				t.Errorf("a session that had ended: %v", err)
			}
		}
		j.Close()
	}
	j = open(t, dir, jetstream.SyncAlways)
	defer j.Close()
	later := jetstream.Neighbor("hurt", 3)
	write(t, j, later, 1, 5)
	if n := length(t, j, later); n != 5 {
		t.Errorf("got %d events of a later session, want 5", n)
	}
}

// A stream whose own description is gone comes back with all that it held.
func TestLostDescription(t *testing.T) {
	dir := written(t, false)
	metas := files(t, dir, "meta.inf")
	if len(metas) == 0 {
		t.Fatal("no descriptions")
	}
	for _, f := range metas {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	j := open(t, dir, jetstream.SyncAlways)
	defer j.Close()
	if n := length(t, j, "hurt"); n != 50 {
		t.Errorf("got %d events, want 50", n)
	}
	write(t, j, "hurt", 51, 52)
}

// A store that is full refuses appends, loses nothing, and takes them again
// when there is space.
func TestFull(t *testing.T) {
	dir := t.TempDir()
	cfg := config(dir)
	cfg.MaxStore = 4 << 20
	j, err := jetstream.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	write(t, j, "kept", 1, 5)
	big := said("big", 1)
	big[0].Data = &engine.Said{Sender: "a", Role: "assistant", Content: string(bytes.Repeat([]byte("x"), 100<<10))}
	var n uint64
	for err = nil; err == nil && n < 100; n++ {
		big[0].Seq = n + 1
		err = j.Append(t.Context(), "big", n, big)
	}
	if !errors.Is(err, engine.ErrJournal) {
		t.Fatalf("append %d to a full store: got %v, want %v", n, err, engine.ErrJournal)
	}
	if !errors.Is(j.Err(), engine.ErrJournal) {
		t.Errorf("the store says %v", j.Err())
	}
	if n := length(t, j, "kept"); n != 5 {
		t.Errorf("got %d events, want 5", n)
	}
	if err := j.Delete(t.Context(), "big"); err != nil {
		t.Fatal(err)
	}
	healthy(t, j)
	write(t, j, "kept", 6, 8)
	if n := length(t, j, "kept"); n != 8 {
		t.Errorf("got %d events, want 8", n)
	}
}

// healthy waits until a store can be written again.
func healthy(t *testing.T, j *jetstream.Journal) {
	t.Helper()
	for late := time.Now().Add(30 * time.Second); j.Err() != nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("the store stays ill: %v", j.Err())
		}
	}
}

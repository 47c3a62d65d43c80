package jetstream_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/jetstream"
	"github.com/agentconnect-dev/agentconnect/engine/journaltest"
)

// synced is an embedded journal that syncs by itself, whatever the file system.
func synced(tb testing.TB, dir string) *jetstream.Journal {
	tb.Helper()
	j, err := jetstream.OpenSynced(tb.Context(), jetstream.Config{Dir: dir, Logger: slog.New(slog.DiscardHandler)}, true)
	if err != nil {
		tb.Fatal(err)
	}
	if !jetstream.Synced(j) {
		tb.Fatal("the server syncs by itself: are its files still where they are looked for?")
	}
	return j
}

func TestStoreBothWaysToSync(t *testing.T) {
	for _, keeps := range []bool{true, false} {
		t.Run(fmt.Sprintf("keeps renames %t", keeps), func(t *testing.T) {
			j, err := jetstream.OpenSynced(t.Context(), jetstream.Config{Dir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)}, keeps)
			if err != nil {
				t.Fatal(err)
			}
			defer j.Close()
			if jetstream.Synced(j) != keeps {
				t.Fatalf("it syncs by itself: %t", !keeps)
			}
			journaltest.RunStore(t, j)
		})
	}
}

// platter is what would be left after the power went: what each file had when
// its last sync was over.
type platter struct {
	mu    sync.Mutex
	files map[string][]byte
	syncs int
}

// sync is slow, so that others come while it works, and takes what is in the file
// when it begins.
func (p *platter) sync(f *os.File) error {
	b, err := os.ReadFile(f.Name())
	if err != nil {
		return err
	}
	time.Sleep(2 * time.Millisecond)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files[f.Name()] = b
	p.syncs++
	return nil
}

func (p *platter) has(text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range p.files {
		if bytes.Contains(b, []byte(text)) {
			return true
		}
	}
	return false
}

// No append returns before its bytes were in a file whose sync began after they
// were and is over, also where the files of a stream change; and one sync serves
// many.
func TestAppendIsOnDisk(t *testing.T) {
	j := synced(t, t.TempDir())
	defer j.Close()
	p := &platter{files: map[string][]byte{}}
	jetstream.OnSync(j, p.sync)
	const sessions, each = 300, 4
	var all sync.WaitGroup
	for i := range sessions {
		all.Go(func() {
			session := fmt.Sprintf("s%d", i)
			for seq := uint64(1); seq <= each; seq++ {
				write(t, j, session, seq, seq)
				if text := fmt.Sprintf("message %d of %s\"", seq, session); !p.has(text) {
					t.Errorf("%s was acknowledged and is not on disk", text)
				}
			}
		})
	}
	all.Wait()
	if p.syncs >= sessions*each/2 {
		t.Errorf("%d appends took %d syncs", sessions*each, p.syncs)
	}
}

// The same where a stream goes on in a new file.
func TestAppendIsOnDiskInTheNextFile(t *testing.T) {
	j := synced(t, t.TempDir())
	defer j.Close()
	p := &platter{files: map[string][]byte{}}
	jetstream.OnSync(j, p.sync)
	for seq := uint64(1); seq <= 24; seq++ {
		text := fmt.Sprintf("mark %d %s", seq, strings.Repeat("x", 1<<20))
		list := []engine.Event{{Seq: seq, Session: "s", Time: time.Unix(1, 0).UTC(), Data: &engine.Said{Sender: "a", Role: "assistant", Content: text}}}
		if err := j.Append(t.Context(), "s", seq-1, list); err != nil {
			t.Fatal(err)
		}
		if !p.has(fmt.Sprintf("mark %d ", seq)) {
			t.Fatalf("event %d was acknowledged and is not on disk", seq)
		}
	}
	if len(p.files) < 2 {
		t.Errorf("all is in %d file", len(p.files))
	}
}

// While the disk is busy an append waits, and nobody hears of it or reads it.
func TestNobodyHearsBeforeTheDisk(t *testing.T) {
	j := synced(t, t.TempDir())
	defer j.Close()
	write(t, j, "s", 1, 1)
	var gate sync.RWMutex
	jetstream.OnSync(j, func(*os.File) error {
		gate.RLock()
		defer gate.RUnlock()
		return nil
	})
	var heard, read, stored atomic.Uint64
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		for e, err := range j.Follow(ctx, "s", 0) {
			if err != nil {
				t.Errorf("follow: %v", err)
			}
			heard.Store(e.Seq)
		}
	})
	await(t, func() bool { return heard.Load() == 1 })
	gate.Lock()
	all.Go(func() {
		write(t, j, "s", 2, 2)
		stored.Store(2)
	})
	time.Sleep(100 * time.Millisecond) // it is with the server by now
	all.Go(func() { read.Store(length(t, j, "s")) })
	time.Sleep(300 * time.Millisecond)
	if heard.Load() != 1 || read.Load() != 0 || stored.Load() != 0 {
		t.Errorf("before the sync is over: heard %d, read %d, stored %d", heard.Load(), read.Load(), stored.Load())
	}
	gate.Unlock()
	await(t, func() bool { return heard.Load() == 2 && read.Load() == 2 && stored.Load() == 2 })
	cancel()
	all.Wait()
}

func await(t *testing.T, done func() bool) {
	t.Helper()
	for late := time.Now().Add(20 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("it does not come")
		}
	}
}

// A sync that fails fails the append, and all that come until the store was
// started again: what is on disk is not known.
func TestSyncFails(t *testing.T) {
	j := synced(t, t.TempDir())
	defer j.Close()
	write(t, j, "s", 1, 3)
	bad := errors.New("the disk is on fire")
	var burns atomic.Bool
	burns.Store(true)
	jetstream.OnSync(j, func(f *os.File) error {
		if burns.Load() {
			return bad
		}
		return f.Sync()
	})
	if err := j.Append(t.Context(), "s", 3, said("s", 4)); !errors.Is(err, engine.ErrJournal) || !errors.Is(err, bad) {
		t.Fatalf("got %v", err)
	}
	if !errors.Is(j.Err(), engine.ErrJournal) {
		t.Errorf("the store says %v", j.Err())
	}
	burns.Store(false)
	healthy(t, j)
	n := length(t, j, "s")
	if n != 3 && n != 4 { // not acknowledged: there or not
		t.Fatalf("the session has %d events", n)
	}
	write(t, j, "s", n+1, n+2)
}

// A session that was deleted is so on disk.
func TestDeleteIsOnDisk(t *testing.T) {
	j := synced(t, t.TempDir())
	defer j.Close()
	write(t, j, "s", 1, 3)
	var syncs atomic.Int64
	jetstream.OnSync(j, func(f *os.File) error {
		syncs.Add(1)
		return f.Sync()
	})
	if err := j.Delete(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	if syncs.Load() == 0 {
		t.Error("nothing was synced")
	}
}

// Where the server's files are not what is expected it syncs them itself.
func TestUnknownLayout(t *testing.T) {
	j := synced(t, t.TempDir())
	defer j.Close()
	write(t, j, "s", 1, 3)
	if err := jetstream.Misplace(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	if jetstream.Synced(j) {
		t.Error("it syncs files that it does not know")
	}
	write(t, j, "s", 4, 6)
	if n := length(t, j, "s"); n != 6 {
		t.Errorf("the session has %d events", n)
	}
}

// A directory whose events are with the tables, as they were, is brought in
// order; one with events in both places is refused.
func TestEventsAreMoved(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, jetstream.SyncAlways)
	sessions := []string{"a", "b", "c", "d", "e"}
	for _, s := range sessions {
		write(t, j, s, 1, 3)
	}
	j.Close()
	streams, err := filepath.Glob(filepath.Join(jetstream.StreamsDir(dir, false), "*"))
	if err != nil || len(streams) == 0 {
		t.Fatalf("no streams: %v", err)
	}
	if err := os.MkdirAll(jetstream.StreamsDir(dir, true), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, s := range streams {
		if err := os.Rename(s, filepath.Join(jetstream.StreamsDir(dir, true), filepath.Base(s))); err != nil {
			t.Fatal(err)
		}
	}
	j = open(t, dir, jetstream.SyncAlways)
	for _, s := range sessions {
		if n := length(t, j, s); n != 3 {
			t.Errorf("session %s has %d events", s, n)
		}
		write(t, j, s, 4, 5)
	}
	j.Close()
	if err := os.CopyFS(filepath.Join(jetstream.StreamsDir(dir, true), "EV03"), os.DirFS(filepath.Join(jetstream.StreamsDir(dir, false), "EV03"))); err != nil {
		t.Fatal(err)
	}
	_, err = jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "EV03") {
		t.Errorf("events in both places: got %v", err)
	}
}

func TestKeepsRenames(t *testing.T) {
	lines := []string{
		"27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard",
		"28 27 0:25 / /tmp rw - tmpfs tmpfs rw,size=4k",
		"29 27 8:1 / /xfs rw shared:1 master:2 - xfs /dev/sda1 rw",
		"30 27 8:2 / /fast rw - ext4 /dev/sda2 rw,noauto_da_alloc",
		"31 27 8:3 / /loose rw - ext4 /dev/sda3 rw,data=writeback",
		`32 27 8:4 / /with\040blank rw - ext4 /dev/sda4 rw`,
		"33 27 8:5 / /twice rw - ext4 /dev/sda5 rw",
		"34 27 0:9 / /twice rw - tmpfs tmpfs rw",
		"35 27 0:9 / /short rw",
		"36 27 0:40 / /layers rw - overlay overlay rw,upperdir=/x",
	}
	for path, want := range map[string]bool{
		"/var/lib": true, "/tmp": false, "/tmp/a": false, "/tmpfiles": true, "/xfs/a": false, "/fast": false, "/loose": false,
		"/with blank/a": true, "/twice/a": false, "/short": true, "/layers/a": false,
	} {
		if got := jetstream.KeepsRenames(lines, path); got != want {
			t.Errorf("%s: got %t", path, got)
		}
	}
	if jetstream.KeepsRenames(nil, "/") {
		t.Error("nothing is known, and it is taken to keep renames")
	}
}

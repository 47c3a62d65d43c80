package jetstream

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/agentconnect-dev/agentconnect/engine"
)

const (
	tailsFile  = "tails.json"
	tailsEvery = time.Second
	// tailsLag is by how many saves the file is behind with [SyncInterval], so
	// that it never knows more than what a power loss leaves.
	tailsLag = 3
)

// tails remember, outside of the server's files, how far each stream of an
// embedded journal went. A server that finds its last block damaged cuts it off
// and says nothing: a session that ended there would look whole and go on over
// the hole.
type tails struct {
	path string
	stop chan struct{}
	runs sync.WaitGroup

	file  sync.Mutex // held while the file is written; guards saved
	saved savedTails

	mu    sync.Mutex // guards what follows
	ends  [shards]uint64
	torn  [shards]uint64   // sessions that end before it and did not end are damaged
	queue [][shards]uint64 // what is saved later
}

type savedTails struct {
	Ends [shards]uint64 `json:"ends"`
	Torn [shards]uint64 `json:"torn"`
}

// openTails reads what was remembered; a directory without it begins anew.
func openTails(dir string) (*tails, error) {
	t := &tails{path: filepath.Join(dir, tailsFile), stop: make(chan struct{})}
	b, err := os.ReadFile(t.path)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &t.saved)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w (remove it when the journal is known to be whole)", t.path, err)
	}
	t.ends, t.torn = t.saved.Ends, t.saved.Torn
	return t, nil
}

// check compares the last record of a stream with what was remembered of it,
// and says whether it lost something just now.
func (t *tails) check(shard int, last uint64, state jetstream.StreamState) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.torn[shard]
	if last < t.ends[shard] {
		t.torn[shard] = max(before, last, 1)
	}
	if state.Lost != nil && len(state.Lost.Msgs) > 0 {
		t.torn[shard] = max(t.torn[shard], min(slices.Max(state.Lost.Msgs), state.LastSeq))
	}
	t.ends[shard] = last
	return t.torn[shard] != before
}

// lower forgets the end of a stream, in the file too, before the records up to a
// sequence may be removed. What is known of other streams is saved in its time.
func (t *tails) lower(shard int, to uint64) error {
	t.file.Lock()
	defer t.file.Unlock()
	next := t.saved
	t.mu.Lock()
	next.Torn = t.torn
	forget := func(ends *[shards]uint64) {
		if ends[shard] <= to {
			ends[shard] = 0
		}
	}
	forget(&next.Ends)
	forget(&t.ends)
	for i := range t.queue {
		forget(&t.queue[i])
	}
	t.mu.Unlock()
	return t.store(next)
}

// note takes in that a stream has a record.
func (t *tails) note(shard int, seq uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ends[shard] = max(t.ends[shard], seq)
}

// whole is nil when a session that ends with a record lost nothing behind it.
func (t *tails) whole(shard int, r *record) error {
	t.mu.Lock()
	torn := t.torn[shard]
	t.mu.Unlock()
	if r.stream > torn || r.ends() {
		return nil
	}
	return fmt.Errorf("records behind event %d may be lost, its stream was cut off on disk: %w", r.last, engine.ErrDamaged)
}

// keep saves until the tails are closed.
func (t *tails) keep(lag int, failed func(error)) {
	t.runs.Go(func() {
		tick := time.NewTicker(tailsEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if err := t.save(lag); err != nil {
					failed(err)
				}
			case <-t.stop:
				return
			}
		}
	})
}

// close saves all that is known; the server has stopped.
func (t *tails) close() error {
	close(t.stop)
	t.runs.Wait()
	return t.save(0)
}

// save writes what was known so many saves ago.
func (t *tails) save(lag int) error {
	t.file.Lock()
	defer t.file.Unlock()
	next := t.saved
	t.mu.Lock()
	next.Torn = t.torn
	t.queue = append(t.queue, t.ends)
	if n := len(t.queue) - 1 - lag; n >= 0 {
		next.Ends, t.queue = t.queue[n], t.queue[n+1:]
	}
	t.mu.Unlock()
	return t.store(next)
}

// store writes the file when it says something else.
func (t *tails) store(next savedTails) error {
	if next == t.saved {
		return nil
	}
	b, err := json.Marshal(next)
	if err != nil {
		return err
	}
	if err := replace(t.path, b); err != nil {
		return err
	}
	t.saved = next
	return nil
}

// replace writes a file as a whole.
func replace(path string, b []byte) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // in the data directory
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

package jetstream

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// blockSuffix ends the names of the files that a stream's messages are in. They
// are numbered, and only the one with the highest number is written to.
const blockSuffix = ".blk"

// settledAfter is how long ago a directory must have changed for the time of its
// change to tell it from any later one.
const settledAfter = 100 * time.Millisecond

// disk sees to it that what one stream has stored is on disk. The server has
// written a message to its file before it acknowledges it; who needs it on disk
// then waits here, and one sync serves all who wait by the time it begins.
type disk struct {
	dir  string               // of the stream's messages
	sync func(*os.File) error // [os.File.Sync] but in tests
	done atomic.Uint64        // up to which sequence all is on disk

	mu   sync.Mutex
	next *round // what the next sync is for, nil is nothing
	runs bool
	err  error // of a sync that failed: what is on disk is not known any more

	work sync.Mutex // held while files are synced; it guards what follows
	last *os.File   // the file that is written to
	top  int        // its number
	seen time.Time  // when the directory had changed when it was listed
	sure bool       // a later change has another time
}

// round are those who wait for one sync.
type round struct {
	upto uint64
	all  bool // whatever the sequence
	over chan struct{}
	err  error // to be read when it is over
}

func newDisk(dir string) *disk { return &disk{dir: dir, sync: (*os.File).Sync} }

// settle returns when the messages up to a sequence are on disk, or with 0 all
// that was acknowledged, removals too.
func (d *disk) settle(ctx context.Context, seq uint64) error {
	if seq != 0 && seq <= d.done.Load() {
		return nil
	}
	r := d.join(seq)
	select {
	case <-r.over:
		return r.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (d *disk) join(seq uint64) *round {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.next == nil {
		d.next = &round{over: make(chan struct{})}
	}
	d.next.upto, d.next.all = max(d.next.upto, seq), d.next.all || seq == 0
	if !d.runs {
		d.runs = true
		go d.run()
	}
	return d.next
}

// run has one round after the other, until nobody waits.
func (d *disk) run() {
	for {
		d.mu.Lock()
		r := d.next
		d.next, d.runs = nil, r != nil
		err := d.err
		d.mu.Unlock()
		if r == nil {
			return
		}
		if err == nil && (r.all || r.upto > d.done.Load()) {
			err = d.flush(r.upto)
		}
		if err == nil {
			d.done.Store(max(d.done.Load(), r.upto))
		}
		r.err = err
		close(r.over)
	}
}

// flush brings to disk what was written before it was called.
func (d *disk) flush(upto uint64) error {
	d.work.Lock()
	defer d.work.Unlock()
	err := d.files()
	if err == nil && d.last == nil && upto > 0 {
		err = fmt.Errorf("%s has no message files", d.dir)
	}
	if err == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = fmt.Errorf("sync of the journal: %w", err)
	return d.err
}

// files syncs the file that is written to, and where files came or went all that
// may have been written to since the last time.
func (d *disk) files() error {
	info, err := os.Stat(d.dir)
	if err != nil {
		return err
	}
	if d.last != nil && d.sure && info.ModTime().Equal(d.seen) {
		return d.sync(d.last)
	}
	d.seen, d.sure = info.ModTime(), time.Since(info.ModTime()) > settledAfter
	list, err := os.ReadDir(d.dir)
	if err != nil {
		return err
	}
	from := d.top
	for _, e := range list {
		if n, ok := blockNumber(e.Name()); ok && n >= from {
			if err := d.file(n); err != nil {
				return err
			}
		}
	}
	return syncDir(d.dir)
}

// blockNumber is the number of a file of messages.
func blockNumber(name string) (int, bool) {
	digits, ok := strings.CutSuffix(name, blockSuffix)
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n >= 0
}

// file syncs one file and keeps the one with the highest number open.
func (d *disk) file(n int) error {
	f, err := os.OpenFile(filepath.Join(d.dir, strconv.Itoa(n)+blockSuffix), os.O_RDWR, 0) //nolint:gosec // in the data directory
	if errors.Is(err, fs.ErrNotExist) {                                                    // its messages were removed
		return nil
	}
	if err != nil {
		return err
	}
	if err := d.sync(f); err != nil {
		return errors.Join(err, f.Close())
	}
	if n < d.top {
		return f.Close()
	}
	err = d.close()
	d.last, d.top = f, n
	return err
}

func (d *disk) close() error {
	if d.last == nil {
		return nil
	}
	err := d.last.Close()
	d.last = nil
	return err
}

// reset forgets all that was known of the files, which nobody writes to now.
func (d *disk) reset() {
	d.work.Lock()
	defer d.work.Unlock()
	_ = d.close() // it was synced, or a sync failed
	d.top, d.sure = 0, false
	d.done.Store(0)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = nil
}

// failed says whether a sync failed.
func (d *disk) failed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err != nil
}

// tail is the end of the file that is written to, once it is on disk.
func (d *disk) tail(n int64) ([]byte, error) {
	d.work.Lock()
	defer d.work.Unlock()
	if d.last == nil {
		return nil, fmt.Errorf("%s has no message files", d.dir)
	}
	info, err := d.last.Stat()
	if err != nil {
		return nil, err
	}
	n = min(n, info.Size())
	b := make([]byte, n)
	_, err = d.last.ReadAt(b, info.Size()-n)
	return b, err
}

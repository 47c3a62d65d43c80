package jetstream

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/agentconnect-dev/agentconnect/engine"
)

const (
	partialDir = "journal.restore"
	// restorePending bounds the messages, and restoreBytes the bytes, that wait
	// for their acknowledgement.
	restorePending = 1024
	restoreBytes   = 32 << 20
)

// restoreDir restores an embedded journal.
func restoreDir(ctx context.Context, cfg Config, d *dumpReader) error {
	final, partial := filepath.Join(cfg.Dir, storeDir), filepath.Join(cfg.Dir, partialDir)
	switch list, err := os.ReadDir(final); {
	case err == nil && len(list) > 0:
		return fmt.Errorf("%s: %w", cfg.Dir, ErrNotEmpty)
	case err == nil:
		if err := os.Remove(final); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := os.RemoveAll(partial); err != nil { // of a restore that was killed
		return err
	}
	cfg.store, cfg.Sync = partialDir, SyncInterval // all of it is synced at the end
	err := restoreOpen(ctx, cfg, d)
	if err == nil {
		err = syncTree(partial)
	}
	if err == nil {
		err = os.Rename(partial, final)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(partial))
	}
	return syncDir(cfg.Dir)
}

// syncTree brings all files below a directory to disk.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return syncDir(path)
	})
}

// syncDir brings a directory to disk, or a file.
func syncDir(dir string) error {
	f, err := os.Open(dir) //nolint:gosec // the data directory
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func restoreOpen(ctx context.Context, cfg Config, d *dumpReader) error {
	j, err := Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer j.Close()
	return j.fill(ctx, d)
}

// restoreURL restores into an external server, whose streams go again when it
// fails.
func restoreURL(ctx context.Context, cfg Config, d *dumpReader) error {
	j, err := Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer j.Close()
	if err := j.empty(ctx); err != nil {
		return err
	}
	if err := j.fill(ctx, d); err != nil {
		return errors.Join(err, j.drop(context.WithoutCancel(ctx)))
	}
	return nil
}

// ours are the streams that hold what a backup has.
func (j *Journal) ours(ctx context.Context) ([]string, error) {
	list, err := j.tableStreams(ctx)
	for i := range shards {
		list = append(list, streamName(i))
	}
	return list, err
}

func (j *Journal) empty(ctx context.Context) error {
	list, err := j.ours(ctx)
	if err != nil {
		return err
	}
	for _, name := range list {
		s, err := j.conn(name).js.Stream(ctx, name)
		if err != nil {
			return err
		}
		if n := s.CachedInfo().State.Msgs; n > 1 { // one may be a probe
			return fmt.Errorf("stream %s has %d messages: %w", name, n, ErrNotEmpty)
		}
	}
	return nil
}

func (j *Journal) drop(ctx context.Context) error {
	list, err := j.ours(ctx)
	for _, name := range list {
		err = errors.Join(err, j.conn(name).js.DeleteStream(ctx, name))
	}
	return err
}

// fill stores what a backup has.
func (j *Journal) fill(ctx context.Context, d *dumpReader) error {
	f := filler{j: j, prefix: "?"}
	for {
		stream, m, err := d.next()
		switch {
		case err != nil:
			return err
		case stream == "":
			return f.settle(ctx)
		case m == nil:
			err = f.open(ctx, stream)
		default:
			err = f.store(ctx, m)
		}
		if err != nil {
			return err
		}
	}
}

// filler stores messages, many at a time.
type filler struct {
	j       *Journal
	prefix  string // of the subjects of the stream that is filled
	js      jetstream.JetStream
	pending []jetstream.PubAckFuture
	bytes   int
}

// open begins with the next stream.
func (f *filler) open(ctx context.Context, stream string) error {
	if err := f.settle(ctx); err != nil {
		return err
	}
	name, ok := strings.CutPrefix(stream, tablePrefix)
	if ok {
		if _, err := f.j.Table(ctx, name); err != nil {
			return fmt.Errorf("%w: %w", ErrBackup, err)
		}
		f.prefix = tableSubject(name, "")
	} else {
		shard := 0
		for shard < shards && streamName(shard) != stream {
			shard++
		}
		if shard == shards {
			return fmt.Errorf("%w: it has a stream %q", ErrBackup, stream)
		}
		f.prefix = recordSubject(shard, "")
	}
	f.js = f.j.writer(stream).js
	return nil
}

func (f *filler) store(ctx context.Context, m *stored) error {
	key, ok := strings.CutPrefix(m.subject, f.prefix)
	if !ok || engine.CheckRecord(key, nil) != nil {
		return fmt.Errorf("%w: a message of %q", ErrBackup, m.subject)
	}
	future, err := f.js.PublishMsgAsync(&nats.Msg{Subject: m.subject, Header: m.header, Data: m.data})
	if err != nil {
		return err
	}
	f.pending = append(f.pending, future)
	if f.bytes += len(m.data); len(f.pending) >= restorePending || f.bytes >= restoreBytes {
		return f.settle(ctx)
	}
	return nil
}

// settle waits until what was sent is stored.
func (f *filler) settle(ctx context.Context) error {
	for _, p := range f.pending {
		select {
		case <-p.Ok():
		case err := <-p.Err():
			return fmt.Errorf("%w: %w", engine.ErrJournal, err)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	f.pending, f.bytes = f.pending[:0], 0
	return nil
}

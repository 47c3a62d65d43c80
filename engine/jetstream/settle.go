package jetstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"
)

// errLayout says that the server does not keep messages as [disk] reads them.
var errLayout = errors.New("the server's files are not as expected")

// isEvents says whether a stream holds events.
func isEvents(stream string) bool { return strings.HasPrefix(stream, eventsPrefix) }

// settle returns when a stream's messages up to a sequence are on disk, with 0
// whatever was acknowledged. Nothing waits where the server sees to it itself, or
// where syncs have an interval.
func (j *Journal) settle(ctx context.Context, stream string, seq uint64) error {
	if d := j.diskOf(stream); d != nil {
		return d.settle(ctx, seq)
	}
	return nil
}

func (j *Journal) diskOf(stream string) *disk {
	if j.embedded == nil || len(j.embedded.disks) == 0 || !isEvents(stream) {
		return nil
	}
	shard, err := strconv.Atoi(strings.TrimPrefix(stream, eventsPrefix))
	if err != nil || shard < 0 || shard >= len(j.embedded.disks) {
		return nil
	}
	return j.embedded.disks[shard]
}

// startDisks brings to disk what is there, of which a killed process may have
// left some in the system's memory. Where the server's files are not what is
// expected of them it syncs them itself from now on.
func (j *Journal) startDisks(ctx context.Context, ends [shards]uint64) error {
	if j.embedded == nil || j.embedded.disks == nil {
		return nil
	}
	err := j.checkLayout(ctx)
	if err == nil {
		var all errgroup.Group
		for i, end := range ends {
			all.Go(func() error { return j.embedded.disks[i].settle(ctx, end) })
		}
		err = all.Wait()
	}
	if err == nil || ctx.Err() != nil {
		return err
	}
	j.cfg.Logger.Warn("the journal is synced message by message, which is slower: many at once cannot be", "error", err)
	return j.embedded.syncItself()
}

// checkLayout stores a message and looks for it at the end of the stream's files.
func (j *Journal) checkLayout(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	stream := streamName(0)
	m := nats.NewMsg(probeSubject(stream))
	m.Header.Set("Nats-Rollup", "sub")
	m.Data = []byte("where is it " + j.nextID())
	ack, err := j.events.js.PublishMsg(ctx, m)
	if err != nil {
		return err
	}
	d := j.diskOf(stream)
	if err := d.settle(ctx, ack.Sequence); err != nil {
		return err
	}
	b, err := d.tail(int64(len(m.Data)) + 4<<10)
	if err == nil && !bytes.Contains(b, m.Data) {
		err = fmt.Errorf("%w: a message is not in %s", errLayout, d.dir)
	}
	return err
}

package jetstream

import (
	"context"
	"os"
	"path/filepath"
	"strconv"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Forge stores events behind a session's end as if those between were there.
func Forge(ctx context.Context, j *Journal, session string, events []engine.Event) error {
	h, err := j.end(ctx, session)
	if err != nil {
		return err
	}
	h.last = events[0].Seq - 1
	m, _, err := encode(session, "forged", h, events)
	if err != nil {
		return err
	}
	_, err = j.events.js.PublishMsg(ctx, m)
	return err
}

// Lose takes a session's records away behind the journal's back.
func Lose(ctx context.Context, j *Journal, session string) error {
	s, err := j.events.js.Stream(ctx, streamOf(session))
	if err != nil {
		return err
	}
	return s.Purge(ctx, jetstream.WithPurgeSubject(subject(session)))
}

// Leader is the server that leads a session's stream.
func Leader(ctx context.Context, j *Journal, session string) (string, error) {
	s, err := j.events.js.Stream(ctx, streamOf(session))
	if err != nil {
		return "", err
	}
	return s.CachedInfo().Cluster.Leader, nil
}

// SendTwice appends as if the first acknowledgement had been lost.
func SendTwice(ctx context.Context, j *Journal, session string, events []engine.Event) error {
	h, err := j.end(ctx, session)
	if err != nil {
		return err
	}
	m, _, err := encode(session, j.nextID(), h, events)
	if err != nil {
		return err
	}
	w := &write{stream: streamOf(session), msg: m, after: &h.stream}
	first, err := j.send(ctx, w)
	if err != nil {
		return err
	}
	second, err := j.send(ctx, w)
	if err == nil && second != first {
		err = engine.ErrConflict
	}
	j.forget(session)
	return err
}

// Neighbor is a session of the same stream as another.
func Neighbor(session string, n int) string {
	for i := 0; ; i++ {
		id := "neighbor" + strconv.Itoa(i)
		if shardOf(id) == shardOf(session) {
			if n--; n == 0 {
				return id
			}
		}
	}
}

// GiveUp has the embedded server store nothing more, as it does after a disk
// failed under it.
func GiveUp(j *Journal) error {
	j.embedded.mu.Lock()
	defer j.embedded.mu.Unlock()
	return j.embedded.events.DisableJetStream()
}

// OpenSynced opens an embedded journal as if its file system did or did not keep
// renames in order.
func OpenSynced(ctx context.Context, cfg Config, keeps bool) (*Journal, error) {
	cfg.renames = func(string) bool { return keeps }
	return Open(ctx, cfg)
}

// Synced says whether a journal syncs its streams of events by itself.
func Synced(j *Journal) bool { return j.diskOf(streamName(0)) != nil }

// OnSync has each sync of a file of events done by a function.
func OnSync(j *Journal, sync func(*os.File) error) {
	for _, d := range j.embedded.disks {
		d.work.Lock()
		d.sync = sync
		d.work.Unlock()
	}
}

// Misplace has the journal look for the files of the first stream elsewhere, and
// starts it again.
func Misplace(ctx context.Context, j *Journal) error {
	j.embedded.disks[0].dir = j.embedded.disks[1].dir
	return j.startDisks(ctx, [shards]uint64{})
}

// StreamsDir is where a data directory has its streams of events, or had them.
func StreamsDir(dir string, old bool) string {
	root := filepath.Join(dir, storeDir)
	if !old {
		root = filepath.Join(root, eventsDir)
	}
	return streamsDir(root)
}

// KeepsRenames reads what the kernel says of mounts.
func KeepsRenames(lines []string, path string) bool {
	m, ok := mountOf(lines, path)
	return ok && m.keepsRenames()
}

package jetstream

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Sync says when an append is on disk.
type Sync string

// The ways to sync. They concern power loss; a killed process loses nothing
// that was acknowledged in either way.
const (
	SyncAlways   Sync = "always"
	SyncInterval Sync = "interval"
)

const (
	// shards is the number of streams; it is fixed for ever, since a session's
	// stream is found by it.
	shards = 16
	// syncEvery is how often an embedded journal with [SyncInterval] syncs.
	syncEvery = time.Second
	// maxRecord bounds a record, in bytes.
	maxRecord = 8 << 20
	// giveUp is how long an append is tried while the store does not answer.
	giveUp = 15 * time.Second
)

// Config configures a [Journal]. Dir or URL is required.
type Config struct {
	// Dir is where an embedded server stores.
	Dir string
	// URL is an external server's, instead of an embedded one.
	URL string
	// Credentials is a file of NATS credentials for URL.
	Credentials string
	// Replicas of an external cluster; 0 is 1.
	Replicas int
	// Sync of an embedded server; empty is [SyncAlways].
	Sync Sync
	// MaxStore bounds an embedded server's disk space in bytes; 0 is 3/4 of
	// what is free.
	MaxStore int64
	Logger   *slog.Logger
}

// Journal is an [engine.Journal] in JetStream. Close it.
type Journal struct {
	cfg      Config
	embedded *embedded // nil with an external server
	nc       *nats.Conn
	js       jetstream.JetStream
	streams  [shards]jetstream.Stream
	node     string // part of append ids
	appends  atomic.Uint64

	mu    sync.Mutex
	heads map[string]head // of sessions that were appended to here
}

// Open starts or connects to the server and makes the streams.
func Open(ctx context.Context, cfg Config) (*Journal, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.MaxStore == 0 {
		cfg.MaxStore = -1
	}
	j := &Journal{cfg: cfg, heads: map[string]head{}, node: randomID()}
	if err := j.open(ctx); err != nil {
		j.Close()
		return nil, err
	}
	return j, nil
}

func (j *Journal) open(ctx context.Context) (err error) {
	if j.cfg.URL != "" {
		j.nc, err = nats.Connect(j.cfg.URL, options(j.cfg)...)
	} else {
		if j.embedded, err = startEmbedded(j.cfg); err != nil {
			return err
		}
		j.nc, err = j.embedded.connect(j.cfg)
	}
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if j.js, err = jetstream.New(j.nc); err != nil {
		return err
	}
	for i := range j.streams {
		// CreateOrUpdate also brings back a stream whose own description is lost.
		if j.streams[i], err = j.js.CreateOrUpdateStream(ctx, streamConfig(i, j.cfg)); err != nil {
			return fmt.Errorf("journal: stream %d: %w", i, err)
		}
	}
	return nil
}

func options(cfg Config) []nats.Option {
	list := []nats.Option{
		nats.Name("agentconnect"), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if !errors.Is(err, nats.ErrSlowConsumer) { // what a follower misses it reads again
				cfg.Logger.Warn("journal", "error", err)
			}
		}),
	}
	if cfg.Credentials != "" {
		list = append(list, nats.UserCredentials(cfg.Credentials))
	}
	return list
}

func streamConfig(shard int, cfg Config) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: streamName(shard), Subjects: []string{fmt.Sprintf("ev.%d.>", shard)}, Storage: jetstream.FileStorage,
		Replicas: max(1, cfg.Replicas), AllowDirect: true, DenyDelete: true, Discard: jetstream.DiscardNew,
		MaxMsgSize: maxRecord,
		RePublish:  &jetstream.RePublish{Source: fmt.Sprintf("ev.%d.>", shard), Destination: fmt.Sprintf("live.%d.>", shard)},
	}
}

func streamName(shard int) string { return fmt.Sprintf("EV%02d", shard) }

// shardOf is the stream of a session.
func shardOf(session string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(session))
	return int(h.Sum32() % shards)
}

func subject(session string) string { return fmt.Sprintf("ev.%d.%s", shardOf(session), session) }

// Close ends the connection and an embedded server, after what was appended is
// on disk.
func (j *Journal) Close() {
	if j.nc != nil {
		j.nc.Close()
	}
	if j.embedded != nil {
		j.embedded.stop()
	}
}

// Delete removes a session's events.
func (j *Journal) Delete(ctx context.Context, session string) error {
	j.mu.Lock()
	delete(j.heads, session)
	j.mu.Unlock()
	return j.streams[shardOf(session)].Purge(ctx, jetstream.WithPurgeSubject(subject(session)))
}

func randomID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

var _ engine.Journal = (*Journal)(nil)

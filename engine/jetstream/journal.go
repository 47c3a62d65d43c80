package jetstream

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
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
)

// Config configures a [Journal]. Dir or URL is required.
type Config struct {
	// Dir is where an embedded server stores.
	Dir string
	// URL is an external server's, or several separated by commas, instead of
	// an embedded one.
	URL string
	// Credentials is a file of NATS credentials for URL.
	Credentials string
	// TLS is for URL.
	TLS TLS
	// Replicas of an external cluster; 0 is 1.
	Replicas int
	// Sync of an embedded server; empty is [SyncAlways].
	Sync Sync
	// MaxStore bounds an embedded server's disk space in bytes; 0 is 3/4 of
	// what is free.
	MaxStore int64
	// Retry is how long an append is tried while the store does not answer;
	// 0 is 15 s, which is longer than a cluster's election.
	Retry time.Duration
	// Lease and Renew are a node's lease and how often it is renewed; 0 is
	// [engine.LeaseTime] and a sixth of the lease. A lease has whole seconds.
	Lease, Renew time.Duration
	Logger       *slog.Logger

	store   string                // the servers' part of Dir
	renames func(dir string) bool // [keepsRenames] but in tests
}

// TLS are the files of a connection's certificates; each may be empty.
type TLS struct {
	// CA is who signed the server's certificate, unless the system knows.
	CA string
	// Cert and Key are what the client shows of itself.
	Cert, Key string
}

func (c *Config) defaults() {
	c.Logger = cmp.Or(c.Logger, slog.Default())
	c.store = cmp.Or(c.store, storeDir)
	if c.renames == nil {
		c.renames = keepsRenames
	}
	c.MaxStore = cmp.Or(c.MaxStore, -1)
	c.Retry = cmp.Or(c.Retry, 15*time.Second)
	c.Lease = cmp.Or(c.Lease, engine.LeaseTime)
	c.Renew = cmp.Or(c.Renew, c.Lease/6)
}

// Journal is an [engine.Store] in JetStream. Close it.
type Journal struct {
	cfg      Config
	embedded *embedded // nil with an external server
	main     lane      // to the tables, and to all of an external server
	events   lane      // to the events
	writers  []lane    // for what is stored, to each in turn
	node     string    // part of append ids
	appends  atomic.Uint64
	health   health
	tails    *tails   // nil with an external server
	cluster  *cluster // nil without an external server

	mu     sync.Mutex
	heads  heads // of sessions that were appended to here
	tables map[string]*table
}

// lane is a connection.
type lane struct {
	nc *nats.Conn
	js jetstream.JetStream
}

// Open starts or connects to the server and makes the streams.
func Open(ctx context.Context, cfg Config) (*Journal, error) {
	cfg.defaults()
	j := &Journal{cfg: cfg, tables: map[string]*table{}, node: randomID()}
	j.health.start(j)
	if err := j.open(ctx); err != nil {
		j.Close()
		return nil, redact(err, cfg.URL)
	}
	return j, nil
}

func (j *Journal) open(ctx context.Context) error {
	if err := j.connect(ctx); err != nil {
		return err
	}
	var ends [shards]uint64
	for i := range shards {
		info, err := j.createStream(ctx, streamConfig(i, j.cfg))
		if err != nil {
			return fmt.Errorf("journal: stream %d: %w", i, err)
		}
		if err := j.checkTail(ctx, i, info); err != nil {
			return err
		}
		ends[i] = info.State.LastSeq
	}
	if err := j.startDisks(ctx, ends); err != nil {
		return err
	}
	if j.cfg.URL == "" {
		lag := 0
		if j.cfg.Sync == SyncInterval {
			lag = tailsLag
		}
		j.tails.keep(lag, func(err error) { j.cfg.Logger.Warn("journal", "error", err) })
		return nil
	}
	var err error
	j.cluster, err = newCluster(ctx, j)
	return err
}

// createWithin is how long a server may take to make a stream: one of a cluster
// elects its leader first.
const createWithin = 30 * time.Second

// createStream makes a stream or brings back one whose own description is lost.
func (j *Journal) createStream(ctx context.Context, cfg jetstream.StreamConfig) (*jetstream.StreamInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, createWithin)
	defer cancel()
	s, err := j.conn(cfg.Name).js.CreateOrUpdateStream(ctx, cfg)
	if err != nil {
		return nil, streamTrouble(err, cfg)
	}
	return s.CachedInfo(), nil
}

// checkTail finds out whether an embedded stream lost its end.
func (j *Journal) checkTail(ctx context.Context, shard int, info *jetstream.StreamInfo) error {
	if j.tails == nil {
		return nil
	}
	m, err := j.last(ctx, info.Config.Name, recordSubject(shard, ">"))
	if err != nil && !unreadable(err) {
		return err
	}
	if err != nil { // a read finds it
		m.stream = info.State.LastSeq
	}
	if j.tails.check(shard, m.stream, info.State) {
		j.cfg.Logger.Error("records of the journal are lost on disk: sessions of this stream that had not ended are damaged",
			"stream", info.Config.Name)
	}
	return nil
}

// checkSession says whether an id can be part of a subject.
func checkSession(session string) error {
	if err := engine.CheckRecord(session, nil); err != nil {
		return fmt.Errorf("session's id: %w", err)
	}
	return nil
}

// Close ends the connections and an embedded server, after what was appended is
// on disk.
func (j *Journal) Close() {
	if j.cluster != nil {
		j.cluster.close()
	}
	j.health.stop()
	for _, l := range append(slices.Clone(j.writers), j.main, j.events) {
		if l.nc != nil {
			l.nc.Close()
		}
	}
	if j.embedded != nil {
		j.embedded.stop()
	}
	if j.tails != nil {
		if err := j.tails.close(); err != nil {
			j.cfg.Logger.Warn("journal", "error", err)
		}
	}
}

// Delete implements [engine.Store].
func (j *Journal) Delete(ctx context.Context, session string) error {
	if err := checkSession(session); err != nil {
		return err
	}
	j.forget(session)
	if err := j.lower(ctx, session); err != nil {
		return err
	}
	s, err := j.conn(streamOf(session)).js.Stream(ctx, streamOf(session))
	if err == nil {
		err = s.Purge(ctx, jetstream.WithPurgeSubject(subject(session)))
	}
	if err == nil {
		err = j.settle(ctx, streamOf(session), 0)
	}
	if err != nil {
		return j.trouble(streamOf(session), err)
	}
	if j.cluster != nil {
		return j.cluster.drop(ctx, session)
	}
	return nil
}

// lower makes it known that the last record of a stream may go.
func (j *Journal) lower(ctx context.Context, session string) error {
	if j.tails == nil {
		return nil
	}
	m, err := j.last(ctx, streamOf(session), subject(session))
	if err != nil && !unreadable(err) {
		return j.readTrouble(ctx, streamOf(session), err)
	}
	if m.stream == 0 && err == nil {
		return nil
	}
	return j.tails.lower(shardOf(session), m.stream)
}

// Cluster implements [engine.Store]: nil with an embedded server.
func (j *Journal) Cluster() engine.Cluster {
	if j.cluster == nil {
		return nil
	}
	return j.cluster
}

func randomID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

var (
	_ engine.Store  = (*Journal)(nil)
	_ engine.Marker = (*Journal)(nil)
)

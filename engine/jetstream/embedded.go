package jetstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"github.com/nats-io/nats-server/v2/server"
	"golang.org/x/sync/errgroup"
)

// ErrLocked says that another process uses the data directory.
var ErrLocked = errors.New("data directory is in use by another process")

const (
	// readyWithin bounds the start of an embedded server.
	readyWithin = 5 * time.Minute
	// readyEvery is how often it is looked whether it gave up.
	readyEvery = 200 * time.Millisecond
)

// embedded are the NATS servers in this process: one for the tables, and one for
// the events, whose streams are synced by [disk] where that is safe. They are
// started again when one gave up its store, as it does when the disk fails.
type embedded struct {
	cfg  Config
	lock *flock.Flock

	mu             sync.Mutex
	tables, events *server.Server
	stopped        bool
	disks          []*disk // of the streams of events; nil where the server syncs them
}

// startEmbedded starts servers that listen nowhere and store below dir. The lock
// comes first: two servers on one folder would both acknowledge the same
// sequence.
func startEmbedded(cfg Config) (*embedded, error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(cfg.Dir, "lock"), flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock of %s: %w", cfg.Dir, err)
	}
	if !ok {
		return nil, fmt.Errorf("%s: %w", cfg.Dir, ErrLocked)
	}
	e := &embedded{cfg: cfg, lock: lock}
	if err := e.prepare(); err != nil {
		e.stop()
		return nil, err
	}
	return e, nil
}

// prepare starts the servers for the first time.
func (e *embedded) prepare() error {
	root := filepath.Join(e.cfg.Dir, e.cfg.store)
	if err := moveEvents(root); err != nil {
		return fmt.Errorf("the events of %s cannot be moved to %s: %w", e.cfg.Dir, eventsDir, err)
	}
	if e.cfg.Sync == SyncInterval {
		return e.start()
	}
	if !e.cfg.renames(e.cfg.Dir) {
		e.cfg.Logger.Info("records are synced one by one: the file system is not one that is known to keep renames in order", "dir", e.cfg.Dir)
	} else {
		for i := range shards {
			e.disks = append(e.disks, newDisk(filepath.Join(streamsDir(filepath.Join(root, eventsDir)), streamName(i), "msgs")))
		}
	}
	return e.start()
}

// start starts both servers.
func (e *embedded) start() error {
	root := filepath.Join(e.cfg.Dir, e.cfg.store)
	always := e.cfg.Sync != SyncInterval
	var both errgroup.Group
	both.Go(func() error { return e.serve(&e.tables, root, always, tablesShare) })
	both.Go(func() error {
		return e.serve(&e.events, filepath.Join(root, eventsDir), always && e.disks == nil, 100-tablesShare)
	})
	return both.Wait()
}

// tablesShare is the tables' part of [Config.MaxStore], in percent.
const tablesShare = 25

// serve starts one server in its place, where it is even if it does not come up.
// The one before it stays there when none can be made.
func (e *embedded) serve(at **server.Server, dir string, always bool, share int64) error {
	cfg := e.cfg
	most := cfg.MaxStore
	if most > 0 {
		most = most / 100 * share
	}
	srv, err := server.NewServer(&server.Options{
		ServerName: "agentconnect", DontListen: true, NoSigs: true, JetStream: true,
		StoreDir: dir, SyncAlways: always, SyncInterval: syncEvery,
		JetStreamMaxMemory: 64 << 20, JetStreamMaxStore: most, MaxPayload: maxRecord + 64<<10,
	})
	if err != nil {
		return err
	}
	*at = srv
	log := &logger{log: cfg.Logger}
	srv.SetLoggerV2(log, false, false, false)
	srv.Start()
	for start := time.Now(); !srv.ReadyForConnections(readyEvery); {
		if why := log.fatal.Load(); why != nil {
			return unwritable(cfg.Dir, *why)
		}
		if time.Since(start) > readyWithin {
			return fmt.Errorf("embedded journal in %s is not ready after %s", cfg.Dir, readyWithin)
		}
	}
	if !srv.JetStreamEnabled() {
		return unwritable(cfg.Dir, "it does not say why")
	}
	return nil
}

func unwritable(dir, why string) error {
	return fmt.Errorf("embedded journal in %s cannot store: is all of the directory writable, and is there space left? (%s)", dir, why)
}

// side is one of the embedded servers, for connections.
type side struct {
	e      *embedded
	events bool
}

// InProcessConn gives a connection to the server that runs now.
func (s side) InProcessConn() (net.Conn, error) {
	s.e.mu.Lock()
	defer s.e.mu.Unlock()
	if s.events {
		return s.e.events.InProcessConn()
	}
	return s.e.tables.InProcessConn()
}

// ill says whether a server has given up storing, which it does not take back by
// itself, or what is on disk is not known.
func (e *embedded) ill() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, srv := range []*server.Server{e.tables, e.events} {
		if !srv.JetStreamEnabled() || srv.Healthz(&server.HealthzOptions{}).StatusCode != 200 {
			return true
		}
	}
	return slices.ContainsFunc(e.disks, (*disk).failed)
}

// silent says whether a server has given up, so that it would leave requests
// without an answer. While the servers are being replaced it does not wait.
func (e *embedded) silent() bool {
	if !e.mu.TryLock() {
		return false
	}
	defer e.mu.Unlock()
	return !e.tables.JetStreamEnabled() || !e.events.JetStreamEnabled()
}

// syncItself has the server of the events sync each message.
func (e *embedded) syncItself() error {
	e.mu.Lock()
	for _, d := range e.disks {
		d.reset()
	}
	e.disks = nil
	e.mu.Unlock()
	return e.restart()
}

// restart replaces the servers; the connections find the new ones.
func (e *embedded) restart() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stopped {
		return nil
	}
	e.shutdown()
	for _, d := range e.disks {
		d.reset()
	}
	return e.start()
}

// shutdown stops the servers that run.
func (e *embedded) shutdown() {
	for _, srv := range []*server.Server{e.tables, e.events} {
		if srv != nil {
			srv.Shutdown()
			srv.WaitForShutdown()
		}
	}
}

// stop flushes and releases everything.
func (e *embedded) stop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stopped = true
	e.shutdown()
	for _, d := range e.disks {
		d.reset()
	}
	_ = e.lock.Unlock() // the process's end would release it too
}

// logger hands the server's log to slog: what it says of its own life is
// debugging to us.
type logger struct {
	log   *slog.Logger
	fatal atomic.Pointer[string] // why the server does not run
}

func (l *logger) Noticef(f string, v ...any) { l.log.Debug(fmt.Sprintf(f, v...), "from", "nats") }
func (l *logger) Errorf(f string, v ...any)  { l.log.Error(fmt.Sprintf(f, v...), "from", "nats") }
func (l *logger) Debugf(string, ...any)      {}
func (l *logger) Tracef(string, ...any)      {}

// Fatalf keeps why the server cannot go on; it returns, and so does its start.
func (l *logger) Fatalf(f string, v ...any) {
	text := fmt.Sprintf(f, v...)
	l.fatal.Store(&text)
	l.log.Error(text, "from", "nats")
}

// Warnf passes a warning on. Those about what this package has chosen itself
// come at each start and ask nobody to do anything.
func (l *logger) Warnf(f string, v ...any) {
	level := slog.LevelWarn
	text := fmt.Sprintf(f, v...)
	for _, chosen := range []string{"Maximum payloads over", "TTL state is outdated"} {
		if strings.Contains(text, chosen) {
			level = slog.LevelDebug
		}
	}
	l.log.Log(context.Background(), level, text, "from", "nats")
}

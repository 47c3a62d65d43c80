package jetstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/nats-io/nats-server/v2/server"
)

// ErrLocked says that another process uses the data directory.
var ErrLocked = errors.New("data directory is in use by another process")

// readyWithin bounds the start of the embedded server.
const readyWithin = 5 * time.Minute

// embedded is a NATS server in this process. It is started again when it gave
// up its store, as it does when the disk fails.
type embedded struct {
	cfg  Config
	lock *flock.Flock

	mu      sync.Mutex
	server  *server.Server
	stopped bool
}

// startEmbedded starts a server that listens nowhere and stores below dir. The
// lock comes first: two servers on one folder would both acknowledge the same
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
	if err := e.start(); err != nil {
		e.stop()
		return nil, err
	}
	return e, nil
}

func (e *embedded) start() error {
	cfg := e.cfg
	srv, err := server.NewServer(&server.Options{
		ServerName: "agentconnect", DontListen: true, NoSigs: true, JetStream: true,
		StoreDir: filepath.Join(cfg.Dir, cfg.store), SyncAlways: cfg.Sync != SyncInterval, SyncInterval: syncEvery,
		JetStreamMaxMemory: 64 << 20, JetStreamMaxStore: cfg.MaxStore, MaxPayload: maxRecord + 64<<10,
	})
	if err != nil {
		return err
	}
	srv.SetLoggerV2(&logger{cfg.Logger}, false, false, false)
	e.server = srv
	srv.Start()
	if !srv.ReadyForConnections(readyWithin) {
		return fmt.Errorf("embedded journal in %s is not ready after %s", cfg.Dir, readyWithin)
	}
	if !srv.JetStreamEnabled() {
		return fmt.Errorf("embedded journal in %s cannot store: is the directory writable, and is there space left?", cfg.Dir)
	}
	return nil
}

// storeDir is where in the data directory the server stores.
const storeDir = "journal"

// InProcessConn gives a connection to the server that runs now.
func (e *embedded) InProcessConn() (net.Conn, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.server.InProcessConn()
}

// ill says whether the server has given up storing, which it does not take
// back by itself.
func (e *embedded) ill() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.server.JetStreamEnabled() {
		return true
	}
	status := e.server.Healthz(&server.HealthzOptions{})
	return status.StatusCode != 200
}

// restart replaces the server; the connections find the new one.
func (e *embedded) restart() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stopped {
		return nil
	}
	e.server.Shutdown()
	e.server.WaitForShutdown()
	return e.start()
}

// stop flushes and releases everything.
func (e *embedded) stop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stopped = true
	if e.server != nil {
		e.server.Shutdown()
		e.server.WaitForShutdown()
	}
	_ = e.lock.Unlock() // the process's end would release it too
}

// logger hands the server's log to slog: what it says of its own life is
// debugging to us.
type logger struct{ log *slog.Logger }

func (l *logger) Noticef(f string, v ...any) { l.log.Debug(fmt.Sprintf(f, v...), "from", "nats") }
func (l *logger) Fatalf(f string, v ...any)  { l.log.Error(fmt.Sprintf(f, v...), "from", "nats") }
func (l *logger) Errorf(f string, v ...any)  { l.log.Error(fmt.Sprintf(f, v...), "from", "nats") }
func (l *logger) Debugf(string, ...any)      {}
func (l *logger) Tracef(string, ...any)      {}

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

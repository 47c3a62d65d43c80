package jetstream

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// ErrLocked says that another process uses the data directory.
var ErrLocked = errors.New("data directory is in use by another process")

// readyWithin bounds the start of the embedded server.
const readyWithin = 30 * time.Second

// embedded is a NATS server in this process.
type embedded struct {
	lock   *flock.Flock
	server *server.Server
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
	e := &embedded{lock: lock}
	if err := e.start(cfg); err != nil {
		e.stop()
		return nil, err
	}
	return e, nil
}

func (e *embedded) start(cfg Config) error {
	srv, err := server.NewServer(&server.Options{
		ServerName: "agentconnect", DontListen: true, NoSigs: true, JetStream: true,
		StoreDir: filepath.Join(cfg.Dir, "journal"), SyncAlways: cfg.Sync != SyncInterval, SyncInterval: syncEvery,
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
	return nil
}

func (e *embedded) connect(cfg Config) (*nats.Conn, error) {
	return nats.Connect("", append(options(cfg), nats.InProcessServer(e.server))...)
}

// stop flushes and releases everything.
func (e *embedded) stop() {
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
func (l *logger) Warnf(f string, v ...any)   { l.log.Warn(fmt.Sprintf(f, v...), "from", "nats") }
func (l *logger) Fatalf(f string, v ...any)  { l.log.Error(fmt.Sprintf(f, v...), "from", "nats") }
func (l *logger) Errorf(f string, v ...any)  { l.log.Error(fmt.Sprintf(f, v...), "from", "nats") }
func (l *logger) Debugf(string, ...any)      {}
func (l *logger) Tracef(string, ...any)      {}

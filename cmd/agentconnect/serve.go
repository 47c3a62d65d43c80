package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/config"
	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/control"
	"github.com/agentconnect-dev/agentconnect/server"
)

// How long a server that stops waits: for calls that are under way and its
// sockets to go, and for requests.
const (
	drainTime    = 15 * time.Second
	shutdownTime = 10 * time.Second
)

func newServe(a *app) *cobra.Command {
	place := &placeOptions{}
	cmd := &cobra.Command{
		Use:   "serve [FILE|DIR...]",
		Short: "Serve scenarios to clients over HTTP and WebSocket",
		Long: `Serve scenarios to clients over HTTP and WebSocket. Each session of the scenarios is a
template that clients begin sessions from; without scenarios there are the built-in ones,
chat and conversation. Variables that a template needs come from the request that begins a
session, or from AGENTCONNECT_VAR_name.

At the first start a user admin is made, and its password printed once on standard error;
"agentconnect users" adds others. "agentconnect config" shows the settings and where they
come from. One server at a time uses a data directory.

Sessions outlive the process. Each event is on disk in the data directory before a client
sees it (journal.sync: interval trades a second of power loss for speed), so that the next
start goes on with every session where it was, whether this one ended in good order or not:
a turn that was cut short is made again. "agentconnect sessions" lists, shows, exports and
replays them, "agentconnect backup" copies all of it while the server runs. journal.url
keeps them in a NATS cluster instead, which several servers may share.

SIGHUP loads the scenarios and the certificate again: when something is wrong with them it
is reported, and the old ones stay; sessions keep the scenario that they began with. Ctrl-C
or SIGTERM stops in good order: nothing new is taken, clients are told to go elsewhere,
calls of models and requests that are under way are finished, within 25 seconds. The second
one stops at once.`,
		Example: `  agentconnect serve
  agentconnect serve debate.hcl scenarios/support --listen 0.0.0.0:8000
  agentconnect serve --config /etc/agentconnect.yaml --data-dir /var/lib/agentconnect
  kill -HUP $(cat /var/lib/agentconnect/lock)`,
		ValidArgsFunction: files,
		RunE: func(_ *cobra.Command, args []string) error {
			set, err := place.load()
			if err != nil {
				return err
			}
			if len(args) > 0 {
				set.Scenarios = nil
				for _, path := range args {
					set.Scenarios = append(set.Scenarios, config.Path(path))
				}
			}
			return a.serve(set)
		},
	}
	place.flags(cmd.Flags(), true)
	return cmd
}

// service is a server with all that it is made of.
type service struct {
	*backend

	a       *app
	set     *config.Settings
	log     *slog.Logger
	data    *dataDir
	cert    *certificate
	listen  net.Listener
	control *control.Listener
	http    *http.Server
}

// serve does what the serve command does.
func (a *app) serve(set *config.Settings) (err error) {
	s := &service{a: a, set: set, log: a.logger(set)}
	a.warnings(set)
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	defer s.close()
	if err := s.open(); err != nil {
		return err
	}
	defer a.halt.atOnce(s.control.Remove)()
	if err := s.welcome(); err != nil {
		return err
	}
	return s.run(hup)
}

// logger writes to standard error: as text for who looks at it, else as JSON.
func (a *app) logger(set *config.Settings) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(set.Log.Level)) // it has been checked
	o := &slog.HandlerOptions{Level: level}
	if set.Log.Format == "text" || set.Log.Format == "" && a.con.errTTY {
		return slog.New(slog.NewTextHandler(a.con.err, o))
	}
	return slog.New(slog.NewJSONHandler(a.con.err, o))
}

// open makes everything that can fail, before anything is told to anybody.
func (s *service) open() error {
	ctx := s.a.halt.ctx
	offered, err := s.load()
	if err != nil {
		return err
	}
	if s.data, err = openDataDir(ctx, string(s.set.DataDir)); err != nil {
		return usageError("%v", err)
	}
	cfg, err := serverConfig(s.a.vendors, s.set, s.log)
	if err != nil {
		return err
	}
	if err := s.openSockets(); err != nil {
		return err
	}
	cfg.Templates = offered
	cfg.Node = server.Node{Listen: s.address(), Version: cfg.Version}
	if s.backend, err = openBackend(ctx, s.set, s.log, cfg); err != nil {
		return err
	}
	s.http = newHTTPServer(s.server, s.cert, s.log)
	if s.control, err = control.Serve(controlPath(s.set), s.target()); err != nil {
		return usageError("data_dir: %v", err)
	}
	return nil
}

// openSockets begins to listen. Clients are answered later.
func (s *service) openSockets() error {
	var err error
	if s.cert, err = openCertificate(string(s.set.Server.TLSCert), string(s.set.Server.TLSKey)); err != nil {
		return usageError("%v", err)
	}
	var lc net.ListenConfig
	if s.listen, err = lc.Listen(s.a.halt.ctx, "tcp", s.set.Server.Listen); err != nil {
		return usageError("server.listen: %v", err)
	}
	return nil
}

// welcome makes the first user, and says where the server is.
func (s *service) welcome() error {
	name, password, err := s.users.AddFirst()
	if err != nil {
		return usageError("%v", err)
	}
	if password != "" {
		fmt.Fprintf(s.a.con.err, "There was no user yet, so %s was made. Its password, which is not shown again:\n  %s\n", name, password)
	}
	_, err = fmt.Fprintf(s.a.con.out, "Serving on %s\n", s.address())
	return outputError(err)
}

// address is where clients find the server.
func (s *service) address() string {
	scheme := "http"
	if s.cert != nil {
		scheme = "https"
	}
	return scheme + "://" + s.listen.Addr().String()
}

// run serves until the process is told to stop.
func (s *service) run(hup <-chan os.Signal) error {
	served := make(chan error, 1)
	go func() { served <- s.serveHTTP() }()
	for {
		select {
		case err := <-served:
			return usageError("the server stopped listening: %v", err)
		case <-hup:
			s.reload()
		case <-s.a.halt.ctx.Done():
			s.log.Info("stopping", "by", s.a.halt.by())
			s.drain()
			if err := <-served; !errors.Is(err, http.ErrServerClosed) {
				return usageError("%v", err)
			}
			return nil
		}
	}
}

func (s *service) serveHTTP() error {
	if s.cert != nil {
		return s.http.ServeTLS(s.listen, "", "")
	}
	return s.http.Serve(s.listen)
}

// drain tells all clients to go elsewhere, and waits for what is under way.
func (s *service) drain() {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if err := s.server.Drain(ctx); err != nil {
		s.log.Warn("something was cut, which the next start makes again", "error", err)
	}
	ctx, cancel = context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		s.log.Warn("some requests were cut", "error", err)
		_ = s.http.Close()
	}
}

// close ends what has come to life, the last first.
func (s *service) close() {
	if s.control != nil {
		s.control.Close()
	}
	if s.listen != nil {
		_ = s.listen.Close() // it may be closed already
	}
	if s.backend != nil {
		s.backend.close()
	}
	if s.data != nil {
		s.data.close()
	}
}

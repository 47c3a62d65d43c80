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
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/server"
)

// How long a server that stops waits: for its sockets to go, and for the
// requests that are under way.
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

SIGHUP loads the scenarios and the certificate again: when something is wrong with them it
is reported, and the old ones stay. Ctrl-C or SIGTERM stops in good order: nothing new is
taken, clients are told to go elsewhere, what is under way is finished within 25 seconds.
The second one stops at once.

This version keeps sessions in memory: they end with the server.`,
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

// service is a server with all that it is made of, in the order in which it
// comes to life.
type service struct {
	a       *app
	set     *config.Settings
	log     *slog.Logger
	data    *dataDir
	users   *server.Users
	engine  *engine.Engine
	server  *server.Server
	cert    *certificate
	listen  net.Listener
	control *control.Listener
	http    *http.Server
}

// serve does what the serve command does.
func (a *app) serve(set *config.Settings) (err error) {
	s := &service{a: a, set: set, log: a.logger(set)}
	a.warnings(set)
	if err := refuseUnserved(set); err != nil {
		return err
	}
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

// refuseUnserved finds settings that this version cannot act on.
func refuseUnserved(set *config.Settings) error {
	switch {
	case set.Journal.URL != "":
		return usageError("journal.url: this version keeps sessions in memory and has no other journal")
	case set.Journal.Credentials != "":
		return usageError("journal.credentials: this version keeps sessions in memory and needs none")
	case set.Journal.Replicas > 1:
		return usageError("journal.replicas: this version keeps sessions in memory, once")
	default:
		return nil
	}
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
	dir := string(s.set.DataDir)
	offered, err := s.load()
	if err != nil {
		return err
	}
	if s.data, err = openDataDir(s.a.halt.ctx, dir); err != nil {
		return usageError("%v", err)
	}
	if s.users, err = server.OpenUsersFile(dir); err != nil {
		return usageError("%v", err)
	}
	tokens, err := server.OpenTokens(server.TokenConfig{
		Dir: dir, Secret: []byte(s.set.Auth.Secret), TTL: s.set.Auth.TokenTTL,
		Issuer: s.set.Auth.Issuer, Audience: s.set.Auth.Audience, JWKSURL: s.set.Auth.JWKSURL,
	})
	if err != nil {
		return usageError("%v", err)
	}
	journal := &memory.Journal{}
	metrics := server.NewMetrics()
	s.engine = engine.New(engine.Config{Journal: journal, Logger: s.log, Observe: metrics.Observe})
	cfg, err := s.serverConfig()
	if err != nil {
		return err
	}
	cfg.Engine, cfg.Journal, cfg.Users, cfg.Tokens, cfg.Templates = s.engine, journal, s.users, tokens, offered
	cfg.Metrics = metrics
	if s.server, err = server.New(cfg); err != nil {
		return usageError("%v", err)
	}
	return s.openSockets()
}

// openSockets begins to listen, to clients and to administrative commands.
func (s *service) openSockets() error {
	var err error
	if s.cert, err = openCertificate(string(s.set.Server.TLSCert), string(s.set.Server.TLSKey)); err != nil {
		return usageError("%v", err)
	}
	var lc net.ListenConfig
	if s.listen, err = lc.Listen(s.a.halt.ctx, "tcp", s.set.Server.Listen); err != nil {
		return usageError("server.listen: %v", err)
	}
	s.http = newHTTPServer(s.server, s.cert, s.log)
	if s.control, err = control.Serve(controlPath(s.set), store{s.users}); err != nil {
		return usageError("data_dir: %v", err)
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
		s.log.Warn("some sockets were cut", "error", err)
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
	if s.server != nil {
		s.server.Close()
	}
	if s.engine != nil {
		s.engine.Close()
	}
	if s.data != nil {
		s.data.close()
	}
}

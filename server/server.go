package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// Config configures a [Server]. Engine, Store, Users and Tokens are required;
// zero values of the rest stand for the defaults that the contract names.
type Config struct {
	// Engine keeps its events in Store, too, and tells Hooks what happens.
	Engine *engine.Engine
	// Budget, if not nil, bounds what users take in a day; Engine has it, too.
	Budget *Budget
	Store  engine.Store
	Hooks  *Hooks
	Users  *Users
	Tokens *Tokens
	// Node is what other servers on the same store see of this one.
	Node Node
	// Passive is a server that only looks: it wakes and resumes no session by
	// itself.
	Passive bool
	// Templates are the scenarios that are offered; it may be replaced while
	// the server runs, see [Server.SetTemplates].
	Templates []Scenario
	// Models are the providers for requests without a template, and
	// ProviderList describes them, usable ones first.
	Models       providers.Registry
	ProviderList []ProviderInfo
	// Connect makes the providers of a scenario that is loaded from what the
	// store keeps of it; nil is none, so that sessions go on with Models alone.
	Connect func(*specs.Config) (providers.Registry, error)
	// Tools makes the tools of a scenario; nil is none, so that their calls fail.
	Tools func(*specs.Config) (map[string][]engine.Tool, error)
	// Env looks up the environment for such a scenario; nil is [os.LookupEnv].
	Env func(name string) (value string, ok bool)

	CORSOrigins    []string
	TrustedProxies []netip.Prefix
	Limits         Limits
	Sessions       SessionSettings
	WS             SocketSettings
	// Metrics are what /metrics shows. Whoever wants the figures of the engine,
	// too, gives the value's Observe to the engine.
	Metrics *Metrics
	// MetricsForAll lets everybody read /metrics, not only loopback peers.
	MetricsForAll bool
	Version       string
	Logger        *slog.Logger
}

// Scenario is a loaded scenario that can be loaded again with other values for
// its variables.
type Scenario struct {
	Config *specs.Config
	// Load loads it with the values of a request; nil when it has no variables.
	Load func(vars []specs.VarInput) (*specs.Config, specs.Diagnostics)
	// Models are the providers of its blocks.
	Models func(*specs.Config) (providers.Registry, error)
}

// ProviderInfo is what a client learns about a provider.
type ProviderInfo struct {
	Key          string   `json:"-"`
	Name         string   `json:"name"`
	Models       []string `json:"models"`
	DefaultModel string   `json:"default_model"`
	IsAvailable  bool     `json:"is_available"`
}

// SessionSettings bound the sessions of users.
type SessionSettings struct {
	MaxPerUser                       int           // 100
	Lifetime, IdleTimeout, Retention time.Duration // 1h, 30m, 24h
}

// SocketSettings bound the sockets.
type SocketSettings struct {
	PingInterval, PongTimeout time.Duration // 30s, 30s
	MaxFrame                  int           // 256 KiB
	QueueFrames, QueueBytes   int           // 1000, 1 MiB
}

// Limits are requests a minute by class; 0 stands for the contract's default.
type Limits struct {
	Disabled                                                          bool
	Login, Verify, SessionCreate, SessionQuery, Query, Agent, Message int
}

// Server is an http.Handler that serves the contract.
type Server struct {
	cfg        Config
	log        *slog.Logger
	handler    http.Handler
	index      *index
	recent     recent
	seats      seats
	agenda     *agenda
	nodes      nodes
	cluster    engine.Cluster // or nil
	docs       engine.Table
	sources    engine.Table
	snapshots  engine.Table
	talks      talks
	metrics    *Metrics
	pages      documents
	since      time.Time // when it began
	limits     *limiter
	lock       *lockout
	origins    origins
	builtins   map[string]*offer
	seal       *sealer
	made       *made
	catalog    atomic.Pointer[catalog]
	answers    *answers
	registered *registry
	sockets    *sockets
	deaf       func()    // stops to hear of users that change
	upgrades   sync.Pool // write buffers of handshakes
	clock      clock
	draining   atomic.Bool
	ctx        context.Context //nolint:containedctx // the server's life
	cancel     context.CancelFunc
	wg         sync.WaitGroup // what the server has started
}

// New makes a server. Close it.
func New(cfg Config) (*Server, error) {
	s := &Server{cfg: cfg.withDefaults(), since: time.Now(), index: newIndex(), agenda: newAgenda()}
	s.log = s.cfg.Logger
	s.limits, s.lock = newLimiter(s.cfg.Limits), newLockout()
	s.seats.byID, s.nodes.names = map[string]*record{}, map[string]struct{}{}
	s.metrics = s.cfg.Metrics
	if s.metrics == nil {
		s.metrics = NewMetrics()
	}
	if err := s.metrics.serve(s); err != nil {
		return nil, err
	}
	var err error
	if s.origins, err = parseOrigins(s.cfg.CORSOrigins); err != nil {
		return nil, err
	}
	s.made = newMade()
	if s.seal, err = newSealer(s.cfg.Tokens); err != nil {
		return nil, err
	}
	if s.builtins, err = s.loadBuiltins(); err != nil {
		return nil, err
	}
	if err := s.SetTemplates(s.cfg.Templates); err != nil {
		return nil, err
	}
	if err := s.openTables(); err != nil {
		return nil, err
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.sockets = newSockets(s)
	all := s.allRoutes()
	if s.pages, err = newDocuments(s.cfg.Version, all); err != nil {
		return nil, err
	}
	s.handler = s.routes(all)
	if err := s.open(); err != nil {
		s.cancel()
		s.wg.Wait()
		return nil, err
	}
	s.deaf = s.cfg.Users.hear(s.sockets.changed)
	s.followTables()
	return s, nil
}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close ends all sockets and waits for what the server has started.
func (s *Server) Close() {
	s.deaf()
	s.sockets.close()
	s.cancel()
	s.wg.Wait()
	s.leave()
}

func (c Config) withDefaults() Config {
	or := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	orTime := func(p *time.Duration, v time.Duration) {
		if *p == 0 {
			*p = v
		}
	}
	or(&c.Sessions.MaxPerUser, 100)
	orTime(&c.Sessions.Lifetime, time.Hour)
	orTime(&c.Sessions.IdleTimeout, 30*time.Minute)
	orTime(&c.Sessions.Retention, 24*time.Hour)
	orTime(&c.WS.PingInterval, 30*time.Second)
	orTime(&c.WS.PongTimeout, 30*time.Second)
	or(&c.WS.MaxFrame, 256<<10)
	or(&c.WS.QueueFrames, 1000)
	or(&c.WS.QueueBytes, 1<<20)
	or(&c.Limits.Login, 10)
	or(&c.Limits.Verify, 10)
	or(&c.Limits.SessionCreate, 5)
	or(&c.Limits.SessionQuery, 10)
	or(&c.Limits.Query, 60)
	or(&c.Limits.Agent, 20)
	or(&c.Limits.Message, 60)
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if len(c.CORSOrigins) == 0 {
		c.CORSOrigins = []string{"http://localhost:*", "http://127.0.0.1:*"}
	}
	return c
}

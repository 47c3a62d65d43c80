package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

const (
	// connectTime bounds the start of a server and its first words.
	connectTime = 30 * time.Second
	// pingTime is how long a server that did not answer a call in time may take
	// to show that it lives.
	pingTime = 5 * time.Second
	// The second failure in a row delays the next start by minWait, each
	// further one by twice as long, at most by maxWait.
	minWait = time.Second
	maxWait = time.Minute
)

// server is a server of the Model Context Protocol, shared by all who use it.
// It is there only while sessions use it.
type server struct {
	pool     *Pool
	what     string // for errors and the log, without secrets
	dial     func(ctx context.Context) (*client, error)
	redactor *providers.Redactor

	mu       sync.Mutex // guards what follows
	users    map[string]*user
	now      *client
	starting chan struct{} // closed when the start that is under way is over
	failed   error         // how the last start or life ended
	failures int           // in a row, without an answered call in between
	notUntil time.Time
	closed   bool
}

// user is a session that uses the server.
type user struct{ stop func() bool }

// server finds the server that a block means, or makes it: blocks that say the
// same of it share one.
func (p *Pool) server(cfg *specs.Config, m *specs.MCPTool) *server {
	key := keyOf(cfg, m)
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.servers[key]; s != nil {
		return s
	}
	s := &server{pool: p, users: map[string]*user{}, closed: p.closed}
	var secrets []string
	for _, values := range []map[string]specs.Secret{m.Env, m.Headers} {
		for _, v := range values {
			secrets = append(secrets, v.Reveal())
			if _, token, ok := strings.Cut(v.Reveal(), " "); ok {
				secrets = append(secrets, token)
			}
		}
	}
	if _, query, ok := strings.Cut(m.URL, "?"); ok {
		secrets = append(secrets, query)
	}
	s.redactor = providers.NewRedactor(secrets...)
	if m.URL != "" {
		s.what = "the server at " + withoutQuery(m.URL)
		s.dial = func(ctx context.Context) (*client, error) { return s.connect(ctx, m) }
	} else {
		s.what = "the server " + m.Command[0]
		dir := cfg.Dir
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			dir = "" // the scenario was loaded from a store
		}
		s.dial = func(ctx context.Context) (*client, error) { return s.start(ctx, m, dir) }
	}
	p.servers[key] = s
	return s
}

// keyOf tells servers apart.
func keyOf(cfg *specs.Config, m *specs.MCPTool) string {
	reveal := func(secrets map[string]specs.Secret) map[string]string {
		plain := make(map[string]string, len(secrets))
		for name, v := range secrets {
			plain[name] = v.Reveal()
		}
		return plain
	}
	dir := cfg.Dir
	if m.URL != "" {
		dir = ""
	}
	b, _ := json.Marshal([]any{m.Command, m.URL, dir, reveal(m.Env), reveal(m.Headers)}) // texts always are JSON
	return string(b)
}

func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}

// tools gives the server's tools.
func (s *server) tools(ctx context.Context) ([]*remote, error) {
	c, err := s.use(ctx)
	if err != nil {
		return nil, err
	}
	list, err := c.list(ctx)
	if err != nil {
		return nil, s.trouble(c, err) //nolint:contextcheck // the probe outlives the call
	}
	return list, nil
}

// call calls a tool by the server's name of it.
func (s *server) call(ctx context.Context, name string, arguments json.RawMessage) (*mcp.CallToolResult, error) {
	c, err := s.use(ctx)
	if err != nil {
		return nil, err
	}
	r, err := c.call(ctx, name, arguments)
	if err != nil {
		return nil, s.trouble(c, err) //nolint:contextcheck // the probe outlives the call
	}
	s.mu.Lock()
	s.failures = 0
	s.mu.Unlock()
	return r, nil
}

// trouble is what the model is told of a call that got no answer. A server that
// does not answer at all any more is ended.
func (s *server) trouble(c *client, err error) error {
	if _, answered := errors.AsType[*jsonrpc.Error](err); answered {
		return err
	}
	if !errors.Is(err, errNoAnswer) {
		if why := c.died(); why != nil {
			return fmt.Errorf("%s ended during the call: %w", s.what, why)
		}
	} else {
		s.pool.spawn(func() { s.probe(c) })
	}
	return err
}

// probe ends a server that does not even answer a ping. The call that made it
// suspicious is over.
func (s *server) probe(c *client) {
	ctx, cancel := context.WithTimeout(s.pool.ctx, pingTime)
	defer cancel()
	if c.ping(ctx) != nil && s.pool.ctx.Err() == nil {
		s.drop(c)
		c.end(errHangs)
	}
}

var errHangs = errors.New("it does not answer any more")

// spawn runs what the pool waits for; nothing once it is closed.
func (p *Pool) spawn(do func()) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.wg.Go(do)
	}
	return !p.closed
}

// use gives the client of a server that lives, and starts it if need be. From
// now on the session that a call belongs to uses the server.
func (s *server) use(ctx context.Context) (*client, error) {
	s.enlist(engine.CallerOf(ctx))
	for {
		s.mu.Lock()
		switch {
		case s.closed:
			s.mu.Unlock()
			return nil, errClosed
		case s.now != nil && s.now.ending():
			booked := s.now.booked
			s.mu.Unlock()
			if err := s.await(ctx, booked); err != nil {
				return nil, err
			}
			continue
		case s.now != nil:
			c := s.now
			s.mu.Unlock()
			return c, nil
		case s.starting == nil && time.Now().Before(s.notUntil):
			err := fmt.Errorf("%s cannot be used: %w; it is tried again in %s", s.what, s.failed, time.Until(s.notUntil).Round(time.Second))
			s.mu.Unlock()
			return nil, err
		case s.starting == nil:
			s.starting = make(chan struct{})
			if !s.pool.spawn(s.launch) {
				s.closed = true
			}
		}
		starting := s.starting
		s.mu.Unlock()
		if err := s.await(ctx, starting); err != nil {
			return nil, err
		}
		s.mu.Lock()
		err := s.failed
		if s.now != nil {
			err = nil
		}
		s.mu.Unlock()
		if err != nil {
			return nil, fmt.Errorf("%s cannot be used: %w", s.what, err)
		}
	}
}

// await waits until a channel is closed.
func (s *server) await(ctx context.Context, closed <-chan struct{}) error {
	select {
	case <-closed:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-s.pool.ctx.Done():
		return errClosed
	}
}

// launch starts the server and waits for its end.
func (s *server) launch() {
	ctx, cancel := context.WithTimeoutCause(s.pool.ctx, connectTime, fmt.Errorf("no connection within %s", connectTime))
	c, err := s.dial(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	cancel()
	s.mu.Lock()
	s.now, s.failed = c, err
	if err != nil {
		s.count()
	}
	close(s.starting)
	s.starting = nil
	wanted := !s.closed && len(s.users) > 0
	s.mu.Unlock()
	if err != nil {
		s.pool.log.Warn("tool server cannot be used", "server", s.what, "error", s.redactor.Error(err))
		return
	}
	if !wanted {
		c.end(nil)
	}
	why := c.wait()
	s.mu.Lock()
	if s.now == c {
		s.now = nil
	}
	if why != nil {
		s.failed = why
		s.count()
	}
	close(c.booked)
	s.mu.Unlock()
	if why != nil {
		s.pool.log.Warn("tool server ended", "server", s.what, "error", s.redactor.Error(why))
	}
}

// count counts a failure and says when the next start may be.
func (s *server) count() {
	if s.failures++; s.failures > 1 {
		s.notUntil = time.Now().Add(min(minWait<<min(s.failures-2, 10), maxWait))
	}
}

// enlist notes that a session uses the server, until it is gone.
func (s *server) enlist(who engine.Caller) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[who.Session] != nil || s.closed {
		return
	}
	u := &user{}
	s.users[who.Session] = u
	u.stop = who.Gone(func() { s.leave(who.Session, u) })
}

// leave ends the server with its last session.
func (s *server) leave(session string, u *user) {
	s.mu.Lock()
	if s.users[session] != u {
		s.mu.Unlock()
		return
	}
	delete(s.users, session)
	c := s.now
	if len(s.users) > 0 || c == nil {
		s.mu.Unlock()
		return
	}
	s.now = nil
	s.mu.Unlock()
	c.end(nil)
}

// drop lets the next use start the server anew.
func (s *server) drop(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now == c {
		s.now = nil
	}
}

// close ends the server for good.
func (s *server) close() {
	s.mu.Lock()
	s.closed = true
	c := s.now
	s.now = nil
	users := s.users
	s.users = map[string]*user{}
	s.mu.Unlock()
	for _, u := range users {
		if u.stop != nil {
			u.stop()
		}
	}
	if c != nil {
		c.end(nil)
	}
}

// environ is what a started server gets of our environment: enough to find its
// program and its home, and nothing that could be a key.
func environ(own map[string]specs.Secret) []string {
	var env []string
	for _, name := range []string{
		"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TERM", "TMPDIR", "TMP", "TEMP",
		"SystemRoot", "SYSTEMDRIVE", "APPDATA", "LOCALAPPDATA", "USERPROFILE", "PATHEXT", "ComSpec",
	} {
		if v, ok := os.LookupEnv(name); ok && own[name].IsZero() {
			env = append(env, name+"="+v)
		}
	}
	for name, v := range own {
		env = append(env, name+"="+v.Reveal())
	}
	slices.Sort(env)
	return env
}

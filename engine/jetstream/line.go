package jetstream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/agentconnect-dev/agentconnect/engine"
)

const (
	// askFor bounds a question whose context has no end.
	askFor = 30 * time.Second
	// probeEvery is how often whoever asks looks whether somebody is there, and
	// how long it waits to hear that.
	probeEvery = time.Second
	// headerProbe marks a question that asks for nothing else.
	headerProbe = "Ac-Probe"
	// answers bounds the questions that a node answers at once.
	answers = 256
)

// line is what passes between nodes without being stored.
type line struct {
	ctx    context.Context //nolint:containedctx // the answers' life, which is the journal's
	cancel context.CancelFunc
	free   chan struct{}
	mu     sync.Mutex // nothing runs anew once the life is over
	runs   sync.WaitGroup
}

func (l *line) start() {
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.free = make(chan struct{}, answers)
}

func (l *line) stop() {
	l.mu.Lock()
	l.cancel()
	l.mu.Unlock()
	l.runs.Wait()
}

// run calls fn in a goroutine, when there are few enough of them. It is false
// when the context ends first.
func (l *line) run(ctx context.Context, fn func()) bool {
	if ctx.Err() != nil {
		return false
	}
	select {
	case l.free <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx.Err() != nil {
		<-l.free
		return false
	}
	l.runs.Go(func() {
		defer func() { <-l.free }()
		fn()
	})
	return true
}

// Ask implements [engine.Cluster].
func (c *cluster) Ask(ctx context.Context, session string, request []byte) ([]byte, error) {
	if err := checkSession(session); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	var probe sync.WaitGroup
	defer probe.Wait()
	defer cancel()
	probe.Go(func() { c.probe(ctx, cancel, session) })
	m, err := c.j.main.nc.RequestWithContext(ctx, "cmd."+session, request)
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		return nil, engine.ErrNotFound
	case ctx.Err() != nil:
		return nil, fmt.Errorf("session %s: its node does not answer: %w", session, context.Cause(ctx))
	case errors.Is(err, nats.ErrMaxPayload):
		return nil, fmt.Errorf("session %s: a request of %d bytes: %w", session, len(request), err)
	case err != nil:
		return nil, c.j.trouble("", err)
	default:
		return m.Data, nil
	}
}

// probe looks now and then whether anybody is there who could answer a question
// about a session, and else gives it up: between the servers of a cluster a
// question is lost when whoever answered has just stopped. What became of it is
// not known then, so it is not asked again here.
func (c *cluster) probe(ctx context.Context, giveUp context.CancelFunc, session string) {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		m := nats.NewMsg("cmd." + session)
		m.Header.Set(headerProbe, "1")
		once, cancel := context.WithTimeout(ctx, probeEvery)
		_, err := c.j.main.nc.RequestMsgWithContext(once, m)
		cancel()
		if errors.Is(err, nats.ErrNoResponders) {
			giveUp()
			return
		}
	}
}

// Answer implements [engine.Cluster].
func (c *cluster) Answer(session string, fn func(ctx context.Context, request []byte) []byte) (func(), error) {
	if err := checkSession(session); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(c.line.ctx)
	sub, err := c.j.main.nc.Subscribe("cmd."+session, func(m *nats.Msg) {
		if m.Header.Get(headerProbe) != "" && ctx.Err() == nil {
			_ = m.Respond([]byte("1")) // the next one is answered
			return
		}
		here := c.line.run(ctx, func() {
			if err := m.Respond(fn(ctx, m.Data)); err != nil {
				c.j.cfg.Logger.Warn("an answer to another node was not sent", "session", session, "error", err)
			}
		})
		if !here { // it came before the server knew that nobody answers any more
			_ = m.RespondMsg(nobody()) // whoever asks looks for itself
		}
	})
	if err != nil {
		cancel()
		return nil, c.j.trouble("", err)
	}
	return func() {
		cancel()
		_ = sub.Drain() // the connection may be gone
	}, nil
}

// nobody is how a NATS server says that nobody answers.
func nobody() *nats.Msg {
	m := nats.NewMsg("")
	m.Header.Set("Status", "503")
	return m
}

// Tell implements [engine.Cluster].
func (c *cluster) Tell(session string, message []byte) {
	if checkSession(session) != nil {
		return
	}
	m := nats.NewMsg("delta." + session)
	m.Header.Set(headerFrom, c.j.node)
	m.Data = message
	_ = c.j.main.nc.PublishMsg(m) // it may be lost
}

// headerFrom is the node that tells something.
const headerFrom = "Ac-From"

// Listen implements [engine.Cluster].
func (c *cluster) Listen(session string, fn func(message []byte)) (func(), error) {
	if err := checkSession(session); err != nil {
		return nil, err
	}
	return c.hear("delta."+session, func(m *nats.Msg) {
		if m.Header.Get(headerFrom) != c.j.node { // what others tell
			fn(m.Data)
		}
	})
}

// hear calls fn with each message of a subject, one after the other.
func (c *cluster) hear(subject string, fn func(*nats.Msg)) (func(), error) {
	sub, err := c.j.main.nc.Subscribe(subject, fn)
	if err != nil {
		return nil, c.j.trouble("", err)
	}
	return func() { _ = sub.Unsubscribe() }, nil // the connection may be gone
}

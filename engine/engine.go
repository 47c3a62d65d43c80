package engine

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Config configures an [Engine].
type Config struct {
	// Journal keeps the events. It is required.
	Journal Journal
	// Logger defaults to slog's default logger.
	Logger *slog.Logger
	// Observe, if set, is told what was stored, for figures and the like. It
	// runs in the session's loop: it must not wait, and it must not keep the
	// slice. It is called concurrently for different sessions.
	Observe func([]Event)
	// OnLive, if set, is given text as models write it, beside those who
	// follow a session here. It must not wait. It is called concurrently.
	OnLive func(Event)

	// Budget, if set, bounds what owners of sessions take.
	Budget Budget

	// Passive is how long a session that waits with nothing in flight is kept.
	// Then it is let go with [ErrPassive]: it costs nothing until [Engine.Wake].
	// One that has something to do within so long is kept. 0 keeps all.
	Passive time.Duration
	// OnRest, if set, is told of each session that was let go so. It must not
	// wait for that session or for a Wake of it, which waits for OnRest. It is
	// called concurrently for different sessions.
	OnRest func(Rest)

	// Snapshots, if set, keeps states of sessions by their ids, so that waking
	// one need not read its whole log. It is a cache: nothing in it is trusted
	// over the log, and what cannot be written is done without.
	Snapshots Table
	// SnapshotEvery is how many new events make another snapshot; 0 is 500. In
	// a long session it takes a quarter of its events, so that snapshots cost
	// no more the longer it gets.
	SnapshotEvery int
}

// Rest is what is to be known of a session that waits in its log.
type Rest struct {
	Session string
	// Wake is when something has to happen by itself, at which the session must
	// be woken; zero is never.
	Wake time.Time
	Info Info
}

// Engine starts sessions and finds those that live. Its methods may be called
// concurrently.
type Engine struct {
	cfg    Config
	ctx    context.Context //nolint:containedctx // the engine's life
	cancel context.CancelCauseFunc
	wg     sync.WaitGroup
	clock  clock

	mu       sync.Mutex // guards what follows
	sessions map[string]*Session
	revivals map[string]chan struct{} // sessions that are being read; closed when they are here
	hubs     map[string]*hub          // of sessions that are here or listened to
	closed   bool                     // or draining: no session begins
}

// New makes an engine. Close it.
func New(cfg Config) *Engine {
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	return &Engine{cfg: cfg, ctx: ctx, cancel: cancel, sessions: map[string]*Session{}, revivals: map[string]chan struct{}{}, hubs: map[string]*hub{}}
}

// StartOptions are what a session is started with besides its template.
type StartOptions struct {
	// ID is made when empty.
	ID string
	// Owner is who it belongs to.
	Owner string
	// Opening overrides the template's.
	Opening  string
	Metadata map[string]any
	// History is what was said before, elsewhere; it stands in the place
	// of the opening, unless one is given here.
	// In a chat, what persons said after the last agent's words is answered.
	History []Said
}

func (o *StartOptions) check() error {
	if err := checkText("an opening", o.Opening); err != nil {
		return err
	}
	for i := range o.History {
		if err := checkText("a message", o.History[i].Content); err != nil {
			return fmt.Errorf("history: message %d: %w", i+1, err)
		}
	}
	return checkMetadata(o.Metadata)
}

// Start creates a session and, if it has an opening or needs none, begins it.
// It returns once the first events are stored.
func (e *Engine) Start(ctx context.Context, t *Template, o StartOptions) (*Session, error) {
	if o.ID == "" {
		o.ID = NewID("session_")
	}
	if o.Opening == "" && len(o.History) == 0 {
		o.Opening = t.spec.Opening
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	return e.goOn(ctx, newState(t, o.ID), func(s *Session) { s.create(o) })
}

// adopt makes a session of a state and keeps it. One of the same id that is
// being let go is waited for.
func (e *Engine) adopt(ctx context.Context, st *State) (*Session, error) {
	s := &Session{
		id: st.session, t: st.t, engine: e, journal: e.cfg.Journal, log: e.cfg.Logger, observe: e.cfg.Observe, wg: &e.wg,
		ended: make(chan struct{}), passive: e.cfg.Passive, st: st, calls: map[int]*call{}, models: map[string]providers.Model{},
	}
	s.head.Store(st.head)
	s.made.Store(st.head)
	s.ahead = max(0, st.last.Sub(e.Now()))
	err := e.inTurn(ctx, func() (<-chan struct{}, error) { return e.keep(s) })
	if err != nil {
		return nil, err
	}
	return s, nil
}

// keep puts a session among those that live here, once its place is free. The
// caller has the engine's lock.
func (e *Engine) keep(s *Session) (first <-chan struct{}, err error) {
	if e.closed {
		return nil, ErrClosed
	}
	if first, err = e.vacated(s.id); first != nil || err != nil {
		return first, err
	}
	s.ctx, s.cancel = context.WithCancelCause(e.ctx)
	s.live = e.hub(s.id)
	e.sessions[s.id] = s
	return nil, nil //nolint:nilnil // it is kept
}

// create makes the first events.
func (s *Session) create(o StartOptions) {
	t := s.t
	s.emit(Event{Data: &Created{
		Template: t.Name, Hash: t.Hash, SessionType: t.Type, Owner: o.Owner, Opening: o.Opening,
		Variables: t.variables, Participants: t.Participants, Metadata: o.Metadata, History: len(o.History),
	}})
	for _, said := range o.History {
		s.emit(Event{Agent: said.Sender, Data: &said})
	}
	if o.Opening != "" {
		s.open(o.Opening)
	}
	if t.starts(o.Opening) {
		s.begun()
	}
}

// starts says whether a session begins by itself: with its opening, or when a
// person is expected anyway, unless it is declared to wait.
func (t *Template) starts(opening string) bool {
	if t.Type == "human_agent" {
		_, declared := t.spec.Args["start"]
		return !declared || t.spec.Start != "on_message"
	}
	return t.spec.Start != "on_message" && opening != ""
}

// open says the opening: the person's side in agent_agent, the agent's
// greeting in human_agent.
func (s *Session) open(text string) {
	said := &Said{Sender: userName, Role: "user", Content: text}
	if s.t.Type == "human_agent" {
		said.Role = "assistant"
		for _, p := range s.t.Participants {
			if p.Kind == "agent" {
				said.Sender = p.Name
				break
			}
		}
	}
	s.emit(Event{Agent: said.Sender, Data: said})
}

// Session finds a session that lives in this engine.
func (e *Engine) Session(id string) (*Session, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s := e.sessions[id]; s != nil {
		return s, nil
	}
	return nil, ErrNotFound
}

func (e *Engine) forget(s *Session) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.sessions, s.id)
	e.unhub(s.live)
}

// Close lets go of all sessions, cancels their calls and waits until no
// goroutine of the engine is left. Their logs stay as they are.
func (e *Engine) Close() {
	for _, s := range e.shut() {
		_ = s.post(letGo{ErrClosed}) // it may have ended meanwhile
	}
	e.cancel(ErrClosed)
	e.wg.Wait()
}

// shut sees that no session begins any more, and gives those that live.
func (e *Engine) shut() []*Session {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	live := make([]*Session, 0, len(e.sessions))
	for _, s := range e.sessions {
		live = append(live, s)
	}
	return live
}

// LetGo lets go of a session at once and cancels its calls; [Session.Err] then
// is why. It is for a lease that was lost, or a log that is damaged. It returns
// before the session is gone, which [Session.Done] tells.
func (e *Engine) LetGo(id string, why error) {
	s, err := e.Session(id)
	if err != nil {
		return
	}
	_ = s.post(letGo{why}) // before the calls can tell that they were cut
	s.cancel(why)          // an append that is under way must not delay it
}

// letGo is the input that ends a session's life in this process.
type letGo struct{ why error }

func (l letGo) apply(s *Session) { s.letGo(l.why) }

// NewID makes an id that sorts by time and cannot be guessed: 48 bits of
// milliseconds and 104 random bits.
func NewID(prefix string) string {
	var b [19]byte
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(time.Now().UnixMilli())) //nolint:gosec // not before 1970
	copy(b[:6], ms[2:])
	_, _ = rand.Read(b[6:]) // never fails
	return prefix + base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding).EncodeToString(b[:])
}

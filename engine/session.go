package engine

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// maxInbox bounds the commands that wait for a session.
const maxInbox = 1024

// Session is one run of a template. Its methods may be called concurrently.
type Session struct {
	id      string
	t       *Template
	journal Journal
	log     *slog.Logger
	wg      *sync.WaitGroup
	ctx     context.Context //nolint:containedctx // the session's life, which is longer than any call
	cancel  context.CancelCauseFunc
	ended   chan struct{} // closed when the session has ended or was let go
	onEnd   func(*Session)
	live    hub
	head    atomic.Uint64 // seq of the last event that is stored

	mu      sync.Mutex // guards inbox, running, closed
	inbox   []input
	running bool
	closed  error

	// What follows belongs to the loop.

	st     *State
	now    time.Time
	batch  []Event
	ready  []*Frame
	calls  map[int]*call // in flight, by turn
	starts []*turn       // to be called once the batch is stored
	tools  []toolStart   // likewise
	acks   []*command    // to be answered once the batch is stored
	models map[string]providers.Model
	stopBy string // who asked for a stop after the turn, "" is nobody
	timer  *time.Timer
	armed  time.Time
	ticked time.Time // when the clock's conditions were looked at
}

// input is what arrives at a session: a command, a result, or the clock.
type input interface{ apply(s *Session) }

// ID is the session's id.
func (s *Session) ID() string { return s.id }

// Template is what the session was started from.
func (s *Session) Template() *Template { return s.t }

// Head is the number of the last stored event.
func (s *Session) Head() uint64 { return s.head.Load() }

// Done is closed when the session has ended, or was let go by a closing engine
// or after its journal failed; [Session.Err] then says which.
func (s *Session) Done() <-chan struct{} { return s.ended }

// Err is nil while the session lives and after its proper end; otherwise why
// it was let go.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed == ErrEnded { //nolint:errorlint // set by us, never wrapped
		return nil
	}
	return s.closed
}

// post puts an input into the inbox and sees that somebody empties it.
func (s *Session) post(in input) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed != nil {
		return s.closed
	}
	if _, isCommand := in.(*command); isCommand && len(s.inbox) >= maxInbox {
		return ErrBusy
	}
	s.inbox = append(s.inbox, in)
	if !s.running {
		s.running = true
		s.wg.Go(s.run)
	}
	return nil
}

func (s *Session) next() input {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.inbox) == 0 || s.closed != nil {
		s.running = false
		return nil
	}
	in := s.inbox[0]
	s.inbox[0] = nil
	s.inbox = s.inbox[1:]
	if len(s.inbox) == 0 {
		s.inbox = nil
	}
	return in
}

// run empties the inbox; it is the session's loop while it lasts.
func (s *Session) run() {
	defer s.contain()
	for in := s.next(); in != nil; in = s.next() {
		s.handle(in)
	}
}

// contain keeps a programmer's mistake within its session.
func (s *Session) contain() {
	if r := recover(); r != nil {
		s.log.Error("session panicked", "session", s.id, "panic", r, "stack", string(debug.Stack()))
		s.letGo(fmt.Errorf("session %s: internal error", s.id))
	}
}

func (s *Session) handle(in input) {
	s.now = time.Now().UTC().Truncate(time.Microsecond)
	in.apply(s)
	if s.gone() {
		return
	}
	s.advance()
	if err := s.flush(); err != nil {
		s.letGo(fmt.Errorf("session %s: journal: %w", s.id, err))
		return
	}
	s.effect()
}

// emit makes an event: it is folded at once and stored with its batch.
func (s *Session) emit(e Event) {
	s.now = later(s.now, s.st.last)
	e.Seq, e.Time, e.Session = s.st.head+1, s.now, s.id
	s.batch = append(s.batch, e)
	s.st.fold(&s.batch[len(s.batch)-1])
}

// later is now, or a microsecond after last if the clock has not moved on.
func later(now, last time.Time) time.Time {
	if now.After(last) {
		return now
	}
	return last.Add(time.Microsecond)
}

// flush stores the batch. Nothing of it has had an effect yet.
func (s *Session) flush() error {
	if len(s.batch) == 0 {
		return nil
	}
	err := s.journal.Append(s.ctx, s.id, s.batch[0].Seq-1, s.batch)
	clear(s.batch)
	s.batch = s.batch[:0]
	if err == nil {
		s.head.Store(s.st.head)
	}
	return err
}

// effect does what the stored events say.
func (s *Session) effect() {
	for i, t := range s.starts {
		if s.st.turns[t.n] == t && s.calls[t.n] == nil {
			s.begin(t)
		}
		s.starts[i] = nil
	}
	s.starts = s.starts[:0]
	for _, ts := range s.tools {
		s.runTool(ts)
	}
	s.tools = s.tools[:0]
	for i, c := range s.acks {
		c.reply <- c.answer
		s.acks[i] = nil
	}
	s.acks = s.acks[:0]
	if s.st.ended != nil {
		s.letGo(ErrEnded)
		return
	}
	s.arm()
}

func (s *Session) gone() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// letGo ends the session's life in this process.
func (s *Session) letGo(why error) {
	s.mu.Lock()
	if s.closed != nil {
		s.mu.Unlock()
		return
	}
	s.closed = why
	waiting := s.inbox
	s.inbox = nil
	s.running = false
	s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
	s.cancel(why)
	for _, c := range s.acks {
		c.reply <- answer{err: why}
	}
	for _, in := range waiting {
		if c, ok := in.(*command); ok {
			c.reply <- answer{err: why}
		}
	}
	close(s.ended)
	if s.onEnd != nil {
		s.onEnd(s)
	}
}

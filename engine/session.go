package engine

import (
	"context"
	"errors"
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
	engine  *Engine
	journal Journal
	log     *slog.Logger
	wg      *sync.WaitGroup
	ctx     context.Context //nolint:containedctx // the session's life, which is longer than any call
	cancel  context.CancelCauseFunc
	ended   chan struct{} // closed when the session has ended or was let go
	observe func([]Event) // or nil
	live    *hub
	head    atomic.Uint64 // seq of the last event that is stored
	made    atomic.Uint64 // seq of the last event that there is, stored or about to be
	waits   atomic.Bool   // nothing was in flight when the loop last came to rest
	passive time.Duration // how long it may wait before it is let go, 0 for ever

	mu      sync.Mutex // guards inbox, taken, running, closed
	inbox   []input
	taken   int // inputs of inbox that were taken out
	running bool
	closed  error

	// What follows belongs to the loop.

	st     *State
	now    time.Time
	batch  []Event
	ready  []*Frame
	calls  map[int]*call // in flight, by turn
	worker bool          // the loop runs in a goroutine that can make a call
	own    *call         // the call that it shall make
	starts []*turn       // to be called once the batch is stored
	hungry []*turn       // that wait for what calls in flight give back
	owed   map[int]Spent // what the owner's budget has reserved, by call
	tools  []toolStart   // likewise
	acks   []*command    // to be answered once the batch is stored
	models map[string]providers.Model
	timer  *time.Timer
	armed  time.Time
	ticked time.Time // when the clock's conditions were looked at
	quiet  time.Time // since when nothing has happened
	drains bool      // nothing new begins
	snaps  snapshots
	ahead  time.Duration // of the clock, when the log is: a clock that went back since, or another machine's
	replay *replay       // instead of a journal, models and tools
	stage  *stage        // instead of a journal and goroutines
}

// input is what arrives at a session: a command, a result, or the clock.
type input interface{ apply(s *Session) }

// ID is the session's id.
func (s *Session) ID() string { return s.id }

// Template is what the session was started from.
func (s *Session) Template() *Template { return s.t }

// Head is the number of the last stored event.
func (s *Session) Head() uint64 { return s.head.Load() }

// Made is the number of the last event that there is, stored or about to be.
// Who follows the session and has seen this one has seen all that followed from
// what arrived: a turn that came after another is not still to be told.
func (s *Session) Made() uint64 { return s.made.Load() }

// Done is closed when the session has ended or was let go: by a closing engine,
// after its journal failed, or since it waits; [Session.Err] then says which.
func (s *Session) Done() <-chan struct{} { return s.ended }

// Err is nil while the session lives and after its proper end; otherwise why
// it was let go.
func (s *Session) Err() error {
	why := s.why()
	if why == ErrEnded { //nolint:errorlint // set by us, never wrapped
		return nil
	}
	return why
}

// why is the reason for which the session was let go, or nil.
func (s *Session) why() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// post puts an input into the inbox and sees that somebody empties it.
func (s *Session) post(in input) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	mine, err := s.put(in)
	if mine { // under the lock: a closing engine that comes next waits for it
		s.wg.Go(func() {
			if c := s.run(false); c != nil {
				s.work(c)
			}
		})
	}
	return err
}

// put puts an input into the inbox, whose lock the caller has. When mine is
// true nobody empties it, and the caller must run.
func (s *Session) put(in input) (mine bool, err error) {
	if s.closed != nil {
		return false, s.closed
	}
	if _, isCommand := in.(*command); isCommand && len(s.inbox)-s.taken >= maxInbox {
		return false, ErrBusy
	}
	if s.taken >= maxInbox { // it may never be found empty
		n := copy(s.inbox, s.inbox[s.taken:])
		clear(s.inbox[n:])
		s.inbox, s.taken = s.inbox[:n], 0
	}
	s.inbox = append(s.inbox, in)
	mine = !s.running
	s.running = true
	return mine, nil
}

// next takes an input out of the inbox. When there is none, the loop ends if it
// is at rest.
func (s *Session) next(rest bool) input {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken == len(s.inbox) || s.closed != nil {
		s.running = !rest
		s.inbox, s.taken = s.inbox[:0], 0
		return nil
	}
	in := s.inbox[s.taken]
	s.inbox[s.taken] = nil
	s.taken++
	return in
}

// run empties the inbox; it is the session's loop while it lasts. A worker may
// get a call to make itself, which spares a goroutine for each turn.
func (s *Session) run(worker bool) (own *call) {
	defer s.contain()
	for in := s.next(true); in != nil; in = s.next(true) {
		if own != nil { // others must not wait for what comes first
			c := own
			s.wg.Go(func() { s.work(c) })
			own = nil
		}
		s.worker = worker
		s.handle(in)
		own, s.own = s.own, nil
	}
	return own
}

// work makes a call, hands its reply to the loop, and goes on with the next
// call that the loop gives it.
func (s *Session) work(c *call) {
	for c != nil {
		r := s.stream(c)
		s.mu.Lock()
		mine, _ := s.put(r) // a session that is gone needs no reply
		s.mu.Unlock()
		if !mine {
			return
		}
		c = s.run(true)
	}
}

// contain keeps a programmer's mistake within its session.
func (s *Session) contain() {
	if r := recover(); r != nil {
		s.letGo(s.panicked(r))
	}
}

// panicked logs a panic and gives the error that others may see.
func (s *Session) panicked(r any) error {
	s.log.Error("session panicked", "session", s.id, "panic", r, "stack", string(debug.Stack()))
	return fmt.Errorf("session %s: internal error", s.id)
}

// maxGroup bounds the inputs whose events are stored with one append.
const maxGroup = 64

// handle takes in an input and those that wait behind it, stores what follows
// from them, and then does it.
func (s *Session) handle(in input) {
	for n := 1; in != nil; n++ {
		s.now = later(s.engine.Now().Add(s.ahead), s.st.last)
		if s.overdue(in); s.st.ended != nil {
			break
		}
		if _, ok := in.(*command); ok {
			s.quiet = s.now
		}
		in.apply(s)
		if s.gone() {
			return
		}
		s.advance()
		if n == maxGroup || s.st.ended != nil {
			break
		}
		in = s.next(false)
	}
	if err := s.flush(); err != nil {
		s.letGo(s.unstored(err))
		return
	}
	s.effect()
}

// overdue does what was due before an input came, so that the order of what
// happens follows from its times alone.
func (s *Session) overdue(in input) {
	if _, ok := in.(letGo); ok || s.armed.IsZero() || s.armed.After(s.now) {
		return
	}
	if _, ok := in.(alarm); !ok {
		alarm{}.apply(s)
		s.advance()
		s.now = later(s.now, s.st.last)
	}
}

// unstored says why a session is let go whose events could not be stored: it is
// being let go anyway, or another writes to its log, or the journal fails.
func (s *Session) unstored(err error) error {
	if cause := context.Cause(s.ctx); cause != nil {
		return cause
	}
	return unstored(s.id, err)
}

func unstored(session string, err error) error {
	if errors.Is(err, ErrConflict) || errors.Is(err, ErrOwned) {
		return fmt.Errorf("session %s: %w", session, err)
	}
	return fmt.Errorf("session %s: %w: %w", session, ErrJournal, err)
}

// emit makes an event: it is folded at once and stored with its batch.
func (s *Session) emit(e Event) {
	if s.replay != nil {
		s.replay.emit(s, e)
		return
	}
	s.now = later(s.now, s.st.last)
	e.Seq, e.Time, e.Session = s.st.head+1, s.now, s.id
	s.quiet = s.now
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
	s.made.Store(s.st.head) // before anybody sees the first of them
	err := s.journal.Append(s.ctx, s.id, s.batch[0].Seq-1, s.batch)
	if err == nil && s.observe != nil {
		s.observe(s.batch)
	}
	clear(s.batch)
	s.batch = s.batch[:0]
	if err == nil {
		s.head.Store(s.st.head)
	}
	return err
}

// effect does what the stored events say.
func (s *Session) effect() {
	s.launch()
	for i, c := range s.acks {
		c.reply <- c.answer
		s.acks[i] = nil
	}
	s.acks = s.acks[:0]
	if s.st.ended != nil {
		s.letGo(ErrEnded)
		return
	}
	waits := len(s.calls) == 0
	s.waits.Store(waits)
	if waits && s.drains {
		s.letGo(ErrClosed)
		return
	}
	s.snapshot()
	if s.passive == 0 || !waits || !s.rest() {
		s.arm()
	}
}

// launch makes the calls of models and tools that events have announced.
func (s *Session) launch() {
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
	s.close(why)
	s.mu.Unlock()
	s.depart(nil)
}

// close refuses further inputs; the caller has the inbox's lock.
func (s *Session) close(why error) {
	s.closed = why
	s.inbox, s.taken = nil, 0
	s.running = false
}

// depart gives up what the session holds. Whoever waits for it then finds all of
// it done, what OnRest does included.
func (s *Session) depart(r *Rest) {
	if s.timer != nil {
		s.timer.Stop()
	}
	s.cancel(s.why())
	s.settleAll()
	if r != nil && s.engine.cfg.OnRest != nil {
		s.engine.cfg.OnRest(*r) // its place is not free before
	}
	s.engine.forget(s)
	close(s.ended) // who waits for an answer gets why
}

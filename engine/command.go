package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// userName is the sender of what comes from the person's side.
const userName = "user"

// What bounds a person's message, in bytes.
const (
	maxContent  = 256 << 10
	maxMetadata = 256 << 10 // as JSON
	maxClientID = 1 << 10
)

// Message is what a person says to a session.
type Message struct {
	// Sender is a participant's bare name; empty is user. A person may speak
	// through an agent: its words then are its own in its later prompts.
	Sender  string
	Content string
	// Receiver is a participant's bare name, or empty.
	Receiver string
	Metadata map[string]any
	// ClientID makes a repeat harmless: the same id of the same sender is
	// accepted once.
	ClientID string
}

// Receipt says where a message stands in the log.
type Receipt struct {
	// Seq is that of message.said, or with Held of turn.finished.
	Seq uint64
	// Held says that the message is a person's answer that its pattern holds
	// until all have answered: message.said follows then, with the same sender
	// and client id, unless the pattern or the session ends before.
	Held bool
	// Duplicate says that the message had been accepted before.
	Duplicate bool
}

// command is an input that somebody waits for.
type command struct {
	do     func(*Session) answer
	answer answer
	reply  chan answer // has room for one
}

type answer struct {
	receipt Receipt
	err     error
}

// apply implements input. The answer goes out once its events are stored.
func (c *command) apply(s *Session) {
	c.answer = c.do(s)
	s.acks = append(s.acks, c)
}

func (s *Session) command(ctx context.Context, do func(*Session) answer) (Receipt, error) {
	c := &command{do: do, reply: make(chan answer, 1)}
	if err := s.post(c); err != nil {
		return Receipt{}, err
	}
	select {
	case a := <-c.reply:
		return a.receipt, a.err
	case <-ctx.Done():
		return Receipt{}, context.Cause(ctx)
	case <-s.ended:
	}
	select {
	case a := <-c.reply: // it came before the end
		return a.receipt, a.err
	default:
		return Receipt{}, s.why()
	}
}

// Say adds a person's message. It returns once the message is stored. When an
// agent is at work, the session's on_busy decides: the message waits, is
// refused with [ErrBusy], or interrupts the agent. When ctx ends first the
// message may be stored all the same; a repeat with its ClientID tells.
func (s *Session) Say(ctx context.Context, m Message) (Receipt, error) {
	if m.Sender == "" {
		m.Sender = userName
	}
	if err := m.check(); err != nil {
		return Receipt{}, err
	}
	return s.command(ctx, func(s *Session) answer { return s.say(m) })
}

// check refuses what a log could not give back, or nobody could bear.
func (m *Message) check() error {
	switch {
	case m.Content == "":
		return fmt.Errorf("a message has 1 to %d bytes; this one has none", maxContent)
	case len(m.ClientID) > maxClientID || !utf8.ValidString(m.ClientID):
		return fmt.Errorf("a client id is UTF-8 text of at most %d bytes; this one is not", maxClientID)
	}
	if err := checkText("a message", m.Content); err != nil {
		return err
	}
	return checkMetadata(m.Metadata)
}

func checkText(what, text string) error {
	switch {
	case len(text) > maxContent:
		return fmt.Errorf("%s has at most %d bytes; this one has %d", what, maxContent, len(text))
	case !utf8.ValidString(text):
		return fmt.Errorf("%s is UTF-8 text; this one is not", what)
	default:
		return nil
	}
}

func checkMetadata(m map[string]any) error {
	if len(m) == 0 {
		return nil
	}
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	if len(b) > maxMetadata {
		return fmt.Errorf("metadata has at most %d bytes as JSON; this one has %d", maxMetadata, len(b))
	}
	return nil
}

// Stop ends the session with outcome cancelled. With afterTurn the turns that
// are under way finish first.
func (s *Session) Stop(ctx context.Context, by string, afterTurn bool) error {
	_, err := s.command(ctx, func(s *Session) answer {
		if afterTurn {
			s.stopsAfter(by)
		} else {
			s.stopped(by)
		}
		return answer{}
	})
	return err
}

// Pause lets the turns that are under way finish and starts nothing new.
// Pausing a paused session changes nothing.
func (s *Session) Pause(ctx context.Context, by string) error {
	_, err := s.command(ctx, func(s *Session) answer {
		s.paused(by)
		return answer{}
	})
	return err
}

// Resume ends a pause. Resuming a session that is not paused changes nothing.
func (s *Session) Resume(ctx context.Context, by string) error {
	_, err := s.command(ctx, func(s *Session) answer {
		s.resumed(by)
		return answer{}
	})
	return err
}

// Block ends a session with outcome blocked: it needs a decision that nobody is
// there to make. The reason is that of the pause, if a condition paused it.
func (s *Session) Block(ctx context.Context, why string) error {
	_, err := s.command(ctx, func(s *Session) answer {
		s.blocked(why)
		return answer{}
	})
	return err
}

// CloseInput says that no person will say anything more: a chat ends achieved
// once all messages are answered, and persons whose turn it is are absent.
func (s *Session) CloseInput(ctx context.Context) error {
	_, err := s.command(ctx, func(s *Session) answer {
		s.closeInput()
		return answer{}
	})
	return err
}

func (s *Session) blocked(why string) {
	r := Reason{Stop: "person", Text: why}
	if p := s.st.pauseReason; s.st.paused && p != nil {
		r = *p
		r.Text += "; " + why
	}
	s.end(Blocked, r)
}

func (s *Session) stopped(by string) {
	text := "stopped by a person"
	if by != "" {
		text = "stopped by " + by
	}
	s.end(Cancelled, Reason{Stop: "person", Text: text})
}

// stopsAfter ends the session once the open turns are finished.
func (s *Session) stopsAfter(by string) {
	if s.st.working() {
		s.emit(Event{Data: &StopAsked{By: by}})
		return
	}
	s.stopped(by)
}

func (s *Session) paused(by string) {
	if !s.st.paused {
		s.emit(Event{Data: &Paused{By: by}})
	}
}

func (s *Session) resumed(by string) {
	if s.st.paused {
		s.emit(Event{Data: &Resumed{By: by}})
		s.askAll()
	}
}

func (s *Session) closeInput() {
	if s.st.inputClosed {
		return
	}
	s.emit(Event{Data: &InputClosed{}})
	if s.st.started.IsZero() {
		s.unsaid()
		return
	}
	for _, t := range s.st.openTurns() {
		if t.human != nil && s.st.ended == nil {
			s.leftAlone(t)
		}
	}
	s.askAll()
}

func (s *Session) askAll() {
	for _, f := range s.st.openFrames() {
		s.ask(f)
	}
}

// say takes in a person's message.
func (s *Session) say(m Message) answer {
	if a, ok := s.st.known(m); ok {
		return answer{receipt: Receipt{Seq: a.Seq, Held: a.Held, Duplicate: true}}
	}
	if err := s.mayPass(m); err != nil {
		return answer{err: err}
	}
	return s.hear(m, s.st.working())
}

// hear takes in a message that may pass; busy says that agents are at work.
func (s *Session) hear(m Message, busy bool) answer {
	if t := s.turnOf(m.Sender); t != nil {
		s.finishTurn(t, m.said(t.name))
		seq, held := s.st.saidSeq(t.n)
		return answer{receipt: Receipt{Seq: seq, Held: held}}
	}
	if busy && s.t.spec.OnBusy == "reject" {
		return answer{err: ErrBusy}
	}
	if busy && s.t.spec.OnBusy == "interrupt" {
		s.interrupt()
	}
	s.emit(Event{Agent: m.Sender, Data: m.said(m.Sender)})
	a := answer{receipt: Receipt{Seq: s.st.head}}
	if s.st.started.IsZero() {
		s.begun()
		return a
	}
	s.askAll()
	return a
}

// unsaid ends a session to which nobody has said anything.
func (s *Session) unsaid() {
	s.end(Achieved, Reason{Stop: "input", Text: "the input ended before anything was said"})
}

func (m Message) said(sender string) *Said {
	return &Said{Sender: sender, Role: "user", Content: m.Content, Receiver: m.Receiver, Metadata: m.Metadata, ClientID: m.ClientID}
}

// mayPass says whether a message can be taken now.
func (s *Session) mayPass(m Message) error {
	if s.st.inputClosed && s.st.final == nil {
		return fmt.Errorf("the session's input is closed: %w", ErrEnded)
	}
	return s.st.mayJoin(m)
}

// mayJoin says whether a message fits a session that hears persons.
func (st *State) mayJoin(m Message) error {
	switch {
	case st.final != nil:
		return ErrEnded
	case m.Sender != userName && !slices.Contains(st.t.order, m.Sender):
		return fmt.Errorf("sender %q: %w", m.Sender, ErrUnknownParticipant)
	case m.Receiver != "" && !slices.Contains(st.t.order, m.Receiver):
		return fmt.Errorf("receiver %q: %w", m.Receiver, ErrUnknownParticipant)
	default:
		return nil
	}
}

// turnOf is the turn that a person's message completes, or nil. The person's
// side speaks for every person; the oldest turn is meant.
func (s *Session) turnOf(sender string) *turn {
	for _, t := range s.st.openTurns() {
		if t.human != nil && (t.name == sender || sender == userName) {
			return t
		}
	}
	return nil
}

// saidSeq is the seq of a turn's message, or of the turn's end that holds it.
func (st *State) saidSeq(turn int) (seq uint64, held bool) {
	for _, m := range slices.Backward(st.messages) {
		if m.turn == turn {
			return m.seq, false
		}
	}
	return st.head, true
}

// interrupt cuts the agents' turns short; they are taken again.
func (s *Session) interrupt() {
	for _, t := range s.st.openTurns() {
		if t.agent != nil && !t.final && !t.judges() && t.asker == 0 {
			s.cancelTurn(t, &TurnFailed{Kind: providers.Canceled, Message: "interrupted by a person", Redo: true})
		}
	}
}

// begun starts the pattern.
func (s *Session) begun() {
	s.emit(Event{Data: &Started{}})
	s.enter(s.t.root, nil, Step{})
}

package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// commandTime is how long a session may take to store a message.
const commandTime = 10 * time.Second

// What a session can be ordered to do.
const (
	orderSay    = "say"
	orderStop   = "stop"
	orderPause  = "pause"
	orderResume = "resume"
	orderRemove = "remove"
	orderInfo   = "info"

	orderApprove = "approve"
)

// order is a command to a session, wherever it runs.
type order struct {
	Do      string          `json:"do"`
	By      string          `json:"by,omitempty"`
	Message *engine.Message `json:"message,omitempty"`

	Approval *approvalOrder `json:"approval,omitempty"`
}

// done is the answer to an order.
type done struct {
	Receipt engine.Receipt `json:"receipt,omitzero"`
	Info    *engine.Info   `json:"info,omitempty"`
	Error   string         `json:"error,omitempty"` // a name of an error of the engine
	Text    string         `json:"text,omitempty"`
}

// order gives an order to a session. It finds the session here, on another
// node, or in its log, and goes after it when it moves meanwhile.
func (s *Server) order(ctx context.Context, rec *record, o order) (done, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	wait := storeLag
	for {
		d, err := s.tryOrder(ctx, rec, o)
		if !moved(err) || s.draining.Load() {
			return d, err
		}
		if !pause(ctx, wait) {
			return d, err
		}
		wait = min(2*wait, 250*time.Millisecond)
	}
}

// moved says whether an order came too late or too early at a place.
func moved(err error) bool {
	return errors.Is(err, engine.ErrPassive) || errors.Is(err, engine.ErrOwned) || errors.Is(err, engine.ErrConflict)
}

func (s *Server) tryOrder(ctx context.Context, rec *record, o order) (done, error) {
	if session := rec.running(); session != nil {
		return s.obey(ctx, rec, session, o)
	}
	h := rec.head()
	if !h.alive() {
		return done{}, rec.over()
	}
	if s.cluster != nil && !h.resting && rec.here() == nil {
		if d, err := s.ask(ctx, rec, o); !errors.Is(err, engine.ErrNotFound) {
			return d, err
		}
	}
	session, err := s.sit(ctx, rec)
	if errors.Is(err, engine.ErrOwned) && s.cluster != nil {
		d, asked := s.ask(ctx, rec, o)
		if !errors.Is(asked, engine.ErrNotFound) {
			return d, asked
		}
	}
	if err != nil {
		return done{}, err
	}
	return s.obey(ctx, rec, session, o)
}

// obey carries an order out in a session that lives here.
func (s *Server) obey(ctx context.Context, rec *record, session *engine.Session, o order) (d done, err error) {
	switch o.Do {
	case orderSay:
		if o.Message != nil {
			d.Receipt, err = session.Say(ctx, *o.Message)
		}
	case orderStop:
		err = stopNow(ctx, session, o.By)
	case orderPause:
		err = session.Pause(ctx, o.By)
	case orderResume:
		err = session.Resume(ctx, o.By)
	case orderApprove:
		if a := o.Approval; a != nil {
			err = session.Approve(ctx, a.CallID, o.By, a.Approve, a.Reason)
		}
	case orderInfo:
		var info engine.Info
		info, err = session.Info(ctx)
		d.Info = &info
	case orderRemove:
		err = s.removeHere(ctx, rec, session, o.By)
	default:
		err = fmt.Errorf("order %q: %w", brief(o.Do), engine.ErrUnknownParticipant)
	}
	if err != nil {
		s.agenda.soon(rec.entry) // it may have been let go
	}
	return d, err
}

// stopNow stops a session and waits until its place is free.
func stopNow(ctx context.Context, session *engine.Session, by string) error {
	if err := session.Stop(ctx, by, false); err != nil {
		return err
	}
	select {
	case <-session.Done():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// removeHere marks a session deleted, before what follows it hears of the end,
// and stops it.
func (s *Server) removeHere(ctx context.Context, rec *record, session *engine.Session, by string) error {
	if err := s.hide(ctx, rec); err != nil {
		return err
	}
	if err := stopNow(ctx, session, by); err != nil && rec.running() != nil {
		s.cfg.Engine.LetGo(rec.id, engine.ErrEnded)
	}
	s.closed(ctx, rec)
	return nil
}

// ask sends an order to the node that runs a session.
func (s *Server) ask(ctx context.Context, rec *record, o order) (done, error) {
	request, err := json.Marshal(o)
	if err != nil {
		return done{}, err
	}
	answer, err := s.cluster.Ask(ctx, rec.id, request)
	if err != nil {
		return done{}, storeError(err)
	}
	var d done
	if err := json.Unmarshal(answer, &d); err != nil {
		return done{}, fmt.Errorf("answer of another node: %w", err)
	}
	return d, d.err()
}

// answer carries out what another node asks.
func (s *Server) answer(ctx context.Context, rec *record, request []byte) []byte {
	var o order
	err := json.Unmarshal(request, &o)
	var d done
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, commandTime)
		defer cancel()
		if session := rec.running(); session != nil {
			d, err = s.obey(ctx, rec, session, o)
		} else {
			err = engine.ErrPassive
		}
	}
	if err != nil {
		d = done{Error: nameOf(err), Text: err.Error()}
	}
	text, err := json.Marshal(d)
	if err != nil {
		s.log.Error("answer to another node", "session", rec.id, "error", err)
		return nil
	}
	return text
}

// named are the errors that other nodes are told of.
func named() map[string]error {
	return map[string]error{
		"not_found": engine.ErrNotFound, "ended": engine.ErrEnded, "busy": engine.ErrBusy, "closed": engine.ErrPassive,
		"conflict": engine.ErrConflict, "owned": engine.ErrOwned, "passive": engine.ErrPassive, "journal": engine.ErrJournal,
		"damaged": engine.ErrDamaged, "participant": engine.ErrUnknownParticipant, "approval": engine.ErrNoApproval,
	}
}

func nameOf(err error) string {
	if errors.Is(err, engine.ErrClosed) {
		return "closed" // it will be run by another node soon
	}
	for name, kind := range named() {
		if errors.Is(err, kind) {
			return name
		}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "journal"
	}
	return "other"
}

func (d *done) err() error {
	if d.Error == "" {
		return nil
	}
	if kind, ok := named()[d.Error]; ok {
		return fmt.Errorf("on another node: %w", kind)
	}
	return errors.New("on another node: " + d.Text)
}

package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Events of an archive that are stored at a time.
const (
	importEvents = 256
	importBytes  = 256 << 10
)

// importArchive stores a session from its archive and gives its id: another one
// where a session of that id is there. It starts nothing: a session that lived
// is paused until somebody resumes it.
func (s *Server) importArchive(ctx context.Context, r io.Reader, owner string) (id string, err error) {
	a, err := ReadArchive(r)
	if err != nil {
		return "", err
	}
	if owner != "" {
		a.doc.head.owner = owner
	}
	if id, err = s.freeID(ctx, a.ID); err != nil {
		return "", err
	}
	if err := s.claim(ctx, id); err != nil {
		return "", err
	}
	defer s.release(context.WithoutCancel(ctx), id)
	if err = s.importAs(ctx, id, a); err != nil {
		ctx = context.WithoutCancel(ctx)
		return "", errors.Join(err, s.cfg.Store.Delete(ctx, id), s.docs.Delete(ctx, id))
	}
	return id, nil
}

// importTime is how long an import may take before what a crash has left of one
// is removed, beside the time that sessions are kept.
const importTime = time.Hour

// announce stores the doc of a session whose events are to come, as one that
// was deleted: nobody sees it, and should this process die it is removed with
// the events that came so far.
func (s *Server) announce(ctx context.Context, id string, a *Archive) (uint64, error) {
	d := &doc{Agents: a.doc.Agents}
	d.head = a.doc.head
	d.head.deleted, d.head.resting = true, false
	d.head.status, d.head.ended = statusStopped, now().Add(importTime)
	value, err := d.encode()
	if err != nil {
		return 0, err
	}
	rev, err := s.docs.Update(ctx, id, value, 0)
	return rev, storeError(err)
}

// freeID is an id that no session has: this one, if it is free.
func (s *Server) freeID(ctx context.Context, id string) (string, error) {
	_, err := s.docs.Get(ctx, id)
	if err == nil {
		return engine.NewID(sessionPrefix), nil
	}
	if !errors.Is(err, engine.ErrNotFound) {
		return "", err
	}
	head, err := s.headOf(ctx, id)
	if err == nil && head > 0 || errors.Is(err, engine.ErrDamaged) {
		return engine.NewID(sessionPrefix), nil
	}
	if errors.Is(err, engine.ErrNotFound) {
		err = nil
	}
	return id, err
}

func (s *Server) importAs(ctx context.Context, id string, a *Archive) error {
	for key, src := range a.sources {
		if err := s.importSource(ctx, key, src); err != nil {
			return err
		}
	}
	rev, err := s.announce(ctx, id, a)
	if err != nil {
		return err
	}
	in := &importing{s: s, id: id, a: a}
	for e, err := range a.Events() {
		if err == nil {
			err = in.take(ctx, &e)
		}
		if err != nil {
			return err
		}
	}
	in.rest()
	if err := in.flush(ctx); err != nil {
		return err
	}
	d := in.doc()
	if id != a.ID {
		s.rename(d, a.ID, id)
	}
	return s.keep(ctx, id, d, rev)
}

// importSource stores the texts of a scenario. Those that another key has
// encrypted are left out: the session can be looked at, and does not go on.
func (s *Server) importSource(ctx context.Context, key string, src archiveSource) error {
	text, err := json.Marshal(src.Texts)
	if src.Texts == nil {
		text, err = s.seal.open(sourcePlace(key), src.Sealed)
		if errors.Is(err, errSealed) {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("texts of the scenario: %w: %w", ErrArchive, err)
	}
	whole, err := s.readSource(key, text)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrArchive, err)
	}
	_, err = s.keepSource(ctx, whole)
	return err
}

// importing is an import under way.
type importing struct {
	s       *Server
	id      string
	a       *Archive
	batch   []engine.Event
	size    int
	stored  uint64
	last    engine.Event
	paused  bool
	outcome *engine.Ended
}

// take checks an event, and stores a batch when it is full.
func (in *importing) take(ctx context.Context, e *engine.Event) error {
	if in.outcome != nil {
		return fmt.Errorf("%w: event %d comes behind the end of the session", ErrArchive, e.Seq)
	}
	if e.Time.Before(in.last.Time) || !inYears(e.Time.Year()) {
		return fmt.Errorf("%w: event %d is earlier than the one before it, or of another age", ErrArchive, e.Seq)
	}
	e.Session = in.id
	switch d := e.Data.(type) {
	case *engine.Created:
		if err := in.created(e, d); err != nil {
			return err
		}
	case *engine.Paused:
		in.paused = true
	case *engine.Resumed:
		in.paused = false
	case *engine.Ended:
		in.outcome = d
	}
	in.last = *e
	in.batch = append(in.batch, *e)
	if text, err := json.Marshal(e); err == nil {
		in.size += len(text)
	}
	if len(in.batch) >= importEvents || in.size >= importBytes {
		return in.flush(ctx)
	}
	return nil
}

// created sees that the first event and what is stored beside the events are of
// one session, and gives it its owner.
func (in *importing) created(e *engine.Event, c *engine.Created) error {
	d := in.a.doc
	if c.Hash != d.Blueprint.Hash || c.Template != d.Blueprint.Session || c.SessionType != d.head.sessionType {
		return fmt.Errorf("%w: its first event is of another template than its first line", ErrArchive)
	}
	own := *c
	own.Owner = d.head.owner
	e.Data = &own
	return nil
}

// rest pauses a session that lives, so that it does nothing by itself.
func (in *importing) rest() {
	if in.outcome != nil || in.paused || in.a.doc.Broken != "" {
		return
	}
	at := time.Now().UTC()
	if !at.After(in.last.Time) {
		at = in.last.Time.Add(time.Microsecond)
	}
	in.last = engine.Event{Seq: in.last.Seq + 1, Time: at, Session: in.id, Data: &engine.Paused{By: "import"}}
	in.batch = append(in.batch, in.last)
}

func (in *importing) flush(ctx context.Context) error {
	if len(in.batch) == 0 {
		return nil
	}
	if err := in.s.cfg.Store.Append(ctx, in.id, in.stored, in.batch); err != nil {
		return err
	}
	in.stored += uint64(len(in.batch))
	in.batch, in.size = nil, 0 // a journal may keep what its events point at
	return nil
}

// doc is what is stored of the session. The retention of one that has ended
// begins anew.
func (in *importing) doc() *doc {
	d := in.a.doc
	d.Seq = in.stored
	d.head.wake, d.head.resting, d.head.deleted = time.Time{}, true, false
	d.head.status, d.head.ended = statusPaused, time.Time{}
	d.Outcome, d.Stop = "", ""
	if d.Broken != "" {
		d.head.status, d.head.ended, d.head.resting = statusFailed, now(), false
		d.Outcome, d.Stop = string(engine.Failed), d.Broken
	}
	if end := in.outcome; end != nil {
		d.head.status, d.head.ended, d.head.resting = statusOfOutcome(end.Outcome), now(), false
		d.Outcome, d.Stop, d.Broken = string(end.Outcome), end.Reason.Stop, ""
	}
	return d
}

// rename makes a doc one of another id: its agents get ids of their own, and
// what was encrypted for the old id is for the new one, if the key is ours.
func (s *Server) rename(d *doc, from, to string) {
	for i := range d.Agents {
		a := &d.Agents[i]
		a.ID = a.Key + "_" + unique(to)
	}
	bp := &d.Blueprint
	if len(bp.Sealed) == 0 {
		return
	}
	if text, err := s.seal.open((&origin{Session: from}).place(), bp.Sealed); err == nil {
		bp.Sealed = s.seal.seal((&origin{Session: to}).place(), text)
	}
}

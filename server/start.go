package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/agentconnect-dev/agentconnect/engine"
)

func (s *Server) createSession(w http.ResponseWriter, r *http.Request) error {
	return s.once(w, r, "create", func(body json.RawMessage, id string) (reply, error) {
		in, err := readCreate(body)
		if err != nil {
			return reply{}, err
		}
		ctx := context.WithoutCancel(r.Context()) // a client that is gone may ask again
		rec, err := s.begunAs(ctx, caller(r), id, func(id string) (*record, error) {
			in.id = id
			return s.startSession(ctx, caller(r), in)
		})
		if err != nil {
			return reply{}, err
		}
		return s.replyWith(ctx, rec, http.StatusOK)
	})
}

// begunAs is the session that has an id already, since a request with the same
// key has begun it and died with its node; otherwise it is made. What that
// request left half-made is passed over.
func (s *Server) begunAs(ctx context.Context, p principal, id string, begin func(id string) (*record, error)) (*record, error) {
	rec, err := s.lookup(ctx, id)
	if err == nil && rec.owner == p.Name {
		_, err = s.order(ctx, rec, order{Do: orderInfo})
		switch {
		case rec.gone(), errors.Is(err, engine.ErrNotFound):
			return begin("")
		case err == nil, errors.Is(err, engine.ErrEnded), errors.Is(err, engine.ErrDamaged), lacksTemplate(err):
			return rec, nil
		}
	}
	switch {
	case errors.Is(err, engine.ErrNotFound):
		return begin(id)
	case err == nil:
		return begin("")
	}
	return nil, err
}

// startSession starts a session as it was asked for.
func (s *Server) startSession(ctx context.Context, p principal, in createRequest) (*record, error) {
	plan, err := s.plan(&in)
	if err != nil {
		return nil, err
	}
	o := engine.StartOptions{Owner: p.Name, Metadata: in.metadata, History: in.history}
	if plan.template.Type == agentAgent {
		o.Opening = in.opening()
	}
	return s.begin(ctx, p, plan, &in, "", func(ctx context.Context, id string) (*engine.Session, error) {
		o.ID = id
		return s.cfg.Engine.Start(ctx, plan.template, o)
	})
}

// begin starts a session of a plan: it is claimed and its doc stored before
// anything happens in it. from is the session that it is a copy of, if it is
// one.
func (s *Server) begin(ctx context.Context, owner principal, p *plan, in *createRequest, from string,
	start func(ctx context.Context, id string) (*engine.Session, error),
) (*record, error) {
	if err := s.cfg.Budget.begins(ctx, owner.Name); err != nil {
		return nil, err
	}
	most := s.cfg.Sessions.MaxPerUser
	if in.isTalk(from) {
		most = maxTalks
	}
	if !s.index.reserve(owner.Name, in.isTalk(from), most) {
		return nil, errSessionLimit
	}
	rec, err := s.prepare(ctx, owner, p, in, from)
	if err != nil {
		return nil, err
	}
	defer leave(rec.seat)
	session, err := start(ctx, rec.id)
	if err == nil {
		err = s.seatAt(rec, session)
	}
	if err != nil {
		s.strike(rec)
		return nil, err
	}
	return rec, nil
}

// prepare makes a session known that has a place already; on an error the place
// is given back.
func (s *Server) prepare(ctx context.Context, owner principal, p *plan, in *createRequest, from string) (rec *record, err error) {
	defer func() {
		if rec == nil {
			s.index.release(owner.Name, in.isTalk(from))
		}
	}()
	id := cmp.Or(in.id, engine.NewID(sessionPrefix))
	d := p.doc(id, owner.Name, in)
	d.ForkedFrom, d.head.direct = from, in.isTalk(from)
	if d.Blueprint, err = s.blueprint(ctx, id, p, in); err != nil {
		return nil, err
	}
	return s.enlist(ctx, id, d, p)
}

// isTalk says whether a session counts as a direct talk, of which there may be
// more than of others. A copy of one is a session like others, with agents of
// its own.
func (r *createRequest) isTalk(from string) bool { return r.direct && from == "" }

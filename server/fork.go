package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// forkRequest says what is other in a copy of a session.
type forkRequest struct {
	id        string // of the copy; made when empty
	at        uint64 // the last event of the original; 0 is the end
	variables object[json.RawMessage]
	agents    []agentRequest
	metadata  map[string]any // nil: the original's
	say       string
}

func (s *Server) forkSession(w http.ResponseWriter, r *http.Request) error {
	rec, err := s.ofRequest(r)
	if err != nil {
		return err
	}
	return s.once(w, r, "fork "+rec.id, func(body json.RawMessage, id string) (reply, error) {
		f, err := readFork(body)
		if err != nil {
			return reply{}, err
		}
		ctx := context.WithoutCancel(r.Context()) // a client that is gone may ask again
		copied, err := s.begunAs(ctx, caller(r), id, func(id string) (*record, error) {
			f.id = id
			return s.fork(ctx, caller(r), rec.id, f)
		})
		if err != nil {
			return reply{}, err
		}
		return s.replyWith(ctx, copied, http.StatusOK)
	})
}

// readFork reads the body of a request to copy a session.
func readFork(body json.RawMessage) (*forkRequest, error) {
	f := bodyFields(body)
	fork := &forkRequest{
		at: f.seq("at"), agents: readAgents(f, true), variables: readVariables(f, true),
		metadata: f.metadata(), say: f.text("say", maxContent),
	}
	if v, given := f.given("say"); given && fork.say == "" && string(v) == `""` {
		f.wrong("missing", "must not be empty", "say")
	}
	return fork, f.err()
}

// seq is the number of an event, or 0 when none is given.
func (f *fields) seq(name string) uint64 {
	v, given := f.given(name)
	if !given {
		return 0
	}
	n, err := strconv.ParseUint(string(v), 10, 63)
	switch {
	case err != nil:
		f.wrong("int_type", "must be a seq: a whole number from 1", name)
	case n == 0:
		f.wrong("greater_than_equal", "must be 1 or more", name)
	}
	return n
}

// fork makes a copy of a session up to an event, with what is to be other in
// it, for a person, and lets it go on.
func (s *Server) fork(ctx context.Context, owner principal, id string, f *forkRequest) (*record, error) {
	d, err := s.docOf(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.checkAt(ctx, id, f.at); err != nil {
		return nil, err
	}
	p, in, err := s.planFork(ctx, id, d, f)
	if err != nil {
		return nil, err
	}
	in.id = f.id
	copied, err := s.begin(ctx, owner, p, in, id, func(ctx context.Context, as string) (*engine.Session, error) {
		o := engine.ForkOptions{At: f.at, ID: as, Owner: owner.Name, Metadata: f.metadata}
		if f.say != "" {
			o.Say = &engine.Message{Content: f.say}
		}
		return s.cfg.Engine.Fork(ctx, p.template, id, o)
	})
	if err != nil {
		return nil, forkProblem(err)
	}
	return copied, nil
}

// checkAt sees that a session has an event.
func (s *Server) checkAt(ctx context.Context, id string, at uint64) error {
	head, err := s.headOf(ctx, id)
	switch {
	case err != nil:
		return err
	case head == 0:
		return errNotFound
	case at > head:
		return invalid(fieldError{Loc: []any{"body", "at"}, Type: "less_than_equal", Msg: fmt.Sprintf("the session has %d events", head)})
	}
	return nil
}

// headOf is the number of a session's last stored event.
func (s *Server) headOf(ctx context.Context, id string) (uint64, error) {
	if m, ok := s.cfg.Store.(engine.Marker); ok {
		mark, err := m.Mark(ctx, id)
		return mark.Seq, err
	}
	var head uint64
	for e, err := range s.cfg.Store.Read(ctx, id, 0) {
		if err != nil {
			return 0, err
		}
		head = e.Seq
	}
	return head, nil
}

// forkProblem tells a client that a copy does not fit what is to be other.
func forkProblem(err error) error {
	if !errors.Is(err, engine.ErrTemplate) {
		return err
	}
	return invalid(fieldError{Loc: []any{"body"}, Type: "does_not_fit", Msg: err.Error()})
}

// planFork is the plan of a copy, and the request that it would be made of.
func (s *Server) planFork(ctx context.Context, id string, d *doc, f *forkRequest) (*plan, *createRequest, error) {
	p, err := s.planOf(ctx, id, d)
	if err != nil {
		return nil, nil, err
	}
	in, err := s.request(p.origin)
	if err != nil {
		return nil, nil, unavailable(err)
	}
	for i := range in.agents {
		in.agents[i].id = "" // the copy's agents are others
		if taken := p.origin.Blueprint.Request.Agents[i].Taken; taken != nil {
			from, err := s.rebuild(ctx, &taken.From, 1)
			if err != nil {
				return nil, nil, err
			}
			in.agents[i].taken = &takenAgent{from, taken.Key}
		}
	}
	in.metadata = d.Metadata
	if f.metadata != nil {
		in.metadata = f.metadata
	}
	if len(f.variables) == 0 && len(f.agents) == 0 {
		return p, in, nil
	}
	if in.direct {
		return nil, nil, invalid(fieldError{Loc: []any{"body"}, Type: "direct", Msg: "a direct talk of two agents is copied as it is, without variables and agents"})
	}
	if p, err = s.planOther(ctx, p, in, f); err != nil {
		return nil, nil, err
	}
	return p, in, nil
}

// planOther is a plan with other variables and agents, which it puts into the
// request.
func (s *Server) planOther(ctx context.Context, p *plan, in *createRequest, f *forkRequest) (*plan, error) {
	if err := checkVariables(p, f.variables); err != nil {
		return nil, err
	}
	if err := s.checkOverrides(p.template, p.config, p.models, f.agents); err != nil {
		return nil, err
	}
	for _, v := range f.variables {
		in.variables = slices.DeleteFunc(in.variables, func(old member[json.RawMessage]) bool { return old.key == v.key })
		in.variables = append(in.variables, v)
	}
	for _, a := range f.agents {
		in.override(a)
	}
	bp := &p.origin.Blueprint
	src, err := s.sourceAt(ctx, bp.Source)
	if err != nil {
		return nil, unavailable(err)
	}
	cfg, ds := s.reload(src, bp, in)
	if ds.HasErrors() {
		wrong, _ := variableErrors(ds)
		return nil, invalid(wrong...)
	}
	return s.refitTo(ctx, p.origin, in, cfg, 0)
}

// checkVariables sees that the variables are the scenario's, each given once.
func checkVariables(p *plan, values object[json.RawMessage]) error {
	var wrong []fieldError
	var names []string
	for _, v := range p.config.Variables {
		names = append(names, v.Name)
	}
	for i, v := range values {
		switch {
		case !slices.Contains(names, v.key):
			wrong = append(wrong, variableError(brief(v.key), "unknown_variable",
				fmt.Sprintf("template %q has no variable %q; there are: %s", p.offer.name, brief(v.key), listed(names))))
		case slices.ContainsFunc(values[:i], func(other member[json.RawMessage]) bool { return other.key == v.key }):
			wrong = append(wrong, variableError(v.key, "duplicate", "the variable is there twice"))
		}
	}
	if len(wrong) > 0 {
		return invalid(wrong...)
	}
	return nil
}

// override puts a further change of an agent over those that are there.
func (in *createRequest) override(a agentRequest) {
	i := slices.IndexFunc(in.agents, func(old agentRequest) bool { return old.key == a.key })
	if i < 0 {
		in.agents = append(in.agents, a)
		return
	}
	own := &in.agents[i]
	if a.provider != "" && a.provider != own.provider {
		own.provider, own.model = a.provider, ""
	}
	own.model, own.personality = cmp.Or(a.model, own.model), cmp.Or(a.personality, own.personality)
	if a.metadata != nil {
		own.metadata = a.metadata
	}
}

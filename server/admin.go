package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Admin does what the operator of a server may do, to anybody's sessions: over
// the control socket, or on a server that does not listen. Its methods may be
// called concurrently.
type Admin struct{ s *Server }

// Admin gives access to everybody's sessions.
func (s *Server) Admin() *Admin { return &Admin{s} }

// Filter chooses sessions; empty fields choose all.
type Filter struct {
	Owner    string `json:"owner,omitempty"`
	Status   string `json:"status,omitempty"`
	Template string `json:"template,omitempty"`
	// Limit is how many are given at most, 50 when it is 0.
	Limit int `json:"limit,omitempty"`
	// Cursor is what the list before gave as next.
	Cursor string `json:"cursor,omitempty"`
}

// SessionSummary is a session in a list.
type SessionSummary struct {
	ID         string       `json:"id"`
	Owner      string       `json:"owner"`
	Template   string       `json:"template"`
	Type       string       `json:"session_type"`
	Status     string       `json:"status"`
	Outcome    string       `json:"outcome,omitempty"`
	Stop       string       `json:"stop,omitempty"`
	Created    time.Time    `json:"created"`
	Ended      time.Time    `json:"ended,omitzero"`
	Seq        uint64       `json:"seq"`
	Usage      SessionUsage `json:"usage"`
	ForkedFrom string       `json:"forked_from,omitempty"`
	// Node is the node that owns the session, empty when none does.
	Node string `json:"node,omitempty"`
}

// SessionDetail is all that is stored of a session beside its events.
type SessionDetail struct {
	SessionSummary
	Direct   bool                 `json:"direct,omitempty"`
	Agents   []SessionDetailAgent `json:"agents"`
	Metadata map[string]any       `json:"metadata,omitempty"`
	// Scenario is the hash of what the session was started from; Builtin says
	// that it came with the program.
	Scenario string `json:"scenario"`
	Builtin  bool   `json:"builtin,omitempty"`
}

// SessionDetailAgent is an agent of a session.
type SessionDetailAgent struct {
	ID       string `json:"id"`
	Key      string `json:"key"`
	Name     string `json:"name,omitempty"`
	Provider string `json:"provider"`
	Model    string `json:"model"`
}

// NodeSummary is a process that serves the store.
type NodeSummary struct {
	Node    string `json:"node"`
	Listen  string `json:"listen,omitempty"`
	Version string `json:"version,omitempty"`
	// Self is the process that answers.
	Self bool `json:"self,omitempty"`
	// Running and Waiting count the sessions that it owns, at work and not.
	Running int `json:"running"`
	Waiting int `json:"waiting"`
	// Sessions are the running ones, at most 100.
	Sessions []string `json:"sessions,omitempty"`
}

// ImportOptions say what becomes of an archive.
type ImportOptions struct {
	// Owner is who the session belongs to; empty is whom it belonged to.
	Owner string `json:"owner,omitempty"`
}

// ForkOptions say what is other in a copy of a session.
type ForkOptions struct {
	// At is the last event that is copied; 0 is the end.
	At uint64 `json:"at,omitempty"`
	// Variables are texts as those of the environment: for a variable of type
	// string the value itself, for others JSON.
	Variables map[string]string `json:"variables,omitempty"`
	// Models are other models, by the agent's key.
	Models map[string]string `json:"models,omitempty"`
	// Say is what the owner says in the copy.
	Say string `json:"say,omitempty"`
	// Owner is who the copy belongs to; empty is the original's.
	Owner string `json:"owner,omitempty"`
}

// Show tells all about a session but its events. One that is not there gives
// [engine.ErrNotFound], as everywhere here.
func (a *Admin) Show(ctx context.Context, id string) (SessionDetail, error) {
	d, err := a.s.docOf(ctx, id)
	if err != nil {
		return SessionDetail{}, plainError(err)
	}
	out := SessionDetail{
		Direct: d.head.direct, Agents: detailAgents(d), Metadata: d.Metadata,
		Scenario: d.Blueprint.Hash, Builtin: d.Blueprint.Builtin,
	}
	out.SessionSummary, err = a.summary(ctx, id, d)
	return out, plainError(err)
}

func detailAgents(d *doc) []SessionDetailAgent {
	list := make([]SessionDetailAgent, len(d.Agents))
	for i, a := range d.Agents {
		list[i] = SessionDetailAgent{a.ID, a.Key, a.Name, a.Provider, a.Model}
	}
	return list
}

func (a *Admin) summary(ctx context.Context, id string, d *doc) (SessionSummary, error) {
	out := SessionSummary{
		ID: id, Owner: d.head.owner, Template: d.head.template, Type: d.head.sessionType, Status: d.head.status,
		Outcome: d.Outcome, Stop: d.Stop, Created: d.head.created, Ended: d.head.ended, Seq: d.Seq, Usage: d.Usage, ForkedFrom: d.ForkedFrom,
	}
	if head, err := a.s.headOf(ctx, id); err == nil { // what is stored of a damaged log says more than an error
		out.Seq = max(out.Seq, head)
	}
	var err error
	if c := a.s.cfg.Store.Cluster(); c != nil && d.head.ended.IsZero() {
		out.Node, err = c.Owner(ctx, id)
	}
	return out, err
}

// Export writes a session's archive: of a live one as far as it has come.
func (a *Admin) Export(ctx context.Context, id string, w io.Writer) error {
	return plainError(a.s.export(ctx, id, w))
}

// Import stores a session from its archive, whole or not at all, and gives its
// id, another one where a session with the archive's is there. It starts
// nothing: a session that lived waits, paused.
func (a *Admin) Import(ctx context.Context, r io.Reader, o ImportOptions) (id string, err error) {
	id, err = a.s.importArchive(ctx, r, o.Owner)
	return id, plainError(err)
}

// Replay runs a session again from its log, without any model, and gives the
// first place at which its template decides otherwise than the log says; nil is
// none.
func (a *Admin) Replay(ctx context.Context, id string) (*engine.Divergence, error) {
	p, err := a.plan(ctx, id)
	if err != nil {
		return nil, err
	}
	return engine.Replay(ctx, p.template, a.s.cfg.Store.Read(ctx, id, 0))
}

// ReplayWith is Replay by a template that is offered now, with the variables
// and agents that the session was started with.
func (a *Admin) ReplayWith(ctx context.Context, id, template string) (*engine.Divergence, error) {
	p, err := a.plan(ctx, id)
	if err != nil {
		return nil, err
	}
	in, err := a.s.request(p.origin)
	if err != nil {
		return nil, plainError(err)
	}
	in.template = template
	if p, err = a.s.plan(in); err != nil {
		return nil, plainError(err)
	}
	return engine.Replay(ctx, p.template, a.s.cfg.Store.Read(ctx, id, 0))
}

func (a *Admin) plan(ctx context.Context, id string) (*plan, error) {
	d, err := a.s.docOf(ctx, id)
	if err != nil {
		return nil, plainError(err)
	}
	p, err := a.s.planOf(ctx, id, d)
	return p, plainError(err)
}

// Explain says why a session ended, or how far it is from each of its limits
// and stop conditions.
func (a *Admin) Explain(ctx context.Context, id string) (engine.Explanation, error) {
	p, err := a.plan(ctx, id)
	if err != nil {
		return engine.Explanation{}, err
	}
	return engine.Explain(ctx, p.template, a.s.cfg.Store.Read(ctx, id, 0))
}

// Fork makes a copy of a session and lets it go on. The original stays as it
// is.
func (a *Admin) Fork(ctx context.Context, id string, o ForkOptions) (SessionSummary, error) {
	p, err := a.plan(ctx, id)
	if err != nil {
		return SessionSummary{}, err
	}
	f := &forkRequest{at: o.At, say: o.Say}
	for name, text := range o.Variables {
		f.variables = append(f.variables, member[json.RawMessage]{name, valueOf(p, name, text)})
	}
	for key, model := range o.Models {
		f.agents = append(f.agents, agentRequest{key: key, model: model})
	}
	owner := principal{Name: o.Owner}
	if owner.Name == "" {
		d, err := a.s.docOf(ctx, id)
		if err != nil {
			return SessionSummary{}, plainError(err)
		}
		owner.Name = d.head.owner
	}
	rec, err := a.s.fork(ctx, owner, id, f)
	if err != nil {
		return SessionSummary{}, plainError(err)
	}
	d, err := a.s.docOf(ctx, rec.id)
	if err != nil {
		return SessionSummary{}, plainError(err)
	}
	out, err := a.summary(ctx, rec.id, d)
	return out, plainError(err)
}

// valueOf is a text as the value of a variable.
func valueOf(p *plan, name, text string) json.RawMessage {
	if v := variableOf(p.config, name); (v == nil || v.Type != "string") && json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	value, _ := json.Marshal(text) // a string is always JSON
	return value
}

// plainError tells an operator what a client is not told: the cause of an
// answer, and each finding.
func plainError(err error) error {
	e, ok := errors.AsType[*apiError](err)
	switch {
	case !ok:
		return err
	case e.code == errNotFound.code:
		return engine.ErrNotFound
	case e.cause != nil:
		return &operatorError{e.detail, e.cause}
	case len(e.errors) > 0:
		var list []error
		for _, f := range e.errors {
			list = append(list, errors.New(locText(f.Loc)+": "+f.Msg))
		}
		return errors.Join(list...)
	default:
		return errors.New(e.detail)
	}
}

package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// maxTaken bounds how often an agent may have been taken along from talk to
// talk.
const maxTaken = 8

// What keeps a session from going on. The cause, for the log, says what to do.
var (
	errTemplateGone = &apiError{
		status: http.StatusServiceUnavailable, code: "TEMPLATE_UNAVAILABLE",
		detail: "this server cannot make again what the session was started from; its operator finds the reason in the log",
	}
	errTemplateChanged = &apiError{
		status: http.StatusServiceUnavailable, code: "TEMPLATE_CHANGED",
		detail: "what the session was started from is another template now; its operator finds the reason in the log",
	}
	errSessionTooLarge = invalid(fieldError{
		Loc: []any{"body"}, Type: "too_long", Msg: "what is to be stored of the session has more than 1 MiB",
	})
)

// planOf makes the plan of a session again from what is stored of it.
func (s *Server) planOf(ctx context.Context, id string, d *doc) (*plan, error) {
	p, err := s.rebuild(ctx, &origin{id, d.Blueprint}, 0)
	if err != nil {
		return nil, fmt.Errorf("session %s: %w", id, err)
	}
	return p, nil
}

// rebuild makes a plan again; depth is how often it was taken along.
func (s *Server) rebuild(ctx context.Context, o *origin, depth int) (*plan, error) {
	if depth > maxTaken {
		return nil, errTemplateGone.because(fmt.Errorf("an agent was taken along more than %d times", maxTaken))
	}
	p, err := s.made.plan(o, func() (*plan, error) {
		in, err := s.request(o)
		if err != nil {
			return nil, unavailable(err)
		}
		return s.refit(ctx, o, in, depth)
	})
	if err != nil {
		return nil, err
	}
	if p.template.Hash != o.Blueprint.Hash {
		return nil, errTemplateChanged.because(fmt.Errorf("the template has the hash %s and the session began with %s: the program reads the scenario otherwise than the version that began it, or a variable has another value",
			p.template.Hash, o.Blueprint.Hash))
	}
	own := *p
	own.origin = o
	return &own, nil
}

// refit makes the plan of a request from a stored scenario.
func (s *Server) refit(ctx context.Context, o *origin, in *createRequest, depth int) (*plan, error) {
	bp := &o.Blueprint
	src, err := s.sourceAt(ctx, bp.Source)
	if err != nil {
		return nil, unavailable(err)
	}
	cfg, ds := s.reload(src, bp, in)
	if ds.HasErrors() {
		return nil, errTemplateGone.because(loadError(ds))
	}
	return s.refitTo(ctx, o, in, cfg, depth)
}

// refitTo makes the plan of a request from a scenario that was loaded again.
func (s *Server) refitTo(ctx context.Context, o *origin, in *createRequest, cfg *specs.Config, depth int) (_ *plan, err error) {
	bp := &o.Blueprint
	if sessionOf(cfg, bp.Session) == nil {
		return nil, errTemplateGone.because(errSessionGone)
	}
	off := &offer{server: s, name: bp.Session, config: cfg, builtin: bp.Builtin}
	p := &plan{config: cfg, models: s.cfg.Models, offer: off, modes: in.modes, set: bp.Request.Settled}
	if !bp.Builtin {
		off.scenario.Models = s.cfg.Connect
		if p.models, err = off.modelsOf(cfg); err != nil {
			return nil, errTemplateGone.because(err)
		}
	}
	switch {
	case in.direct:
		return s.refitDirect(ctx, o, in, off, depth)
	case in.template == "":
		p.config = withAgents(cfg, in)
	default:
		for _, a := range in.agents {
			if !slices.ContainsFunc(cfg.Agents, func(own *specs.Agent) bool { return own.Name == a.key }) {
				return nil, errTemplateGone.because(fmt.Errorf("the scenario has no agent %q", a.key))
			}
		}
		p.config = overridden(cfg, in.agents)
	}
	if missing := absent(p.config, p.models); len(missing) > 0 {
		return nil, errTemplateGone.because(s.noProvider(missing))
	}
	return s.replanned(p)
}

func (s *Server) refitDirect(ctx context.Context, o *origin, in *createRequest, off *offer, depth int) (*plan, error) {
	for i, a := range o.Blueprint.Request.Agents {
		switch {
		case a.Taken != nil:
			from, err := s.rebuild(ctx, &a.Taken.From, depth+1)
			if err != nil {
				return nil, fmt.Errorf("agent %s: %w", a.ID, err)
			}
			in.agents[i].taken = &takenAgent{from, a.Taken.Key}
		case s.cfg.Models[a.Provider].Model == nil:
			return nil, errTemplateGone.because(s.noProvider([]string{a.Provider}))
		}
	}
	p, err := s.fitDirect(off, in, o.Blueprint.Request.Settled)
	if err != nil {
		return nil, errTemplateGone.because(err)
	}
	return p, nil
}

func (s *Server) replanned(p *plan) (*plan, error) {
	p, err := s.planned(p)
	if err != nil {
		return nil, errTemplateGone.because(err)
	}
	return p, nil
}

func (s *Server) noProvider(names []string) error {
	var there []string
	for name := range s.cfg.Models {
		there = append(there, name)
	}
	slices.Sort(there)
	return fmt.Errorf("this server has no provider %s, which the session uses; set it up again; there are: %s", strings.Join(names, ", "), listed(there))
}

// reload loads a stored scenario with the values of its session. The
// environment gives secrets alone: other variables have the values that they
// had, wherever these came from.
func (s *Server) reload(src *source, bp *blueprint, in *createRequest) (*specs.Config, specs.Diagnostics) {
	var vars []specs.VarInput
	for _, v := range in.variables {
		vars = append(vars, specs.VarInput{Name: v.key, JSON: v.value})
	}
	cfg, ds := src.load(bp.At, specs.Options{Vars: vars, Env: s.environment(bp), AllowMissingEnv: s.seal == nil})
	if bp.Builtin && cfg != nil {
		cfg = usable(cfg, cmp.Or(bp.Request.Settled.Provider, s.firstProvider()))
	}
	return cfg, ds
}

// variablePrefix begins the names of a scenario's variables in the environment.
const variablePrefix = "AGENTCONNECT_VAR_"

// environment is what a stored scenario sees of the environment.
func (s *Server) environment(bp *blueprint) func(string) (string, bool) {
	env := s.cfg.Env
	switch {
	case bp.Builtin:
		env = func(string) (string, bool) { return "", false }
	case env == nil:
		env = os.LookupEnv
	}
	return func(name string) (string, bool) {
		if v, is := strings.CutPrefix(name, variablePrefix); is && !slices.Contains(bp.Request.Secrets, v) {
			return "", false
		}
		return env(name)
	}
}

// loadError says what is wrong with a scenario, without its text.
func loadError(ds specs.Diagnostics) error {
	var list []error
	for _, d := range ds {
		if d.Severity == specs.SeverityError {
			list = append(list, fmt.Errorf("%s: %s %s", cmp.Or(d.Address, "scenario"), d.Summary, d.Detail))
		}
	}
	return errors.Join(list...)
}

// unavailable is an error of the store as it is, and any other as one of what
// the session was started from.
func unavailable(err error) error {
	for _, mine := range []error{errDoc, errSealed} {
		if errors.Is(err, mine) {
			return errTemplateGone.because(err)
		}
	}
	return err
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/control"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// repl reads expressions, evaluates them and prints their values.
type repl struct {
	a   *app
	o   *consoleOptions
	e   *specs.Evaluator
	cfg *specs.Config

	conditions bool // what is typed is one, not HCL

	events   []engine.Event // of the record; without a record none
	template *engine.Template
	at       uint64 // the event behind which conditions look
	here     string
	view     *engine.View // at that event; nil while it is not computed
}

// open loads the scenario and the record.
func (r *repl) open() error {
	if r.o.record != "" {
		events, err := r.a.recorded(&r.o.sessionsOptions, r.o.record)
		if err != nil {
			return err
		}
		r.events, r.at, r.conditions = events, uint64(len(events)), true
	}
	return r.reload()
}

func (r *repl) close() {
	if r.e != nil {
		r.e.Close()
	}
}

// reload reads the scenario. When it has errors the one before stays.
func (r *repl) reload() error {
	path, vars := r.o.replayed.scenario, r.o.replayed.vars.list
	if err := there(path); err != nil {
		return err
	}
	var created *engine.Created
	if r.events != nil {
		var err error
		if created, err = createdOf(r.events); err != nil {
			return usageError("%s: %v", r.o.record, err)
		}
		vars = append(recordedVars(path, created), vars...)
	}
	e, cfg, err := r.a.evaluator(path, vars)
	if err != nil {
		return err
	}
	var template *engine.Template
	if created != nil {
		if template, err = r.a.replayed(cfg, created, &r.o.replayed); err != nil {
			e.Close()
			return err
		}
	}
	r.close()
	r.e, r.cfg, r.template, r.view = e, cfg, template, nil
	return nil
}

// env is what conditions see. Without a record nothing has happened.
func (r *repl) env() (*specs.Env, error) {
	view, err := r.seen()
	if err != nil || view == nil {
		return &specs.Env{}, err
	}
	return &view.Env, nil
}

// seen is the session as it was behind the chosen event; nil without a record.
func (r *repl) seen() (*engine.View, error) {
	if r.view != nil || len(r.events) == 0 {
		return r.view, nil
	}
	view, err := engine.ViewOf(r.a.halt.ctx, r.template, all(r.a.halt.ctx, r.events), r.at, r.here)
	if errors.Is(err, engine.ErrTemplate) || errors.Is(err, engine.ErrDamaged) {
		return nil, fmt.Errorf("the record does not fit the scenario as it is now: %w", err)
	}
	if err != nil {
		return nil, err
	}
	r.view = &view
	return r.view, nil
}

// recorded reads the events of a record, an archive, or a session of a server.
func (a *app) recorded(o *sessionsOptions, name string) ([]engine.Event, error) {
	info, err := os.Stat(name)
	if err == nil && !info.IsDir() {
		file, err := a.openInput(name)
		if err != nil {
			return nil, err
		}
		defer file.Close() //nolint:errcheck // it was only read from
		events, err := eventsOf(file)
		switch {
		case err != nil:
			return nil, usageError("%s: %v", name, err)
		case len(events) == 0:
			return nil, usageError("%s has no events", name)
		}
		return events, nil
	}
	if !strings.HasPrefix(name, "session_") {
		return nil, usageError("%s is neither a file nor the id of a session", name)
	}
	var log bytes.Buffer
	err = a.onSessions(o, func(s control.Sessions) error {
		return missingSession(name, s.Export(a.halt.ctx, name, &log))
	})
	if err != nil {
		return nil, a.refused(err)
	}
	return archivedEvents(&log)
}

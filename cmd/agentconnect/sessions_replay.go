package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/control"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/server"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// replayOptions are the flags of sessions replay.
type replayOptions struct {
	scenario, session string
	vars              assignments
	json              bool
}

func (a *app) sessionsReplay(o *sessionsOptions) *cobra.Command {
	r := &replayOptions{}
	cmd := &cobra.Command{
		Use:   "replay SESSION|FILE",
		Short: "Run a session again from its events, without any model, and tell the first difference",
		Long: `Run a session again from its events, without any model or tool: what they answered, what
persons said and when it was is taken from the events, and all that the scenario decides is
decided again. A file is what "sessions export" wrote, or "run --record" with --scenario.

With --scenario it is run by what that file or directory says now, so that you see where
a changed scenario would have gone another way.

Status: 0 when all is the same; 1 when something differs, which is printed with both
events; 2 for a wrong call, or a session that cannot be replayed.`,
		Example: `  agentconnect sessions replay session_06f1x3e8k2m4n6p8q0r2s4t6v8
  agentconnect sessions replay talk.jsonl --scenario debate.hcl --var rounds=5`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError("name one session, or the file of one: %s SESSION|FILE", cmd.CommandPath())
			}
			return nil
		},
		ValidArgsFunction: a.completeStored(o),
		RunE: func(_ *cobra.Command, args []string) error {
			d, err := a.replay(o, args[0], r)
			if err != nil {
				return a.notReplayed(err)
			}
			return a.divergence(d, r.json)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&r.scenario, "scenario", "", "run it by the scenario at `PATH`, not by the one that it began with")
	flags.StringVar(&r.session, "session", "", "run it by the session block `NAME` of that scenario, if it has another name now")
	r.vars.flags(flags)
	jsonFlag(cmd, &r.json, "a JSON object with the difference, or null")
	return cmd
}

// notReplayed is the error of a session that was not run again.
func (a *app) notReplayed(err error) error {
	if err = a.refused(err); statusOf(err) == statusFailed {
		return &exitError{statusUsage, err.Error()}
	}
	return err
}

func (a *app) replay(o *sessionsOptions, name string, r *replayOptions) (*engine.Divergence, error) {
	if info, err := os.Stat(name); err == nil && !info.IsDir() || name == "-" {
		file, err := a.openInput(name)
		if err != nil {
			return nil, err
		}
		defer file.Close() //nolint:errcheck // it was only read from
		return a.replayFrom(file, r)
	}
	var d *engine.Divergence
	err := a.onSessions(o, func(s control.Sessions) (err error) {
		if r.scenario == "" {
			d, err = s.Replay(a.halt.ctx, name)
			return missingSession(name, err)
		}
		var log bytes.Buffer
		if err := s.Export(a.halt.ctx, name, &log); err != nil {
			return missingSession(name, err)
		}
		d, err = a.replayFrom(&log, r)
		return err
	})
	return d, err
}

// replayFrom runs an archive again, or the events of a record.
func (a *app) replayFrom(file io.Reader, r *replayOptions) (*engine.Divergence, error) {
	in := bufio.NewReaderSize(file, 64<<10)
	archived, err := isArchive(in)
	switch {
	case err != nil:
		return nil, err
	case archived && r.scenario == "":
		return server.ReplayArchive(a.halt.ctx, in, nil)
	case r.scenario == "":
		return nil, usageError("the file has events alone: say by --scenario what they came from")
	}
	events, err := eventsOf(in)
	if err != nil {
		return nil, err
	}
	t, err := a.templateFor(events, r)
	if err != nil {
		return nil, err
	}
	return engine.Replay(a.halt.ctx, t, all(a.halt.ctx, events))
}

// archiveBegin is how an archive begins.
const archiveBegin = `{"agentconnect":"session"`

// isArchive says whether a file is one, without reading on.
func isArchive(in *bufio.Reader) (bool, error) {
	begin, err := in.Peek(len(archiveBegin))
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return string(begin) == archiveBegin, nil
}

// eventsOf reads the events of an archive or of a record.
func eventsOf(file io.Reader) ([]engine.Event, error) {
	in := bufio.NewReaderSize(file, 64<<10)
	archived, err := isArchive(in)
	switch {
	case err != nil:
		return nil, err
	case archived:
		return archivedEvents(in)
	default:
		return readEvents(in)
	}
}

// maxEvents bounds how many events are read into memory.
const maxEvents = 1_000_000

// errTooMany says that there are more.
var errTooMany = fmt.Errorf("there are more than %d events", maxEvents)

// archivedEvents reads the events of an archive.
func archivedEvents(r io.Reader) ([]engine.Event, error) {
	archive, err := server.ReadArchive(r)
	if err != nil {
		return nil, err
	}
	var list []engine.Event
	for e, err := range archive.Events() {
		switch {
		case err != nil:
			return nil, err
		case len(list) == maxEvents:
			return nil, errTooMany
		}
		list = append(list, e)
	}
	return list, nil
}

// readEvents reads a record, one event a line.
func readEvents(r io.Reader) ([]engine.Event, error) {
	var list []engine.Event
	dec := json.NewDecoder(r)
	for {
		var e engine.Event
		switch err := dec.Decode(&e); {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("event %d: %w", len(list)+1, err)
		case len(list) == maxEvents:
			return nil, errTooMany
		}
		list = append(list, e)
	}
}

func all(ctx context.Context, events []engine.Event) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		for _, e := range events {
			if err := context.Cause(ctx); err != nil {
				yield(engine.Event{}, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// templateFor makes the template of the scenario as it is now, with the values
// that the session had where the scenario still has the variable.
func (a *app) templateFor(events []engine.Event, r *replayOptions) (*engine.Template, error) {
	created, err := createdOf(events)
	if err != nil {
		return nil, err
	}
	if err := there(r.scenario); err != nil {
		return nil, err
	}
	cfg, ds, err := load(r.scenario, append(recordedVars(r.scenario, created), r.vars.list...), true)
	if err != nil {
		return nil, err
	}
	a.report(ds)
	if ds.HasErrors() {
		return nil, silent(statusUsage)
	}
	return a.replayed(cfg, created, r)
}

// createdOf is what a session was created from, by its first event.
func createdOf(events []engine.Event) (*engine.Created, error) {
	if len(events) == 0 {
		return nil, engine.ErrNotFound
	}
	created, ok := events[0].Data.(*engine.Created)
	if !ok {
		return nil, errors.New("the events do not begin with session.created")
	}
	return created, nil
}

// recordedVars are the values that a session had of the variables that the
// scenario still has.
func recordedVars(scenario string, created *engine.Created) []specs.VarInput {
	probe, _ := specs.Load(scenario, specs.Options{AllowMissingEnv: true, AllowUnsetVars: true, Version: thisBuild().Version})
	if probe == nil {
		return nil
	}
	var vars []specs.VarInput
	for _, v := range probe.Variables {
		if value, had := created.Variables[v.Name]; had {
			vars = append(vars, specs.VarInput{Name: v.Name, JSON: value})
		}
	}
	return vars
}

// replayed compiles the session that is meant.
func (a *app) replayed(cfg *specs.Config, created *engine.Created, r *replayOptions) (*engine.Template, error) {
	name := r.session
	if name == "" {
		name = created.Template
	}
	spec, err := choose(cfg, name)
	if err != nil {
		return nil, err
	}
	t, ds, err := a.vendors.compile(cfg, spec.Name, true)
	if err != nil {
		return nil, err
	}
	a.report(ds)
	if ds.HasErrors() {
		return nil, silent(statusUsage)
	}
	return t, nil
}

// divergence prints a difference.
func (a *app) divergence(d *engine.Divergence, asJSON bool) error {
	status := statusOK
	if d != nil {
		status = statusFailed
	}
	var err error
	switch {
	case asJSON:
		err = a.document(d)
	case d == nil:
		_, err = fmt.Fprintln(a.con.out, "the same")
	default:
		_, err = fmt.Fprintf(a.con.out, "It differs at event %d: %s\n", d.Seq, d.Text)
		for _, side := range []struct {
			name  string
			event *engine.Event
		}{{"then", d.Want}, {"now", d.Got}} {
			if err == nil && side.event != nil {
				_, err = fmt.Fprintf(a.con.out, "  %-5s %s\n", side.name, eventLine(side.event))
			}
		}
	}
	if err != nil {
		return outputError(err)
	}
	if status != statusOK {
		return silent(status)
	}
	return nil
}

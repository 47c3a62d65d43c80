package main

import (
	"context"
	"log/slog"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// converse starts the session and follows it to its end.
func (a *app) converse(o *runOptions, cfg *specs.Config, t *engine.Template, said *person, rec *record) error {
	log := slog.New(slog.NewTextHandler(a.con.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	eng := engine.New(engine.Config{Journal: &memory.Journal{}, Logger: log})
	defer eng.Close()
	ctx := context.Background() // a stop ends the session, in good order
	session, err := eng.Start(ctx, t, engine.StartOptions{Opening: said.opening})
	if err != nil {
		rec.discard()
		return &exitError{statusFailed, err.Error()}
	}
	c := &conversation{halt: a.halt, session: session, record: rec, lines: said.lines, deltas: o.deltas}
	forget := a.stage(o, cfg, c, said.present)
	defer forget()
	if said.start != "" {
		c.fail(c.say(ctx, "", said.start))
	}
	err = c.run()
	c.desk.close()
	c.show.Close()
	err = firstError(err, rec.finish())
	return firstError(a.finish(o, cfg, c, err), statusError(c, o))
}

// stage chooses how the session is shown, and seats the person who is there.
// What it returns is to be called at the end.
func (a *app) stage(o *runOptions, cfg *specs.Config, c *conversation, present bool) (forget func()) {
	forget = func() {}
	switch {
	case o.quiet:
		c.show = nothing{}
	case o.json:
		c.show = newNDJSON(a.con.out)
	case !a.con.outTTY:
		c.show = screen.NewPlain(screen.PlainConfig{Out: a.con.out, Notes: a.con.err, Theme: a.con.theme(false), Composed: o.simulate})
	default:
		c.deltas = true
		terminal := screen.NewTerminal(screen.Config{
			Out: a.con.out, Theme: a.con.theme(true), Size: a.con.size, Structured: structured(cfg), Composed: o.simulate,
		})
		c.show = terminal
		forget = a.halt.atOnce(a.con.showCursor)
		if present {
			c.desk = newDesk(a.con, terminal, cfg)
		}
	}
	return forget
}

// structured are the agents that answer in JSON.
func structured(cfg *specs.Config) map[string]bool {
	m := map[string]bool{}
	for _, agent := range cfg.Agents {
		m[agent.Name] = agent.Output != nil
	}
	return m
}

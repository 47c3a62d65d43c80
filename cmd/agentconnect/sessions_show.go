package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/control"
	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/server"
)

// showOptions are the flags of sessions show.
type showOptions struct {
	events bool
	tail   int
}

func (a *app) sessionsShow(o *sessionsOptions) *cobra.Command {
	show := showOptions{}
	cmd := &cobra.Command{
		Use:   "show SESSION",
		Short: "Show a session: what it is, the last of what was said, and how it ended",
		Example: `  agentconnect sessions show session_06f1x3e8k2m4n6p8q0r2s4t6v8 --tail 0
  agentconnect sessions show session_06f1x3e8k2m4n6p8q0r2s4t6v8 --events -json | jq .type`,
		Args:              oneSession,
		ValidArgsFunction: a.completeStored(o),
		RunE: func(_ *cobra.Command, args []string) error {
			if show.tail < 0 {
				return usageError("--tail: want 0, which is all, or more, not %d", show.tail)
			}
			return a.onSessions(o, func(s control.Sessions) error { return a.show(s, args[0], &show, o.json) })
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&show.events, "events", false, "show each event instead of what was said")
	flags.IntVar(&show.tail, "tail", 20, "show the last `N` messages; 0 is all")
	jsonFlag(cmd, &o.json, "a JSON object, or with --events one event a line")
	return cmd
}

// show prints a session.
func (a *app) show(s control.Sessions, id string, o *showOptions, asJSON bool) error {
	ctx := a.halt.ctx
	detail, err := s.Show(ctx, id)
	if err != nil {
		return a.refused(missingSession(id, err))
	}
	if asJSON && !o.events {
		return outputError(a.document(detail))
	}
	if !asJSON {
		if err := a.head(&detail); err != nil {
			return outputError(err)
		}
	}
	var log bytes.Buffer
	if err := s.Export(ctx, id, &log); err != nil {
		return a.refused(missingSession(id, err))
	}
	events, err := archivedEvents(&log)
	if err != nil {
		return a.refused(err)
	}
	return outputError(a.transcript(events, o, asJSON))
}

// document prints one JSON value.
func (a *app) document(v any) error {
	enc := json.NewEncoder(a.con.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// head prints what a session is.
func (a *app) head(d *server.SessionDetail) error {
	theme := a.con.theme(a.con.outTTY)
	var out strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&out, "%s%s%s\n", theme.Dim(name), strings.Repeat(" ", 12-len(name)), screen.Line(value))
		}
	}
	line("session", d.ID)
	line("owner", d.Owner)
	line("template", d.Template)
	line("status", d.Status)
	line("stop", d.Stop)
	line("created", timeText(d.Created))
	line("ended", timeText(d.Ended))
	line("forked from", d.ForkedFrom)
	line("node", d.Node)
	for _, agent := range d.Agents {
		line("agent", fmt.Sprintf("%s: %s %s", agent.Key, agent.Provider, agent.Model))
	}
	_, err := io.WriteString(a.con.out, out.String()+"\n")
	return err
}

// transcript prints events, or what was said in them.
func (a *app) transcript(events []engine.Event, o *showOptions, asJSON bool) error {
	tally := &screen.Tally{}
	var tail []engine.Event
	lines := newNDJSON(a.con.out)
	for _, e := range events {
		tally.Event(e)
		switch {
		case asJSON:
			lines.Event(e)
		case o.events:
			if _, err := fmt.Fprintln(a.con.out, eventLine(&e)); err != nil {
				return err
			}
		default:
			tail = append(tail, e)
		}
	}
	if asJSON {
		return lines.Draw()
	}
	if err := a.said(tail, o); err != nil {
		return err
	}
	return tally.WriteSummary(a.con.out, a.con.theme(a.con.outTTY), a.con.width(a.con.outTTY), false)
}

// said prints the last messages of a session, and what happened between them.
func (a *app) said(events []engine.Event, o *showOptions) error {
	if o.events {
		_, err := fmt.Fprintln(a.con.out)
		return err
	}
	left := 0
	for _, e := range events {
		if _, message := e.Data.(*engine.Said); message {
			left++
		}
	}
	plain := screen.NewPlain(screen.PlainConfig{Out: a.con.out, Notes: a.con.out, Theme: a.con.theme(a.con.outTTY)})
	if skipped := left - o.tail; o.tail > 0 && skipped > 0 {
		fmt.Fprintf(a.con.out, "(%s before)\n", screen.Plural(skipped, "message"))
	}
	for _, e := range events {
		_, created := e.Data.(*engine.Created)
		if o.tail == 0 || left <= o.tail || created {
			plain.Event(e)
		}
		if _, message := e.Data.(*engine.Said); message {
			left--
		}
	}
	if err := plain.Draw(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(a.con.out)
	return err
}

// eventLine is an event as a person reads it.
func eventLine(e *engine.Event) string {
	data, err := json.Marshal(e.Data)
	if err != nil {
		data = []byte(err.Error())
	}
	return screen.Line(fmt.Sprintf("%6d  %s  %-18s %-10s %s", e.Seq, e.Time.Local().Format("15:04:05.000"), e.Type(), e.Agent, data))
}

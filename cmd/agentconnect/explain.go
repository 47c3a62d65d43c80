package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/control"
	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
)

func newExplain(a *app) *cobra.Command {
	o := &sessionsOptions{}
	cmd := &cobra.Command{
		Use:   "explain SESSION",
		Short: "Say why a session ended, or how far it is from each limit and condition",
		Example: `  agentconnect explain session_06f1x3e8k2m4n6p8q0r2s4t6v8
  agentconnect explain session_06f1x3e8k2m4n6p8q0r2s4t6v8 -json | jq '.limits[] | select(.fraction > 0.8)'`,
		Args:              oneSession,
		ValidArgsFunction: a.completeStored(o),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.onSessions(o, func(s control.Sessions) error { return a.explain(s, args[0], o.json) })
		},
	}
	o.place.flags(cmd.Flags(), false)
	jsonFlag(cmd, &o.json, "a JSON object")
	return cmd
}

func (a *app) explain(s control.Sessions, id string, asJSON bool) error {
	x, err := s.Explain(a.halt.ctx, id)
	switch {
	case err != nil:
		return a.refused(missingSession(id, err))
	case asJSON:
		return outputError(a.document(x))
	}
	e := explainer{theme: a.con.theme(a.con.outTTY)}
	e.outcome(&x)
	e.list("limits", x.Limits)
	e.list("conditions", x.Stops)
	_, err = io.WriteString(a.con.out, e.out.String())
	return outputError(err)
}

// explainer writes an explanation for a person.
type explainer struct {
	out   strings.Builder
	theme screen.Theme
}

func (e *explainer) line(format string, args ...any) { fmt.Fprintf(&e.out, format+"\n", args...) }

func (e *explainer) outcome(x *engine.Explanation) {
	switch {
	case x.Outcome != "" && x.Reason != nil:
		e.line("%s: %s", x.Outcome, screen.Line(x.Reason.Text))
	case x.Waiting != "":
		e.line("It goes on: %s", screen.Line(x.Waiting))
	default:
		e.line("It goes on.")
	}
	e.line("%s, %s, %d tokens in, %d out", screen.Plural(x.Turns, "turn"), screen.Plural(x.Calls, "call"), x.Usage.InputTokens, x.Usage.OutputTokens)
}

func (e *explainer) list(title string, list []engine.Progress) {
	if len(list) == 0 {
		return
	}
	e.line("\n%s", e.theme.Bold(title))
	rows := &table{}
	for i := range list {
		rows.progress(&list[i], 1)
	}
	var text strings.Builder
	_ = rows.write(&text, e.theme) // a Builder takes everything
	e.out.WriteString(text.String())
}

// progress adds how far one limit or condition is, and below it its parts.
func (t *table) progress(p *engine.Progress, depth int) {
	indent := strings.Repeat("  ", depth)
	how := fmt.Sprintf("%3.0f %%", 100*p.Fraction)
	if p.Holds {
		how = "reached"
	}
	value := strings.TrimPrefix(p.Text, p.Address+": ")
	if p.Bound != "" {
		value = p.Value + " of " + p.Bound
	}
	t.add(indent+p.Address, value, how)
	for _, seen := range p.Seen {
		t.add(indent+"  "+seen.Name, "= "+seen.Value)
	}
	for i := range p.Parts {
		t.progress(&p.Parts[i], depth+1)
	}
}

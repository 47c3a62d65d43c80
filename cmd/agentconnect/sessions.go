package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/control"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/server"
)

// sessionsOptions are the flags of the commands of sessions.
type sessionsOptions struct {
	place placeOptions
	json  bool
}

func newSessions(a *app) *cobra.Command {
	o := &sessionsOptions{}
	cmd := &cobra.Command{
		Use:   "sessions",
		Short: "Look at the sessions of a server, copy them and run them again",
		Long: `Look at the sessions of a server, whoever they belong to, copy them and run them again.
A server that runs on the data directory is asked through control.sock there; without one
what is stored is read.

Status: 0 when it is done; 1 when it cannot be done, such as to a session that is not
there; 2 for a wrong call, or a data directory that cannot be used. Replay has its own.`,
		Example: `  agentconnect sessions list --status active
  agentconnect sessions show session_06f1x3e8k2m4n6p8q0r2s4t6v8
  agentconnect sessions export session_06f1x3e8k2m4n6p8q0r2s4t6v8 > talk.jsonl
  agentconnect sessions replay talk.jsonl --scenario debate.hcl`,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	o.place.flags(cmd.PersistentFlags(), false)
	cmd.AddCommand(a.sessionsList(o), a.sessionsShow(o), a.sessionsExport(o), a.sessionsImport(o), a.sessionsReplay(o), a.sessionsFork(o))
	return cmd
}

// jsonFlag adds --json.
func jsonFlag(cmd *cobra.Command, to *bool, what string) {
	cmd.Flags().BoolVar(to, "json", false, "print "+what)
}

// pageSize is how many sessions are asked for at a time.
const pageSize = 500

func (a *app) sessionsList(o *sessionsOptions) *cobra.Command {
	f := server.Filter{}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List sessions, the newest first",
		Long: `List sessions, the newest first. When there are more than --limit, the last line, on
standard error, says how to see those that follow.`,
		Example: `  agentconnect sessions list --owner ann --status active
  agentconnect sessions list --limit 0 -json | jq -r 'select(.outcome == "exhausted") | .id'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			switch {
			case f.Limit < 0:
				return usageError("--limit: want 0, which is all, or more, not %d", f.Limit)
			case f.Status != "" && !slices.Contains(statuses(), f.Status):
				return usageError("--status: want %s, not %q", orList(statuses()), f.Status)
			}
			return a.onSessions(o, func(s control.Sessions) error { return a.list(s, f, o.json) })
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.Owner, "owner", "", "only those that belong to `NAME`")
	flags.StringVar(&f.Status, "status", "", "only those that are `STATUS`: "+orList(statuses()))
	flags.StringVar(&f.Template, "template", "", "only those of the template `NAME`")
	flags.IntVar(&f.Limit, "limit", 50, "at most `N`; 0 is all")
	flags.StringVar(&f.Cursor, "cursor", "", "go on behind `CURSOR`, which a list before gave")
	jsonFlag(cmd, &o.json, "a JSON object a line")
	register(cmd, "status", cobra.FixedCompletions(statuses(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// statuses are the states of a session.
func statuses() []string {
	return []string{"initializing", "active", "paused", "completed", "stopped", "failed", "expired"}
}

// list prints sessions, a page at a time.
func (a *app) list(s control.Sessions, f server.Filter, asJSON bool) error {
	rows := newTable("SESSION", "OWNER", "TEMPLATE", "STATUS", "STOP", "EVENTS", "CREATED")
	enc := json.NewEncoder(a.con.out)
	enc.SetEscapeHTML(false)
	for left := f.Limit; ; {
		f.Limit = pageSize
		if left > 0 {
			f.Limit = min(left, pageSize)
		}
		page, next, err := s.List(a.halt.ctx, f)
		if err != nil {
			return a.refused(err)
		}
		for i := range page {
			if !asJSON {
				rows.add(sessionRow(&page[i])...)
			} else if err := enc.Encode(page[i]); err != nil {
				return outputError(err)
			}
		}
		f.Cursor = next
		if left -= len(page); next == "" || left == 0 {
			break
		}
	}
	if !asJSON && len(rows.rows) > 0 {
		if err := rows.write(a.con.out, a.con.theme(a.con.outTTY)); err != nil {
			return outputError(err)
		}
	}
	if f.Cursor != "" {
		fmt.Fprintf(a.con.err, "There are more: --cursor %s\n", f.Cursor)
	} else if !asJSON && len(rows.rows) == 0 {
		fmt.Fprintln(a.con.err, "There is no such session.")
	}
	return nil
}

func sessionRow(s *server.SessionSummary) []string {
	return []string{s.ID, s.Owner, s.Template, s.Status, s.Stop, strconv.FormatUint(s.Seq, 10), timeText(s.Created)}
}

// timeText is a time as a person reads it, in the time zone of the person.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04:05")
}

// onSessions does something to the sessions of the data directory.
func (a *app) onSessions(o *sessionsOptions, do func(control.Sessions) error) error {
	return a.onTarget(&o.place, false, func(t *control.Target) error { return do(t.Sessions) })
}

// refused is the error of something that the server cannot do.
func (a *app) refused(err error) error {
	switch {
	case err == nil:
		return nil
	case a.halt.ctx.Err() != nil:
		return silent(statusInterrupted)
	}
	if _, ours := errors.AsType[*exitError](err); ours {
		return err
	}
	return &exitError{statusFailed, strings.TrimSpace(err.Error())}
}

func oneSession(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError("name one session: %s SESSION", cmd.CommandPath())
	}
	return nil
}

// missingSession says how to find a session that is not there.
func missingSession(id string, err error) error {
	if errors.Is(err, engine.ErrNotFound) {
		return &exitError{statusFailed, fmt.Sprintf("there is no session %s; \"agentconnect sessions list\" shows those that there are", id)}
	}
	return err
}

package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/control"
	"github.com/agentconnect-dev/agentconnect/server"
)

func (a *app) sessionsExport(o *sessionsOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "export SESSION [FILE]",
		Short: "Write a session to a file, or to standard output: what it was started from, and its events",
		Long: `Write a session to a file, or to standard output: a line of JSON with what it was started
from, a line for each event, and a line by which what is missing is noticed. "sessions
import" takes it, on this server or another, and "sessions replay" runs it again. Values of
variables that are sensitive stay encrypted, with a key of this server.`,
		Example: `  agentconnect sessions export session_06f1x3e8k2m4n6p8q0r2s4t6v8 talk.jsonl
  agentconnect sessions export session_06f1x3e8k2m4n6p8q0r2s4t6v8 | gzip > talk.jsonl.gz`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return usageError("name a session and a file: %s SESSION [FILE]", cmd.CommandPath())
			}
			return nil
		},
		ValidArgsFunction: a.completeStored(o),
		RunE: func(_ *cobra.Command, args []string) error {
			path := "-"
			if len(args) == 2 {
				path = args[1]
			}
			return a.onSessions(o, func(s control.Sessions) error { return a.export(s, args[0], path) })
		},
	}
}

func (a *app) export(s control.Sessions, id, path string) error {
	file, err := a.createOutput("export", path, 0o666) // the umask decides
	if err != nil {
		return err
	}
	p := a.progress("exported")
	err = s.Export(a.halt.ctx, id, p.writer(file))
	p.done()
	return a.refused(file.finish(missingSession(id, outputGone(err))))
}

// outputGone is the error of a copy; that its reader has gone needs no words.
func outputGone(err error) error {
	if isGone(err) {
		return outputError(err)
	}
	return err
}

func (a *app) sessionsImport(o *sessionsOptions) *cobra.Command {
	in := server.ImportOptions{}
	cmd := &cobra.Command{
		Use:   "import FILE|-",
		Short: "Take a session that was exported",
		Long: `Take a session that was exported, and print its id: the one that it had, or another where
that is taken. One that had not ended is paused, until somebody resumes it.`,
		Example: `  agentconnect sessions import talk.jsonl --owner ann
  zcat talk.jsonl.gz | agentconnect sessions import -`,
		Args: oneFile,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.onSessions(o, func(s control.Sessions) error {
				file, err := a.openInput(args[0])
				if err != nil {
					return err
				}
				defer file.Close() //nolint:errcheck // it was only read from
				p := a.progress("imported")
				id, err := s.Import(a.halt.ctx, p.reader(file), in)
				p.done()
				if err != nil {
					return a.refused(fmt.Errorf("%s: %w", args[0], err))
				}
				_, err = fmt.Fprintln(a.con.out, id)
				return outputError(err)
			})
		},
	}
	cmd.Flags().StringVar(&in.Owner, "owner", "", "it belongs to `NAME` from now on, not to whom it belonged")
	return cmd
}

func oneFile(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError("name one file: %s", cmd.UseLine())
	}
	return nil
}

// openInput opens a file; "-" is standard input.
func (a *app) openInput(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(a.con.in), nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, usageError("%s", missing(path, err))
	}
	return file, nil
}

func (a *app) sessionsFork(o *sessionsOptions) *cobra.Command {
	f := server.ForkOptions{}
	vars, models := []string{}, []string{}
	cmd := &cobra.Command{
		Use:   "fork SESSION",
		Short: "Go on with a copy of a session from one of its events on",
		Long: `Go on with a copy of a session from one of its events on, with other values of variables,
other models, or something else said. The original stays as it is. The id of the copy is
printed; without a running server it begins with the next one.`,
		Example: `  agentconnect sessions fork session_06f1x3e8k2m4n6p8q0r2s4t6v8 --at 12 --say "What if it rains?"
  agentconnect sessions fork session_06f1x3e8k2m4n6p8q0r2s4t6v8 --model skeptic=gpt-5-mini --var motion="Dogs"`,
		Args:              oneSession,
		ValidArgsFunction: a.completeStored(o),
		RunE: func(_ *cobra.Command, args []string) error {
			var err error
			if f.Models, err = pairs("--model", models); err != nil {
				return err
			}
			if f.Variables, err = pairs("--var", vars); err != nil {
				return err
			}
			return a.onSessions(o, func(s control.Sessions) error { return a.fork(s, args[0], f, o.json) })
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.Uint64Var(&f.At, "at", 0, "take over the events up to number `N`; 0 is all but an end")
	flags.StringArrayVar(&vars, "var", nil, "give a variable another value: `NAME=VALUE`; may be repeated")
	flags.StringArrayVar(&models, "model", nil, "give an agent another model: `AGENT=MODEL`; may be repeated")
	flags.StringVar(&f.Say, "say", "", "say `TEXT` there, as the owner")
	flags.StringVar(&f.Owner, "owner", "", "the copy belongs to `NAME`, not to the owner of the original")
	jsonFlag(cmd, &o.json, "a JSON object")
	return cmd
}

// pairs takes flags of the form name=value apart.
func pairs(flag string, list []string) (map[string]string, error) {
	if len(list) == 0 {
		return nil, nil
	}
	out := map[string]string{}
	for _, text := range list {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, usageError("%s: want NAME=VALUE, not %q", flag, text)
		}
		out[name] = value
	}
	return out, nil
}

func (a *app) fork(s control.Sessions, id string, o server.ForkOptions, asJSON bool) error {
	made, err := s.Fork(a.halt.ctx, id, o)
	switch {
	case err != nil:
		return a.refused(missingSession(id, err))
	case asJSON:
		return outputError(a.document(made))
	default:
		_, err = fmt.Fprintln(a.con.out, made.ID)
		return outputError(err)
	}
}

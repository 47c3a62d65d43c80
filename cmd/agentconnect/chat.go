package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/remote"
)

// defaultServer is where a server listens unless it is told otherwise.
const defaultServer = "http://127.0.0.1:8000"

// chatOptions are the flags of chat.
type chatOptions struct {
	what   string
	server string
	user   string
	vars   assignments
	stop   bool
	json   bool
}

func newChat(a *app) *cobra.Command {
	o := &chatOptions{}
	cmd := &cobra.Command{
		Use:   "chat URL|SESSION|TEMPLATE",
		Short: "Talk in a session of a running server",
		Long: `Talk in a session of a running server. A name of a template begins a session from it and
asks for the variables that it needs; the id of a session joins that session, from its
first message on. Either may stand at the end of an address, such as
https://agents.example.org/debate; an address alone shows the templates there.

AGENTCONNECT_TOKEN is the token to use. Without it you are asked for user and password.

When the connection is lost it comes back by itself, and goes on where it was: nothing is
missed, and what you said is said once.

Ctrl-C, Ctrl-D or /quit leaves: the session goes on without you, and the command to join it
again is printed. /stop ends the session for everybody, and so does leaving with --stop.
Ctrl-C pressed twice ends the program at once. /pause and /resume do what they say.

Where standard input is not a terminal, each of its lines is a message, and its end leaves
once the last one is answered; a session of agents is watched to its end. Where standard
output is not a terminal, each message is a line "name: text".

Status: 0 when the session achieved its end, was stopped, or goes on; 1 when it ended
otherwise; 2 when the server cannot be reached, or does not let you in.`,
		Example: `  agentconnect chat support
  agentconnect chat debate --var motion="Cats are better than dogs"
  agentconnect chat session_06f1x3e8k2m4n6p8q0r2s4t6v8
  agentconnect chat https://agents.example.org/support --user ann
  echo "What is a mutex?" | AGENTCONNECT_TOKEN=$token agentconnect chat chat --stop`,
		Args: oneTarget,
		RunE: func(_ *cobra.Command, args []string) error {
			o.what = args[0]
			return a.chat(o)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.server, "server", "", "the server of a session or template that is not an address (default AGENTCONNECT_URL, or "+defaultServer+")")
	f.StringVar(&o.user, "user", "", "log in as `NAME` instead of asking")
	f.Var(varFlag{&o.vars}, "var", "set a variable of the template; may be repeated, the last one counts")
	f.BoolVar(&o.stop, "stop", false, "end the session when you leave")
	f.BoolVar(&o.json, "json", false, "print the frames of the server, one JSON object a line")
	return cmd
}

func oneTarget(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError("name one session, template or address: %s URL|SESSION|TEMPLATE", cmd.CommandPath())
	}
	return nil
}

// visitor is who talks with a server.
type visitor struct {
	a      *app
	o      *chatOptions
	target remote.Target
	client *remote.Client
	// user and password log in again once the token has expired.
	user, password string
}

// chat does what the chat command does.
func (a *app) chat(o *chatOptions) error {
	server := cmp.Or(o.server, os.Getenv("AGENTCONNECT_URL"), defaultServer)
	target, err := remote.ParseTarget(o.what, server)
	if err != nil {
		return usageError("%v", err)
	}
	v := &visitor{a: a, o: o, target: target, client: remote.NewClient(target.Server, os.Getenv("AGENTCONNECT_TOKEN"))}
	defer v.client.Close()
	session, err := v.enter(a.halt.ctx)
	if err != nil {
		return v.explain(err)
	}
	return v.talk(session)
}

// explain is an error as the person sees it.
func (v *visitor) explain(err error) error {
	answer, ok := errors.AsType[*remote.Error](err)
	switch _, decided := errors.AsType[*exitError](err); {
	case decided:
		return err
	case v.a.halt.ctx.Err() != nil:
		return silent(statusInterrupted)
	case errors.Is(err, remote.ErrUnauthorized) && v.password == "":
		return usageError("%s does not accept the token: it has expired, or is of another server. Take a new one, or unset AGENTCONNECT_TOKEN to be asked for user and password.", v.target.Server)
	case ok && answer.Status == 403:
		return usageError("%s belongs to somebody else", v.target.Session)
	case ok && answer.Status == 404:
		return usageError("%s has nothing by the name of %s", v.target.Server, cmp.Or(v.target.Session, v.target.Template))
	default:
		return usageError("%v", err)
	}
}

// enter logs in and finds the session, or makes one.
func (v *visitor) enter(ctx context.Context) (*remote.Session, error) {
	if os.Getenv("AGENTCONNECT_TOKEN") == "" {
		if err := v.logIn(ctx); err != nil {
			return nil, err
		}
	}
	if v.target.Session != "" {
		if len(v.o.vars.list) > 0 {
			return nil, usageError("--var is for a template; a session has its variables already")
		}
		return v.client.Session(ctx, v.target.Session)
	}
	return v.begin(ctx)
}

// logIn asks who is there, and logs in. Who mistypes may try again.
func (v *visitor) logIn(ctx context.Context) error {
	con := v.a.con
	if !con.inTTY || !con.errTTY {
		return usageError("nobody is there to log in: set AGENTCONNECT_TOKEN, which POST %s/auth/login gives", v.target.Server)
	}
	if v.target.Exposed() {
		v.a.warn(fmt.Sprintf("the connection to %s is not encrypted: others can read the password on its way", v.target.Server.Host))
	}
	var err error
	for range loginTries {
		v.user = v.o.user
		if v.user == "" {
			if v.user, err = v.a.ask(ctx, "User: "); err != nil {
				return err
			}
		}
		if v.password, err = v.a.askHidden(ctx, "Password: "); err != nil {
			return err
		}
		if err = v.client.Login(ctx, v.user, v.password); !errors.Is(err, remote.ErrUnauthorized) {
			return err
		}
		fmt.Fprintln(con.err, "The user name or the password is wrong.")
	}
	return err
}

// loginTries is how often a person may mistype.
const loginTries = 3

// again logs in once the token has expired; nil when nobody has said how.
func (v *visitor) again() func(context.Context) error {
	if v.password == "" {
		return nil
	}
	return func(ctx context.Context) error { return v.client.Login(ctx, v.user, v.password) }
}

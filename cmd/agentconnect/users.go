package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/control"
	"github.com/agentconnect-dev/agentconnect/server"
)

// usersOptions are the flags of the commands of users.
type usersOptions struct {
	place         placeOptions
	role          string
	passwordStdin bool
	json          bool
}

func newUsers(a *app) *cobra.Command {
	o := &usersOptions{}
	cmd := &cobra.Command{
		Use:   "users",
		Short: "Say who may log in to a server",
		Long: `Say who may log in to a server: one that runs takes note at once, through control.sock in
its data directory; without one the data directory is changed.`,
		Example: `  agentconnect users add ann
  agentconnect users add ops --role admin --password-stdin < password.txt
  agentconnect users list
  agentconnect users disable ann`,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	o.place.flags(cmd.PersistentFlags(), false)
	cmd.AddCommand(
		a.usersAdd(o), a.usersList(o), a.usersPassword(o),
		a.usersDo(o, "disable", "Keep a user from logging in, and from using a token", control.Users.Disable, "disabled"),
		a.usersDo(o, "enable", "Let a user log in again, also one who is locked out", control.Users.Enable, "enabled"),
	)
	return cmd
}

func (a *app) usersAdd(o *usersOptions) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Add a user",
		Example: `  agentconnect users add ann
  agentconnect users add ops --role admin --password-stdin < password.txt`,
		Args: oneUser,
		RunE: func(_ *cobra.Command, args []string) error {
			password, err := a.newPassword(o)
			if err != nil {
				return err
			}
			return a.withUsers(o, true, func(u control.Users) error {
				return a.told(u.Add(args[0], o.role, password), "added "+args[0])
			})
		},
	}
	cmd.Flags().StringVar(&o.role, "role", "user", "user, or admin, who sees what belongs to others")
	o.password(cmd)
	return cmd
}

func (a *app) usersPassword(o *usersOptions) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "passwd NAME",
		Short:   "Give a user another password, and unlock one who is locked out",
		Example: `  agentconnect users passwd ann`,
		Args:    oneUser,
		RunE: func(_ *cobra.Command, args []string) error {
			password, err := a.newPassword(o)
			if err != nil {
				return err
			}
			return a.withUsers(o, false, func(u control.Users) error {
				return a.told(u.SetPassword(args[0], password), "changed the password of "+args[0])
			})
		},
	}
	o.password(cmd)
	return cmd
}

func (a *app) usersDo(o *usersOptions, name, short string, do func(control.Users, string) error, done string) *cobra.Command {
	return &cobra.Command{
		Use: name + " NAME", Short: short, Example: "  agentconnect users " + name + " ann", Args: oneUser,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.withUsers(o, false, func(u control.Users) error { return a.told(do(u, args[0]), done+" "+args[0]) })
		},
	}
}

func (a *app) usersList(o *usersOptions) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the users",
		Example: `  agentconnect users list -json | jq -r '.[] | select(.active) | .name'`,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return a.withUsers(o, false, func(u control.Users) error {
				list, err := u.List()
				if err != nil {
					return usageError("%v", err)
				}
				return outputError(a.printUsers(list, o.json))
			})
		},
	}
	jsonFlag(cmd, &o.json, "a JSON array")
	return cmd
}

func (a *app) printUsers(list []server.User, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(a.con.out).Encode(list)
	}
	t := newTable("NAME", "ROLE", "STATE", "CREATED")
	for _, u := range list {
		state := "active"
		if !u.Active {
			state = "disabled"
		}
		t.add(u.Name, u.Role, state, u.Created.UTC().Format(time.DateOnly))
	}
	return t.write(a.con.out, a.con.theme(a.con.outTTY))
}

func oneUser(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError("name one user: %s NAME", cmd.CommandPath())
	}
	return nil
}

// told says that it is done, or why not.
func (a *app) told(err error, done string) error {
	if err != nil {
		return &exitError{statusFailed, err.Error()}
	}
	_, err = fmt.Fprintln(a.con.out, done)
	return outputError(err)
}

func (o *usersOptions) password(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.passwordStdin, "password-stdin", false, "read the password from standard input; a newline at its end does not count")
}

// newPassword reads a password, or asks for it twice.
func (a *app) newPassword(o *usersOptions) (string, error) {
	if o.passwordStdin {
		return a.readPassword()
	}
	if !a.con.inTTY || !a.con.errTTY {
		return "", usageError("nobody is there to be asked for the password: give it on standard input with --password-stdin")
	}
	first, err := a.askHidden(a.halt.ctx, "Password: ")
	if err != nil {
		return "", err
	}
	second, err := a.askHidden(a.halt.ctx, "Again: ")
	switch {
	case err != nil:
		return "", err
	case first != second:
		return "", usageError("the two are not the same; nothing was changed")
	case first == "":
		return "", usageError("a password cannot be empty; nothing was changed")
	}
	return first, nil
}

func (a *app) readPassword() (string, error) {
	reader, err := cancelable(a.con.in)
	if err != nil {
		return "", err
	}
	defer reader.Close() //nolint:errcheck // it was only read from
	stop := context.AfterFunc(a.halt.ctx, func() { reader.Cancel() })
	defer stop()
	text, err := io.ReadAll(io.LimitReader(reader, maxKeyFile))
	if err != nil {
		if a.halt.ctx.Err() != nil {
			return "", silent(statusInterrupted)
		}
		return "", usageError("standard input: %v", err)
	}
	password := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	if password == "" {
		return "", usageError("standard input has no password")
	}
	return password, nil
}

// withUsers does something to the users of the data directory.
func (a *app) withUsers(o *usersOptions, create bool, do func(control.Users) error) error {
	return a.onTarget(&o.place, create, func(t *control.Target) error { return do(t.Users) })
}

// userList is the users of a store.
type userList struct{ *server.Users }

// List implements [control.Users].
func (u userList) List() ([]server.User, error) { return u.Users.List(), nil }

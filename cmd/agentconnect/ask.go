package main

import (
	"context"
	"fmt"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/lineedit"
)

// ask asks the person at the terminal for a line.
func (a *app) ask(ctx context.Context, label string) (string, error) {
	fmt.Fprint(a.con.err, label)
	typed, err := linesOf(a.con.in) //nolint:contextcheck // its close ends it
	if err != nil {
		return "", err
	}
	defer typed.close()
	text, err := typed.first(ctx)
	switch {
	case err != nil:
		fmt.Fprintln(a.con.err)
		return "", err
	case text == "":
		return "", silent(statusInterrupted) // the end of input
	}
	return text, nil
}

// askHidden asks for a line that is not shown.
func (a *app) askHidden(ctx context.Context, label string) (string, error) {
	keyboard, err := openKeyboard(ctx, a.halt, a.con)
	if err != nil {
		return "", err
	}
	defer keyboard.close()
	fmt.Fprint(a.con.err, label)
	defer fmt.Fprint(a.con.err, "\r\n")
	var editor lineedit.Editor
	for {
		select {
		case key, ok := <-keyboard.keys:
			switch {
			case ok && key.Code == lineedit.Interrupt:
				a.halt.request("Ctrl-C")
				return "", silent(statusInterrupted)
			case !ok, key.Code == lineedit.EndOfInput && editor.Text() == "":
				return "", silent(statusInterrupted)
			}
			if line, complete := editor.Type(key); complete {
				return line, nil
			}
		case <-ctx.Done():
			return "", silent(statusInterrupted)
		}
	}
}

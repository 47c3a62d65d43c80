package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// person is how the person's side of a session speaks.
type person struct {
	opening string // the session's first message
	start   string // said once the session exists
	lines   *lines // further messages, nil when there are none
	present bool   // at the terminal, to be asked
}

// listen decides where messages of the person's side come from.
func (a *app) listen(o *runOptions, spec *specs.Session, t *engine.Template) (*person, error) {
	p := &person{present: a.con.inTTY && a.con.outTTY && !o.json && !o.quiet && len(o.input) == 0}
	input, err := a.expand(o.input)
	if err != nil {
		return nil, err
	}
	chat := spec.Type == "human_agent"
	people := chat || slices.ContainsFunc(t.Participants, func(p engine.Participant) bool { return p.Kind == "human" })
	switch {
	case len(input) > 0:
		p.lines = given(input)
	case people && !p.present:
		if p.lines, err = linesOf(a.con.in); err != nil {
			return nil, err
		}
	}
	switch {
	case chat:
		return p, nil
	case !people && len(input) > 1:
		return nil, usageError("--input is given %d times, and session %q takes one message: nobody of it is a person", len(input), spec.Name)
	}
	if err := a.first(p, spec, people); err != nil {
		p.lines.close()
		return nil, err
	}
	return p, nil
}

// expand replaces an input of - by all of standard input.
func (a *app) expand(input []string) ([]string, error) {
	out := slices.Clone(input)
	for i, text := range out {
		if text == "-" {
			all, err := readAll(a.halt.ctx, a.con.in)
			if err != nil {
				return nil, err
			}
			out[i] = all
		}
	}
	return out, nil
}

// first finds the message that a session of agents begins with, if it needs one
// or is given one.
func (a *app) first(p *person, spec *specs.Session, people bool) error {
	waits := spec.Start == "on_message" // as without an opening
	var text string
	var err error
	switch {
	case p.lines != nil && (waits || !people):
		text, err = p.lines.first(a.halt.ctx)
	case !waits:
		return nil
	case a.con.inTTY:
		text, err = a.askFirst()
	default:
		text, err = readAll(a.halt.ctx, a.con.in)
	}
	switch {
	case err != nil:
		return err
	case strings.TrimSpace(text) == "":
		return usageError("session %q begins with a message: give it by --input TEXT or on standard input", spec.Name)
	case waits:
		p.start = text
	default:
		p.opening = text
	}
	return nil
}

// askFirst asks the person at the terminal for a line.
func (a *app) askFirst() (string, error) {
	fmt.Fprint(a.con.err, "First message: ")
	typed, err := linesOf(a.con.in)
	if err != nil {
		return "", err
	}
	defer typed.close()
	text, err := typed.first(a.halt.ctx)
	if err != nil {
		fmt.Fprintln(a.con.err)
	}
	return text, err
}

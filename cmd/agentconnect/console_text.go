package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// consoleHelp is what :help shows.
const consoleHelp = `EXPRESSION        evaluate it
:when EXPRESSION  evaluate an expression of a running session, such as a stop has
:hcl EXPRESSION   evaluate an HCL expression; :when and :hcl alone change what is typed from then on
:at N             go behind event N of the record; :at end, :next and :back move too
:events           show the events around it
:here PATTERN     let here be the view of that pattern; without one that of the session
:names            show what can be written
:reload           read the scenario again
:quit             leave, as Ctrl-D does
`

// An answer is what a text gives: what was asked for, what is wrong with it.
type answer struct {
	text   string
	ds     specs.Diagnostics
	failed bool
	quit   bool
}

func said(format string, args ...any) answer { return answer{text: fmt.Sprintf(format, args...)} }

func wrong(format string, args ...any) answer {
	return answer{text: fmt.Sprintf(format, args...), failed: true}
}

// take answers a text that was typed.
func (r *repl) take(text string) answer {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return answer{}
	case strings.HasPrefix(text, ":"):
		name, rest, _ := strings.Cut(strings.TrimPrefix(text, ":"), " ")
		return r.command(name, strings.TrimSpace(rest))
	case r.conditions:
		return r.condition(text)
	default:
		return r.expression(text)
	}
}

// unfinished says whether a text goes on in the next line.
func (r *repl) unfinished(text string) bool {
	trimmed := strings.TrimSpace(text)
	conditions := r.conditions
	if rest, ok := strings.CutPrefix(trimmed, ":when "); ok {
		trimmed, conditions = rest, true
	} else if rest, ok := strings.CutPrefix(trimmed, ":hcl "); ok {
		trimmed, conditions = rest, false
	}
	switch {
	case strings.HasPrefix(trimmed, ":"), trimmed == "", len(text) > maxMessage, strings.Count(text, "\n") >= maxConsoleLines:
		return false
	case conditions:
		return specs.UnfinishedCondition(trimmed)
	default:
		return specs.Unfinished(text)
	}
}

// maxConsoleLines bounds how many lines one text may have.
const maxConsoleLines = 500

func (r *repl) command(name, rest string) answer {
	switch name {
	case "help", "h", "?":
		return said("%s", consoleHelp)
	case "quit", "q", "exit":
		return answer{quit: true}
	case "when", "hcl":
		return r.in(name == "when", rest)
	case "at", "next", "back":
		return r.move(name, rest)
	case "events":
		return r.around()
	case "here":
		return r.look(rest)
	case "names":
		return r.names()
	case "reload":
		if err := r.reload(); err != nil {
			return wrong("%s", strings.TrimSpace(err.Error()))
		}
		return said("%s is read again", r.o.replayed.scenario)
	default:
		message := fmt.Sprintf("there is no command :%s", screen.Line(name))
		if near := nearest(name, []string{"help", "quit", "when", "hcl", "at", "next", "back", "events", "here", "names", "reload"}); near != "" {
			message += fmt.Sprintf("; did you mean :%s?", near)
		}
		return wrong("%s; :help lists the commands", message)
	}
}

// in evaluates a text in a language, or changes to it.
func (r *repl) in(conditions bool, text string) answer {
	switch {
	case text == "":
		r.conditions = conditions
		return answer{}
	case conditions:
		return r.condition(text)
	default:
		return r.expression(text)
	}
}

func (r *repl) expression(text string) answer {
	value, ds := r.e.Eval(text)
	if ds.HasErrors() {
		return answer{ds: ds, failed: true}
	}
	return answer{text: screen.Clean(value), ds: ds}
}

// condition evaluates an expression of a running session. Of what is true or
// false it shows why: what was read.
func (r *repl) condition(text string) answer {
	x, ds := r.e.Condition(text, r.here)
	if ds.HasErrors() {
		return answer{ds: ds, failed: true}
	}
	env, err := r.env()
	if err != nil {
		return wrong("%v", err)
	}
	value, err := x.Value(env)
	if err != nil {
		return wrong("%v", err)
	}
	var out strings.Builder
	out.WriteString(screen.Clean(jsonText(value)))
	if _, condition := value.(bool); condition {
		for _, seen := range x.Seen(env) {
			fmt.Fprintf(&out, "\n  %s = %s", screen.Line(seen.Name), screen.Line(seen.Value))
		}
	}
	return answer{text: out.String(), ds: ds}
}

// jsonText writes a value as a person reads it: short ones on one line.
func jsonText(v any) string {
	if v == nil {
		return "absent"
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err.Error()
	}
	text := strings.TrimSuffix(out.String(), "\n")
	if len(text) <= maxConsoleLine {
		return text
	}
	out.Reset()
	enc.SetIndent("", "  ")
	_ = enc.Encode(v) // it was written before
	return strings.TrimSuffix(out.String(), "\n")
}

// maxConsoleLine is how long a list or an object may be on one line.
const maxConsoleLine = 72

// names lists what the two kinds of expressions can begin with.
func (r *repl) names() answer {
	var out strings.Builder
	for _, kind := range specs.ReferenceKinds() {
		if names := r.e.Names(kind); len(names) > 0 {
			fmt.Fprintf(&out, "%-9s %s\n", kind, strings.Join(names, ", "))
		}
	}
	fmt.Fprintf(&out, "%-9s %s\n", ":when", strings.Join(specs.ConditionNames(), ", "))
	return answer{text: out.String()}
}

// move goes to another event.
func (r *repl) move(name, rest string) answer {
	if len(r.events) == 0 {
		return wrong("there is no record; start the console with --record")
	}
	last := uint64(len(r.events))
	to := r.at
	switch {
	case name == "next":
		to = min(to+1, last)
	case name == "back":
		to = max(to, 2) - 1
	case rest == "end" || rest == "":
		to = last
	default:
		n, err := strconv.ParseUint(rest, 10, 64)
		if err != nil || n == 0 || n > last {
			return wrong("want a number from 1 to %d, or end", last)
		}
		to = n
	}
	r.at, r.view = to, nil
	return answer{text: brief(&r.events[to-1])}
}

// around shows the events near the chosen one.
func (r *repl) around() answer {
	if len(r.events) == 0 {
		return wrong("there is no record; start the console with --record")
	}
	at := int(min(r.at, uint64(len(r.events)))) //nolint:gosec // there are few
	var out strings.Builder
	for i := max(at-6, 0); i < min(at+5, len(r.events)); i++ {
		mark := "  "
		if i == at-1 {
			mark = "→ "
		}
		out.WriteString(mark + brief(&r.events[i]) + "\n")
	}
	return answer{text: out.String()}
}

// maxEventLine is how many characters of an event the console shows.
const maxEventLine = 160

func brief(e *engine.Event) string { return screen.Cut(eventLine(e), maxEventLine) }

// look chooses the pattern of here.
func (r *repl) look(name string) answer {
	if name == "" {
		r.here, r.view = "", nil
		return said("here is the pattern of the session")
	}
	var names []string
	for _, p := range r.cfg.Patterns {
		names = append(names, p.Name)
		if p.Name != name {
			continue
		}
		r.here, r.view = name, nil
		if view, err := r.seen(); err == nil && view != nil && !slices.Contains(view.Active, name) {
			return said("here is pattern.%s, which is not active at this event", name)
		}
		return said("here is pattern.%s", name)
	}
	message := fmt.Sprintf("there is no pattern %s", screen.Line(name))
	if near := nearest(name, names); near != "" {
		message += fmt.Sprintf("; did you mean %s?", near)
	}
	return wrong("%s", message)
}

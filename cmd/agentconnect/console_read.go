package main

import (
	"fmt"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/lineedit"
	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
)

// readAll answers what standard input has, to its end. The status tells whether
// something could not be evaluated.
func (r *repl) readAll() error {
	input, err := linesOf(r.a.con.in)
	if err != nil {
		return err
	}
	defer input.close()
	failed := false
	for text := ""; ; {
		select {
		case line, more := <-input.next:
			text += line
			if more && r.unfinished(text) && strings.TrimSpace(line) != "" {
				text += "\n"
				continue
			}
			x := r.take(text)
			failed, text = failed || x.failed, ""
			if err := r.print(&x); err != nil {
				return err
			}
			if more && !x.quit {
				continue
			}
			if input.err != nil && !more {
				return input.err
			}
			if failed {
				return silent(statusFailed)
			}
			return nil
		case <-r.a.halt.ctx.Done():
			return silent(statusInterrupted)
		}
	}
}

// print writes an answer: values to standard output, what is wrong to standard
// error.
func (r *repl) print(x *answer) error {
	r.a.report(x.ds)
	switch text := strings.TrimSuffix(x.text, "\n"); {
	case text == "":
		return nil
	case x.failed:
		_, _ = fmt.Fprintln(r.a.con.err, text) // nobody is left to hear that it failed
		return nil
	default:
		_, err := fmt.Fprintln(r.a.con.out, text)
		return outputError(err)
	}
}

// converse talks with a person at the terminal until that one leaves.
func (r *repl) converse() error {
	con := r.a.con
	keyboard, err := openKeyboard(r.a.halt.ctx, r.a.halt, con)
	if err != nil {
		return err
	}
	defer keyboard.close()
	forget := r.a.halt.atOnce(con.showCursor)
	defer forget()
	prompt := screen.NewPrompt(screen.PromptConfig{Out: con.out, Theme: con.theme(true), Size: con.size})
	defer prompt.Close()
	prompt.Print(con.theme(true).Dim(":help says what can be typed; Ctrl-D leaves"))
	for {
		if err := prompt.Draw(r.label()); err != nil {
			return outputError(err)
		}
		select {
		case key, ok := <-keyboard.keys:
			if !ok || r.press(prompt, key) {
				return nil
			}
		case <-r.a.halt.ctx.Done():
			return silent(statusInterrupted)
		}
	}
}

// label is what stands before what is typed: the language, and the event.
func (r *repl) label() string {
	switch {
	case !r.conditions:
		return "> "
	case len(r.events) == 0:
		return "when> "
	default:
		return fmt.Sprintf("when %d> ", r.at)
	}
}

// press takes a key, and says whether the person leaves.
func (r *repl) press(p *screen.Prompt, key lineedit.Key) bool {
	text := p.Text()
	switch {
	case key.Code == lineedit.EndOfInput && text == "", key.Code == lineedit.Interrupt && text == "":
		return true
	case key.Code == lineedit.Interrupt:
		p.Clear()
		return false
	case key.Code == lineedit.Enter && r.unfinished(text) && !strings.HasSuffix(text, "\n"):
		key = lineedit.Key{Code: lineedit.Break}
	}
	label := r.label()
	text, complete := p.Type(key)
	if !complete {
		return false
	}
	p.Echo(label, strings.TrimRight(text, "\n"))
	x := r.take(text)
	p.Print(r.shown(&x))
	return x.quit
}

// shown is an answer on the terminal.
func (r *repl) shown(x *answer) string {
	var out strings.Builder
	if len(x.ds) > 0 {
		_ = x.ds.WriteText(&out, r.a.con.rendering(true)) // a Builder takes everything
	}
	if x.failed && x.text != "" {
		out.WriteString(r.a.con.theme(true).Bad(x.text))
		return out.String()
	}
	out.WriteString(x.text)
	return out.String()
}

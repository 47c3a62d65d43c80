package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/lineedit"
	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// help is what /help shows.
const help = `Enter sends, Alt-Enter begins another line, up and down bring back earlier ones.
/quit or Ctrl-D ends the session, /stop or Ctrl-C cancels it.
A message that begins with a slash is typed with two: //etc`

// desk is where a person sits at the terminal. The keyboard is taken only while
// the person is asked for something.
type desk struct {
	con      *stdio
	terminal *screen.Terminal
	prompts  map[string]string // by human, from their blocks
	keyboard *keyboard
	asked    personTurn // who was asked last
	greeted  bool
}

func newDesk(con *stdio, terminal *screen.Terminal, cfg *specs.Config) *desk {
	d := &desk{con: con, terminal: terminal, prompts: map[string]string{}}
	for _, h := range cfg.Humans {
		d.prompts[h.Name] = h.Prompt
	}
	return d
}

// serve asks the person, or stops asking, as the conversation needs it.
func (d *desk) serve(ctx context.Context, c *conversation) {
	if d == nil {
		return
	}
	label := d.label(c)
	if label == "" {
		d.terminal.Hush()
		if !c.chat || c.ended {
			d.close()
		}
		return
	}
	if d.keyboard == nil {
		keyboard, err := openKeyboard(ctx, c.halt, d.con)
		if err != nil {
			c.failure = err
			c.halt.request("the loss of the terminal")
			return
		}
		d.keyboard = keyboard
	}
	d.terminal.Ask(label)
}

// label is what stands before the line to type in; empty when nothing is asked.
func (d *desk) label(c *conversation) string {
	switch {
	case c.ended || c.closed:
		return ""
	case c.paused:
		return "Go on? [Y/n] "
	case c.asks.next() != nil:
		if x := c.asks.next(); !x.shown {
			x.shown = true
			d.terminal.Remark(x.text())
		}
		return allowLabel
	case len(c.humans) > 0:
		turn := c.humans[0]
		if turn != d.asked {
			d.asked = turn
			d.remarkPrompt(turn.name)
		}
		return turn.name + "> "
	case c.chat && c.seen >= 1:
		d.greet()
		return "> "
	default:
		return ""
	}
}

func (d *desk) greet() {
	if !d.greeted {
		d.greeted = true
		d.terminal.Remark("/help says what can be typed, Ctrl-D leaves")
	}
}

func (d *desk) remarkPrompt(name string) {
	if prompt := d.prompts[name]; prompt != "" {
		d.terminal.Remark(name + " is asked: " + prompt)
		return
	}
	d.terminal.Remark("it is " + name + "'s turn; an empty line passes")
}

// pressed gives the keys, nil while the keyboard is not taken.
func (d *desk) pressed() <-chan lineedit.Key {
	if d == nil || d.keyboard == nil {
		return nil
	}
	return d.keyboard.keys
}

// press takes a key.
func (d *desk) press(ctx context.Context, c *conversation, key lineedit.Key, ok bool) {
	switch {
	case !ok: // the terminal has gone
		d.close()
		c.closeInput(ctx)
	case key.Code == lineedit.Interrupt:
		c.halt.request("Ctrl-C")
	case key.Code == lineedit.EndOfInput && d.terminal.Empty() && d.terminal.Asking():
		d.leave(ctx, c)
	default:
		if line, complete := d.terminal.Type(key); complete {
			d.line(ctx, c, line)
		}
	}
}

// leave ends the person's part: of a pause, or of whether a tool may be called,
// it is the answer no.
func (d *desk) leave(ctx context.Context, c *conversation) {
	if c.paused {
		c.stop(ctx, "a person, at a pause")
		return
	}
	if x := c.asks.next(); x != nil {
		c.settle(ctx, x, false, "")
		return
	}
	c.closeInput(ctx)
}

// line takes a line that the person has typed.
func (d *desk) line(ctx context.Context, c *conversation, line string) {
	text := strings.TrimSpace(line)
	switch {
	case c.paused:
		d.decide(ctx, c, text)
		return
	case c.asks.next() != nil && !strings.HasPrefix(text, "/"):
		d.allow(ctx, c, text)
		return
	case strings.HasPrefix(text, "//"):
		line = strings.Replace(line, "//", "/", 1)
	case strings.HasPrefix(text, "/"):
		d.command(ctx, c, text)
		return
	case text == "" && len(c.humans) == 0:
		return
	}
	who := ""
	if len(c.humans) > 0 {
		who = c.humans[0].name
	}
	err := c.say(ctx, who, line)
	switch {
	case errors.Is(err, engine.ErrBusy):
		d.terminal.Restore(line)
		d.terminal.Remark("an agent is at work; send it again when it has answered")
	case err != nil && !errors.Is(err, engine.ErrEnded):
		d.terminal.Restore(line)
		d.terminal.Remark(err.Error())
	}
}

// decide answers whether a paused session goes on.
func (d *desk) decide(ctx context.Context, c *conversation, answer string) {
	switch strings.ToLower(answer) {
	case "", "y", "yes":
		c.fail(c.session.Resume(ctx, "a person"))
	case "n", "no", "/quit", "/stop":
		c.stop(ctx, "a person, at a pause")
	default:
		d.terminal.Remark("y goes on, n stops")
	}
}

// command does what a line that begins with a slash asks for.
func (d *desk) command(ctx context.Context, c *conversation, text string) {
	switch name, _, _ := strings.Cut(text, " "); name {
	case "/quit", "/exit":
		c.closeInput(ctx)
	case "/stop":
		c.stop(ctx, "a person")
	case "/help":
		d.terminal.Remark(help)
	default:
		d.terminal.Remark(fmt.Sprintf("there is no %s; /help says what there is", name))
	}
}

// close gives the keyboard back.
func (d *desk) close() {
	if d == nil || d.keyboard == nil {
		return
	}
	d.keyboard.close()
	d.keyboard = nil
}

package main

import (
	"fmt"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/lineedit"
)

// chatHelp is what /help shows.
const chatHelp = `Enter sends, Alt-Enter begins another line, up and down bring back earlier ones.
/quit, Ctrl-D or Ctrl-C leaves, and the session goes on; /stop ends it, /pause and /resume do what they say.
A message that begins with a slash is typed with two: //etc`

// prompt shows the line to type in.
func (r *room) prompt() {
	asked := r.question()
	if r.keyboard == nil {
		return
	}
	if r.ended != nil {
		r.terminal.Hush()
		return
	}
	if asked {
		r.terminal.Ask(allowLabel)
		return
	}
	r.terminal.Ask("> ")
}

// nextLine is where the next message comes from, nil while none is wanted.
func (r *room) nextLine() <-chan string {
	switch {
	case r.lines == nil, r.read, r.ended != nil, !r.live, r.talk.Waiting() > 0:
		return nil
	case r.session.Type == "human_agent" && !r.quiet():
		return nil
	default:
		return r.lines.next
	}
}

func (r *room) line(text string, ok bool) {
	switch {
	case !ok:
		r.read = true
		if r.lines.err != nil {
			r.failure, r.left = r.lines.err, true
		}
	case strings.TrimSpace(text) != "":
		r.say(text)
	}
}

func (r *room) pressed() <-chan lineedit.Key {
	if r.keyboard == nil {
		return nil
	}
	return r.keyboard.keys
}

// press takes a key.
func (r *room) press(key lineedit.Key, ok bool) {
	switch {
	case !ok: // the terminal has gone
		r.left = true
	case key.Code == lineedit.Interrupt:
		r.v.a.halt.request("Ctrl-C")
	case key.Code == lineedit.EndOfInput && r.terminal.Empty():
		r.left = true
	default:
		if line, complete := r.terminal.Type(key); complete {
			r.typed(line)
		}
	}
}

// typed takes a line that the person has typed.
func (r *room) typed(line string) {
	text := strings.TrimSpace(line)
	if x := r.asks.next(); x != nil && x.shown && !strings.HasPrefix(text, "/") {
		if allow, why, ok := decision(text); ok {
			r.decide(x, allow, why)
		} else {
			r.remark(decisionHelp)
		}
		return
	}
	switch {
	case text == "":
	case strings.HasPrefix(text, "//"):
		r.say(strings.Replace(line, "//", "/", 1))
	case strings.HasPrefix(text, "/"):
		r.command(text)
	default:
		r.say(line)
	}
}

func (r *room) command(text string) {
	switch name, _, _ := strings.Cut(text, " "); name {
	case "/quit", "/exit", "/leave":
		r.left = true
	case "/stop", "/pause", "/resume":
		r.ask(strings.TrimPrefix(name, "/"))
	case "/help":
		r.remark(chatHelp)
	default:
		r.remark(fmt.Sprintf("there is no %s; /help says what there is", name))
	}
}

// ask has the server do something, beside what goes on.
func (r *room) ask(what string) {
	if r.asking {
		r.remark("the server has not answered yet")
		return
	}
	r.asking = true
	r.commands.Go(func() { r.asked <- r.v.client.Command(r.ctx, r.session.ID, what) })
}

// say says something.
func (r *room) say(text string) {
	switch {
	case len(text) > maxMessage:
		r.remark(fmt.Sprintf("a message may have %d KiB; this one was not sent", maxMessage>>10))
		return
	case !r.talk.Say(strings.ToValidUTF8(text, "\uFFFD")):
		r.remark("too many messages wait already; this one was not sent")
		r.restore(text)
		return
	case !r.live:
		r.remark("it is sent once the connection is back")
	}
	r.awaiting = true
}

func (r *room) restore(text string) {
	if r.keyboard != nil && r.terminal.Empty() {
		r.terminal.Restore(text)
	}
}

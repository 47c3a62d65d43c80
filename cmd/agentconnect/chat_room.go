package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/remote"
	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
)

// room is a session of a server, as a person sees it. One goroutine runs it and
// owns all its fields.
type room struct {
	v       *visitor
	session *remote.Session
	talk    *remote.Talk
	frames  *frames
	show    display

	terminal *screen.Terminal // nil where there is none
	keyboard *keyboard
	lines    *lines // messages where there is no keyboard

	live     bool
	paused   bool
	asks     questions
	awaiting bool      // what was said is not answered
	heard    time.Time // when the last frame came
	read     bool      // there is no line left
	left     bool
	ended    *engine.Ended
	failure  error

	asked    chan error // answers to commands; one at a time
	asking   bool
	commands sync.WaitGroup
	leave    context.CancelFunc // ends commands
	ctx      context.Context    //nolint:containedctx // of commands
}

// talk shows a session and passes on what the person says, until it ends or
// the person leaves.
func (v *visitor) talk(s *remote.Session) error {
	r := &room{v: v, session: s, frames: newFrames(s), asked: make(chan error, 1)}
	r.ctx, r.leave = context.WithCancel(context.Background())
	defer r.commands.Wait()
	defer r.leave()
	forget, err := r.open()
	if err != nil {
		return err
	}
	defer forget()
	detail := "turns"
	if r.terminal != nil || v.o.json {
		detail = "deltas"
	}
	r.talk = v.client.Join(context.Background(), remote.JoinConfig{Session: s.ID, Detail: detail, LogIn: v.again()})
	r.event(r.frames.created(s))
	r.loop()
	r.close()
	return r.result()
}

// open decides how the session is shown and who speaks. What it returns is to
// be called at the end.
func (r *room) open() (forget func(), err error) {
	con, o := r.v.a.con, r.v.o
	present := con.inTTY && con.outTTY && !o.json
	if !present {
		if r.lines, err = linesOf(con.in); err != nil {
			return nil, err
		}
	}
	switch {
	case o.json:
		r.show = nothing{}
	case !con.outTTY:
		r.show = screen.NewPlain(screen.PlainConfig{Out: con.out, Notes: con.err, Theme: con.theme(false)})
	default:
		r.terminal = screen.NewTerminal(screen.Config{Out: con.out, Theme: con.theme(true), Size: con.size})
		r.show = r.terminal
	}
	if present {
		if r.keyboard, err = openKeyboard(context.Background(), r.v.a.halt, con); err != nil {
			return nil, err
		}
		r.terminal.Remark("/help says what can be typed; Ctrl-D leaves")
	}
	if r.terminal == nil {
		return func() {}, nil
	}
	return r.v.a.halt.atOnce(con.showCursor), nil
}

func (r *room) loop() {
	tick := time.NewTicker(drawEvery)
	defer tick.Stop()
	stop := r.v.a.halt.ctx.Done()
	for !r.left {
		r.prompt()
		if err := r.show.Draw(); err != nil {
			r.failure, r.left = outputError(err), true
			return
		}
		select {
		case u, ok := <-r.talk.Updates():
			if !ok {
				return
			}
			r.update(u)
		case line, ok := <-r.nextLine():
			r.line(line, ok)
		case key, ok := <-r.pressed():
			r.press(key, ok)
		case err := <-r.asked:
			r.asking = false
			if err != nil {
				r.remark(err.Error())
			}
		case <-stop:
			stop, r.left = nil, true
		case <-tick.C:
		}
		r.left = r.left || r.done()
	}
}

// done says that everything was said that standard input has, and that it was
// answered. Who only watches a session of agents sees it to its end. Of a pause
// nobody is there to end it.
func (r *room) done() bool {
	switch {
	case !r.read || !r.live || r.talk.Waiting() > 0:
		return false
	case r.paused:
		return true
	default:
		return r.session.Type == "human_agent" && r.quiet()
	}
}

// settles is how long nothing must come before nobody is at work: between two
// turns of one answer there is a moment in which none is open, and its frames are
// sent one right after the other.
const settles = 2 * drawEvery

// quiet says that nobody is at work.
func (r *room) quiet() bool {
	return r.live && !r.awaiting && len(r.frames.open) == 0 && r.talk.Waiting() == 0 && time.Since(r.heard) >= settles
}

// update takes what happened.
func (r *room) update(u remote.Update) {
	switch {
	case u.Frame != nil:
		r.frame(u.Frame)
	case u.Own != nil:
		r.frame(u.Own)
	case u.Live:
		r.tear()
		r.live = true
	case u.Lost != nil:
		if r.live {
			r.remark(fmt.Sprintf("the connection is lost (%s); trying again", screen.Line(lostText(u.Lost))))
		}
		r.live = false
	case u.Why != nil:
		r.awaiting = false
		r.remark("not sent: " + u.Why.Error())
		r.restore(u.Refused)
	case u.Delayed:
		r.remark(fmt.Sprintf("too many messages; this one is sent again in %s", u.Wait.Round(time.Second)))
	}
}

func (r *room) tear() {
	for _, e := range r.frames.tear() {
		r.event(e)
	}
}

// frame shows a frame.
func (r *room) frame(f *remote.Frame) {
	r.heard = time.Now()
	if r.v.o.json && f.Type != "ping" {
		if _, err := fmt.Fprintf(r.v.a.con.out, "%s\n", f.Raw); err != nil {
			r.failure, r.left = outputError(err), true
		}
	}
	m := &f.Metadata
	switch {
	case f.Type == "response", m.Event == "turn_failed":
		r.awaiting = false
	case f.Type == "error":
		r.remark(f.Content)
	case m.Event == "recovered" && m.OldestSeq > 0:
		r.remark("what was said before is not kept any more")
	}
	for _, e := range r.frames.events(f) {
		r.asks.take(&e)
		switch d := e.Data.(type) {
		case *engine.Ended:
			r.ended = d
		case *engine.Paused:
			r.paused = true
		case *engine.Resumed:
			r.paused = false
		}
		r.event(e)
	}
}

func (r *room) event(e engine.Event) { r.show.Event(e) }

// remark tells the person something that is not part of the session.
func (r *room) remark(text string) {
	if r.terminal != nil {
		r.terminal.Remark(text)
		return
	}
	fmt.Fprintf(r.v.a.con.err, "· %s\n", screen.Line(text))
}

// lostText is why a connection was lost, in few words.
func lostText(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return strings.TrimPrefix(err.Error(), "websocket: ")
		}
		err = inner
	}
}

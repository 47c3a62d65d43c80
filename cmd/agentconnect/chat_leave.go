package main

import (
	"context"
	"fmt"
	"time"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
)

// goodbye is how long a session may take to end when it is stopped on leaving.
const goodbye = 10 * time.Second

// close ends the session if that is wanted, leaves it, and gives the terminal
// back.
func (r *room) close() {
	if r.left && r.v.o.stop && r.ended == nil {
		r.stop()
	}
	r.talk.Close()
	if r.failure == nil && !r.left {
		r.failure = r.talk.Err()
	}
	r.keyboard.close()
	r.lines.close()
	r.show.Close()
}

// stop ends the session and waits for its last frame.
func (r *room) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	if err := r.v.client.Command(ctx, r.session.ID, "stop"); err != nil {
		r.remark("the session was not stopped: " + err.Error())
		return
	}
	for r.ended == nil {
		select {
		case u, ok := <-r.talk.Updates():
			if !ok {
				return
			}
			r.update(u)
		case <-ctx.Done():
			return
		}
	}
}

// result says how it ended, as a text and as a status.
func (r *room) result() error {
	con := r.v.a.con
	note := func(format string, args ...any) {
		fmt.Fprintln(con.err, con.theme(con.errTTY).Dim("· "+screen.Line(fmt.Sprintf(format, args...))))
	}
	switch {
	case r.failure != nil && isSilent(r.failure):
		return r.failure
	case r.failure != nil:
		return r.v.explain(r.failure)
	case r.ended != nil:
		text := string(r.ended.Outcome)
		if why := r.ended.Reason.Text; why != "" {
			text += ": " + why
		}
		note("the session has ended: %s", text)
		if status := statusOfOutcome(r.ended.Outcome, nil); status != statusOK {
			return silent(status)
		}
		return nil
	case !r.left:
		note("the session has ended")
		return nil
	}
	if n := r.talk.Waiting(); n > 0 {
		note("not sent: %s", screen.Plural(n, "message"))
	}
	note("you have left; the session goes on: agentconnect chat %s/%s", r.v.target.Server, r.session.ID)
	return nil
}

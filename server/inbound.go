package server

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// maxClientID bounds a client's own id of a message, in bytes.
const maxClientID = 256

// maxRefused is how many messages over the limit within a minute close a
// connection.
const maxRefused = 60

// commandTime is how long a session may take to store a message.
const commandTime = 10 * time.Second

// inbound is a frame from a client, checked as far as that needs no session.
type inbound struct {
	kind, content, sender, receiver string
	clientID, command               string
	metadata                        map[string]any
}

// frameProblem is why a frame is not taken.
type frameProblem struct {
	code, text string
	details    map[string]any
}

// Error implements error.
func (p *frameProblem) Error() string { return p.code + ": " + p.text }

func badFrame(text string, details map[string]any) *frameProblem {
	return &frameProblem{code: "INVALID_MESSAGE", text: text, details: details}
}

func badField(name, text string) *frameProblem {
	return badFrame(name+" "+text, map[string]any{"field": name})
}

// decodeFrame reads a client's frame.
func decodeFrame(data []byte) (*inbound, *frameProblem) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil || raw == nil {
		return nil, badFrame("the frame is not a JSON object", nil)
	}
	in := &inbound{}
	if !text(raw, "type", &in.kind) || in.kind == "" {
		return nil, badField("type", "must be text, ping, stop or system")
	}
	if in.kind == framePing {
		return in, nil
	}
	for name, to := range map[string]*string{"content": &in.content, "sender": &in.sender, "receiver": &in.receiver} {
		if !text(raw, name, to) {
			return nil, badField(name, "must be a string")
		}
	}
	if m := raw["metadata"]; m != nil && json.Unmarshal(m, &in.metadata) != nil {
		return nil, badField("metadata", "must be an object")
	}
	return in, in.check()
}

// text reads a string member; absent and null are as good as empty.
func text(raw map[string]json.RawMessage, name string, to *string) bool {
	return raw[name] == nil || json.Unmarshal(raw[name], to) == nil
}

func (in *inbound) check() *frameProblem {
	switch in.kind {
	case frameText:
		return in.checkText()
	case frameStop:
		return nil
	case frameSystem:
		in.command, _ = in.metadata["command"].(string)
		if in.command != "pause" && in.command != "resume" {
			return badField("metadata.command", "must be pause or resume")
		}
		return nil
	default:
		return badField("type", "must be text, ping, stop or system")
	}
}

func (in *inbound) checkText() *frameProblem {
	if in.content == "" {
		return badField("content", "must not be empty")
	}
	id, given := in.metadata["client_id"]
	if !given || id == nil {
		return nil
	}
	var ok bool
	if in.clientID, ok = id.(string); !ok || in.clientID == "" || len(in.clientID) > maxClientID {
		return badField("metadata.client_id", "must be a string of 1 to 256 bytes")
	}
	delete(in.metadata, "client_id") // it is kept by itself
	return nil
}

// receive takes a frame from the client. It waits only while a great many of
// its messages are being stored.
func (c *conn) receive(isText bool, data []byte) {
	var in *inbound
	problem := badFrame("send JSON in text messages, not binary ones", nil)
	if isText {
		in, problem = decodeFrame(data)
	}
	if problem == nil && in.kind == framePing {
		c.info(map[string]any{"event": "pong"})
		return
	}
	if v := c.s.limits.allow(classMessage, "user "+c.who.Name); !v.OK {
		c.refuseMessage(v)
		return
	}
	if problem == nil {
		problem = c.checkParties(in)
	}
	if problem != nil {
		c.send(errorFrame(problem.code, problem.text, problem.details))
		return
	}
	c.tasks.add(c, in)
}

// info tells the client something that is for it alone.
func (c *conn) info(metadata map[string]any) {
	c.send(&Frame{Type: frameInfo, Timestamp: c.s.clock.stamp(), Metadata: metadata})
}

// checkParties checks who a frame claims to be from, and whom it is for.
func (c *conn) checkParties(in *inbound) *frameProblem {
	if in.sender != "" && in.sender != userID(c.who.Name) {
		return &frameProblem{"INVALID_SENDER", "sender, if given, is " + userID(c.who.Name), map[string]any{"field": "sender"}}
	}
	if _, err := c.rec.participant(in.receiver); err != nil {
		return &frameProblem{"INVALID_RECEIVER", "receiver is nobody of this session", map[string]any{"field": "receiver"}}
	}
	return nil
}

// refusals are the times of the last messages that were over the limit.
type refusals struct {
	at   [maxRefused]time.Time
	next int
}

func (c *conn) refuseMessage(v verdict) {
	c.s.metrics.refused(classMessage)
	if c.refused == nil {
		c.refused = &refusals{}
	}
	r, now := c.refused, time.Now()
	oldest := r.at[(r.next+1)%maxRefused]
	r.at[r.next] = now
	r.next = (r.next + 1) % maxRefused
	if !oldest.IsZero() && now.Sub(oldest) < time.Minute {
		c.shut(closeRateLimited, "too many messages over the limit")
		return
	}
	c.send(errorFrame("RATE_LIMITED", "too many messages; this one was not accepted", map[string]any{
		"retry_after": math.Ceil(v.RetryAfter.Seconds()),
	}))
}

// maxTasks bounds what a client has asked for and is not done yet.
const maxTasks = 32

// tasks are done one after the other, in a goroutine that exists only while
// there are any, so that the reader stays free for pings and closes.
type tasks struct {
	mu   sync.Mutex
	list []*inbound
	busy bool
	room chan struct{} // set while the reader waits
}

func (t *tasks) add(c *conn, in *inbound) {
	t.mu.Lock()
	for len(t.list) >= maxTasks {
		room := make(chan struct{})
		t.room = room
		t.mu.Unlock()
		<-room // a task takes no longer than commandTime
		t.mu.Lock()
	}
	defer t.mu.Unlock()
	t.list = append(t.list, in)
	if !t.busy {
		t.busy = true
		c.s.wg.Go(func() { t.run(c) })
	}
}

func (t *tasks) run(c *conn) {
	for in := t.next(); in != nil; in = t.next() {
		c.do(in)
	}
}

func (t *tasks) next() *inbound {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.room != nil {
		close(t.room)
		t.room = nil
	}
	if len(t.list) == 0 {
		t.busy, t.list = false, nil
		return nil
	}
	in := t.list[0]
	t.list = t.list[1:]
	return in
}

// do does what a frame asks for.
func (c *conn) do(in *inbound) {
	defer c.contain()
	ctx, cancel := context.WithTimeout(c.s.ctx, commandTime)
	defer cancel()
	by := userID(c.who.Name)
	var err error
	switch {
	case in.kind == frameText:
		err = c.say(ctx, in)
	case in.kind == frameStop:
		err = c.rec.session.Stop(ctx, by, false)
	case in.command == "pause":
		err = c.rec.session.Pause(ctx, by)
	default:
		err = c.rec.session.Resume(ctx, by)
	}
	if err != nil {
		c.send(c.s.problemFrame(err))
	}
}

// say brings a text into the session and has it acknowledged.
func (c *conn) say(ctx context.Context, in *inbound) error {
	c.begin()
	receipt, err := c.s.say(ctx, c.rec, c.who, incoming{
		Content: in.content, Receiver: in.receiver, ClientID: in.clientID, Metadata: in.metadata,
	})
	if err != nil {
		c.refuse()
		return err
	}
	ack := Frame{Type: frameInfo, Timestamp: c.s.clock.stamp(), Metadata: map[string]any{"event": "ack", "seq": receipt.Seq}}
	if in.clientID != "" {
		ack.Metadata["client_id"] = in.clientID
	}
	if receipt.Duplicate {
		ack.Metadata["duplicate"] = true
	}
	c.rec.frames.accepted(&c.follower, ownText{seq: receipt.Seq, ack: ack, duplicate: receipt.Duplicate})
	return nil
}

// problemFrame is an error as a client may see it.
func (s *Server) problemFrame(err error) *Frame {
	e := public(err)
	switch {
	case errors.Is(err, engine.ErrUnknownParticipant):
		return errorFrame("INVALID_RECEIVER", "receiver is nobody of this session", map[string]any{"field": "receiver"})
	case e.status == http.StatusUnprocessableEntity:
		return errorFrame("INVALID_MESSAGE", e.detail, map[string]any{"errors": e.errors})
	case e.status == http.StatusInternalServerError:
		s.log.Error("message failed", "error", cause(e))
		return errorFrame(e.code, "internal error", nil)
	default:
		return errorFrame(e.code, e.detail, nil)
	}
}

package server

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/agentconnect-dev/agentconnect/engine"
)

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
		_, err = c.s.order(ctx, c.rec, order{Do: orderStop, By: by})
	case in.approval != nil:
		_, err = c.s.order(ctx, c.rec, order{Do: orderApprove, By: by, Approval: in.approval})
	case in.command == "pause":
		_, err = c.s.order(ctx, c.rec, order{Do: orderPause, By: by})
	default:
		_, err = c.s.order(ctx, c.rec, order{Do: orderResume, By: by})
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

package server

import (
	"encoding/json"
	"math"
	"time"
)

// maxClientID bounds a client's own id of a message, in bytes.
const maxClientID = 256

// maxRefused is how many messages over the limit within a minute close a
// connection.
const maxRefused = 60

// inbound is a frame from a client, checked as far as that needs no session.
type inbound struct {
	kind, content, sender, receiver string
	clientID, command               string
	metadata                        map[string]any
	approval                        *approvalOrder
}

// badFrameError is why a frame is not taken.
type badFrameError struct {
	code, text string
	details    map[string]any
}

// Error implements error.
func (p *badFrameError) Error() string { return p.code + ": " + p.text }

func badFrame(text string, details map[string]any) *badFrameError {
	return &badFrameError{code: "INVALID_MESSAGE", text: text, details: details}
}

func badField(name, text string) *badFrameError {
	return badFrame(name+" "+text, map[string]any{"field": name})
}

// decodeFrame reads a client's frame.
func decodeFrame(data []byte) (*inbound, *badFrameError) {
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

func (in *inbound) check() *badFrameError {
	switch in.kind {
	case frameText:
		return in.checkText()
	case frameStop:
		return nil
	case frameSystem:
		in.command, _ = in.metadata["command"].(string)
		switch in.command {
		case "pause", "resume":
			return nil
		case "approve", "deny":
			return in.checkApproval()
		default:
			return badField("metadata.command", "must be pause, resume, approve or deny")
		}
	default:
		return badField("type", "must be text, ping, stop or system")
	}
}

func (in *inbound) checkText() *badFrameError {
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
func (c *conn) checkParties(in *inbound) *badFrameError {
	if in.sender != "" && in.sender != userID(c.who.Name) {
		return &badFrameError{"INVALID_SENDER", "sender, if given, is " + userID(c.who.Name), map[string]any{"field": "sender"}}
	}
	if _, err := c.rec.participant(in.receiver); err != nil {
		return &badFrameError{"INVALID_RECEIVER", "receiver is nobody of this session", map[string]any{"field": "receiver"}}
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

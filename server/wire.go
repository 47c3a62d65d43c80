package server

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"sync/atomic"
	"time"
)

// Frame is one message of the WebSocket and of server-sent events, both ways.
type Frame struct {
	Type      string         `json:"type"`
	Content   string         `json:"content,omitempty"`
	Sender    string         `json:"sender,omitempty"`
	Receiver  string         `json:"receiver,omitempty"`
	Timestamp string         `json:"timestamp"`
	Metadata  map[string]any `json:"metadata,omitempty"`
}

// The types of frames.
const (
	frameText     = "text"
	framePing     = "ping"
	frameError    = "error"
	frameInfo     = "info"
	frameSystem   = "system"
	frameResponse = "response"
	frameStop     = "stop"
	frameCooldown = "cooldown"
)

// timestamp writes a time as the contract does: RFC 3339, UTC, microseconds.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// clock gives times that never repeat, at the contract's precision: clients
// use timestamps as keys.
type clock struct{ last atomic.Int64 }

func (c *clock) stamp() string {
	for {
		last, now := c.last.Load(), time.Now().UnixMicro()
		if now <= last {
			now = last + 1
		}
		if c.last.CompareAndSwap(last, now) {
			return timestamp(time.UnixMicro(now))
		}
	}
}

// encode writes a frame as JSON. What clients sent was JSON before, so only a
// programmer's mistake in the metadata can fail; then the frame goes without.
func (f *Frame) encode() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(f); err != nil {
		bare := *f
		bare.Metadata = map[string]any{"seq": f.Metadata["seq"]}
		b.Reset()
		_ = enc.Encode(&bare)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// wireText is a frame as it goes over the wire: a WebSocket text message of a
// server, unmasked and in one piece (RFC 6455, 5.2).
func wireText(json []byte) []byte {
	return append(appendHeader(make([]byte, 0, len(json)+10), len(json)), json...)
}

func appendHeader(b []byte, size int) []byte {
	b = append(b, 0x80|opText) // the final fragment
	switch {
	case size < 126:
		return append(b, byte(size))
	case size < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, 126), uint16(size)) //nolint:gosec // it fits
	default:
		return binary.BigEndian.AppendUint64(append(b, 127), uint64(size)) //nolint:gosec // a length
	}
}

// wireControl is a control message, whose payload has at most 125 bytes.
func wireControl(opcode byte, payload []byte) []byte {
	payload = payload[:min(len(payload), 125)]
	return append([]byte{0x80 | opcode, byte(len(payload))}, payload...) //nolint:gosec // at most 125
}

// payload is the JSON in what wireText gave; what follows it is left out.
func payload(wire []byte) []byte {
	switch n := int(wire[1]); n {
	case 126:
		return wire[4:][:binary.BigEndian.Uint16(wire[2:])]
	case 127:
		return wire[10:][:binary.BigEndian.Uint64(wire[2:])]
	default:
		return wire[2:][:n]
	}
}

// shown is an event as a frame. It is encoded once for all who see it; only
// metadata.prev differs between the levels of detail.
type shown struct {
	seq   uint64
	level int    // the least detail at which it is shown
	said  bool   // a person's message
	stamp string // its timestamp
	prev  [levels]uint64
	body  []byte // the frame without prev; it ends with the metadata: }}
	wires [levels][]byte
}

// wire is the frame for a level of detail. Calls are serialized by who owns
// the value.
func (sh *shown) wire(level int) []byte {
	if w := sh.wires[level]; w != nil {
		return w
	}
	for l, w := range sh.wires {
		if w != nil && sh.prev[l] == sh.prev[level] {
			sh.wires[level] = w
			return w
		}
	}
	sh.wires[level] = wireText(sh.json(level))
	return sh.wires[level]
}

func (sh *shown) json(level int) []byte {
	b := make([]byte, 0, len(sh.body)+30)
	b = append(b, sh.body[:len(sh.body)-2]...)
	b = append(b, `,"prev":`...)
	b = strconv.AppendUint(b, sh.prev[level], 10)
	return append(b, "}}"...)
}

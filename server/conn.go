package server

import (
	"errors"
	"io"
	"net"
	"runtime/debug"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// The opcodes of messages (RFC 6455, 5.2).
const (
	opText  = 0x1
	opClose = 0x8
	opPing  = 0x9
	opPong  = 0xA
)

// conn is a WebSocket. A goroutine reads as long as it lasts; others exist only
// while there is something to write, or to do for the client.
type conn struct {
	follower // its lock guards writing and over

	s     *Server
	who   principal
	rec   *record // nil when the connection was refused
	ws    *websocket.Conn
	net   net.Conn
	tasks tasks

	writing bool
	over    bool // nobody reads any more

	refused *refusals // messages over the limit; owned by the reader
}

// start begins to read.
func (s *Server) newConn(ws *websocket.Conn, who principal, rec *record, address string) *conn {
	c := &conn{s: s, who: who, rec: rec, ws: ws, net: ws.NetConn()}
	c.line = c
	c.web, c.user, c.address, c.expires = true, who.Name, address, who.Expires
	c.frames, c.bytes = s.cfg.WS.QueueFrames, s.cfg.WS.QueueBytes
	ws.SetPingHandler(c.onPing)
	ws.SetPongHandler(c.onPong)
	ws.SetCloseHandler(c.onClose)
	return c
}

// read takes in what the client sends, until the connection is over.
func (c *conn) read() {
	defer c.end()
	defer c.contain()
	for {
		kind, r, err := c.ws.NextReader()
		if err != nil {
			c.broke(err)
			return
		}
		data, err := io.ReadAll(io.LimitReader(r, int64(c.s.cfg.WS.MaxFrame)+1))
		if err != nil {
			c.broke(err)
			return
		}
		c.heard.Store(time.Now().UnixMilli())
		switch {
		case c.closed(): // what comes now is passed over
		case len(data) > c.s.cfg.WS.MaxFrame:
			c.shut(closeTooBig, "the frame is too large")
		case kind == websocket.TextMessage && !utf8.Valid(data):
			c.shut(closeNotUTF8, "the frame is not UTF-8")
		default:
			c.s.metrics.framesIn.Inc()
			c.receive(kind == websocket.TextMessage, data)
		}
	}
}

// broke cuts a connection on which nothing can be read any more, but not one
// whose client has said goodbye: it shall see the answer.
func (c *conn) broke(err error) {
	if _, bye := errors.AsType[*websocket.CloseError](err); !bye {
		c.gone()
	}
}

// contain keeps a programmer's mistake within its connection.
func (c *conn) contain() {
	if p := recover(); p != nil {
		c.s.log.Error("socket panicked", "panic", p, "stack", string(debug.Stack()))
		c.gone()
	}
}

// end lets go of a connection of which nothing more is read.
func (c *conn) end() {
	c.mu.Lock()
	c.over = true
	idle := !c.writing || len(c.items) == 0
	c.mu.Unlock()
	if idle {
		_ = c.net.Close()
	}
	if c.rec != nil {
		c.rec.frames.leave(&c.follower)
	}
	c.s.sockets.remove(&c.follower)
}

func (c *conn) onPing(data string) error {
	c.heard.Store(time.Now().UnixMilli())
	c.sendItem(item{kind: itemPong, wire: wireControl(opPong, []byte(data))})
	return nil
}

func (c *conn) onPong(string) error {
	c.heard.Store(time.Now().UnixMilli())
	return nil
}

// onClose answers a close at once; what is queued is not waited for.
func (c *conn) onClose(code int, _ string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.code != 0 {
		return nil
	}
	c.items, c.size, c.own = nil, 0, nil
	c.close(code, "")
	return nil
}

// closeMessage is the close of a connection; its reason has at most 123 bytes.
func closeMessage(code int, text string) []byte {
	for len(text) > 123 {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return wireControl(opClose, websocket.FormatCloseMessage(code, text))
}

// wake implements line.
func (c *conn) wake() {
	if !c.writing && len(c.items) > 0 {
		c.writing = true
		c.s.wg.Go(c.write)
	}
}

// hurry implements line.
func (c *conn) hurry(at time.Time) { _ = c.net.SetWriteDeadline(at) }

// write writes what is queued, as much at once as there is.
func (c *conn) write() {
	out := c.s.sockets.output()
	defer c.s.sockets.giveBack(out)
	for {
		batch := c.batch(out.spare)
		if len(batch) == 0 {
			out.spare = batch
			return
		}
		c.s.metrics.framesOut.Add(float64(len(batch)))
		err := c.flush(out, batch)
		bye := batch[len(batch)-1].kind == itemClose
		clear(batch)
		out.spare = batch[:0]
		switch {
		case err != nil:
			c.gone()
			_ = c.net.Close()
		case bye:
			_ = c.net.SetReadDeadline(time.Now().Add(closeTime))
		}
	}
}

// batch takes what is to be written next. Nothing says that the writer is done.
func (c *conn) batch(spare []item) []item {
	c.mu.Lock()
	defer c.mu.Unlock()
	batch := c.take(spare)
	if len(batch) > 0 {
		at := c.closeBy
		if c.code == 0 {
			at = time.Now().Add(c.s.cfg.WS.PingInterval + c.s.cfg.WS.PongTimeout)
		}
		_ = c.net.SetWriteDeadline(at)
		return batch
	}
	c.writing = false
	if c.over {
		_ = c.net.Close()
	}
	return batch
}

// flush joins items into as few writes as possible.
func (c *conn) flush(out *output, batch []item) error {
	if len(batch) == 1 {
		_, err := c.net.Write(batch[0].wire)
		return err
	}
	out.buf = out.buf[:0]
	for i := range batch {
		if len(out.buf) > 0 && len(out.buf)+len(batch[i].wire) > writeSize {
			if _, err := c.net.Write(out.buf); err != nil {
				return err
			}
			out.buf = out.buf[:0]
		}
		out.buf = append(out.buf, batch[i].wire...)
	}
	_, err := c.net.Write(out.buf)
	return err
}

func (so *sockets) output() *output {
	return so.bufs.Get().(*output) //nolint:forcetypeassert // nothing else is in the pool
}

// giveBack keeps the buffers of a writer for the next one, unless they have
// become large.
func (so *sockets) giveBack(out *output) {
	if cap(out.buf) <= writeSize && cap(out.spare) <= ringFrames {
		so.bufs.Put(out)
	}
}

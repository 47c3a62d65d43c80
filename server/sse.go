package server

import (
	"net/http"
	"strconv"
	"time"
)

// eventLine is the connection of server-sent events: the request's goroutine
// writes, woken by a channel.
type eventLine struct {
	woken chan struct{} // has room for one
	rc    *http.ResponseController
}

// wake implements line.
func (l *eventLine) wake() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

// hurry implements line.
func (l *eventLine) hurry(at time.Time) { _ = l.rc.SetWriteDeadline(at) }

// serveEvents streams the frames of a session as server-sent events, from
// behind the last that the client saw.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) error {
	rec, err := s.ofRequest(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	from, name := q.Get("after"), "after"
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		from, name = last, "Last-Event-ID"
	}
	after, d, errs := streamQuery(from, name, q.Get("detail"))
	if len(errs) > 0 {
		return invalid(errs...)
	}
	if s.draining.Load() {
		return errDraining
	}
	if ended(rec) && rec.broken() == "" && after >= rec.seq() {
		w.WriteHeader(http.StatusNoContent) // which tells a browser not to come again
		return nil
	}
	if r.Method == http.MethodHead {
		eventsBegin(w)
		return nil
	}
	return s.stream(w, r, rec, d, after)
}

func eventsBegin(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
}

// stream writes until the session, the client or its token ends.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, rec *record, d detail, after uint64) error {
	who, address := caller(r), addressKey(infoOf(r).addr)
	line := &eventLine{woken: make(chan struct{}, 1), rc: http.NewResponseController(w)}
	f := &follower{
		line: line, level: d.level(), deltas: d == detailDeltas, echo: true, user: who.Name, address: address, expires: who.Expires,
		frames: s.cfg.WS.QueueFrames, bytes: s.cfg.WS.QueueBytes,
	}
	if !s.sockets.take(f.user, address) {
		return errFlood
	}
	after = rec.frames.begin(r.Context(), f, after)
	if !s.sockets.put(f, func() { rec.frames.join(s.ctx, f, after) }) {
		s.sockets.free(f.user, address)
		return errDraining
	}
	defer s.sockets.remove(f)
	defer rec.frames.leave(f)
	defer f.gone()
	eventsBegin(w)
	var out output
	for {
		select {
		case <-line.woken:
			if !s.writeEvents(w, line, f, &out) {
				return nil
			}
		case <-r.Context().Done():
			return nil
		}
	}
}

// writeEvents writes what is queued. False says that it was the last.
func (s *Server) writeEvents(w http.ResponseWriter, line *eventLine, f *follower, out *output) bool {
	for {
		f.mu.Lock()
		batch := f.take(out.spare)
		at := f.closeBy
		if f.code == 0 {
			at = time.Now().Add(s.cfg.WS.PingInterval + s.cfg.WS.PongTimeout)
		}
		_ = line.rc.SetWriteDeadline(at)
		f.mu.Unlock()
		if len(batch) == 0 {
			out.spare = batch
			return true
		}
		out.buf = out.buf[:0]
		for i := range batch {
			out.buf = appendEvent(out.buf, &batch[i])
		}
		_, err := w.Write(out.buf)
		if err == nil {
			err = line.rc.Flush()
		}
		if err != nil || batch[len(batch)-1].kind == itemClose {
			return false
		}
		clear(batch)
		out.spare = batch[:0]
	}
}

// appendEvent writes an item as an event. A ping is a comment, and what is for
// sockets alone is nothing.
func appendEvent(b []byte, it *item) []byte {
	switch {
	case it.kind == itemPing:
		return append(b, ": ping\n\n"...)
	case it.wire[0]&0xF == opText:
		if it.seq > 0 {
			b = append(strconv.AppendUint(append(b, "id: "...), it.seq, 10), '\n')
		}
		b = append(append(b, "data: "...), payload(it.wire)...)
		return append(b, "\n\n"...)
	default:
		return b
	}
}

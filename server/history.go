package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// How many frames a page of history has.
const (
	pageFrames    = 100
	maxPageFrames = 1000
	maxPageBytes  = 4 << 20
)

// messagesResponse is a page of what a socket would have shown.
type messagesResponse struct {
	Messages  []json.RawMessage `json:"messages"`
	NextAfter uint64            `json:"next_after"`
}

func (s *Server) listMessages(w http.ResponseWriter, r *http.Request) error {
	rec, err := s.ofRequest(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	after, d, errs := streamQuery(q.Get("after"), "after", q.Get("detail"))
	limit := pageFrames
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxPageFrames {
			errs = append(errs, fieldError{Loc: []any{"query", "limit"}, Msg: "must be a whole number from 1 to 1000", Type: "int_parsing"})
		}
		limit = n
	}
	if len(errs) > 0 {
		return invalid(errs...)
	}
	page, err := rec.frames.page(r.Context(), after, limit, d.level())
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, page)
	return nil
}

// streamQuery reads what a client says about where and how to read.
func streamQuery(after, afterName, detailName string) (uint64, detail, []fieldError) {
	var errs []fieldError
	n, err := parseAfter(after)
	if err != nil {
		errs = append(errs, fieldError{Loc: []any{"query", afterName}, Msg: "must be a seq: a whole number from 0", Type: "int_parsing"})
	}
	d, ok := parseDetail(detailName)
	if !ok {
		errs = append(errs, fieldError{Loc: []any{"query", "detail"}, Msg: "must be messages, turns or deltas", Type: "enum"})
	}
	return n, d, errs
}

// page reads frames after a number: at most limit, and not many bytes.
func (st *stream) page(ctx context.Context, after uint64, limit, level int) (*messagesResponse, error) {
	page := &messagesResponse{Messages: []json.RawMessage{}, NextAfter: after}
	p := st.reader(after)
	size := 0
	for e, err := range st.s.cfg.Store.Read(ctx, st.rec.id, p.pos) {
		if errors.Is(err, engine.ErrDamaged) && len(page.Messages) > 0 {
			break // who reads on is told
		}
		if errors.Is(err, engine.ErrNotFound) && st.rec.bereft() {
			return nil, engine.ErrDamaged
		}
		if err != nil {
			return nil, err
		}
		sh := p.next(&e, e.Seq > after)
		if sh == nil || sh.level > level {
			continue
		}
		page.Messages = append(page.Messages, sh.json(level))
		page.NextAfter = sh.seq
		if size += len(sh.body); len(page.Messages) >= limit || size > maxPageBytes {
			break
		}
	}
	return page, nil
}

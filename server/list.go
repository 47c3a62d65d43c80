package server

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// The bounds of a page.
const (
	defaultPage = 50
	maxPage     = 200
)

// sessionList is a page of a person's sessions, newest first.
type sessionList struct {
	Sessions   []SessionResponse `json:"sessions"`
	TotalCount int               `json:"total_count"` // after the filters, before paging
	NextCursor *string           `json:"next_cursor"` // null on the last page
}

func (s *Server) listSessions(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	limit, err := pageSize(q.Get("limit"))
	if err != nil {
		return err
	}
	status := q.Get("status")
	if err := checkStatus(status); err != nil {
		return err
	}
	l := listing{owner: caller(r).Name, template: q.Get("template"), status: status, before: q.Get("cursor"), limit: limit}
	ids, total, more := s.index.list(l)
	out := sessionList{Sessions: make([]SessionResponse, 0, len(ids)), TotalCount: total}
	if more {
		out.NextCursor = &ids[len(ids)-1]
	}
	for _, id := range ids {
		rec, err := s.lookup(r.Context(), id)
		if errors.Is(err, engine.ErrNotFound) {
			continue // it was removed meanwhile
		}
		if err != nil {
			return err
		}
		one, err := s.sessionResponse(r.Context(), rec, false)
		if err != nil {
			return err
		}
		out.Sessions = append(out.Sessions, one)
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

func pageSize(text string) (int, error) {
	if text == "" {
		return defaultPage, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxPage {
		return 0, invalid(fieldError{Loc: []any{"query", "limit"}, Type: "int_range", Msg: fmt.Sprintf("must be a number from 1 to %d", maxPage)})
	}
	return n, nil
}

func checkStatus(status string) error {
	states := []string{statusInitializing, statusActive, statusPaused, statusCompleted, statusStopped, statusFailed, statusExpired}
	if status == "" || slices.Contains(states, status) {
		return nil
	}
	return invalid(fieldError{Loc: []any{"query", "status"}, Type: "enum", Msg: "must be " + orList(states)})
}

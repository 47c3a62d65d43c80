package server

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
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
	found, err := s.matching(r.Context(), caller(r).Name, q.Get("template"), status)
	if err != nil {
		return err
	}
	out := sessionList{Sessions: []SessionResponse{}, TotalCount: len(found)}
	if cursor := q.Get("cursor"); cursor != "" {
		found = slices.DeleteFunc(found, func(rec *record) bool { return rec.id >= cursor })
	}
	if len(found) > limit {
		found = found[:limit]
		out.NextCursor = &found[limit-1].id
	}
	for _, rec := range found {
		one, err := s.sessionResponse(r.Context(), rec)
		if err != nil {
			return err
		}
		out.Sessions = append(out.Sessions, one)
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// matching are a person's sessions that pass the filters, newest first.
func (s *Server) matching(ctx context.Context, owner, template, status string) ([]*record, error) {
	var found []*record
	for _, rec := range slices.Backward(s.records.of(owner)) {
		if template != "" && rec.template != template {
			continue
		}
		if status != "" {
			info, err := rec.session.Info(ctx)
			if err != nil {
				return nil, err
			}
			if statusOf(rec, &info) != status {
				continue
			}
		}
		found = append(found, rec)
	}
	return found, nil
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

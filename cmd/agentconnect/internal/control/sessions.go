package control

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/server"
)

// Sessions are all sessions of a server, whoever they belong to.
type Sessions interface {
	List(ctx context.Context, f server.Filter) (list []server.SessionSummary, next string, err error)
	Show(ctx context.Context, id string) (server.SessionDetail, error)
	Export(ctx context.Context, id string, w io.Writer) error
	Import(ctx context.Context, r io.Reader, o server.ImportOptions) (id string, err error)
	Fork(ctx context.Context, id string, o server.ForkOptions) (server.SessionSummary, error)
	Replay(ctx context.Context, id string) (*engine.Divergence, error)
	Explain(ctx context.Context, id string) (engine.Explanation, error)
	Nodes(ctx context.Context) ([]server.NodeSummary, error)
}

// page is a part of a list.
type page struct {
	Sessions []server.SessionSummary `json:"sessions"`
	Next     string                  `json:"next,omitempty"`
}

// about names a session, and what is wanted of it.
type about[T any] struct {
	ID      string `json:"id"`
	Options T      `json:"options,omitzero"`
}

// named is a session that is named by its id alone.
type named = about[struct{}]

// serveSessions does the commands about sessions.
func serveSessions(stop context.Context, m *http.ServeMux, s Sessions) {
	m.HandleFunc("POST /sessions/list", answer(func(ctx context.Context, f server.Filter) (page, error) {
		list, next, err := s.List(ctx, f)
		return page{list, next}, err
	}))
	m.HandleFunc("POST /sessions/show", answer(func(ctx context.Context, n named) (server.SessionDetail, error) { return s.Show(ctx, n.ID) }))
	m.HandleFunc("POST /sessions/replay", answer(func(ctx context.Context, n named) (*engine.Divergence, error) { return s.Replay(ctx, n.ID) }))
	m.HandleFunc("POST /sessions/explain", answer(func(ctx context.Context, n named) (engine.Explanation, error) { return s.Explain(ctx, n.ID) }))
	m.HandleFunc("POST /sessions/fork", answer(func(ctx context.Context, a about[server.ForkOptions]) (server.SessionSummary, error) {
		return s.Fork(ctx, a.ID, a.Options)
	}))
	m.HandleFunc("POST /nodes", answer(func(ctx context.Context, _ struct{}) ([]server.NodeSummary, error) { return s.Nodes(ctx) }))
	m.HandleFunc("GET /sessions/export", send(stop, func(ctx context.Context, r *http.Request, w io.Writer) (any, error) {
		return nil, s.Export(ctx, r.URL.Query().Get("id"), w)
	}))
	m.HandleFunc("POST /sessions/import", receive(stop, func(ctx context.Context, r *http.Request, body io.Reader) (any, error) {
		var o server.ImportOptions
		if err := json.Unmarshal([]byte(r.URL.Query().Get("options")), &o); err != nil {
			return nil, err
		}
		return s.Import(ctx, body, o)
	}))
}

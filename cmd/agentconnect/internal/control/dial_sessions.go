package control

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/server"
)

type remoteSessions struct{ r *Remote }

// List implements [Sessions].
func (s remoteSessions) List(ctx context.Context, f server.Filter) ([]server.SessionSummary, string, error) {
	p, err := ask[page](ctx, s.r, "sessions/list", f)
	return p.Sessions, p.Next, err
}

// Show implements [Sessions].
func (s remoteSessions) Show(ctx context.Context, id string) (server.SessionDetail, error) {
	return ask[server.SessionDetail](ctx, s.r, "sessions/show", named{ID: id})
}

// Replay implements [Sessions].
func (s remoteSessions) Replay(ctx context.Context, id string) (*engine.Divergence, error) {
	return ask[*engine.Divergence](ctx, s.r, "sessions/replay", named{ID: id})
}

// Explain implements [Sessions].
func (s remoteSessions) Explain(ctx context.Context, id string) (engine.Explanation, error) {
	return ask[engine.Explanation](ctx, s.r, "sessions/explain", named{ID: id})
}

// Fork implements [Sessions].
func (s remoteSessions) Fork(ctx context.Context, id string, o server.ForkOptions) (server.SessionSummary, error) {
	return ask[server.SessionSummary](ctx, s.r, "sessions/fork", about[server.ForkOptions]{id, o})
}

// Nodes implements [Sessions].
func (s remoteSessions) Nodes(ctx context.Context) ([]server.NodeSummary, error) {
	return ask[[]server.NodeSummary](ctx, s.r, "nodes", struct{}{})
}

// ask sends a command and takes its answer.
func ask[T any](ctx context.Context, r *Remote, path string, in any) (T, error) {
	var out T
	err := r.ask(ctx, path, in, &out)
	return out, err
}

// Export implements [Sessions].
func (s remoteSessions) Export(ctx context.Context, id string, w io.Writer) error {
	_, err := s.r.stream(ctx, "sessions/export?id="+url.QueryEscape(id), w)
	return err
}

// Import implements [Sessions].
func (s remoteSessions) Import(ctx context.Context, r io.Reader, o server.ImportOptions) (id string, err error) {
	text, err := json.Marshal(o)
	if err != nil {
		return "", err
	}
	err = s.r.call(ctx, http.MethodPost, "sessions/import?options="+url.QueryEscape(string(text)), r, &id)
	return id, err
}

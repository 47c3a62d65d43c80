package server

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// consolePath is where people begin.
const consolePath = "/console/"

// probeTime bounds how long readiness waits for the store.
const probeTime = 2 * time.Second

func (s *Server) systemRoutes() []route {
	return []route{
		{method: "GET", path: "/", public: true, handle: s.landing},
		{method: "GET", path: "/healthz", public: true, handle: s.healthz},
		{method: "GET", path: "/readyz", public: true, handle: s.readyz},
		{method: "GET", path: "/metrics", public: true, handle: s.showMetrics},
		{method: "GET", path: "/openapi.json", public: true, handle: s.showOpenAPI},
		{method: "GET", path: "/asyncapi.json", public: true, handle: s.showAsyncAPI},
		{method: "GET", path: "/docs", public: true, handle: s.showDocs},
		{method: "GET", path: consolePath, public: true, handle: s.toDocs},
		{method: "GET", path: "/v1/models", class: classQuery, handle: s.listModels},
		{method: "POST", path: "/v1/chat/completions", class: classMessage, handle: s.complete},
	}
}

// health is what a server says about itself.
type health struct {
	Status    string `json:"status"` // healthy, alive or ready
	Service   string `json:"service"`
	Version   string `json:"version,omitempty"`
	Timestamp string `json:"timestamp"`
}

func (s *Server) health(status string) health {
	return health{Status: status, Service: "agentconnect", Version: s.cfg.Version, Timestamp: timestamp(time.Now())}
}

// landing sends browsers to something for people, and tells everybody else
// that the server is there.
func (s *Server) landing(w http.ResponseWriter, r *http.Request) error {
	w.Header().Add("Vary", "Accept")
	if !wantsHTML(r) {
		writeJSON(w, http.StatusOK, s.health("healthy"))
		return nil
	}
	redirect(w, r, consolePath)
	return nil
}

// wantsHTML says whether a request comes from a browser that shows pages.
func wantsHTML(r *http.Request) bool {
	for _, line := range r.Header.Values("Accept") {
		for part := range strings.SplitSeq(line, ",") {
			kind, params, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(kind), "text/html") && strings.ReplaceAll(params, " ", "") != "q=0" {
				return true
			}
		}
	}
	return false
}

// toDocs is what stands for a console: the description of all that can be done,
// for people.
func (s *Server) toDocs(w http.ResponseWriter, r *http.Request) error {
	redirect(w, r, "/docs")
	return nil
}

// redirect sends a browser elsewhere, under the prefix that it has used.
func redirect(w http.ResponseWriter, r *http.Request, to string) {
	if strings.HasPrefix(r.URL.Path, "/api") {
		to = "/api" + to
	}
	http.Redirect(w, r, to, http.StatusFound)
}

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, http.StatusOK, s.health("alive"))
	return nil
}

// readyz says whether the server takes new work: it does not while it drains,
// and when its store does not answer.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) error {
	if s.draining.Load() {
		return errDraining
	}
	if err := s.probe(r.Context()); err != nil {
		return errStore.because(err)
	}
	writeJSON(w, http.StatusOK, s.health("ready"))
	return nil
}

// probe asks the store about a session that does not exist.
func (s *Server) probe(ctx context.Context) error {
	if err := s.cfg.Store.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	for _, err := range s.cfg.Store.Read(ctx, "session_readiness", 0) {
		if err != nil && !errors.Is(err, engine.ErrNotFound) {
			return err
		}
		break
	}
	return ctx.Err()
}

// showMetrics answers who asks from this machine, unless everybody may. A
// request that a proxy has passed on does not come from this machine.
func (s *Server) showMetrics(w http.ResponseWriter, r *http.Request) error {
	if !s.cfg.MetricsForAll && !fromHere(r) {
		return errNotLocal
	}
	promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
	return nil
}

func fromHere(r *http.Request) bool {
	for _, name := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip"} {
		if len(r.Header.Values(name)) > 0 {
			return false
		}
	}
	return peerAddr(r).IsLoopback()
}

var errNotLocal = &apiError{
	status: http.StatusForbidden, code: "FORBIDDEN",
	detail: `the figures are shown on the server's own machine only; server.metrics = "all" shows them to everybody`,
}

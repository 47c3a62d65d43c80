package server

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// Metrics are the figures of a server and of the engine behind it, in a
// registry of their own. No label names a user, a session or an agent: their
// number is bounded by the routes and the scenarios. Methods may be called
// concurrently.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec   // route, method, status
	took     *prometheus.HistogramVec // route
	refusals *prometheus.CounterVec   // class
	started  prometheus.Counter
	ended    *prometheus.CounterVec // outcome
	turns    *prometheus.CounterVec // result
	calls    *prometheus.CounterVec // provider, result
	tokens   *prometheus.CounterVec // provider, direction
	// framesIn and framesOut are those of sockets.
	framesIn, framesOut prometheus.Counter
}

// NewMetrics makes figures that are all zero. One value serves one server; give
// its Observe to the engine, too.
func NewMetrics() *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "agentconnect_" + name, Help: help}, labels)
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: counter("http_requests_total", "Answers to HTTP requests.", "route", "method", "status"),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "agentconnect_http_request_duration_seconds", Help: "How long answers took; streams count until they end.",
			Buckets: []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route"}),
		refusals: counter("refusals_total", "Requests and messages that a limit refused.", "class"),
		started:  prometheus.NewCounter(prometheus.CounterOpts{Name: "agentconnect_sessions_created_total", Help: "Sessions that were created."}),
		ended:    counter("sessions_ended_total", "Sessions that ended.", "outcome"),
		turns:    counter("turns_total", "Turns of agents and people that ended.", "result"),
		calls:    counter("model_calls_total", "Calls to models that ended.", "provider", "result"),
		tokens:   counter("model_tokens_total", "Tokens of calls to models.", "provider", "direction"),
	}
	frames := counter("frames_total", "Frames of WebSockets.", "direction")
	m.framesIn, m.framesOut = frames.WithLabelValues("in"), frames.WithLabelValues("out")
	m.registry.MustRegister(
		m.requests, m.took, m.refusals, frames, m.started, m.ended, m.turns, m.calls, m.tokens,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// serve adds what a server can only tell when it is asked.
func (m *Metrics) serve(s *Server) error {
	gauge := func(name, help string, count func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "agentconnect_" + name, Help: help}, func() float64 { return float64(count()) })
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "agentconnect_build_info", Help: "Always 1.", ConstLabels: prometheus.Labels{"version": s.cfg.Version},
	})
	build.Set(1)
	for _, c := range []prometheus.Collector{
		build,
		gauge("sessions_live", "Sessions that have not ended.", s.liveSessions),
		gauge("sockets", "Open WebSockets.", s.openSockets),
	} {
		if err := m.registry.Register(c); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) liveSessions() int { return s.index.live("") + s.index.talks("") }

func (s *Server) openSockets() int {
	n := 0
	for _, f := range s.sockets.list() {
		if f.web {
			n++
		}
	}
	return n
}

// Observe counts what a session has stored. It is meant for the Observe field
// of the engine's Config, and never waits.
func (m *Metrics) Observe(events []engine.Event) {
	for i := range events {
		m.observe(&events[i])
	}
}

func (m *Metrics) observe(e *engine.Event) {
	switch d := e.Data.(type) {
	case *engine.Created:
		m.started.Inc()
	case *engine.Ended:
		m.ended.WithLabelValues(string(d.Outcome)).Inc()
	case *engine.TurnFinished:
		m.turns.WithLabelValues("finished").Inc()
	case *engine.TurnFailed:
		m.turns.WithLabelValues("failed").Inc()
	case *engine.ModelAnswered:
		m.calls.WithLabelValues(d.Provider, "answered").Inc()
		m.use(d.Provider, e.Usage)
	case *engine.ModelFailed:
		m.calls.WithLabelValues(d.Provider, string(d.Kind)).Inc()
		m.use(d.Provider, e.Usage)
	}
}

func (m *Metrics) use(provider string, u *providers.Usage) {
	if u == nil {
		return
	}
	m.tokens.WithLabelValues(provider, "input").Add(float64(u.InputTokens))
	m.tokens.WithLabelValues(provider, "output").Add(float64(u.OutputTokens))
}

// refused counts what a limit refused.
func (m *Metrics) refused(c class) {
	if c == classNone {
		c = "connection"
	}
	m.refusals.WithLabelValues(string(c)).Inc()
}

// metered counts the answers of a route.
func (s *Server) metered(rt route, h http.Handler) http.Handler {
	method := rt.method
	if method == "" { // of no route: a client may write anything there
		method = "other"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, status := time.Now(), http.StatusInternalServerError // if it panics
		defer func() {
			s.metrics.requests.WithLabelValues(rt.path, method, strconv.Itoa(status)).Inc()
			s.metrics.took.WithLabelValues(rt.path).Observe(time.Since(start).Seconds())
			if status == http.StatusTooManyRequests {
				s.metrics.refused(rt.class)
			}
		}()
		h.ServeHTTP(w, r)
		if rec, ok := w.(*recorder); ok && rec.status != 0 {
			status = rec.status
		}
	})
}

package server

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// maxLogged bounds what the access log shows of a path and a query, in bytes.
const maxLogged = 1024

// outer is around everything: each answer gets a request id and the headers of
// CORS, a line in the access log, and a panic stays within its request.
func (s *Server) outer(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		info := &requestInfo{id: engine.NewID("req_"), addr: s.clientAddr(r)}
		r = r.WithContext(withInfo(ctx, info))
		rec := &recorder{ResponseWriter: w, info: info}
		if r.Method == http.MethodHead {
			rec.over = cancel
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		rec.Header().Set("X-Request-ID", info.id)
		rec.Header().Set("X-Content-Type-Options", "nosniff")
		rec.Header().Set("Cache-Control", "no-store")
		defer s.access(r, rec, start)
		defer s.contain(rec, r)
		if !s.cors(rec, r) {
			h.ServeHTTP(rec, r)
		}
	})
}

// contain keeps a programmer's mistake within its request: it is answered with
// 500, or cut off when the head of an answer is out already.
func (s *Server) contain(rec *recorder, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler { //nolint:errorlint // panicked with as it is
		panic(p)
	}
	s.log.ErrorContext(r.Context(), "request panicked", "request", rec.info.id, "panic", p, "stack", string(debug.Stack()))
	if rec.info.head && !rec.hijacked {
		panic(http.ErrAbortHandler)
	}
	if !rec.info.head {
		s.fail(rec, r, errInternal.because(fmt.Errorf("panic: %v", p)))
	}
}

// access writes the line of a request into the log. Of its headers it shows
// none, of its query nothing that could be secret.
func (s *Server) access(r *http.Request, rec *recorder, start time.Time) {
	attrs := []slog.Attr{
		slog.String("request", rec.info.id), slog.String("method", brieflyLogged(r.Method)), slog.String("path", brieflyLogged(r.URL.Path)),
		slog.Int("status", rec.status), slog.Int64("bytes", rec.bytes), slog.Duration("took", time.Since(start)),
		slog.String("address", rec.info.addr.String()),
	}
	if r.URL.RawQuery != "" {
		attrs = append(attrs, slog.String("query", brieflyLogged(redact(r.URL.RawQuery))))
	}
	if rec.info.caller.Name != "" {
		attrs = append(attrs, slog.String("user", rec.info.caller.Name))
	}
	s.log.LogAttrs(context.WithoutCancel(r.Context()), slog.LevelInfo, "request", attrs...)
}

func brieflyLogged(text string) string {
	if len(text) <= maxLogged {
		return text
	}
	return text[:maxLogged] + "…"
}

// redact hides the values of a query, except of those parameters that the
// contract names and that are no secrets.
func redact(query string) string {
	parts := strings.Split(query, "&")
	for i, part := range parts {
		key, _, given := strings.Cut(part, "=")
		if name, err := url.QueryUnescape(key); given && (err != nil || !harmless(name)) {
			parts[i] = key + "=redacted"
		}
	}
	return strings.Join(parts, "&")
}

func harmless(parameter string) bool {
	switch parameter {
	case "after", "limit", "cursor", "status", "template", "capability", "detail":
		return true
	default:
		return false
	}
}

// recorder is a ResponseWriter that remembers what became of an answer.
type recorder struct {
	http.ResponseWriter
	info     *requestInfo
	status   int
	bytes    int64
	hijacked bool
	over     context.CancelFunc // ends a request of which the head is all, when it is out
}

// WriteHeader implements [http.ResponseWriter].
func (rec *recorder) WriteHeader(status int) {
	rec.ResponseWriter.WriteHeader(status)
	if rec.info.head || status < http.StatusOK && status != http.StatusSwitchingProtocols {
		return
	}
	rec.info.head, rec.status = true, status
	if rec.over != nil {
		rec.over()
	}
}

// Write implements [http.ResponseWriter].
func (rec *recorder) Write(b []byte) (int, error) {
	if !rec.info.head {
		rec.WriteHeader(http.StatusOK)
	}
	n, err := rec.ResponseWriter.Write(b)
	rec.bytes += int64(n)
	return n, err
}

// Flush implements [http.Flusher].
func (rec *recorder) Flush() {
	if !rec.info.head {
		rec.WriteHeader(http.StatusOK)
	}
	_ = http.NewResponseController(rec.ResponseWriter).Flush() // what is not sent now is sent later
}

// Hijack implements [http.Hijacker], which upgrades to WebSocket need.
func (rec *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(rec.ResponseWriter).Hijack()
	if err == nil {
		rec.info.head, rec.hijacked, rec.status = true, true, http.StatusSwitchingProtocols
	}
	return c, rw, err
}

// Unwrap lets [http.ResponseController] reach the writer below.
func (rec *recorder) Unwrap() http.ResponseWriter { return rec.ResponseWriter }

package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"
)

// The bounds of connections. Answers have none of their own, since some are
// streams; the server bounds each write of those.
const (
	headerTime = 10 * time.Second
	bodyTime   = 30 * time.Second
	idleTime   = 2 * time.Minute
	maxHeader  = 64 << 10 // bytes
)

func newHTTPServer(h http.Handler, cert *certificate, log *slog.Logger) *http.Server {
	s := &http.Server{
		Handler: patientBodies(h, bodyTime), ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	if cert != nil {
		s.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: cert.get}
	}
	return s
}

// patientBodies bounds how long a client may take to send a body. What comes
// after it, such as the end of a stream that is the answer, has all the time.
func patientBodies(h http.Handler, patience time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 && r.Body != nil {
			rc := http.NewResponseController(w)
			if rc.SetReadDeadline(time.Now().Add(patience)) == nil {
				r.Body = &patientBody{ReadCloser: r.Body, rc: rc}
			}
		}
		h.ServeHTTP(w, r)
	})
}

type patientBody struct {
	io.ReadCloser
	rc *http.ResponseController
}

// Read takes the deadline away once the body is there.
func (b *patientBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.rc.SetReadDeadline(time.Time{}) // the connection may be gone
	}
	return n, err
}

// certificate is that of the server, which can be replaced while it runs.
type certificate struct {
	file, key string
	pair      atomic.Pointer[tls.Certificate]
}

// openCertificate reads a certificate; it is nil when there is none.
func openCertificate(file, key string) (*certificate, error) {
	if file == "" {
		return nil, nil
	}
	c := &certificate{file: file, key: key}
	return c, c.reload()
}

// reload reads it again. The old one stays when that fails.
func (c *certificate) reload() error {
	if c == nil {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.file, c.key)
	if err != nil {
		return fmt.Errorf("server.tls_cert %s, server.tls_key %s: %w", c.file, c.key, err)
	}
	c.pair.Store(&pair)
	return nil
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.pair.Load(), nil }

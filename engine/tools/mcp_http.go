package tools

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// connect connects to a server by its address.
func (s *server) connect(ctx context.Context, m *specs.MCPTool) (*client, error) {
	u, err := url.Parse(m.URL)
	if err != nil {
		return nil, fmt.Errorf("its url: %w", plain(err))
	}
	life, cancel := context.WithCancel(s.pool.ctx)
	w := &wire{base: s.pool.client.Transport, life: life, host: u.Host, headers: map[string]string{}}
	for name, v := range m.Headers {
		w.headers[name] = v.Reveal()
	}
	t := &mcp.StreamableClientTransport{
		Endpoint: m.URL, HTTPClient: &http.Client{Transport: w, CheckRedirect: redirect}, MaxRetries: 2, MaxEventSize: maxMessage,
	}
	return s.pool.hello(ctx, t, cancel, nil)
}

// wire carries requests to a server: with the block's headers, and no longer
// than the connection's life.
type wire struct {
	base    http.RoundTripper
	life    context.Context //nolint:containedctx // the connection's
	host    string
	headers map[string]string
}

// RoundTrip implements [http.RoundTripper].
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	stop := context.AfterFunc(w.life, func() { cancel(context.Cause(w.life)) }) //nolint:contextcheck // both lives bound it
	end := func() {
		stop()
		cancel(nil)
	}
	req = req.Clone(ctx)
	if req.URL.Host == w.host {
		for name, v := range w.headers {
			req.Header.Set(name, v)
		}
	}
	resp, err := w.base.RoundTrip(req)
	if err != nil {
		end()
		return nil, err
	}
	b := &body{ReadCloser: resp.Body, end: end, left: maxMessage}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		b.left = -1 // its events are bounded one by one
	}
	resp.Body = b
	return resp, nil
}

// body is the body of a response of bounded size.
type body struct {
	io.ReadCloser
	end  func()
	left int // -1 is no bound
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left >= 0 {
		if b.left -= n; b.left < 0 {
			return 0, fmt.Errorf("the answer is longer than %d MiB", maxMessage>>20)
		}
	}
	return n, err
}

// Close implements io.Closer.
func (b *body) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}

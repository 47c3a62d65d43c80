package providers

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/url"
	"time"
)

// maxErrorBody bounds what is read of a failure's body, maxBody what is read
// of a reply, in bytes.
const (
	maxErrorBody = 64 << 10
	maxBody      = 16 << 20
)

// NewTransport makes the transport that all vendors of a process share, so
// that they share its connections. Replies are asked for uncompressed: a
// compressed stream arrives late, and may be larger than it looks.
func NewTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		MaxIdleConns:           512,
		MaxIdleConnsPerHost:    128,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 256 << 10,
	}
}

// tripper is the http.RoundTripper of a [Wire]. It adds the block's headers,
// bounds what is read, and answers with an [Error] instead of a response that
// is not a success: that is more than an http.RoundTripper may do by its
// contract, and means that no vendor's kit sees, retries or prints a failure.
type tripper struct {
	base    http.RoundTripper
	headers map[string]string
	failure func(int, http.Header, []byte) *Error
}

// RoundTrip makes one attempt.
func (t *tripper) RoundTrip(req *http.Request) (*http.Response, error) {
	if len(t.headers) > 0 {
		req = withHeaders(req, t.headers)
	}
	resp, err := t.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); resp.StatusCode/100 != 2 || kind == "text/html" {
		return nil, t.fail(resp)
	}
	resp.Body = &boundedBody{ReadCloser: resp.Body, left: maxBody}
	return resp, nil
}

func (t *tripper) fail(resp *http.Response) error {
	defer resp.Body.Close() //nolint:errcheck // read-only
	// What came of a body that breaks off is told all the same.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	if resp.StatusCode/100 == 2 {
		return &Error{
			Kind: Other, Status: resp.StatusCode,
			Message: "the answer is a web page" + titled(body) + " instead of a model's: check base_url, and whether a proxy stands in between",
		}
	}
	e := t.failure(resp.StatusCode, resp.Header, body)
	if at, err := resp.Location(); err == nil {
		e.Message = fmt.Sprintf("redirects to %s, which is not followed: set base_url to the address itself", at.Host)
	}
	return e
}

// withHeaders is a copy of a request with further headers; a request that is
// given to an http.RoundTripper must stay as it is.
func withHeaders(req *http.Request, headers map[string]string) *http.Request {
	next := *req
	next.Header = maps.Clone(req.Header)
	for name, value := range headers {
		next.Header.Set(name, value)
	}
	if host := headers["Host"]; host != "" {
		next.Host = host
	}
	return &next
}

// boundedBody ends a reply that is too long with an error.
type boundedBody struct {
	io.ReadCloser

	left int
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, &Error{Kind: Other, Message: fmt.Sprintf("the reply is longer than %d MiB", maxBody>>20)}
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// unreachable is the failure of a call that got no answer at all, or lost its
// connection after the reply had started.
func unreachable(err error, started bool) *Error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err // what it adds is the address, which may hold a key
	}
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case started, errors.Is(err, io.ErrUnexpectedEOF):
		return &Error{Kind: Cut, Message: "the connection broke off: " + err.Error(), Err: err}
	case untrusted, plain, errors.Is(err, http.ErrSchemeMismatch):
		return &Error{Kind: Other, Message: "no connection: " + err.Error() + ": check base_url", Err: err}
	case errors.Is(err, io.EOF):
		return &Error{Kind: Overloaded, Message: "the connection was closed without an answer", Err: err}
	default:
		return &Error{Kind: Overloaded, Message: "no connection: " + err.Error(), Err: err}
	}
}

package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

const (
	// maxRedirects is how often a service may send a request elsewhere.
	maxRedirects = 3
	// maxExcerpt bounds what is told of the body of a refusal, in bytes.
	maxExcerpt = 2 << 10
	// defaultResult bounds a response where the block does not say, in bytes.
	defaultResult = 64 << 10
)

// request is an http block, ready to be filled.
type request struct {
	method   string
	url      *urlTemplate
	headers  map[string]string
	query    map[string]string
	body     string
	used     map[string]bool // the inputs that stand somewhere
	most     int             // bytes of the response
	client   *http.Client
	redactor *providers.Redactor
}

func newClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			ForceAttemptHTTP2: true, MaxIdleConns: 100, MaxIdleConnsPerHost: 16, IdleConnTimeout: 90 * time.Second,
			TLSHandshakeTimeout: 10 * time.Second, MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: redirect,
	}
}

// redirect follows a service within its own host: elsewhere its headers, which
// may hold secrets, and its inputs are nobody's business.
func redirect(req *http.Request, via []*http.Request) error {
	switch from := via[0].URL; {
	case len(via) > maxRedirects:
		return fmt.Errorf("more than %d redirects", maxRedirects)
	case req.URL.Host != from.Host:
		return fmt.Errorf("it redirects to another host, %s", req.URL.Host)
	case from.Scheme == "https" && req.URL.Scheme != "https":
		return errors.New("it redirects from https to http")
	default:
		return nil
	}
}

// http makes a tool of a request.
func (p *Pool) http(t *specs.Tool) (func(context.Context, json.RawMessage) (string, error), error) {
	h := t.HTTP
	r := &request{
		method: h.Method, headers: map[string]string{}, query: h.Query, body: h.Body, most: t.MaxResult, client: p.client, used: map[string]bool{},
	}
	if r.method == "" {
		r.method = http.MethodGet
	}
	if r.most == 0 {
		r.most = defaultResult
	}
	var secrets []string
	for name, secret := range h.Headers {
		r.headers[name] = secret.Reveal()
		secrets = append(secrets, secret.Reveal())
		if _, token, ok := strings.Cut(secret.Reveal(), " "); ok {
			secrets = append(secrets, token) // without its scheme
		}
	}
	r.redactor = providers.NewRedactor(secrets...)
	var err error
	if r.url, err = parseURL(h.URL); err != nil {
		return nil, err
	}
	texts := slices.Collect(maps.Values(r.headers))
	texts = slices.AppendSeq(texts, maps.Values(r.query))
	for _, text := range append(texts, h.URL, h.Body) {
		for _, name := range placeholders(text) {
			r.used[name] = true
		}
	}
	return r.call, nil
}

func (r *request) call(ctx context.Context, arguments json.RawMessage) (string, error) {
	input, err := object(arguments)
	if err != nil {
		return "", err
	}
	req, err := r.fill(ctx, input)
	if err != nil {
		return "", r.redactor.Error(err)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return "", r.redactor.Error(failure(req, err))
	}
	defer resp.Body.Close() //nolint:errcheck // read-only
	text, err := r.read(resp)
	return r.redactor.Known(text), r.redactor.Error(err)
}

// fill makes the request for these inputs.
func (r *request) fill(ctx context.Context, input map[string]any) (*http.Request, error) {
	u, err := r.url.fill(input)
	if err != nil {
		return nil, err
	}
	if len(r.query) > 0 {
		q := u.Query()
		for name, text := range r.query {
			q.Set(name, fillText(text, input, asIs))
		}
		u.RawQuery = q.Encode()
	}
	header := http.Header{"User-Agent": {"agentconnect"}, "Accept": {"application/json, text/*;q=0.9, */*;q=0.5"}}
	for name, text := range r.headers {
		value := fillText(text, input, asIs)
		if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
			return nil, fmt.Errorf("the input for the header %s has characters that a header cannot have", name)
		}
		header.Set(name, value)
	}
	body, kind, err := r.content(header.Get("Content-Type"), input)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if len(body) == 0 {
		req.Body, req.GetBody = nil, nil
	} else if header.Get("Content-Type") == "" {
		header.Set("Content-Type", kind)
	}
	req.Header = header
	if host := header.Get("Host"); host != "" {
		req.Host = host
	}
	return req, nil
}

// content is the body: the block's, filled, or the inputs that are used nowhere
// as JSON.
func (r *request) content(kind string, input map[string]any) (body []byte, is string, err error) {
	if r.body != "" {
		escape, is := bodyEscape(kind, r.body)
		return []byte(fillText(r.body, input, escape)), is, nil
	}
	rest := map[string]any{}
	for name, v := range input {
		if !r.used[name] {
			rest[name] = v
		}
	}
	if len(rest) == 0 {
		return nil, "", nil
	}
	body, err = json.Marshal(rest)
	return body, "application/json", err
}

// read takes a response: its text, or what is wrong with it.
func (r *request) read(resp *http.Response) (string, error) {
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		b, _ := io.ReadAll(io.LimitReader(resp.Body, maxExcerpt)) // what has come of it
		text := "the service answers " + resp.Status
		if body := strings.TrimSpace(string(b)); body != "" && isText(b) {
			text += ": " + cut(body, maxExcerpt)
		}
		return "", errors.New(text)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, int64(r.most)+1)) // the engine marks what is cut
	if err != nil {
		return "", fmt.Errorf("its answer broke off: %w", plain(err))
	}
	if !isText(b) {
		kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
		return fmt.Sprintf("[%d bytes of %s, which is no text]", len(b), kind), nil
	}
	return string(b), nil
}

// isText says whether bytes are text; its last character may be cut.
func isText(b []byte) bool {
	for range utf8.UTFMax {
		if utf8.Valid(b) {
			return true
		}
		b = b[:max(0, len(b)-1)]
	}
	return false
}

// failure is why a request got no answer, without its address: that may hold
// what is nobody's business.
func failure(req *http.Request, err error) error {
	if cause := context.Cause(req.Context()); cause != nil {
		return cause
	}
	return fmt.Errorf("%s cannot be reached: %w", req.URL.Host, plain(err))
}

// plain takes an error out of the wrapping that quotes an address.
func plain(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

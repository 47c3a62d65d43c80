package tools

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// service is a web service that tells of the last request that it got.
type service struct {
	*httptest.Server
	method, uri, body string
	header            http.Header
}

func serving(t *testing.T) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		s.method, s.uri, s.body, s.header = r.Method, r.RequestURI, string(b), r.Header
		switch {
		case strings.HasPrefix(r.URL.Path, "/echo"):
			_, _ = io.WriteString(w, "hello "+r.Header.Get("X-Key"))
		case r.URL.Path == "/refuse":
			w.Header().Set("X-Internal", "do not tell")
			http.Error(w, "no "+r.Header.Get("X-Key"), http.StatusTeapot)
		case r.URL.Path == "/flood":
			for range 1000 {
				if _, err := io.WriteString(w, strings.Repeat("f", 1<<16)); err != nil {
					return
				}
			}
		case r.URL.Path == "/binary":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte{0x89, 'P', 'N', 'G', 0xff, 0xfe, 0, 1, 2, 3})
		case r.URL.Path == "/away":
			http.Redirect(w, r, "http://127.0.0.1:1/echo", http.StatusFound)
		case r.URL.Path == "/near":
			http.Redirect(w, r, "/echo", http.StatusFound)
		case r.URL.Path == "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case r.URL.Path == "/hang":
			<-r.Context().Done()
		case r.URL.Path == "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
		}
	}))
	t.Cleanup(s.Close)
	return s
}

const anything = `{"type":"object","properties":{"a":{},"b":{}}}`

func (s *service) tool(h specs.HTTPTool) *specs.Tool {
	h.URL = s.URL + h.URL
	return &specs.Tool{
		Block: specs.Block{Name: "web"}, HTTP: &h, Input: json.RawMessage(anything), MaxResult: 1000, Approval: "never",
	}
}

func one(t *testing.T, block *specs.Tool) engine.Tool {
	t.Helper()
	_, byName := open(t, block)
	return byName[block.Name][0]
}

func TestHTTPRequest(t *testing.T) {
	secret := map[string]specs.Secret{"X-Key": specs.NewSecret("key-0123456789")}
	for name, c := range map[string]struct {
		tool                       specs.HTTPTool
		arguments, uri, body, kind string
	}{
		"path":         {specs.HTTPTool{URL: "/echo/{a}/x"}, `{"a":"b/c?d#e%"}`, "/echo/b%2Fc%3Fd%23e%25/x", "", ""},
		"query in url": {specs.HTTPTool{URL: "/echo?q={a}&n=1"}, `{"a":"x&n=2 +"}`, "/echo?q=x%26n%3D2+%2B&n=1", "", ""},
		"query":        {specs.HTTPTool{URL: "/echo?n=1", Query: map[string]string{"q": "<{a}>"}}, `{"a":"x&y"}`, "/echo?n=1&q=%3Cx%26y%3E", "", ""},
		"numbers":      {specs.HTTPTool{URL: "/echo/{a}/{b}"}, `{"a":1.5,"b":true}`, "/echo/1.5/true", "", ""},
		"rest":         {specs.HTTPTool{Method: "POST", URL: "/echo/{a}"}, `{"a":"x","b":{"c":[1]}}`, "/echo/x", `{"b":{"c":[1]}}`, "application/json"},
		"json body": {
			specs.HTTPTool{Method: "PUT", URL: "/echo", Body: `{"text": "say {a}", "list": {b}}`},
			`{"a":"\"}, {b}","b":["x"]}`, "/echo",
			`{"text": "say \"}, {b}", "list": ["x"]}`, "application/json",
		},
		"form": {
			specs.HTTPTool{Method: "POST", URL: "/echo", Body: "a={a}", Headers: map[string]specs.Secret{"Content-Type": specs.NewSecret("application/x-www-form-urlencoded")}},
			`{"a":"x&b=1"}`, "/echo", "a=x%26b%3D1", "application/x-www-form-urlencoded",
		},
		"text":        {specs.HTTPTool{Method: "POST", URL: "/echo", Body: "Dear {a},"}, `{"a":"{b}"}`, "/echo", "Dear {b},", "text/plain; charset=utf-8"},
		"not given":   {specs.HTTPTool{Method: "POST", URL: "/echo", Body: `{"a": {a}}`}, `{}`, "/echo", `{"a": null}`, "application/json"},
		"dots inside": {specs.HTTPTool{URL: "/echo/v{a}"}, `{"a":".."}`, "/echo/v..", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := serving(t)
			if c.tool.Headers == nil {
				c.tool.Headers = secret
			}
			got, err := one(t, s.tool(c.tool)).Call(t.Context(), json.RawMessage(c.arguments))
			if err != nil {
				t.Fatal(err)
			}
			if s.uri != c.uri || s.body != c.body || s.header.Get("Content-Type") != c.kind {
				t.Errorf("got %s %q as %q, want %s %q as %q", s.uri, s.body, s.header.Get("Content-Type"), c.uri, c.body, c.kind)
			}
			if strings.Contains(got, "0123456789") {
				t.Errorf("the result has the secret: %s", got)
			}
		})
	}
}

func TestHTTPFailure(t *testing.T) {
	for path, want := range map[string]string{
		"/refuse": "the service answers 418 I'm a teapot: no (secret)", "/away": "it redirects to another host, 127.0.0.1:1",
		"/round": "more than 3 redirects", "/cut": "its answer broke off", "/echo/{a}": `".." cannot be a part of the address`,
	} {
		t.Run(strings.Trim(path, "/{}"), func(t *testing.T) {
			s := serving(t)
			tool := one(t, s.tool(specs.HTTPTool{URL: path, Headers: map[string]specs.Secret{"X-Key": specs.NewSecret("key-0123456789")}}))
			text, err := tool.Call(t.Context(), json.RawMessage(`{"a":".."}`))
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "0123456789") || strings.Contains(err.Error(), "do not tell") {
				t.Errorf("got %q, %v; want %q", text, err, want)
			}
		})
	}
}

func TestHTTPResponse(t *testing.T) {
	s := serving(t)
	call := func(path string) (string, error) {
		return one(t, s.tool(specs.HTTPTool{URL: path})).Call(t.Context(), nil)
	}
	if got, err := call("/flood"); err != nil || len(got) != 1001 {
		t.Errorf("a flood: %d bytes, %v; want 1001, which the engine cuts", len(got), err)
	}
	if got, err := call("/binary"); err != nil || got != "[10 bytes of image/png, which is no text]" {
		t.Errorf("a picture: %q, %v", got, err)
	}
	if got, err := call("/near"); err != nil || got != "hello " {
		t.Errorf("a redirect: %q, %v", got, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := one(t, s.tool(specs.HTTPTool{URL: "/hang"})).Call(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a service that hangs: %v", err)
	}
	s.Close()
	if _, err := call("/echo?token=abc"); err == nil || strings.Contains(err.Error(), "token") || !strings.Contains(err.Error(), "cannot be reached") {
		t.Errorf("a service that is away: %v", err)
	}
}

func TestHTTPHeader(t *testing.T) {
	s := serving(t)
	tool := one(t, s.tool(specs.HTTPTool{URL: "/echo", Headers: map[string]specs.Secret{"X-Key": specs.NewSecret("k {a}")}}))
	if got, err := tool.Call(t.Context(), json.RawMessage(`{"a":"ann"}`)); err != nil || s.header.Get("X-Key") != "k ann" {
		t.Errorf("got %q, %v; the header is %q", got, err, s.header.Get("X-Key"))
	}
	if _, err := tool.Call(t.Context(), json.RawMessage(`{"a":"x\r\nX-Other: 1"}`)); err == nil {
		t.Error("an input with a line break got into a header")
	}
}

func TestHTTPHostIsFixed(t *testing.T) {
	p := Open(Config{})
	defer p.Close()
	_, err := p.Of(&specs.Config{Tools: []*specs.Tool{{Block: specs.Block{Name: "web"}, HTTP: &specs.HTTPTool{URL: "https://{a}.example/x"}, Input: json.RawMessage(anything)}}})
	if err == nil || !strings.Contains(err.Error(), "tool.web: its url has an input in the place of the host") {
		t.Errorf("got %v", err)
	}
}

func TestArgumentsAreChecked(t *testing.T) {
	block := &specs.Tool{
		Block: specs.Block{Name: "web"}, HTTP: &specs.HTTPTool{URL: "http://127.0.0.1:1/"}, Approval: "always",
		Input: json.RawMessage(`{"type":"object","properties":{"n":{"type":"number"}},"required":["n"],"additionalProperties":false}`),
	}
	tool := one(t, block)
	if !tool.Approval {
		t.Error("the tool needs no approval")
	}
	for arguments, ok := range map[string]bool{`{"n":1}`: true, `{"n":"1"}`: false, `{}`: false, `{"n":1,"m":2}`: false, `null`: false, `[1]`: false} {
		if err := tool.Check(json.RawMessage(arguments)); (err == nil) != ok {
			t.Errorf("%s: got %v, want ok %t", arguments, err, ok)
		}
	}
}

// Whatever inputs there are: the host is the block's, a value stays in its
// segment and in its parameter, and JSON stays JSON with the value in it.
func FuzzFill(f *testing.F) {
	for _, s := range []string{"x", "..", ".", "../a", "a/b", "?q=1", "&n=2", "#", "%2e%2e", "\r\n", "\"}", "{b}", "@host", "\\", "\x00", "ü", "\xff"} {
		f.Add(s)
	}
	u, err := parseURL("https://host.example/v1/{a}/end?q={a}&n=1")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, a string) {
		var arg string
		b, _ := json.Marshal(a)
		if err := json.Unmarshal(b, &arg); err != nil {
			t.Fatal(err)
		}
		input := map[string]any{"a": arg, "b": "other"}
		got, err := u.fill(input)
		if err != nil {
			if arg != "." && arg != ".." {
				t.Errorf("%q: %v", arg, err)
			}
			return
		}
		again, err := url.Parse(got.String())
		if err != nil || again.Host != "host.example" || again.Scheme != "https" {
			t.Fatalf("%q gives %s (%v)", arg, got, err)
		}
		if parts := strings.Split(again.EscapedPath(), "/"); len(parts) != 4 || parts[1] != "v1" || parts[3] != "end" {
			t.Errorf("%q gives the path %s", arg, again.EscapedPath())
		}
		if q := again.Query(); q.Get("q") != arg || q.Get("n") != "1" || len(q) != 2 {
			t.Errorf("%q gives the query %v", arg, q)
		}
		var body struct {
			T string `json:"t"`
			V any    `json:"v"`
		}
		text := fillText(`{"t": "<{a}>", "v": {a}}`, input, asJSON)
		if err := json.Unmarshal([]byte(text), &body); err != nil || body.T != "<"+arg+">" || body.V != arg {
			t.Errorf("%q gives the body %s (%v)", arg, text, err)
		}
	})
}

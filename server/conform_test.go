package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
)

// described compares what a server says with its own description.
type described struct {
	api  map[string]any
	defs map[string]any

	mu      sync.Mutex // guards what follows
	schemas map[string]*jsonschema.Resolved
	seen    map[string]bool // "GET /path 200"
}

// theDescription is that of every server, whose routes are the same.
var theDescription = sync.OnceValues(func() (*described, error) {
	s := &Server{}
	docs, err := newDocuments("test", s.allRoutes())
	if err != nil {
		return nil, err
	}
	d := &described{defs: map[string]any{}, schemas: map[string]*jsonschema.Resolved{}, seen: map[string]bool{}}
	if err := json.Unmarshal(docs.openapi, &d.api); err != nil {
		return nil, err
	}
	text, err := json.Marshal(at(d.api, "components", "schemas"))
	if err != nil {
		return nil, err
	}
	text = bytes.ReplaceAll(text, []byte("#/components/schemas/"), []byte("#/$defs/"))
	if err := json.Unmarshal(text, &d.defs); err != nil {
		return nil, err
	}
	closeObjects(d.defs)
	return d, nil
})

func (d *described) schema(name string) (*jsonschema.Resolved, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.schemas[name]; r != nil {
		return r, nil
	}
	r, err := resolved(d.defs, name)
	d.schemas[name] = r
	return r, err
}

func resolved(defs map[string]any, name string) (*jsonschema.Resolved, error) {
	text, err := json.Marshal(map[string]any{"$ref": "#/$defs/" + name, "$defs": defs})
	if err != nil {
		return nil, err
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("schema %s: %w", name, err)
	}
	return s.Resolve(nil)
}

// closeObjects lets objects have no members but those that are described: the
// description shall be complete.
func closeObjects(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, open := v["additionalProperties"]; !open && v["properties"] != nil && v["type"] == "object" {
			v["additionalProperties"] = false
		}
		for _, below := range v {
			closeObjects(below)
		}
	case []any:
		for _, below := range v {
			closeObjects(below)
		}
	}
}

// operation finds the described path of a request.
func (d *described) operation(method, path string) (string, map[string]any) {
	if rest, ok := strings.CutPrefix(path, "/api"); ok {
		if path = rest; path == "" {
			path = "/"
		}
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	paths, _ := d.api["paths"].(map[string]any)
	for _, known := range slices.Sorted(maps.Keys(paths)) { // what is written out comes before what is in braces
		if o, ok := at(paths, known, strings.ToLower(method)).(map[string]any); ok && fits(known, path) {
			return known, o
		}
	}
	return "", nil
}

func fits(known, path string) bool {
	a, b := strings.Split(known, "/"), strings.Split(path, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && (!strings.HasPrefix(a[i], "{") || b[i] == "") {
			return false
		}
	}
	return true
}

// check says what of an answer is not as described, or nil.
func (d *described) check(r *http.Request, w *http.Response, body []byte) error {
	known, o := d.operation(r.Method, r.URL.EscapedPath())
	if o == nil {
		return nil // there is no such route
	}
	status := strconv.Itoa(w.StatusCode)
	answer, ok := at(o, "responses", status).(map[string]any)
	if !ok {
		return fmt.Errorf("%s %s: status %s is not described", r.Method, known, status)
	}
	if answer["$ref"] != nil {
		answer, _ = at(d.api, "components", "responses", status).(map[string]any)
	}
	d.mu.Lock()
	d.seen[r.Method+" "+known+" "+status] = true
	d.mu.Unlock()
	for name := range at(answer, "headers").(map[string]any) {
		if w.Header.Get(name) == "" && !strings.HasPrefix(name, "RateLimit") && name != "Retry-After" && status != "101" {
			return fmt.Errorf("%s %s: %s without the header %s", r.Method, known, status, name)
		}
	}
	content, _ := answer["content"].(map[string]any)
	if r.Method == http.MethodHead || len(content) == 0 {
		return nil
	}
	kind, _, _ := mime.ParseMediaType(w.Header.Get("Content-Type"))
	name, _ := at(content, kind, "schema", "$ref").(string)
	name = strings.TrimPrefix(name, "#/components/schemas/")
	if content[kind] == nil {
		return fmt.Errorf("%s %s: %s as %q is not described", r.Method, known, status, kind)
	}
	if name == "" || kind == "text/event-stream" {
		return nil
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return fmt.Errorf("%s %s: %s: %w", r.Method, known, status, err)
	}
	schema, err := d.schema(name)
	if err != nil {
		return err
	}
	if err := schema.Validate(v); err != nil {
		return fmt.Errorf("%s %s: %s is no %s: %w\n%s", r.Method, known, status, name, err, body)
	}
	return nil
}

// conforming is a transport that fails a test when an answer is not as
// described.
type conforming struct {
	t    testing.TB
	d    *described
	host string
	next http.RoundTripper
}

func (c conforming) RoundTrip(r *http.Request) (*http.Response, error) {
	w, err := c.next.RoundTrip(r)
	if err != nil || r.URL.Host != c.host || strings.HasPrefix(w.Header.Get("Content-Type"), "text/event-stream") {
		return w, err
	}
	body, err := io.ReadAll(w.Body)
	_ = w.Body.Close()
	w.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return w, err
	}
	if err := c.d.check(r, w, body); err != nil {
		c.t.Errorf("not as /openapi.json says: %v", err)
	}
	return w, nil
}

// conform checks all answers of a test server against its description.
func (ts *testServer) conform(tb testing.TB) *described {
	tb.Helper()
	d, err := theDescription()
	if err != nil {
		tb.Fatalf("description: %v", err)
	}
	ts.client.Transport = conforming{tb, d, strings.TrimPrefix(ts.url, "http://"), ts.client.Transport}
	return d
}

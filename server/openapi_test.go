package server

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The description has exactly the routes of the server.
func TestOpenAPIHasEveryRoute(t *testing.T) {
	ts := newTestServer(t, nil)
	want, got, ids := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, rt := range ts.allRoutes() {
		want[rt.method+" "+rt.path] = true
	}
	for _, o := range operations() {
		if got[o.route] || ids[o.id] {
			t.Errorf("%s (%s) is described twice", o.route, o.id)
		}
		got[o.route], ids[o.id] = true, true
	}
	if !maps.Equal(got, want) {
		t.Errorf("described: %v\nserved: %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
	w, api := ts.do(t, "GET", "/api/openapi.json", "", nil)
	if kind := w.Header.Get("Content-Type"); w.StatusCode != 200 || kind != "application/json" {
		t.Fatalf("got %d as %s", w.StatusCode, kind)
	}
	served := map[string]bool{}
	for path, item := range api["paths"].(map[string]any) {
		for method := range item.(map[string]any) {
			served[strings.ToUpper(method)+" "+path] = true
		}
	}
	if !maps.Equal(served, want) {
		t.Errorf("openapi.json has %v\nserved: %v", slices.Sorted(maps.Keys(served)), slices.Sorted(maps.Keys(want)))
	}
}

// members sees that an object has what it must have and nothing unknown.
func hasMembers(t *testing.T, where string, v any, required string, optional string) map[string]any {
	t.Helper()
	object, ok := v.(map[string]any)
	if !ok {
		t.Errorf("%s: got %T, want an object", where, v)
		return nil
	}
	for name := range strings.FieldsSeq(required) {
		if object[name] == nil {
			t.Errorf("%s: there is no %s", where, name)
		}
	}
	known := strings.Fields(required + " " + optional)
	for name := range object {
		if !slices.Contains(known, name) && !strings.HasPrefix(name, "x-") {
			t.Errorf("%s: unknown member %s", where, name)
		}
	}
	return object
}

// The description has the shape of OpenAPI 3.1, and every reference in it
// leads somewhere.
func TestOpenAPIShape(t *testing.T) {
	ts := newTestServer(t, nil)
	_, api := ts.do(t, "GET", "/openapi.json", "", nil)
	hasMembers(t, "document", api, "openapi info paths components", "servers security tags")
	check(t, api, "3.1.0", "openapi")
	hasMembers(t, "info", api["info"], "title version", "summary description")
	hasMembers(t, "components", api["components"], "schemas", "responses headers securitySchemes")
	for path, item := range api["paths"].(map[string]any) {
		for method, v := range hasMembers(t, path, item, "", "get post delete") {
			operationShape(t, strings.ToUpper(method)+" "+path, path, v)
		}
	}
	for name, v := range at(api, "components", "responses").(map[string]any) {
		answerShape(t, "response "+name, v)
	}
	references(t, api, api)
	d, err := theDescription()
	if err != nil {
		t.Fatal(err)
	}
	for name := range d.defs {
		if _, err := d.schema(name); err != nil {
			t.Errorf("schema %s: %v", name, err)
		}
	}
}

func operationShape(t *testing.T, where, path string, v any) {
	t.Helper()
	o := hasMembers(t, where, v, "operationId tags summary responses", "description parameters requestBody security")
	declared := map[string]bool{}
	params, _ := o["parameters"].([]any)
	for _, v := range params {
		p := hasMembers(t, where+" parameter", v, "name in schema", "description required")
		name, in := p["name"].(string), p["in"].(string)
		if declared[in+" "+name] {
			t.Errorf("%s: parameter %s is there twice", where, name)
		}
		declared[in+" "+name] = true
		if in == "path" && p["required"] != true {
			t.Errorf("%s: parameter %s of the path is not required", where, name)
		}
		if !slices.Contains([]string{"path", "query", "header"}, in) {
			t.Errorf("%s: parameter %s is in %s", where, name, in)
		}
	}
	for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
		if !declared["path "+m[1]] {
			t.Errorf("%s: parameter %s is not declared", where, m[1])
		}
	}
	if body := o["requestBody"]; body != nil {
		contentShape(t, where, hasMembers(t, where+" body", body, "content", "required description")["content"])
	}
	for status, v := range o["responses"].(map[string]any) {
		if !regexp.MustCompile(`^[1-5]\d\d$`).MatchString(status) {
			t.Errorf("%s: status %s", where, status)
		}
		answerShape(t, where+" "+status, v)
	}
}

func answerShape(t *testing.T, where string, v any) {
	t.Helper()
	if at(v, "$ref") != nil {
		hasMembers(t, where, v, "$ref", "")
		return
	}
	a := hasMembers(t, where, v, "description", "headers content")
	if a["content"] != nil {
		contentShape(t, where, a["content"])
	}
}

func contentShape(t *testing.T, where string, v any) {
	t.Helper()
	for kind, m := range v.(map[string]any) {
		if !strings.Contains(kind, "/") {
			t.Errorf("%s: media type %q", where, kind)
		}
		hasMembers(t, where+" "+kind, m, "schema", "")
	}
}

// references follows every $ref in a document.
func references(t *testing.T, root, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		if to, ok := v["$ref"].(string); ok {
			var path []any
			for step := range strings.SplitSeq(strings.TrimPrefix(to, "#/"), "/") {
				path = append(path, step)
			}
			if at(root, path...) == nil {
				t.Errorf("%s leads nowhere", to)
			}
		}
		for _, below := range v {
			references(t, root, below)
		}
	case []any:
		for _, below := range v {
			references(t, root, below)
		}
	}
}

func TestAsyncAPIShape(t *testing.T) {
	ts := newTestServer(t, nil)
	w, doc := ts.do(t, "GET", "/asyncapi.json", "", nil)
	if w.StatusCode != http.StatusOK {
		t.Fatalf("got %d", w.StatusCode)
	}
	hasMembers(t, "document", doc, "asyncapi info channels operations components", "defaultContentType servers")
	check(t, doc, "3.0.0", "asyncapi")
	check(t, doc, "test", "info", "version")
	for name, v := range doc["operations"].(map[string]any) {
		hasMembers(t, name, v, "action channel messages", "summary security")
	}
	for name, v := range at(doc, "components", "messages").(map[string]any) {
		hasMembers(t, name, v, "payload title", "summary")
	}
	references(t, doc, doc)
	// Every type of frame is there.
	text, err := json.Marshal(at(doc, "components", "messages"))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{frameText, framePing, frameError, frameInfo, frameSystem, frameResponse, frameStop, frameCooldown} {
		if !strings.Contains(string(text), `{"const":"`+kind+`"}`) {
			t.Errorf("no message is of type %s", kind)
		}
	}
}

// The frames of a socket are as described.
func TestFramesAreAsDescribed(t *testing.T) {
	ts := newTestServer(t, nil)
	_, doc := ts.do(t, "GET", "/asyncapi.json", "", nil)
	text, err := json.Marshal(doc["components"])
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.NewReplacer("#/components/schemas/", "#/$defs/").Replace(string(text)))
	var components map[string]map[string]any
	if err := json.Unmarshal(text, &components); err != nil {
		t.Fatal(err)
	}
	defs := components["schemas"]
	byType := map[string]string{
		frameText: "said", frameResponse: "response", frameSystem: "notice", frameStop: "stop",
		frameError: "error", framePing: "ping", frameInfo: "info",
	}
	for _, name := range byType {
		defs[name] = at(components["messages"][name], "payload")
	}
	id := ts.createChat(t, ann)
	c := ts.open(t, ann, id, "?detail=deltas")
	other := ts.open(t, ann, id, "")
	c.send(map[string]any{"type": "text", "content": "hello", "metadata": map[string]any{"client_id": "1"}})
	c.send(map[string]any{"type": "nonsense"})
	c.send(map[string]any{"type": "ping"})
	c.untilType(frameResponse)
	c.send(map[string]any{"type": "system", "metadata": map[string]any{"command": "pause"}})
	c.send(map[string]any{"type": "stop"})
	seen := map[string]int{}
	replay := ts.open(t, ann, id, "?detail=turns")
	for _, s := range []*socket{c, other, replay} {
		for {
			_ = s.ws.SetReadDeadline(deadline())
			_, data, err := s.ws.ReadMessage()
			if err != nil {
				break
			}
			var v map[string]any
			if err := json.Unmarshal(data, &v); err != nil {
				t.Fatal(err)
			}
			kind, _ := v["type"].(string)
			seen[kind]++
			schema, err := resolved(defs, byType[kind])
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(v); err != nil {
				t.Errorf("%s is not as described: %v", data, err)
			}
		}
	}
	for kind := range byType {
		if seen[kind] == 0 && kind != frameError && kind != framePing {
			t.Errorf("no frame of type %s came", kind)
		}
	}
}

func deadline() time.Time { return time.Now().Add(patience) }

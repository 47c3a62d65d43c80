package server

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The documents of the contract: docs/schemas.json has every shape once, for
// REST and for sockets.
//
//go:embed docs
var docFiles embed.FS

// operation is what /openapi.json says about a route. What follows from the
// route itself (its path's parameters, authentication, limits and their
// errors) is added by describe.
type operation struct {
	route         string // method and path
	id, tag       string
	summary, text string
	params        []parameter
	body          []media
	answers       []answer
	fails         []int // besides those that follow from the route
}

// parameter is a parameter of a query or a header.
type parameter struct {
	in, name, text string
	schema         tree
}

// media is a body in a media type; an empty schema is any.
type media struct{ kind, schema string }

// answer is an answer that is no error.
type answer struct {
	status int
	text   string
	bodies []media
}

// tree is a JSON schema, or any other object of a document.
type tree = map[string]any

func ref(kind, name string) tree { return tree{"$ref": "#/components/" + kind + "/" + name} }

// documents are what the server says about itself, ready to be sent.
type documents struct {
	openapi, asyncapi, page []byte
	policy                  string // the page's Content-Security-Policy
}

func (s *Server) showOpenAPI(w http.ResponseWriter, _ *http.Request) error {
	return showDocument(w, "application/json", s.pages.openapi)
}

func (s *Server) showAsyncAPI(w http.ResponseWriter, _ *http.Request) error {
	return showDocument(w, "application/json", s.pages.asyncapi)
}

func showDocument(w http.ResponseWriter, kind string, text []byte) error {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(text)
	return err
}

// newDocuments writes the documents for the routes of a server.
func newDocuments(version string, all []route) (documents, error) {
	var d documents
	schemas, err := readSchemas()
	if err != nil {
		return d, err
	}
	api := openAPI(version, all, schemas)
	if d.openapi, err = json.Marshal(api); err != nil {
		return d, err
	}
	if d.asyncapi, err = asyncAPI(version, schemas); err != nil {
		return d, err
	}
	d.page, d.policy, err = docsPage(api)
	return d, err
}

func readSchemas() (tree, error) {
	text, err := docFiles.ReadFile("docs/schemas.json")
	if err != nil {
		return nil, err
	}
	var schemas tree
	if err := json.Unmarshal(text, &schemas); err != nil {
		return nil, fmt.Errorf("docs/schemas.json: %w", err)
	}
	return schemas, nil
}

// openAPI is the description of all routes that have an operation.
func openAPI(version string, all []route, schemas tree) tree {
	paths := tree{}
	byRoute := map[string]operation{}
	for _, o := range operations() {
		byRoute[o.route] = o
	}
	for _, rt := range all {
		o, ok := byRoute[rt.method+" "+rt.path]
		if !ok {
			continue
		}
		item, _ := paths[rt.path].(tree)
		if item == nil {
			item = tree{}
			paths[rt.path] = item
		}
		item[strings.ToLower(rt.method)] = o.describe(rt)
	}
	return tree{
		"openapi": "3.1.0",
		"info": tree{
			"title": "AgentConnect", "version": orDefault(version, "unknown"),
			"summary":     "Sessions of people and agents.",
			"description": "Every route is served twice: as written, and under the prefix /api. Sockets are described in /asyncapi.json.",
		},
		"servers":  []any{tree{"url": "/"}, tree{"url": "/api", "description": "the same, under a prefix"}},
		"security": []any{tree{"bearer": []any{}}},
		"tags":     tags(),
		"paths":    paths,
		"components": tree{
			"schemas": schemas, "responses": errorAnswers(), "headers": limitHeaders(),
			"securitySchemes": tree{"bearer": tree{"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "POST /auth/login gives one."}},
		},
	}
}

func orDefault(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// describe is the operation in OpenAPI's form.
func (o operation) describe(rt route) tree {
	out := tree{"operationId": o.id, "tags": []any{o.tag}, "summary": o.summary, "responses": o.responses(rt)}
	if o.text != "" {
		out["description"] = o.text
	}
	if rt.public {
		out["security"] = []any{}
	}
	params := o.parameters(rt)
	if len(params) > 0 {
		out["parameters"] = params
	}
	if len(o.body) > 0 {
		out["requestBody"] = tree{"required": true, "content": contents(o.body)}
	}
	return out
}

func (o operation) parameters(rt route) []any {
	var list []any
	for _, name := range pathParameters(rt.path) {
		list = append(list, tree{"name": name, "in": "path", "required": true, "schema": tree{"type": "string"}})
	}
	for _, p := range o.params {
		one := tree{"name": p.name, "in": p.in, "schema": p.schema}
		if p.text != "" {
			one["description"] = p.text
		}
		list = append(list, one)
	}
	return list
}

// pathParameters are the names in a path's braces.
func pathParameters(path string) []string {
	var names []string
	for part := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}

func contents(list []media) tree {
	out := tree{}
	for _, m := range list {
		schema := tree{}
		switch {
		case m.schema != "":
			schema = ref("schemas", m.schema)
		case m.kind != "application/json":
			schema["type"] = "string"
		}
		out[m.kind] = tree{"schema": schema}
	}
	return out
}

func (o operation) responses(rt route) tree {
	out := tree{}
	for _, a := range o.answers {
		headers := tree{"X-Request-ID": ref("headers", "X-Request-ID")}
		if rt.class != classNone {
			for _, name := range []string{"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} {
				headers[name] = ref("headers", name)
			}
		}
		one := tree{"description": a.text, "headers": headers}
		if len(a.bodies) > 0 {
			one["content"] = contents(a.bodies)
		}
		out[strconv.Itoa(a.status)] = one
	}
	for _, status := range o.failing(rt) {
		out[strconv.Itoa(status)] = ref("responses", strconv.Itoa(status))
	}
	return out
}

// failing are the statuses of a route's errors.
func (o operation) failing(rt route) []int {
	fails := map[int]bool{http.StatusInternalServerError: true}
	for _, status := range o.fails {
		fails[status] = true
	}
	if !rt.public {
		fails[http.StatusUnauthorized] = true
		fails[http.StatusServiceUnavailable] = true // whoever vouches for a token may not answer
	}
	if rt.class != classNone {
		fails[http.StatusTooManyRequests] = true
	}
	if len(o.body) > 0 {
		for _, status := range []int{400, 413, 415, 422} {
			fails[status] = true
		}
	}
	if len(pathParameters(rt.path)) > 0 {
		fails[http.StatusNotFound] = true
		if !strings.Contains(rt.path, "{name}") && !rt.public {
			fails[http.StatusForbidden] = true
		}
	}
	if slices.ContainsFunc(o.params, func(p parameter) bool { return p.in == "query" }) && !rt.public {
		fails[http.StatusUnprocessableEntity] = true
	}
	return slices.Sorted(maps.Keys(fails))
}

// errorAnswers are the answers that are errors, by status.
func errorAnswers() tree {
	out := tree{}
	for status, text := range map[int]string{
		400: "The body is no JSON, or no form, that could be read.",
		401: "The token is missing, invalid or expired; at a login, the user name or the password is wrong.",
		403: "It is somebody else's.",
		404: "It does not exist.",
		409: "It does not go with the state that things are in; or the idempotency key was used with another body.",
		413: "The body has more than 1 MiB.",
		415: "The body is of another media type.",
		422: "The request is well-formed, but not valid; errors says where.",
		426: "Only a WebSocket handshake is answered here.",
		429: "A limit was reached. Without Retry-After time does not cure it.",
		500: "A mistake of the server's; the log tells more about the X-Request-ID.",
		503: "The server is shutting down, or cannot reach its store, a provider, or who vouches for the token.",
	} {
		headers := tree{"X-Request-ID": ref("headers", "X-Request-ID")}
		switch status {
		case http.StatusUnauthorized:
			headers["WWW-Authenticate"] = ref("headers", "WWW-Authenticate")
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			headers["Retry-After"] = ref("headers", "Retry-After")
		}
		out[strconv.Itoa(status)] = tree{
			"description": text, "headers": headers, "content": contents([]media{{"application/json", "Error"}}),
		}
	}
	return out
}

func limitHeaders() tree {
	header := func(kind, text string) tree { return tree{"schema": tree{"type": kind}, "description": text} }
	return tree{
		"X-Request-ID":        header("string", "Names the request in the log."),
		"WWW-Authenticate":    header("string", "Bearer."),
		"Retry-After":         header("integer", "Seconds until the next is allowed."),
		"RateLimit-Limit":     header("integer", "Requests a minute."),
		"RateLimit-Remaining": header("integer", "Requests that are left now."),
		"RateLimit-Reset":     header("integer", "Seconds until all are left again."),
	}
}

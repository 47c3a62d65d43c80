package google

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/internal/dialect"
)

// baseURL is where the service is, version that of its API.
const (
	baseURL = "https://generativelanguage.googleapis.com"
	version = "v1beta"
)

// Keys are the environment variables that may hold the key, the first that is
// set counts.
func Keys() []string { return []string{"GEMINI_API_KEY", "GOOGLE_API_KEY"} }

// Config is a provider of this dialect.
type Config struct {
	APIKey string
	// BaseURL is the address below which v1beta/models is; empty stands for the
	// vendor's.
	BaseURL string
	// Wire reaches the vendor; its Failure should be [Failure].
	Wire *providers.Wire
}

// Model is a provider of this dialect.
type Model struct {
	base, key  string
	wire       *providers.Wire
	signatures signatures
}

// New makes a provider. The error says which argument is wrong.
func New(c Config) (*Model, error) {
	base, err := dialect.Base(c.BaseURL, baseURL, version)
	if err != nil {
		return nil, err
	}
	if c.Wire == nil {
		return nil, errors.New("google has no wire")
	}
	return &Model{base: base + "/" + version, key: c.APIKey, wire: c.Wire}, nil
}

// Stream answers a request.
func (m *Model) Stream(ctx context.Context, req *providers.Request) iter.Seq2[providers.Chunk, error] {
	return m.wire.Stream(ctx, req, func(ctx context.Context) iter.Seq2[providers.Chunk, error] {
		return func(yield func(providers.Chunk, error) bool) {
			if err := m.call(ctx, req, yield); err != nil {
				yield(providers.Chunk{}, err)
			}
		}
	})
}

// call makes one call. The error is what the sequence has still to end with.
func (m *Model) call(ctx context.Context, req *providers.Request, yield func(providers.Chunk, error) bool) error {
	b := newBuilder(req, &m.signatures)
	body, err := b.body()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	resp, err := m.send(ctx, http.MethodPost, "/"+resource(req.Model)+":streamGenerateContent?alt=sse", body)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // read-only
	r := &reply{builder: b, yield: yield}
	if err := r.read(dialect.Events(resp)); err != nil || r.left {
		return err
	}
	return r.finish()
}

// resource is the name of a model within an address.
func resource(model string) string {
	if strings.Contains(model, "/") { // models/…, tunedModels/…
		kind, name, _ := strings.Cut(model, "/")
		return url.PathEscape(kind) + "/" + url.PathEscape(name)
	}
	return "models/" + url.PathEscape(model)
}

// Models are the names of the models that write texts, in order.
func (m *Model) Models(ctx context.Context) ([]string, error) {
	resp, err := m.send(ctx, http.MethodGet, "/models?pageSize=1000", nil)
	if err != nil {
		return nil, m.wire.Error(ctx, err)
	}
	defer resp.Body.Close() //nolint:errcheck // read-only
	var list struct {
		Models []struct {
			Name    string   `json:"name"`
			Methods []string `json:"supportedGenerationMethods"`
		} `json:"models"`
	}
	if err := dialect.List(resp, &list); err != nil {
		return nil, m.wire.Error(ctx, err)
	}
	var names []string
	for _, model := range list.Models {
		if len(model.Methods) == 0 || slices.Contains(model.Methods, "generateContent") {
			names = append(names, strings.TrimPrefix(model.Name, "models/"))
		}
	}
	slices.Sort(names)
	return names, nil
}

func (m *Model) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, m.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, &providers.Error{Kind: providers.BadRequest, Message: "base_url cannot be called", Err: err}
	}
	req.Header.Set("Accept", "text/event-stream, application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if m.key != "" {
		req.Header.Set("X-Goog-Api-Key", m.key)
	}
	return m.wire.Client().Do(req)
}

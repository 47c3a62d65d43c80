package google

import (
	"context"
	"errors"
	"iter"
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
	service    dialect.Service
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
	header := map[string]string{"X-Goog-Api-Key": c.APIKey}
	return &Model{service: dialect.Service{Base: base + "/" + version, Header: header, Wire: c.Wire}}, nil
}

// Stream answers a request.
func (m *Model) Stream(ctx context.Context, req *providers.Request) iter.Seq2[providers.Chunk, error] {
	return m.service.Stream(ctx, req, func() (*dialect.Call, error) {
		b := newBuilder(req, &m.signatures)
		body, err := b.body()
		r := &reply{Reply: dialect.Reply{Answer: b.answer, Names: b.names}, builder: b}
		path := "/" + resource(req.Model) + ":streamGenerateContent?alt=sse"
		return &dialect.Call{Path: path, Body: body, Reply: &r.Reply, Event: r.events, Finish: r.finish}, err
	})
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
	var list struct {
		Models []struct {
			Name    string   `json:"name"`
			Methods []string `json:"supportedGenerationMethods"`
		} `json:"models"`
	}
	if err := m.service.List(ctx, "/models?pageSize=1000", &list); err != nil {
		return nil, err
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

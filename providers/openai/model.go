package openai

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
	shared "github.com/agentconnect-dev/agentconnect/providers/internal/dialect"
)

// Config is a provider of this dialect.
type Config struct {
	// Kind is one of [Kinds].
	Kind string
	// APIKey is the key; empty for services without one.
	APIKey string
	// BaseURL is the address below which chat/completions is; empty stands for
	// the kind's own.
	BaseURL string
	// Wire reaches the vendor.
	Wire *providers.Wire
}

// Model is a provider of this dialect.
type Model struct {
	dialect dialect
	service shared.Service
}

// someURL is what an address looks like, where a kind has none.
const someURL = "http://localhost:8000/v1"

// New makes a provider. The error says which argument is wrong.
func New(c Config) (*Model, error) {
	d, ok := dialects()[c.Kind]
	if !ok {
		return nil, fmt.Errorf("kind %q does not speak OpenAI's dialect; those that do are %s", c.Kind, strings.Join(Kinds(), ", "))
	}
	if c.BaseURL == "" && d.baseURL == "" {
		return nil, fmt.Errorf("%s needs base_url: the address of the service, such as %s", c.Kind, someURL)
	}
	base, err := shared.Base(c.BaseURL, cmp.Or(d.baseURL, someURL), "")
	if err != nil {
		return nil, err
	}
	if c.Wire == nil {
		return nil, fmt.Errorf("%s has no wire", c.Kind)
	}
	if d.anyTool == "" {
		d.anyTool = "required"
	}
	service := shared.Service{Base: base, Wire: c.Wire}
	if c.APIKey != "" {
		service.Header = map[string]string{"Authorization": "Bearer " + c.APIKey}
	}
	return &Model{dialect: d, service: service}, nil
}

// Stream answers a request.
func (m *Model) Stream(ctx context.Context, req *providers.Request) iter.Seq2[providers.Chunk, error] {
	return m.service.Stream(ctx, req, func() (*shared.Call, error) {
		b := newBuilder(&m.dialect, req)
		body, err := b.body()
		r := &reply{Reply: shared.Reply{Answer: b.answer, Names: b.names}, builder: b}
		return &shared.Call{Path: "/chat/completions", Body: body, Reply: &r.Reply, Event: r.event, Finish: r.finish}, err
	})
}

// Models are the names of the models that the service offers, in order.
func (m *Model) Models(ctx context.Context) ([]string, error) {
	return m.service.IDs(ctx, "/models")
}

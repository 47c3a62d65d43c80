package openai

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"net/http"
	"slices"
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
	base    string
	key     string
	wire    *providers.Wire
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
	return &Model{dialect: d, base: base, key: c.APIKey, wire: c.Wire}, nil
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
	b := newBuilder(&m.dialect, req)
	body, err := b.body()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	resp, err := m.send(ctx, http.MethodPost, "/chat/completions", body)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // read-only
	r := &reply{builder: b, yield: yield}
	if err := r.read(shared.Events(resp)); err != nil || r.left {
		return err
	}
	defer shared.Drain(resp.Body, cancel)
	return r.finish()
}

// Models are the names of the models that the service offers, in order.
func (m *Model) Models(ctx context.Context) ([]string, error) {
	resp, err := m.send(ctx, http.MethodGet, "/models", nil)
	if err != nil {
		return nil, m.wire.Error(ctx, err)
	}
	defer resp.Body.Close() //nolint:errcheck // read-only
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := shared.List(resp, &list); err != nil {
		return nil, m.wire.Error(ctx, err)
	}
	var names []string
	for _, model := range list.Data {
		names = append(names, model.ID)
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
		req.Header.Set("Authorization", "Bearer "+m.key)
	}
	return m.wire.Client().Do(req)
}

package anthropic

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/internal/dialect"
)

// Config is a provider of this dialect.
type Config struct {
	APIKey string
	// BaseURL is the address below which v1/messages is; empty stands for the
	// vendor's.
	BaseURL string
	// Wire reaches the vendor; its Failure should be [Failure].
	Wire *providers.Wire
}

// Model is a provider of this dialect.
type Model struct {
	base, key string
	wire      *providers.Wire
}

// New makes a provider. The error says which argument is wrong.
func New(c Config) (*Model, error) {
	base, err := dialect.Base(c.BaseURL, baseURL, "v1")
	if err != nil {
		return nil, err
	}
	if c.Wire == nil {
		return nil, errors.New("anthropic has no wire")
	}
	return &Model{base: base, key: c.APIKey, wire: c.Wire}, nil
}

// Failure reads the answer to a call that failed.
func Failure(status int, h http.Header, body []byte) *providers.Error {
	e := providers.Failure(status, h, body)
	if e.Kind == providers.BadRequest && strings.Contains(e.Message, "API usage limits") { // a limit of money, under a common code
		e.Kind = providers.Quota
	}
	return e
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
	b := newBuilder(req)
	body, err := b.body()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	resp, err := m.send(ctx, http.MethodPost, "/v1/messages", body)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // read-only
	r := &reply{builder: b, yield: yield}
	if err := r.read(dialect.Events(resp)); err != nil || r.left {
		return err
	}
	defer dialect.Drain(resp.Body, cancel)
	return r.finish()
}

// Models are the names of the models that the service offers, in order.
func (m *Model) Models(ctx context.Context) ([]string, error) {
	resp, err := m.send(ctx, http.MethodGet, "/v1/models?limit=1000", nil)
	if err != nil {
		return nil, m.wire.Error(ctx, err)
	}
	defer resp.Body.Close() //nolint:errcheck // read-only
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := dialect.List(resp, &list); err != nil {
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
	req.Header.Set("Anthropic-Version", version)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if m.key != "" {
		req.Header.Set("X-Api-Key", m.key)
	}
	return m.wire.Client().Do(req)
}

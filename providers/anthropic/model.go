package anthropic

import (
	"context"
	"errors"
	"iter"
	"net/http"
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
type Model struct{ service dialect.Service }

// New makes a provider. The error says which argument is wrong.
func New(c Config) (*Model, error) {
	base, err := dialect.Base(c.BaseURL, baseURL, "v1")
	if err != nil {
		return nil, err
	}
	if c.Wire == nil {
		return nil, errors.New("anthropic has no wire")
	}
	header := map[string]string{"Anthropic-Version": version, "X-Api-Key": c.APIKey}
	return &Model{dialect.Service{Base: base, Header: header, Wire: c.Wire}}, nil
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
	return m.service.Stream(ctx, req, func() (*dialect.Call, error) {
		b := newBuilder(req)
		body, err := b.body()
		r := &reply{Reply: dialect.Reply{Answer: b.answer, Names: b.names}, builder: b}
		return &dialect.Call{Path: "/v1/messages", Body: body, Reply: &r.Reply, Event: r.event, Finish: r.finish}, err
	})
}

// Models are the names of the models that the service offers, in order.
func (m *Model) Models(ctx context.Context) ([]string, error) {
	return m.service.IDs(ctx, "/v1/models?limit=1000")
}

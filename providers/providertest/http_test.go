package providertest

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// A model that speaks over HTTP can pass the contract: this one has a dialect
// of its own, one JSON object a line.
func TestContractOverHTTP(t *testing.T) {
	Run(t, Harness{
		Model: func(t *testing.T, replies ...Reply) providers.Model {
			t.Helper()
			server := httptest.NewServer(&farSide{replies: replies})
			t.Cleanup(server.Close)
			client := &http.Client{Transport: &http.Transport{}}
			t.Cleanup(client.CloseIdleConnections)
			return &lineModel{url: server.URL, client: client}
		},
		Kinds:  []providers.Kind{providers.RateLimited, providers.Overloaded, providers.Auth, providers.BadRequest, providers.Cut},
		Secret: "s3cret",
	})
}

// farSide gives each request the next reply.
type farSide struct {
	replies []Reply
	calls   atomic.Int64
}

func (f *farSide) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	reply := f.replies[f.calls.Add(1)-1]
	if status := map[providers.Kind]int{
		providers.RateLimited: 429, providers.Overloaded: 503, providers.Auth: 401, providers.BadRequest: 400,
	}[reply.Fail]; status != 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(reply.RetryAfter.Seconds())))
		w.WriteHeader(status)
		return
	}
	out := json.NewEncoder(w)
	say := func(c providers.Chunk) {
		if out.Encode(c) == nil {
			_ = http.NewResponseController(w).Flush()
		}
	}
	for word := range strings.SplitAfterSeq(reply.Text, ". ") {
		if word != "" {
			say(providers.Chunk{Text: word})
		}
		if reply.Fail == providers.Cut {
			return
		}
	}
	if reply.Silent {
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return
	}
	finish := providers.FinishStop
	for i, c := range reply.ToolCalls {
		say(providers.Chunk{ToolCall: &providers.ToolCall{ID: strconv.Itoa(i), Name: c.Name, Arguments: json.RawMessage(c.Arguments)}})
		finish = providers.FinishToolCalls
	}
	if reply.Finish != "" {
		finish = reply.Finish
	}
	usage := reply.Usage
	if usage == (providers.Usage{}) {
		usage = providers.Usage{InputTokens: 1, OutputTokens: 1}
	}
	say(providers.Chunk{Finish: finish, Usage: &usage})
}

// lineModel is the near side.
type lineModel struct {
	url    string
	client *http.Client
}

func (m *lineModel) Stream(ctx context.Context, req *providers.Request) iter.Seq2[providers.Chunk, error] {
	return func(yield func(providers.Chunk, error) bool) {
		body, err := json.Marshal(req.Messages)
		if err != nil {
			yield(providers.Chunk{}, m.fail(ctx, providers.BadRequest, err))
			return
		}
		hr, err := http.NewRequestWithContext(ctx, http.MethodPost, m.url, strings.NewReader(string(body)))
		if err != nil {
			yield(providers.Chunk{}, m.fail(ctx, providers.BadRequest, err))
			return
		}
		resp, err := m.client.Do(hr)
		if err != nil {
			yield(providers.Chunk{}, m.fail(ctx, providers.Overloaded, err))
			return
		}
		defer resp.Body.Close() //nolint:errcheck // read-only
		m.read(ctx, resp, yield)
	}
}

func (m *lineModel) read(ctx context.Context, resp *http.Response, yield func(providers.Chunk, error) bool) {
	kind := map[int]providers.Kind{429: providers.RateLimited, 503: providers.Overloaded, 401: providers.Auth, 400: providers.BadRequest}[resp.StatusCode]
	if kind != "" {
		e := m.fail(ctx, kind, nil)
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		e.RetryAfter = time.Duration(seconds) * time.Second
		yield(providers.Chunk{}, e)
		return
	}
	for in := json.NewDecoder(resp.Body); ; {
		var c providers.Chunk
		if err := in.Decode(&c); err != nil || ctx.Err() != nil {
			yield(providers.Chunk{}, m.fail(ctx, providers.Cut, err))
			return
		}
		if !yield(c, nil) || c.Finish != "" {
			return
		}
	}
}

func (m *lineModel) fail(ctx context.Context, kind providers.Kind, err error) *providers.Error {
	if ctx.Err() != nil {
		kind, err = providers.Canceled, context.Cause(ctx)
	}
	return &providers.Error{Kind: kind, Provider: "lines", Vendor: "http", Err: err}
}

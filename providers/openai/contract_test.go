package openai_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/openai"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
)

func TestContract(t *testing.T) {
	for _, kind := range openai.Kinds() {
		t.Run(kind, func(t *testing.T) {
			providertest.Run(t, providertest.Harness{
				Model: func(t *testing.T, replies ...providertest.Reply) providers.Model {
					t.Helper()
					return model(t, providertest.Serve(t, script(replies)), kind)
				},
				Kinds: []providers.Kind{
					providers.Auth, providers.RateLimited, providers.Overloaded, providers.Quota, providers.TooLong, providers.Refused, providers.BadRequest, providers.Cut,
				},
				Secret: secret,
			})
		})
	}
}

func TestHangsUp(t *testing.T) {
	providertest.HangsUp(t, func(w http.ResponseWriter) { stream(w).delta(object{"content": "One. "}, nil) }, func(t *testing.T, f *providertest.FarSide, change func(*providers.WireConfig)) providers.Model {
		t.Helper()
		return model(t, f, "openai", change)
	})
}

// A reply that is kept back until it is whole has begun all the same.
func TestBegins(t *testing.T) {
	f := providertest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		o := stream(w)
		for range 10 {
			o.delta(object{"content": " "}, nil)
			time.Sleep(40 * time.Millisecond)
		}
		o.Raw(strings.ReplaceAll(hello, "Hello.", "{}") + ended + done)
	})
	m := model(t, f, "ollama", func(c *providers.WireConfig) { c.FirstTokenTimeout = 200 * time.Millisecond })
	req := request("Well?")
	req.Schema = []byte(`{"type":"object"}`)
	if r := providertest.Collect(t, m.Stream(t.Context(), req)); r.Err != nil || r.Text != "{}" {
		t.Errorf("got %q and error %v, want the answer", r.Text, r.Err)
	}
}

// Calls one after the other share a connection, those at the same time give
// theirs back.
func TestConnectionsAreReused(t *testing.T) {
	hello := func(w http.ResponseWriter, r *http.Request) { say(w, r, providertest.Reply{Text: "Hello, world."}) }
	f := providertest.Serve(t, hello)
	m := model(t, f, "openai")
	for range 20 {
		if r := providertest.Collect(t, m.Stream(t.Context(), request("Hello?"))); r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	if n := f.Opened(); n != 1 {
		t.Errorf("got %d connections for 20 calls in a row, want 1", n)
	}
	f = providertest.Serve(t, hello)
	m = model(t, f, "openai", func(c *providers.WireConfig) { c.Limits.Concurrency = 3 })
	done := make(chan error)
	for range 30 {
		go func() {
			r := providertest.Collect(t, m.Stream(t.Context(), request("Hello?")))
			done <- r.Err
		}()
	}
	for range 30 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := f.Opened(); n > 6 { // a call that dials takes one that is given back meanwhile
		t.Errorf("got %d connections for 30 calls, three at a time; want about 3", n)
	}
}

// Failures too leave the connection in order.
func TestConnectionsSurviveFailures(t *testing.T) {
	f := providertest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":{"message":"no"}}`))
	})
	m := model(t, f, "openai")
	for range 5 {
		if r := providertest.Collect(t, m.Stream(t.Context(), request("Hello?"))); providers.KindOf(r.Err) != providers.BadRequest {
			t.Fatalf("got %v, want kind bad_request", r.Err)
		}
	}
	if n := f.Opened(); n != 1 {
		t.Errorf("got %d connections, want 1", n)
	}
}

func TestModels(t *testing.T) {
	f := providertest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/v1/models" || r.Header.Get("Authorization") != "Bearer "+secret {
			http.Error(w, "no", http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(`{"object":"list","data":[{"id":"small"},{"id":"large"}]}`))
	})
	got, err := model(t, f, "groq").Models(t.Context())
	if err != nil || !slices.Equal(got, []string{"large", "small"}) {
		t.Errorf("got %v and error %v, want large and small", got, err)
	}
	f = providertest.Serve(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, secret, http.StatusUnauthorized) })
	if _, err := model(t, f, "groq").Models(t.Context()); providers.KindOf(err) != providers.Auth {
		t.Errorf("got %v, want kind auth", err)
	}
}

func request(text string) *providers.Request {
	return &providers.Request{Model: "test-model", Session: "s1", Agent: "ada", Messages: []providers.Message{{Role: providers.User, Content: text}}}
}

package openai_test

import (
	"context"
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
					return serve(t, script(replies)).model(t, kind)
				},
				Kinds: []providers.Kind{
					providers.Auth, providers.RateLimited, providers.Overloaded, providers.Quota, providers.TooLong, providers.Refused, providers.BadRequest, providers.Cut,
				},
				Secret: secret,
			})
		})
	}
}

// Whoever cancels or leaves hangs up at once, whatever the service is doing.
func TestHangsUp(t *testing.T) {
	for _, how := range []string{"cancel", "break", "deadline"} {
		t.Run(how, func(t *testing.T) {
			gone := make(chan struct{})
			f := serve(t, func(w http.ResponseWriter, r *http.Request) {
				o := stream(w)
				o.delta(object{"content": "One. "}, nil)
				<-r.Context().Done()
				close(gone)
			})
			m := f.model(t, "openai", func(c *providers.WireConfig) {
				if how == "deadline" {
					c.Timeout = 50 * time.Millisecond
				}
			})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var last error
			for _, err := range m.Stream(ctx, request("Count.")) {
				if last = err; how == "break" {
					break
				}
				if how == "cancel" {
					cancel()
				}
			}
			select {
			case <-gone:
			case <-time.After(5 * time.Second):
				t.Error("the connection is still open")
			}
			want := map[string]providers.Kind{"cancel": providers.Canceled, "break": providers.Other, "deadline": providers.TimedOut}[how]
			if got := providers.KindOf(last); got != want {
				t.Errorf("got error %v, want kind %s", last, want)
			}
		})
	}
}

// A reply that is kept back until it is whole has begun all the same.
func TestBegins(t *testing.T) {
	f := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		o := stream(w)
		for range 10 {
			o.delta(object{"content": " "}, nil)
			time.Sleep(40 * time.Millisecond)
		}
		o.raw(strings.ReplaceAll(hello, "Hello.", "{}") + ended + done)
	})
	m := f.model(t, "ollama", func(c *providers.WireConfig) { c.FirstTokenTimeout = 200 * time.Millisecond })
	req := request("Well?")
	req.Schema = []byte(`{"type":"object"}`)
	if r := providertest.Collect(t, m.Stream(t.Context(), req)); r.Err != nil || r.Text != "{}" {
		t.Errorf("got %q and error %v, want the answer", r.Text, r.Err)
	}
}

// Calls one after the other share a connection, those at the same time give
// theirs back.
func TestConnectionsAreReused(t *testing.T) {
	f := serve(t, func(w http.ResponseWriter, r *http.Request) { say(w, r, providertest.Reply{Text: "Hello, world."}) })
	m := f.model(t, "openai")
	for range 20 {
		if r := providertest.Collect(t, m.Stream(t.Context(), request("Hello?"))); r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	if n := f.opened.Load(); n != 1 {
		t.Errorf("got %d connections for 20 calls in a row, want 1", n)
	}
	f = serve(t, f.handle)
	m = f.model(t, "openai", func(c *providers.WireConfig) { c.Limits.Concurrency = 3 })
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
	if n := f.opened.Load(); n > 6 { // a call that dials takes one that is given back meanwhile
		t.Errorf("got %d connections for 30 calls, three at a time; want about 3", n)
	}
}

// Failures too leave the connection in order.
func TestConnectionsSurviveFailures(t *testing.T) {
	f := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":{"message":"no"}}`))
	})
	m := f.model(t, "openai")
	for range 5 {
		if r := providertest.Collect(t, m.Stream(t.Context(), request("Hello?"))); providers.KindOf(r.Err) != providers.BadRequest {
			t.Fatalf("got %v, want kind bad_request", r.Err)
		}
	}
	if n := f.opened.Load(); n != 1 {
		t.Errorf("got %d connections, want 1", n)
	}
}

func TestModels(t *testing.T) {
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/v1/models" || r.Header.Get("Authorization") != "Bearer "+secret {
			http.Error(w, "no", http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(`{"object":"list","data":[{"id":"small"},{"id":"large"}]}`))
	})
	got, err := f.model(t, "groq").Models(t.Context())
	if err != nil || !slices.Equal(got, []string{"large", "small"}) {
		t.Errorf("got %v and error %v, want large and small", got, err)
	}
	f.handle = func(w http.ResponseWriter, _ *http.Request) { http.Error(w, secret, http.StatusUnauthorized) }
	if _, err := f.model(t, "groq").Models(t.Context()); providers.KindOf(err) != providers.Auth {
		t.Errorf("got %v, want kind auth", err)
	}
}

func request(text string) *providers.Request {
	return &providers.Request{Model: "test-model", Session: "s1", Agent: "ada", Messages: []providers.Message{{Role: providers.User, Content: text}}}
}

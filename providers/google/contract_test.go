package google_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
)

func TestContract(t *testing.T) {
	providertest.Run(t, providertest.Harness{
		Model: func(t *testing.T, replies ...providertest.Reply) providers.Model {
			t.Helper()
			return model(t, providertest.Serve(t, script(replies)))
		},
		Kinds: []providers.Kind{
			providers.Auth, providers.RateLimited, providers.Overloaded, providers.Quota, providers.TooLong, providers.Refused, providers.BadRequest, providers.Cut,
		},
		Secret: secret,
	})
}

func TestHangsUp(t *testing.T) {
	providertest.HangsUp(t, func(w http.ResponseWriter) { stream(w).parts(object{"text": "One. "}) }, func(t *testing.T, f *providertest.FarSide, change func(*providers.WireConfig)) providers.Model {
		t.Helper()
		return model(t, f, change)
	})
}

// A service that thinks has begun, though it says nothing yet.
func TestBegins(t *testing.T) {
	f := providertest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		o := stream(w)
		o.Data("", object{"usageMetadata": object{"promptTokenCount": 1}})
		time.Sleep(400 * time.Millisecond)
		o.parts(object{"text": "Hello."})
		o.end("STOP", 1, 2)
	})
	m := model(t, f, func(c *providers.WireConfig) { c.FirstTokenTimeout = 200 * time.Millisecond })
	if r := providertest.Collect(t, m.Stream(t.Context(), request("Well?"))); r.Err != nil || r.Text != "Hello." {
		t.Errorf("got %q and error %v, want the answer", r.Text, r.Err)
	}
}

func TestConnectionsAreReused(t *testing.T) {
	f := providertest.Serve(t, func(w http.ResponseWriter, r *http.Request) { say(w, r, providertest.Reply{Text: "Hello, world."}) })
	m := model(t, f)
	for range 20 {
		if r := providertest.Collect(t, m.Stream(t.Context(), request("Hello?"))); r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	if n := f.Opened(); n != 1 {
		t.Errorf("got %d connections for 20 calls in a row, want 1", n)
	}
}

func TestModels(t *testing.T) {
	f := providertest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/v1beta/models" || r.Header.Get("X-Goog-Api-Key") != secret {
			http.Error(w, secret, http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(`{"models":[{"name":"models/small","supportedGenerationMethods":["generateContent","countTokens"]},
			{"name":"models/embed","supportedGenerationMethods":["embedContent"]},{"name":"models/large"}]}`))
	})
	got, err := model(t, f).Models(t.Context())
	if err != nil || !slices.Equal(got, []string{"large", "small"}) {
		t.Errorf("got %v and error %v, want large and small", got, err)
	}
	f = providertest.Serve(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, secret, http.StatusUnauthorized) })
	if _, err := model(t, f).Models(t.Context()); providers.KindOf(err) != providers.Auth {
		t.Errorf("got %v, want kind auth", err)
	}
}

package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// A key that a vendor refuses, and repeats in its answer: whose it is, the
// variable that it is from, and nothing of the key.
func TestWrongKey(t *testing.T) {
	const wrong = "sk-wrong-0123456789abcdef"
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"type":"error","error":{"type":"authentication_error","code":"invalid_api_key","message":"Incorrect API key provided: ` + wrong + `."}}`))
	}))
	defer far.Close()
	for _, kind := range vendorKinds() {
		t.Run(kind, func(t *testing.T) {
			v := newVendors()
			defer v.close()
			p := &specs.Provider{Block: specs.Block{Name: "mine"}, Kind: kind, BaseURL: far.URL}
			from := "api_key of provider.mine"
			if names := keysOf(kind); len(names) > 0 {
				for _, name := range names {
					t.Setenv(name, "")
					t.Setenv(name+"_FILE", "")
				}
				from = names[len(names)-1]
				t.Setenv(from, wrong)
			} else {
				p.APIKey = specs.NewSecret(wrong)
			}
			text, _, err := key(p)
			if err != nil {
				t.Fatal(err)
			}
			m, err := v.model(p, text)
			if err != nil {
				t.Fatal(err)
			}
			req := &providers.Request{Model: "m", Messages: []providers.Message{{Role: providers.User, Content: "Well?"}}}
			r := providertest.Collect(t, m.Stream(t.Context(), req))
			e, ok := errors.AsType[*providers.Error](r.Err)
			if !ok || e.Kind != providers.Auth || e.Vendor != kind {
				t.Fatalf("got %v, want that the key is refused", r.Err)
			}
			for _, want := range []string{`provider "mine"`, "the key is from " + from, "Incorrect API key"} {
				if !strings.Contains(e.Error(), want) {
					t.Errorf("got %q, want %q in it", e, want)
				}
			}
			if strings.Contains(e.Error(), "0123456789") {
				t.Errorf("got %q, which has the key in it", e)
			}
		})
	}
}

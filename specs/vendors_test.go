package specs

import (
	"encoding/json"
	"slices"
	"testing"
)

// Every price says where it was read, every kind of the language is there, and
// default models are named.
func TestVendors(t *testing.T) {
	var table struct {
		Sources map[string]string     `json:"sources"`
		Kinds   map[string]vendorKind `json:"kinds"`
	}
	if err := json.Unmarshal(vendorsJSON, &table); err != nil {
		t.Fatal(err)
	}
	for kind, v := range table.Kinds {
		for model, m := range v.Models {
			if table.Sources[m.Read] == "" {
				t.Errorf("%s %s: no source for %q", kind, model, m.Read)
			}
			if m.Price[0] <= 0 || m.Price[1] > m.Price[0] || m.Price[2] <= 0 {
				t.Errorf("%s %s: the price %v cannot be right", kind, model, m.Price)
			}
		}
	}
	for _, kind := range []string{
		"openai", "anthropic", "google", "groq", "mistral", "xai", "deepseek", "openrouter", "ollama", "openai_compatible", "scripted",
	} {
		if _, ok := table.Kinds[kind]; !ok || (DefaultModel(kind) == "") != (kind == "openai_compatible") {
			t.Errorf("%s: known %v, default model %q", kind, ok, DefaultModel(kind))
		}
	}
}

func TestPriceOf(t *testing.T) {
	tests := []struct {
		name     string
		provider Provider
		model    string
		want     Price
		known    bool
	}{
		{"default model", Provider{Kind: "groq"}, "", Price{0.59, 0.59, 0.79}, true},
		{"the provider's model", Provider{Kind: "openai", Model: "gpt-4.1"}, "", Price{2, 0.5, 8}, true},
		{"the agent's model", Provider{Kind: "openai", Model: "gpt-4.1"}, "gpt-5-mini", Price{0.25, 0.025, 2}, true},
		{"the price block", Provider{Kind: "groq", Price: &Price{1, 1, 1}}, "x", Price{1, 1, 1}, true},
		{"unknown model", Provider{Kind: "groq"}, "x", Price{}, false},
		{"scripted", Provider{Kind: "scripted"}, "x", Price{}, true},
		{"compatible", Provider{Kind: "openai_compatible", Model: "gpt-4.1"}, "", Price{}, false},
	}
	for _, tt := range tests {
		if got, known := PriceOf(&tt.provider, tt.model); got != tt.want || known != tt.known {
			t.Errorf("%s: got %v, %v; want %v, %v", tt.name, got, known, tt.want, tt.known)
		}
	}
}

func TestKnownModels(t *testing.T) {
	for _, kind := range []string{"openai", "anthropic"} {
		models := KnownModels(kind)
		if !slices.IsSorted(models) || !slices.Contains(models, DefaultModel(kind)) {
			t.Errorf("%s: got %v, want them in order, with the default", kind, models)
		}
		for _, m := range models {
			if _, known := PriceOf(&Provider{Kind: kind}, m); !known || PriceRead(kind, m) == "" {
				t.Errorf("%s %s: got no price or no date", kind, m)
			}
		}
	}
	if KnownModels("nothing") != nil || PriceRead("openai", "nothing") != "" {
		t.Error("got models of a kind that there is not")
	}
}

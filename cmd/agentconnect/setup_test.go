package main

import (
	"strings"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

func TestVendors(t *testing.T) {
	for _, kind := range []string{"openai", "anthropic", "google", "groq", "mistral", "xai", "deepseek", "openrouter"} {
		names := keysOf(kind)
		if specs.DefaultModel(kind) == "" || len(names) == 0 {
			t.Errorf("%s: got %v, want a default model and where its key is", kind, names)
		}
		for _, name := range append(names, "HOME") {
			t.Setenv(name, "")
			t.Setenv(name+"_FILE", "")
		}
		_, _, err := key(&specs.Provider{Block: specs.Block{Name: "mine"}, Kind: kind})
		if err == nil {
			t.Fatalf("%s: got no error without a key", kind)
		}
		for _, want := range append([]string{"provider.mine", kind}, names...) {
			if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), names[0]+"_FILE") {
				t.Errorf("%s: got %q, want %q in it", kind, err, want)
			}
		}
	}
	for _, kind := range []string{"ollama", "openai_compatible", "scripted"} {
		if _, _, err := key(&specs.Provider{Kind: kind}); err != nil {
			t.Errorf("%s: got %v, want no key to be needed", kind, err)
		}
	}
}

func TestSettings(t *testing.T) {
	p := &specs.Provider{
		Block: specs.Block{Name: "fast"}, Kind: "groq", Timeout: time.Minute,
		Retry: &specs.Retry{Attempts: 5, MinBackoff: time.Minute}, Price: &specs.Price{Input: 1, Output: 2},
	}
	got := settings(p)
	if got.Model != "llama-3.3-70b-versatile" || got.Timeout != time.Minute || *got.Price != (providers.Price{Input: 1, Output: 2}) {
		t.Errorf("got %+v", got)
	}
	if want := (providers.Retry{Attempts: 5, MinBackoff: time.Minute, MaxBackoff: time.Minute}); got.Retry != want {
		t.Errorf("got %+v, want %+v", got.Retry, want)
	}
	if got := settings(&specs.Provider{Kind: "openai", Model: "mine"}); got.Model != "mine" || got.Price != nil {
		t.Errorf("got %+v, want its own model and no price: unknown is not zero", got)
	}
	if got := settings(&specs.Provider{Kind: "scripted"}); got.Price == nil || *got.Price != (providers.Price{}) {
		t.Errorf("got price %v, want zero: a script costs nothing", got.Price)
	}
}

func TestTighten(t *testing.T) {
	wide := &specs.Session{Block: specs.Block{Name: "talk"}, Limits: specs.Limits{MaxTurns: 10, Timeout: time.Hour}}
	cfg := &specs.Config{Sessions: []*specs.Session{{}, wide}}
	for _, tt := range []struct {
		turns, want         int
		timeout, wantedTime time.Duration
	}{
		{0, 10, 0, time.Hour},
		{3, 3, time.Minute, time.Minute},
		{30, 10, 2 * time.Hour, time.Hour},
	} {
		narrow, s := tighten(cfg, wide, &runOptions{maxTurns: tt.turns, timeout: tt.timeout})
		if s.Limits.MaxTurns != tt.want || s.Limits.Timeout != tt.wantedTime || narrow.Sessions[1] != s {
			t.Errorf("%+v: got %+v", tt, s.Limits)
		}
	}
	if wide.Limits.MaxTurns != 10 || cfg.Sessions[1] != wide {
		t.Error("the scenario itself was changed")
	}
}

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// turnsOfTalk is how many turns the session of a benchmark has.
const turnsOfTalk = 20

// BenchmarkTurn is a turn of a session whose agents a vendor answers over
// loopback HTTP, the far side's work included, beside a bare client that makes
// the same calls. The difference is what engine and dialect cost.
func BenchmarkTurn(b *testing.B) {
	for _, chunks := range []int{10, 200} {
		answer := strings.TrimSpace(strings.Repeat("word ", chunks))
		far := httptest.NewServer(providertest.StandIn(func(providertest.Said) (string, bool) { return answer, true }))
		b.Cleanup(far.Close)
		b.Run(fmt.Sprintf("chunks=%d/bare", chunks), func(b *testing.B) { perTurn(b, bareTalk(b, far.URL)) })
		for _, kind := range []string{"openai", "anthropic", "google"} {
			b.Run(fmt.Sprintf("chunks=%d/%s", chunks, kind), func(b *testing.B) { perTurn(b, talk(b, kind, far.URL)) })
		}
	}
}

// perTurn measures what has turnsOfTalk turns.
func perTurn(b *testing.B, session func() error) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		if err := session(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*turnsOfTalk), "µs/turn")
}

// talk runs a session from its beginning to its end.
func talk(b *testing.B, kind, far string) func() error {
	b.Helper()
	v := newVendors()
	b.Cleanup(v.close)
	b.Setenv("VENDOR_KEY", vendorKey)
	cfg, ds := specs.Load(filepath.Join("testdata", "vendors", "scenario"), specs.Options{Vars: []specs.VarInput{{Name: "provider", Text: kind}, {Name: "url", Text: far}}})
	if ds.HasErrors() {
		b.Fatal(ds)
	}
	cfg.Patterns[0].MaxRounds = turnsOfTalk / 2
	t, ds, err := v.compile(cfg, "talk", false)
	if err != nil || ds.HasErrors() {
		b.Fatal(err, ds)
	}
	eng := engine.New(engine.Config{Journal: &memory.Journal{}})
	b.Cleanup(eng.Close)
	return func() error {
		s, err := eng.Start(b.Context(), t, engine.StartOptions{})
		if err != nil {
			return err
		}
		turns := 0
		for e, err := range s.Follow(b.Context(), 0, true) {
			if err != nil {
				return err
			}
			if _, ok := e.Data.(*engine.TurnFinished); ok {
				turns++
			}
		}
		if turns != turnsOfTalk {
			return fmt.Errorf("got %d turns, want %d", turns, turnsOfTalk)
		}
		return nil
	}
}

// bareTalk makes as many calls with nothing but the standard library.
func bareTalk(b *testing.B, far string) func() error {
	b.Helper()
	base := providers.NewTransport()
	b.Cleanup(base.CloseIdleConnections)
	client := &http.Client{Transport: base}
	return func() error {
		messages := []map[string]string{{"role": "system", "content": "You are for it."}, {"role": "user", "content": "Should cats vote?"}}
		for range turnsOfTalk {
			text, err := bareCall(b, client, far, messages)
			if err != nil {
				return err
			}
			messages = append(messages, map[string]string{"role": "assistant", "content": text})
		}
		return nil
	}
}

func bareCall(b *testing.B, client *http.Client, far string, messages []map[string]string) (string, error) {
	b.Helper()
	body, err := json.Marshal(map[string]any{"model": "m", "stream": true, "messages": messages})
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, far+"/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close() //nolint:errcheck // read-only
	var text strings.Builder
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		data, found := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !found || string(data) == "[DONE]" {
			continue
		}
		var c struct {
			Choices []struct {
				Delta struct {
					Content string `json:"content"`
				} `json:"delta"`
			} `json:"choices"`
		}
		if err := json.Unmarshal(data, &c); err != nil {
			return "", err
		}
		for i := range c.Choices {
			text.WriteString(c.Choices[i].Delta.Content)
		}
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	return text.String(), lines.Err()
}

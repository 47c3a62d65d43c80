package openai_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// BenchmarkCall is a call over loopback HTTP, the far side's work included,
// beside a bare client that does the same: sends the request, reads the stream
// and decodes each event. The difference is what a call costs.
func BenchmarkCall(b *testing.B) {
	for _, chunks := range []int{10, 200} {
		var events []string
		for i := range chunks {
			events = append(events, fmt.Sprintf(`data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"word %d "},"finish_reason":null}]}`+"\n\n", i))
		}
		events = append(events, ended, `data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":9,"total_tokens":18}}`+"\n\n", done)
		f := serve(b, func(w http.ResponseWriter, _ *http.Request) {
			o := stream(w)
			for _, e := range events {
				o.raw(e)
			}
		})
		req := request("Say a lot.")
		req.System = strings.Repeat("You are Ada. ", 40)
		b.Run(fmt.Sprintf("chunks=%d/bare", chunks), func(b *testing.B) { run(b, f, bare(b, f)) })
		m := f.model(b, "openai")
		b.Run(fmt.Sprintf("chunks=%d/openai", chunks), func(b *testing.B) {
			run(b, f, func() (n int, err error) {
				for c, err := range m.Stream(b.Context(), req) {
					if err != nil {
						return n, err
					}
					n += len(c.Text)
				}
				return n, nil
			})
		})
	}
}

// run makes calls one after the other over one connection.
func run(b *testing.B, f *farSide, call func() (int, error)) {
	b.Helper()
	before := f.opened.Load()
	b.ReportAllocs()
	calls := int64(0)
	for b.Loop() {
		calls++
		f.mu.Lock()
		f.bodies, f.headers = f.bodies[:0], f.headers[:0]
		f.mu.Unlock()
		if n, err := call(); err != nil || n < 10 {
			b.Fatalf("got %d bytes and error %v", n, err)
		}
	}
	if n := f.opened.Load() - before; n > 1+calls/100 { // a machine under load may lose one
		b.Errorf("got %d connections for %d calls, want 1", n, calls)
	}
}

// bare is a client of nothing but the standard library.
func bare(b *testing.B, f *farSide) func() (int, error) {
	b.Helper()
	base := providers.NewTransport()
	b.Cleanup(base.CloseIdleConnections)
	client := &http.Client{Transport: base}
	body := func() ([]byte, error) {
		type m struct {
			Role    string `json:"role"`
			Content string `json:"content"`
		}
		return json.Marshal(map[string]any{"model": "m", "stream": true, "messages": []m{{"system", strings.Repeat("You are Ada. ", 40)}, {"user", "Say a lot."}}})
	}
	return func() (n int, err error) {
		text, err := body()
		if err != nil {
			return 0, err
		}
		req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, f.URL+"/v1/chat/completions", bytes.NewReader(text))
		if err != nil {
			return 0, err
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close() //nolint:errcheck // read-only
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
				return 0, err
			}
			for i := range c.Choices {
				n += len(c.Choices[i].Delta.Content)
			}
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		return n, lines.Err()
	}
}

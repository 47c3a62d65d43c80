package anthropic_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
)

// BenchmarkCall is a call over loopback HTTP, the far side's work included,
// beside a bare client that does the same: sends the request, reads the stream
// and decodes each event. The difference is what a call costs.
func BenchmarkCall(b *testing.B) {
	for _, chunks := range []int{10, 200} {
		var words []string
		for i := range chunks {
			words = append(words, fmt.Sprintf("word %d ", i))
		}
		f := providertest.Serve(b, func(w http.ResponseWriter, _ *http.Request) {
			o := stream(w)
			o.begin(9)
			o.text(words...)
			o.end("end_turn", 9)
		})
		req := request("Say a lot.")
		b.Run(fmt.Sprintf("chunks=%d/bare", chunks), func(b *testing.B) { run(b, f, bare(b, f)) })
		m := model(b, f)
		b.Run(fmt.Sprintf("chunks=%d/anthropic", chunks), func(b *testing.B) {
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
func run(b *testing.B, f *providertest.FarSide, call func() (int, error)) {
	b.Helper()
	before := f.Opened()
	b.ReportAllocs()
	calls := int64(0)
	for b.Loop() {
		calls++
		f.Forget()
		if n, err := call(); err != nil || n < 10 {
			b.Fatalf("got %d bytes and error %v", n, err)
		}
	}
	if n := f.Opened() - before; n > 1+calls/100 { // a machine under load may lose one
		b.Errorf("got %d connections for %d calls, want 1", n, calls)
	}
}

// bare is a client of nothing but the standard library.
func bare(b *testing.B, f *providertest.FarSide) func() (int, error) {
	b.Helper()
	base := providers.NewTransport()
	b.Cleanup(base.CloseIdleConnections)
	client := &http.Client{Transport: base}
	return func() (n int, err error) {
		text, err := json.Marshal(object{"model": "m", "max_tokens": 100, "stream": true, "messages": []object{{"role": "user", "content": "Say a lot."}}})
		if err != nil {
			return 0, err
		}
		req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, f.URL+"/v1/messages", bytes.NewReader(text))
		if err != nil {
			return 0, err
		}
		resp, err := client.Do(req)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close() //nolint:errcheck // read-only
		lines := bufio.NewScanner(resp.Body)
		for lines.Scan() {
			data, found := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
			if !found {
				continue
			}
			var e struct {
				Type  string `json:"type"`
				Delta struct {
					Text string `json:"text"`
				} `json:"delta"`
			}
			if err := json.Unmarshal(data, &e); err != nil {
				return 0, err
			}
			n += len(e.Delta.Text)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		return n, lines.Err()
	}
}

package anthropic_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

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
		b.Run(fmt.Sprintf("chunks=%d/bare", chunks), func(b *testing.B) { f.Bench(b, bare(b, f)) })
		m := model(b, f)
		b.Run(fmt.Sprintf("chunks=%d/anthropic", chunks), func(b *testing.B) {
			f.Bench(b, func() (int, error) { return providertest.Length(m.Stream(b.Context(), req)) })
		})
	}
}

func bare(b *testing.B, f *providertest.FarSide) func() (int, error) {
	b.Helper()
	body := func() any {
		return object{"model": "m", "max_tokens": 100, "stream": true, "messages": []object{{"role": "user", "content": "Say a lot."}}}
	}
	return providertest.Bare(b, f.URL+"/v1/messages", body, func(data []byte) (int, error) {
		var e struct {
			Type  string `json:"type"`
			Delta struct {
				Text string `json:"text"`
			} `json:"delta"`
		}
		err := json.Unmarshal(data, &e)
		return len(e.Delta.Text), err
	})
}

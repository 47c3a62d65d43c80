package google_test

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
			for _, word := range words {
				o.parts(object{"text": word})
			}
			o.end("STOP", 9, 9)
		})
		req := request("Say a lot.")
		b.Run(fmt.Sprintf("chunks=%d/bare", chunks), func(b *testing.B) { f.Bench(b, bare(b, f)) })
		m := model(b, f)
		b.Run(fmt.Sprintf("chunks=%d/google", chunks), func(b *testing.B) {
			f.Bench(b, func() (int, error) { return providertest.Length(m.Stream(b.Context(), req)) })
		})
	}
}

func bare(b *testing.B, f *providertest.FarSide) func() (int, error) {
	b.Helper()
	body := func() any {
		return object{"contents": []object{{"role": "user", "parts": []object{{"text": "Say a lot."}}}}}
	}
	url := f.URL + "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"
	return providertest.Bare(b, url, body, func(data []byte) (n int, err error) {
		var e struct {
			Candidates []struct {
				Content struct {
					Parts []struct {
						Text string `json:"text"`
					} `json:"parts"`
				} `json:"content"`
			} `json:"candidates"`
		}
		err = json.Unmarshal(data, &e)
		for _, c := range e.Candidates {
			for _, p := range c.Content.Parts {
				n += len(p.Text)
			}
		}
		return n, err
	})
}

package openai_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/providers/providertest"
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
		f := providertest.Serve(b, func(w http.ResponseWriter, _ *http.Request) {
			o := stream(w)
			for _, e := range events {
				o.Raw(e)
			}
		})
		req := request("Say a lot.")
		req.System = strings.Repeat("You are Ada. ", 40)
		b.Run(fmt.Sprintf("chunks=%d/bare", chunks), func(b *testing.B) { f.Bench(b, bare(b, f)) })
		m := model(b, f, "openai")
		b.Run(fmt.Sprintf("chunks=%d/openai", chunks), func(b *testing.B) {
			f.Bench(b, func() (int, error) { return providertest.Length(m.Stream(b.Context(), req)) })
		})
	}
}

func bare(b *testing.B, f *providertest.FarSide) func() (int, error) {
	b.Helper()
	body := func() any {
		return object{"model": "m", "stream": true, "messages": []object{
			{"role": "system", "content": strings.Repeat("You are Ada. ", 40)}, {"role": "user", "content": "Say a lot."},
		}}
	}
	return providertest.Bare(b, f.URL+"/v1/chat/completions", body, func(data []byte) (n int, err error) {
		if string(data) == "[DONE]" {
			return 0, nil
		}
		var c struct {
			Choices []struct {
				Delta struct {
					Content string `json:"content"`
				} `json:"delta"`
			} `json:"choices"`
		}
		err = json.Unmarshal(data, &c)
		for i := range c.Choices {
			n += len(c.Choices[i].Delta.Content)
		}
		return n, err
	})
}

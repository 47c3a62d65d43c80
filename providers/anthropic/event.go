package anthropic

import (
	"encoding/json"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// event is an event of a stream. A service that does not stream answers with
// the message alone.
type event struct {
	Type    string          `json:"type"`
	Message *whole          `json:"message"` // message_start; a text in an error
	Index   int             `json:"index"`
	Block   *content        `json:"content_block"`
	Delta   delta           `json:"delta"`
	Usage   *usage          `json:"usage"`
	Error   json.RawMessage `json:"error"`

	// Of a message that comes alone.
	Content    []content    `json:"content"`
	StopReason string       `json:"stop_reason"`
	Details    *stopDetails `json:"stop_details"`
}

// whole is the message as it is at the start of a stream.
type whole struct {
	Usage *usage
}

// UnmarshalJSON takes an object, and passes over what else stands there in
// errors of proxies.
func (w *whole) UnmarshalJSON(data []byte) error {
	var m struct {
		Usage *usage `json:"usage"`
	}
	if len(data) == 0 || data[0] != '{' {
		return nil
	}
	err := json.Unmarshal(data, &m)
	w.Usage = m.Usage
	return err
}

// content is a block of a reply.
type content struct {
	Type     string          `json:"type"`
	Text     string          `json:"text"`
	Thinking string          `json:"thinking"`
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Input    json.RawMessage `json:"input"`
}

// delta adds to a block, or ends the message.
type delta struct {
	Type        string       `json:"type"`
	Text        string       `json:"text"`
	Thinking    string       `json:"thinking"`
	PartialJSON string       `json:"partial_json"`
	StopReason  string       `json:"stop_reason"`
	Details     *stopDetails `json:"stop_details"`
}

type stopDetails struct {
	Category    string `json:"category"`
	Explanation string `json:"explanation"`
}

// usage counts; what stands in a later event replaces what stood in an earlier
// one.
type usage struct {
	Input      *int `json:"input_tokens"`
	CacheWrite *int `json:"cache_creation_input_tokens"`
	CacheRead  *int `json:"cache_read_input_tokens"`
	Output     *int `json:"output_tokens"`
	Details    *struct {
		Thinking int `json:"thinking_tokens"`
	} `json:"output_tokens_details"`
}

// merge takes over what a later event says.
func (u *usage) merge(later *usage) {
	for _, f := range []struct{ to, from **int }{
		{&u.Input, &later.Input},
		{&u.CacheWrite, &later.CacheWrite},
		{&u.CacheRead, &later.CacheRead},
		{&u.Output, &later.Output},
	} {
		if *f.from != nil {
			*f.to = *f.from
		}
	}
	if later.Details != nil {
		u.Details = later.Details
	}
}

// tokens are the counts in our order: input includes what the cache has read
// and written.
func (u *usage) tokens() *providers.Usage {
	if u.Input == nil && u.Output == nil {
		return nil
	}
	n := func(p *int) int {
		if p == nil {
			return 0
		}
		return max(0, *p)
	}
	out := &providers.Usage{
		InputTokens: n(u.Input) + n(u.CacheWrite) + n(u.CacheRead), CachedInputTokens: n(u.CacheRead), OutputTokens: n(u.Output),
	}
	if u.Details != nil {
		out.ReasoningTokens = min(max(0, u.Details.Thinking), out.OutputTokens)
	}
	return out
}

package trial

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// missingMocks tells of what was asked and is not mocked.
func (c *check) missingMocks() {
	c.missing.mu.Lock()
	defer c.missing.mu.Unlock()
	for _, address := range slices.Sorted(maps.Keys(c.missing.names)) {
		c.fail(specs.FailNoMock, specs.Range{}, nil, "%s", c.missing.names[address])
	}
}

// maxNoReplies is how many calls without a reply a run tells of.
const maxNoReplies = 3

// noReplies tells of calls for which a mock of the run had no reply, with the
// candidates.
func (c *check) noReplies() {
	told := 0
	for i := range c.r.Events {
		e := &c.r.Events[i]
		d, ok := e.Data.(*engine.ModelFailed)
		if !ok || d.Kind != providers.NoReply {
			continue
		}
		at, mocked := c.trial.Mocked[d.Provider]
		if !mocked || told == maxNoReplies {
			continue
		}
		told++
		c.fail(specs.FailNoReply, at, nil, "%s", c.noReplyText(d))
	}
}

// noReplyText lays out what a scripted model says of a call that nothing fits.
func (c *check) noReplyText(d *engine.ModelFailed) string {
	text := d.Message
	if _, rest, ok := strings.Cut(text, "no_reply: "); ok {
		text = rest
	}
	asked, advice := text, ""
	if i := strings.LastIndex(text, "; add a reply"); i >= 0 {
		asked, advice = text[:i], text[i+len("; "):]
	}
	var tried string
	for _, mark := range []string{"; tried ", "; the script "} {
		if i := strings.LastIndex(asked, mark); i >= 0 {
			asked, tried = asked[:i], asked[i+len("; "):]
			break
		}
	}
	out := "The mock of provider." + d.Provider + " was asked: " + asked + "."
	if list, ok := strings.CutPrefix(tried, "tried "); ok {
		candidates := strings.Split(list, "), ")
		for i, text := range candidates {
			candidates[i] = "\n  " + c.candidate(d.Provider, strings.TrimSuffix(text, ")")+")")
		}
		out += " The candidates:" + strings.Join(candidates, "")
	} else if tried != "" {
		out += " " + upperFirst(tried) + "."
	}
	if advice != "" {
		out += "\n" + upperFirst(advice) + "."
	}
	return out
}

// candidate says of a reply, main.test.hcl:7 (why), which condition did not hold.
func (c *check) candidate(provider, text string) string {
	const vague = " (its condition does not hold)"
	place, ok := strings.CutSuffix(text, vague)
	for _, p := range c.trial.Config.Providers {
		if !ok || p.Name != provider || p.Script == nil {
			continue
		}
		for _, r := range p.Script.Replies {
			if r.When != nil && place == fmt.Sprintf("%s:%d", r.Range.Filename, r.Range.Start.Line) {
				return fmt.Sprintf("%s (when %q is false)", place, shorten(r.When.Text()))
			}
		}
	}
	return text
}

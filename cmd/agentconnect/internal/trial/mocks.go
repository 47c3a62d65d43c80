package trial

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/agentconnect-dev/agentconnect/providers/scripted"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// watch is how often a script's replies and failures were due, and the calls for
// which it had none.
type watch struct {
	provider *specs.Provider

	mu      sync.Mutex
	calls   int
	replies []int // by reply
	fails   []int // by failure
	without []*scripted.NoReplyError
}

// watched is a script's model that tells the run what is due.
func (c *check) watched(p *specs.Provider) *scripted.Model {
	cfg := scripted.FromProvider(p)
	w := &watch{provider: p, replies: make([]int, len(cfg.Replies)), fails: make([]int, len(cfg.Fails))}
	c.watches = append(c.watches, w)
	cfg.Watch = w.due
	return scripted.New(cfg)
}

func (w *watch) due(d scripted.Due) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	if d.Reply >= 0 {
		w.replies[d.Reply]++
	}
	if d.Fail >= 0 {
		w.fails[d.Fail]++
	}
	if e, ok := errors.AsType[*scripted.NoReplyError](d.Err); ok && len(w.without) < maxNoReplies {
		w.without = append(w.without, e)
	}
}

// missingMocks tells of what was asked and is not mocked.
func (c *check) missingMocks() {
	c.missing.mu.Lock()
	defer c.missing.mu.Unlock()
	for _, address := range slices.Sorted(maps.Keys(c.missing.names)) {
		c.fail(specs.FailNoMock, specs.Range{}, nil, "%s", c.missing.names[address])
	}
}

// maxNoReplies is how many calls without a reply a run tells of, for each mock.
const maxNoReplies = 3

// noReplies tells of calls for which a mock of the run had no reply, with the
// candidates.
func (c *check) noReplies() {
	for _, w := range c.watches {
		at, mocked := c.trial.Mocked[w.provider.Name]
		for _, e := range w.without {
			if mocked {
				c.fail(specs.FailNoReply, at, nil, "%s", w.noReply(e))
			}
		}
	}
}

// noReply lays out a call that nothing fits.
func (w *watch) noReply(e *scripted.NoReplyError) string {
	var b strings.Builder
	fmt.Fprintf(&b, "The mock of provider.%s was asked: %s.", w.provider.Name, e.Asked())
	if len(e.Tried) == 0 {
		b.WriteString(" The script has no reply at all.")
	} else {
		b.WriteString(" The candidates:")
	}
	for _, t := range e.Tried {
		fmt.Fprintf(&b, "\n  %s (%s)", t.Label, w.why(t))
	}
	if e.More > 0 {
		fmt.Fprintf(&b, "\n  and %d more", e.More)
	}
	b.WriteString("\nAdd a reply, raise times, or set strict = false.")
	return b.String()
}

// why says why a reply did not fit, and which condition did not hold.
func (w *watch) why(t scripted.Tried) string {
	if r := w.provider.Script.Replies[t.Reply]; t.Agent == "" && t.Used == 0 && r.When != nil {
		return fmt.Sprintf("when %q is false", shorten(r.When.Text()))
	}
	return t.Why()
}

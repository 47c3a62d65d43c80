package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// runWriter writes run blocks that play scenes of a session.
type runWriter struct {
	cfg         *specs.Config
	session     *specs.Session
	several     bool // sessions
	certificate *specs.Certificate
	out         strings.Builder
}

func (w *runWriter) line(depth int, format string, args ...any) {
	fmt.Fprintf(&w.out, strings.Repeat("  ", depth)+format+"\n", args...)
}

// end is a run that comes to an end as a scene does.
func (w *runWriter) end(e *engine.End, s *engine.Scene) string {
	return w.run(fmt.Sprintf("%s ends %s by %s", w.session.Name, e.Outcome, e.Stop), s, func() {
		w.line(2, "outcome  = %s", quoted(string(e.Outcome)))
		w.line(2, "stop     = %s", stopText(e.Stop))
		w.line(2, "speakers = [%s]", w.names(s.Speakers))
		w.line(2, "turns    = %d", s.Taken.Turns)
	})
}

// finding is a run that goes wrong as a scene does: it expects what should be.
func (w *runWriter) finding(f *engine.Finding, s *engine.Scene) string {
	name := w.session.Name + ": " + strings.ReplaceAll(f.Kind, "_", " ")
	return w.run(name, s, func() {
		c := w.certificate
		switch {
		case f.Kind != engine.FoundOver || c.PerMessage:
			w.line(2, `outcome = "achieved"`)
		default:
			w.most("max_turns", c.Turns)
			w.most("max_calls", c.Calls)
			w.most("max_tokens", c.Tokens)
			w.most("max_cost", c.Cost)
		}
	})
}

func (w *runWriter) most(name string, a specs.Amount) {
	if a.Bounded() {
		w.line(2, "%s = %s", name, number(float64(a)))
	}
}

func (w *runWriter) run(name string, s *engine.Scene, expect func()) string {
	w.out.Reset()
	if why := w.unlike(s); why != "" {
		return "# " + name + ": " + why + ", which a run cannot play.\n"
	}
	w.line(0, "run %s {", quoted(name))
	if w.several {
		w.line(1, "session = session.%s", w.session.Name)
	}
	if s.Opening != "" {
		w.line(1, "opening = %s", quoted(s.Opening))
	}
	w.acts(s)
	w.mocks(s)
	w.tools(s)
	w.line(1, "expect {")
	expect()
	w.line(1, "}")
	w.line(0, "}")
	return string(hclwrite.Format([]byte(w.out.String())))
}

// unlike says what of a scene a run cannot play.
func (w *runWriter) unlike(s *engine.Scene) string {
	for _, c := range s.Tools {
		if c.Failed && !w.remote(c.Tool) {
			return "tool." + w.block(c.Tool) + " fails, which has no mock"
		}
	}
	return s.Unlike
}

// remote says whether a tool leaves the machine, so that it is mocked.
func (w *runWriter) remote(tool string) bool {
	t := w.tool(tool)
	return t != nil && (t.HTTP != nil || t.MCP != nil)
}

// tool is the block of a tool, nil where it has none.
func (w *runWriter) tool(name string) *specs.Tool {
	block := w.block(name)
	i := slices.IndexFunc(w.cfg.Tools, func(t *specs.Tool) bool { return t.Name == block })
	if i < 0 {
		return nil
	}
	return w.cfg.Tools[i]
}

// acts are what persons say and allow. What they do not say by itself comes
// about in a run: time passes, and the input ends.
func (w *runWriter) acts(s *engine.Scene) {
	var says []string
	for i := range s.Acts {
		c := &s.Acts[i]
		switch c.Do {
		case engine.DoSay:
			if c.Who == "" {
				says = append(says, quoted(c.Text))
			} else {
				says = append(says, fmt.Sprintf("{ text = %s, from = %s }", quoted(c.Text), quoted(c.Who)))
			}
		case engine.DoResume:
			w.line(1, "# A person resumes the session here, which a run cannot do.")
		}
	}
	if len(says) > 0 {
		w.line(1, "say = [%s]", strings.Join(says, ", "))
	}
	for i := range s.Acts {
		if c := &s.Acts[i]; c.Do == engine.DoAllow || c.Do == engine.DoDeny {
			w.line(1, "approve %s {", quoted(w.block(c.Call)))
			w.line(2, "allow = %t", c.Do == engine.DoAllow)
			w.line(2, "times = 1")
			w.line(1, "}")
		}
	}
}

// mocks are the answers of the models that are called, in the order of the
// calls.
func (w *runWriter) mocks(s *engine.Scene) {
	together := s.Together()
	last := 1
	for _, c := range s.Calls {
		last = max(last, c.Over+1)
	}
	for _, p := range w.cfg.Providers {
		n := 0
		for i := range s.Calls {
			c := &s.Calls[i]
			if c.Provider != p.Name {
				continue
			}
			if n++; n == 1 {
				w.line(1, "mock %s {", quoted(p.Name))
				if s.Ended == nil { // the session goes on where the path ends
					w.line(2, "strict = false")
				}
			}
			over := c.Over
			if over == 0 {
				over = last
			}
			delay := time.Duration(0)
			if together || c.Over == 0 {
				delay = time.Duration(over-c.Began) * answerStep
			}
			w.reply(n, c, delay)
		}
		if n > 0 {
			w.line(1, "}")
		}
	}
}

// answerStep lies between answers whose order matters.
const answerStep = 10 * time.Millisecond

// failureKind is a kind of failure as scripts name it.
func failureKind(k providers.Kind) string {
	switch k {
	case providers.Refused:
		return "refusal"
	case providers.RateLimited:
		return "rate_limit"
	case providers.Cut:
		return "cut"
	default:
		return "overloaded"
	}
}

func (w *runWriter) usage(c *engine.SceneCall) {
	if c.Usage != (providers.Usage{}) {
		w.line(3, "usage {")
		w.line(4, "input_tokens = %d", c.Usage.InputTokens)
		w.line(4, "output_tokens = %d", c.Usage.OutputTokens)
		w.line(3, "}")
	}
}

// reply is the answer to the nth call, or how it fails: each agent gets its own in
// their order, whatever call comes first. A call that nobody waited for any more may
// not be made at all: its answer is a rule, which may be left over.
func (w *runWriter) reply(n int, c *engine.SceneCall, delay time.Duration) {
	w.line(2, "reply {")
	w.line(3, "agent = agent.%s", c.Agent)
	if c.Over == 0 {
		w.line(3, "when = %s", quoted(fmt.Sprintf("call >= %d", n)))
	}
	if c.Failure != "" {
		w.line(3, "fail = %s", quoted(failureKind(c.Failure)))
	}
	if c.Text != "" || len(c.Tools) == 0 && c.Failure == "" {
		w.line(3, "content = %s", quoted(c.Text))
	}
	if delay > 0 {
		w.line(3, "delay = %s", quoted(delay.String()))
	}
	for _, t := range c.Tools {
		w.line(3, "tool_call {")
		w.line(4, "name = %s", quoted(t.Name))
		if v, ok := value(t.Arguments); ok && v != "{}" {
			w.line(4, "arguments = %s", v)
		}
		w.line(3, "}")
	}
	w.usage(c)
	w.line(2, "}")
}

// tools are the answers of tools that leave the machine.
func (w *runWriter) tools(s *engine.Scene) {
	for _, c := range s.Tools {
		if !w.remote(c.Tool) {
			continue
		}
		w.line(1, "mock_tool %s {", quoted(w.block(c.Tool)))
		if w.tool(c.Tool).MCP != nil {
			_, of, _ := strings.Cut(c.Tool, engine.SetMark)
			w.line(2, "tool = %s", quoted(of))
		}
		if c.Failed {
			w.line(2, "fail = %s", quoted(c.Result))
		} else {
			w.line(2, "result = %s", quoted(c.Result))
		}
		w.line(2, "times = 1")
		w.line(1, "}")
	}
}

// block is the name of the block of a tool.
func (w *runWriter) block(tool string) string {
	name, _, _ := strings.Cut(tool, engine.SetMark)
	return name
}

func (w *runWriter) names(list []string) string {
	refs := make([]string, len(list))
	for i, name := range list {
		if d := participant(w.cfg, name); d.at != (specs.Range{}) {
			refs[i] = d.address
		} else {
			refs[i] = quoted(name)
		}
	}
	return strings.Join(refs, ", ")
}

// stopText is the address of a stop as a reference, and all else as a text.
func stopText(stop string) string {
	if strings.HasPrefix(stop, "stop.") {
		return stop
	}
	return quoted(stop)
}

// quoted is a text as HCL writes it.
func quoted(text string) string { return string(hclwrite.TokensForValue(cty.StringVal(text)).Bytes()) }

// value is JSON as HCL writes it.
func value(text json.RawMessage) (string, bool) {
	t, err := ctyjson.ImpliedType(text)
	if err != nil || !t.IsObjectType() {
		return "", false
	}
	v, err := ctyjson.Unmarshal(text, t)
	if err != nil {
		return "", false
	}
	out := string(hclwrite.TokensForValue(v).Bytes())
	if v.LengthInt() == 0 {
		out = "{}"
	}
	return out, true
}

package trial

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// expect compares the end with what is expected of it.
func (c *check) expect(end *ending) {
	e := c.trial.Expect
	if e == nil {
		return
	}
	outcome, stop := "none, since the session did not end", "none, since the session did not end"
	why := ""
	if end.ended != nil {
		outcome, stop = string(end.ended.Outcome), end.ended.Reason.Stop
		why = " The reason: " + strings.TrimSuffix(end.ended.Reason.Text, ".") + "."
	}
	if e.Outcome != "" && e.Outcome != outcome {
		c.unlike("outcome", outcome, "The outcome is %s; %s was expected.%s", outcome, e.Outcome, why)
		why = "" // it is told once
	}
	if _, written := e.Args["stop"]; written && e.Stop != stop {
		c.unlike("stop", strconv.Quote(stop), "It was ended by %s; %s was expected.%s", orNothing(stop), orNothing(e.Stop), why)
	}
	if e.Speakers != nil {
		c.speakers(e.Speakers, end.speakers())
	}
	c.exactly("turns", e.Turns, end.env.Turns)
	c.atMost("max_turns", "turns", e.MaxTurns, end.env.Turns)
	c.atMost("max_calls", "calls", e.MaxCalls, end.env.Calls)
	c.atMost("max_tokens", "tokens", e.MaxTokens, end.env.Usage.TotalTokens)
	if e.MaxCost != nil && end.env.Usage.Cost > *e.MaxCost {
		c.unlike("max_cost", usd(end.env.Usage.Cost), "It cost %s; at most %s was expected.", usd(end.env.Usage.Cost), usd(*e.MaxCost))
	}
	if e.Result != nil {
		var got any
		if end.ended != nil {
			got = end.ended.Result
		}
		c.result(e.Result, got)
	}
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

func usd(cost float64) string { return "$" + strconv.FormatFloat(cost, 'f', -1, 64) }

// unlike fails the run at an argument of expect.
func (c *check) unlike(arg, got string, format string, args ...any) {
	c.fail(specs.FailExpect, c.trial.Expect.Args[arg], []specs.SnippetValue{{Traversal: arg, Statement: "is " + shorten(got)}}, format, args...)
}

func (c *check) exactly(arg string, want *int, got int) {
	if want != nil && *want != got {
		c.unlike(arg, strconv.Itoa(got), "It took %s; %d %s expected.", screen.Plural(got, strings.TrimSuffix(arg, "s")), *want, were(*want))
	}
}

func were(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

func (c *check) atMost(arg, what string, most *int, got int) {
	if most != nil && got > *most {
		c.unlike(arg, strconv.Itoa(got), "It took %s; at most %d %s expected.", screen.Plural(got, strings.TrimSuffix(what, "s")), *most, were(*most))
	}
}

// speakers compares who spoke, and says from where on it is different.
func (c *check) speakers(want, got []string) {
	at := 0
	for at < len(want) && at < len(got) && want[at] == got[at] {
		at++
	}
	if at == len(want) && at == len(got) {
		return
	}
	var text string
	switch {
	case at == len(want):
		text = fmt.Sprintf("After %s, who were expected, there came %s.", screen.Plural(len(want), "speaker"), got[at])
	case at == len(got):
		text = fmt.Sprintf("%s was expected as speaker %d, and nobody spoke any more.", want[at], at+1)
	default:
		text = fmt.Sprintf("Speaker %d is %s; %s was expected.", at+1, got[at], want[at])
	}
	c.unlike("speakers", "["+strings.Join(got, ", ")+"]", "%s\n  want: %s\n  got:  %s", text, nameList(want), nameList(got))
}

// maxNames is how many speakers a message lists.
const maxNames = 40

func nameList(names []string) string {
	if len(names) == 0 {
		return "nobody"
	}
	if len(names) > maxNames {
		return strings.Join(names[:maxNames], ", ") + fmt.Sprintf(" and %d more", len(names)-maxNames)
	}
	return strings.Join(names, ", ")
}

// result compares JSON values.
func (c *check) result(want json.RawMessage, got any) {
	text, err := encode(got)
	if err == nil && reflect.DeepEqual(decode(want), decode(text)) {
		return
	}
	c.unlike("result", string(text), "The result is another one.\n  want: %s\n  got:  %s", shorten(string(want)), shorten(string(text)))
}

func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSpace(out.Bytes()), err
}

func decode(text []byte) any {
	var v any
	_ = json.Unmarshal(text, &v) // it is JSON
	return v
}

// asserts evaluates the conditions.
func (c *check) asserts(end *ending) {
	if len(c.trial.Asserts) == 0 {
		return
	}
	facts := end.facts(slices.ContainsFunc(c.trial.Asserts, func(a *specs.Assertion) bool { return a.Reads("events") }))
	for _, a := range c.trial.Asserts {
		c.assert(a, end.env, facts)
	}
}

func (c *check) assert(a *specs.Assertion, env *specs.Env, facts specs.TrialFacts) {
	ok, at, values, err := a.Check(env, facts)
	switch {
	case err != nil:
		c.notComputed(a, at, err)
	case !ok:
		c.fail(specs.FailAssert, at, values, "%s.", strings.TrimSuffix(upperFirst(a.Text), "."))
	}
}

// notComputed tells why a condition has no value, at the characters to blame.
func (c *check) notComputed(a *specs.Assertion, at specs.Range, err error) {
	message := err.Error()
	if e, ok := errors.AsType[*specs.ExprError](err); ok {
		at, message = e.Range, e.Message
	}
	c.fail(specs.FailCondition, at, nil, "%s: %s", upperFirst(a.Text), message)
}

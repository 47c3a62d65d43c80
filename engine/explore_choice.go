package engine

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// What a choice does.
const (
	DoOpen       = "open"        // the session is started with another opening
	DoAnswer     = "answer"      // a model answers
	DoCall       = "call"        // a model calls tools
	DoFail       = "fail"        // a call of a model fails
	DoResult     = "result"      // a tool gives its result
	DoToolFails  = "tool_fails"  // a tool fails
	DoSay        = "say"         // a person says something
	DoAllow      = "allow"       // a person allows a tool call
	DoDeny       = "deny"        // a person does not
	DoResume     = "resume"      // a person resumes a paused session
	DoCloseInput = "close_input" // no person says anything more
	DoWait       = "wait"        // the time passes until something is due
)

// Choice is one thing that somebody outside the engine does.
type Choice struct {
	Do string `json:"do"`
	// Turn and Who are whose answer it is, Role what was asked for.
	Turn int    `json:"turn,omitempty"`
	Who  string `json:"who,omitempty"`
	Role string `json:"role,omitempty"`
	// Text is what is said.
	Text string `json:"text,omitempty"`
	// Tools are the calls of a model, Call the id of the one it is about.
	Tools []providers.ToolCall `json:"tools,omitempty"`
	Call  string               `json:"call,omitempty"`
	// Failure is how a call fails.
	Failure providers.Kind `json:"failure,omitempty"`

	whole bool // the answer is as long as it may be
}

// String tells a choice in a line.
func (c Choice) String() string {
	who := c.Who
	if c.Role != "" {
		who += " as " + c.Role
	}
	switch c.Do {
	case DoAnswer, DoSay:
		if who == "" {
			who = "a person"
		}
		return fmt.Sprintf("%s says %q", who, short(strings.TrimSpace(c.Text)))
	case DoCall:
		var names []string
		for _, t := range c.Tools {
			names = append(names, t.Name)
		}
		return fmt.Sprintf("%s calls %s", who, strings.Join(names, ", "))
	case DoFail:
		return fmt.Sprintf("the call of %s fails (%s)", who, c.Failure)
	case DoOpen:
		return fmt.Sprintf("the opening is %q", short(c.Text))
	case DoWait:
		return "the time passes"
	default:
		return strings.TrimSpace(c.Do + " " + who + " " + c.Call)
	}
}

const (
	// The answers that are tried of everybody.
	exploredShort = "ok"
	// maxExplored bounds an answer that is as long as it may be, in tokens of its
	// text; its usage is what the cap allows.
	maxExplored = 64
	// uncapped is how long an answer without a cap is taken to be.
	uncapped = 64
	// maxToolText bounds a tool's result.
	maxToolText = 64
)

// longest is how many tokens the answer of a turn's call may have.
func (t *turn) longest() int { return cmp.Or(t.cap, t.agent.spec.MaxTokens, uncapped) }

// choices are all that may happen in a world, in an order of their own. It is
// stuck when nothing happens but what the clock does to the session as a whole.
func (x *exploration) choices(w *world) (all choices, stuck bool) {
	s := &Session{id: w.st.session, t: x.t, st: w.st, now: w.st.last, ticked: w.st.last}
	flying := false
	add := func(turn int, list []Choice) {
		if len(list) > 0 {
			all = append(all, shared{turn, list})
		}
	}
	for _, t := range w.st.openTurns() {
		switch {
		case t.human != nil:
			if !w.st.inputClosed {
				add(0, x.words(t.name, t))
			}
		case t.call != 0:
			flying = true
			add(t.n, x.replies(w.st, t))
		default:
			flying = flying || len(t.running()) > 0
			add(0, t.results())
		}
	}
	add(0, x.persons(w))
	stuck = len(all) == 0
	if !flying && !s.nextDue().IsZero() {
		add(0, []Choice{{Do: DoWait}})
	}
	s.agenda(func(d due) { stuck = stuck && d.turn == 0 })
	return all, stuck
}

// newReplies are what a model may answer. Those that take most come first: what
// they lead to then weighs at least as much as what the others lead to. Of texts
// that nothing can tell apart only the longest is tried.
func (x *exploration) newReplies(t *turn, f form, offered []providers.ToolSpec) (list []Choice) {
	for _, kind := range x.o.Failures {
		list = append(list, Choice{Do: DoFail, Who: t.name, Role: t.role, Failure: kind})
	}
	slices.SortStableFunc(list, func(a, b Choice) int { return cmp.Compare(again(b), again(a)) })
	say := func(text string, whole bool) {
		list = append(list, Choice{Do: DoAnswer, Who: t.name, Role: t.role, Text: text, whole: whole})
	}
	list = append(list, x.toolChoices(t, offered)...)
	switch {
	case t.summing:
		say(t.long("summary"), true)
	case f.check != nil:
		say(t.long("{"), true) // no JSON
		for _, v := range x.answersOf(f.schema) {
			say(t.long(v), true)
		}
	default:
		var known []string
		for i, text := range append([]string{t.long("more "), "", exploredShort}, x.texts...) {
			if c := x.what.told(text); !slices.Contains(known, c) {
				known = append(known, c)
				say(text, i < 2)
			}
		}
	}
	return list
}

// again is 1 for a failure after which a call may be made again.
func again(c Choice) int {
	switch c.Failure {
	case providers.RateLimited, providers.Overloaded, providers.TimedOut, providers.Cut:
		return 1
	default:
		return 0
	}
}

// long is a text that is as long as the answer may be: JSON with blanks, or the
// text again and again.
func (t *turn) long(text string) string {
	room := 4*min(t.longest(), maxExplored) - len(text)
	switch {
	case room <= 0:
		return text
	case strings.HasSuffix(text, "}"):
		return text[:len(text)-1] + strings.Repeat(" ", room) + "}"
	default:
		return text + strings.Repeat(text, room/len(text))
	}
}

// toolChoices are the calls that a model may make: each of the tools that it is
// offered, the first two at once, and one that is not there.
func (x *exploration) toolChoices(t *turn, offered []providers.ToolSpec) (list []Choice) {
	if len(offered) == 0 {
		return nil
	}
	calls := func(tools ...providers.ToolCall) {
		list = append(list, Choice{Do: DoCall, Who: t.name, Tools: tools})
	}
	var all []providers.ToolCall
	for i := range offered {
		for _, arguments := range x.argumentsOf(t, &offered[i]) {
			all = append(all, providers.ToolCall{Name: offered[i].Name, Arguments: json.RawMessage(arguments)})
			calls(all[len(all)-1])
		}
	}
	if len(all) > 1 {
		calls(all[:2]...)
	}
	calls(providers.ToolCall{Name: "nothing", Arguments: json.RawMessage("{}")})
	return list
}

// argumentsOf are the arguments with which a tool is tried: a question goes to
// each of the others.
func (x *exploration) argumentsOf(t *turn, spec *providers.ToolSpec) []string {
	if tool, ok := t.agent.tool(spec.Name); !ok || !tool.asks || t.given(spec.Name) {
		return x.answersOf(spec.Schema)[:1]
	}
	var list []string
	for _, name := range x.t.agentNames(t.name) {
		list = append(list, fmt.Sprintf(`{"agent":%q,"question":%q}`, name, exploredShort))
	}
	return list
}

// results are what the tools of a turn may give, and persons decide about them.
func (t *turn) results() (list []Choice) {
	for _, p := range t.running() {
		tool, _ := t.agent.tool(p.call.Name)
		most := min(cmp.Or(tool.MaxResult, defaultMaxResult), maxToolText)
		list = append(list,
			Choice{Do: DoResult, Turn: t.n, Who: t.name, Call: p.call.ID, Text: strings.Repeat("y", most)},
			Choice{Do: DoToolFails, Turn: t.n, Who: t.name, Call: p.call.ID, Text: "it does not work"})
	}
	for i := range t.pending {
		if p := &t.pending[i]; p.waits() {
			list = append(list, Choice{Do: DoAllow, Who: t.name, Call: p.call.ID}, Choice{Do: DoDeny, Who: t.name, Call: p.call.ID})
		}
	}
	return list
}

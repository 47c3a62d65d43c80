package specs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// buildJoined makes the Trial of its blocks, and puts its mocks into the
// configuration.
func (l *loader) buildJoined(cfg *Config) {
	j := l.joined
	if j == nil || j.run == nil {
		return
	}
	t, n := j.trial, j.run
	t.Args = map[string]Range{}
	l.argRanges(n, "", t.Args)
	t.Opening, t.Seed, t.Stay = n.str("opening"), int64(n.int("seed")), n.bool("stay")
	t.Replay, t.Snapshot = n.str("replay"), n.str("snapshot")
	l.seedPatterns(cfg)
	l.buildMocks(cfg)
	for _, name := range slices.Sorted(keysOf(j.tools)) {
		l.buildToolMocks(cfg, name)
	}
	l.chooseSession(cfg)
	l.buildSays(cfg)
	for _, b := range n.all("approve") {
		t.Approvals = append(t.Approvals, l.buildApproval(cfg, b))
	}
	if e := n.one("expect"); e != nil {
		t.Expect = l.buildExpectation(cfg, e)
	}
	for _, b := range n.all("assert") {
		l.buildAssertion(b)
	}
	for _, b := range n.all("expect_error") {
		t.Errors = append(t.Errors, ExpectedError{Range: l.rng(b.header), Code: b.str("code"), Contains: b.str("contains"), Ref: b.str("ref")})
	}
}

// seedPatterns gives patterns that have no seed of their own that of the run.
func (l *loader) seedPatterns(cfg *Config) {
	for _, p := range cfg.Patterns {
		if _, own := p.Args["seed"]; !own && l.joined.run.args["seed"] != nil {
			p.Seed = l.joined.trial.Seed
		}
	}
}

// buildMocks gives mocked providers their scripts.
func (l *loader) buildMocks(cfg *Config) {
	byName := map[string]*Provider{}
	for _, p := range cfg.Providers {
		byName[p.Name] = p
	}
	for _, name := range slices.Sorted(keysOf(l.joined.mocks)) {
		m := l.joined.mocks[name]
		p := byName[name]
		if p == nil {
			l.unknownLabel(m, codeMockUnknown, "provider")
			continue
		}
		p.Script = l.buildScript(m)
		l.joined.trial.Mocked[name], l.joined.trial.Owned[name] = l.rng(m.header), l.joined.owns(m)
	}
}

// unknownLabel reports a block whose label is not the name of a block of the
// scenario.
func (l *loader) unknownLabel(n *node, code, kind string) {
	if l.syntaxErrors || l.isDeclared(kind, n.name) {
		return
	}
	names := l.declared(kind)
	d := l.about(n, code, n.labels[0], "The scenario has no %s %q.%s", kind, brief(n.name), l.meant(n.name, names))
	if near := nearest(n.name, names); near != "" {
		l.rename(d, n.labels[0], `"`+near+`"`)
	}
}

func (l *loader) buildToolMocks(cfg *Config, name string) {
	list := l.joined.tools[name]
	i := slices.IndexFunc(cfg.Tools, func(t *Tool) bool { return t.Name == name })
	if i < 0 {
		l.unknownLabel(list[0], codeMockTool, "tool")
		return
	}
	tool := cfg.Tools[i]
	if tool.HTTP == nil && tool.MCP == nil {
		l.about(list[0], codeMockTool, list[0].labels[0], "tool.%s runs on this machine and needs no mock: only http and mcp tools have one.", name)
		return
	}
	for _, n := range list {
		l.joined.trial.Tools[name] = append(l.joined.trial.Tools[name], l.buildToolMock(tool, n))
	}
}

func (l *loader) buildToolMock(tool *Tool, n *node) *ToolMock {
	m := &ToolMock{Range: l.rng(n.header), Owned: l.joined.owns(n), Tool: n.str("tool"), Fail: n.str("fail"), Times: n.int("times"), Delay: n.duration("delay")}
	input := &Type{}
	switch {
	case tool.MCP != nil && m.Tool == "":
		l.about(n, codeMockTool, n.header, "tool.%s is a server with several tools: say by tool = \"…\" which one is meant.", tool.Name)
	case tool.HTTP != nil && n.args["tool"] != nil:
		l.about(n, codeMockTool, n.args["tool"].name, "tool.%s is one tool; only those of an MCP server are told apart by tool.", tool.Name)
	case len(tool.Input) > 0:
		input = TypeOfSchema(tool.Input)
	}
	m.Result = plainText(get[json.RawMessage](n, "result"))
	over := &Type{kind: kindObject, fields: map[string]*Type{"input": input}}
	l.exprOver(n, "when", wantBool, over, func(e *Expr) { m.When = e })
	return m
}

// plainText is a JSON string as the text that it holds, and any other JSON as it
// is.
func plainText(text json.RawMessage) string {
	var s string
	if json.Unmarshal(text, &s) == nil {
		return s
	}
	return string(text)
}

// chooseSession finds the session that a run is about.
func (l *loader) chooseSession(cfg *Config) {
	j := l.joined
	n, t := j.run, j.trial
	if t.Command == "validate" || l.syntaxErrors {
		return
	}
	var names []string
	for _, s := range cfg.Sessions {
		names = append(names, s.Name)
	}
	a := n.args["session"]
	switch name := refOrName(n, "session"); {
	case a != nil && a.bad:
	case slices.Contains(names, name):
		t.Session = name
	case name != "":
		l.about(n, codeRunSession, a.expr.Range(), "The scenario has no session %q.%s", brief(name), l.meant(name, names))
	case len(names) == 1:
		t.Session = names[0]
	case len(names) > 1:
		l.about(n, codeRunSession, n.header, "The scenario has several sessions; choose one by session: %s.", listed(prefixAll("session.", names)))
	}
}

// refOrName is the name that an argument refers to or says.
func refOrName(n *node, name string) string {
	if ref := n.ref(name); ref.Name != "" {
		return ref.Name
	}
	return n.str(name)
}

// buildSays reads what a person says.
func (l *loader) buildSays(cfg *Config) {
	n := l.joined.run
	a := n.args["say"]
	raw := get[json.RawMessage](n, "say")
	if a == nil || raw == nil {
		return
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		l.wrong(n, a, codeSay, a.expr.Range(), "say takes a list: say = [\"…\"].")
		return
	}
	at := elementRanges(a.expr)
	for i, text := range list {
		if s, ok := l.buildSay(cfg, n, a, text, at(i)); ok {
			l.joined.trial.Says = append(l.joined.trial.Says, s)
		}
	}
}

func (l *loader) buildSay(cfg *Config, n *node, a *arg, text []byte, at hcl.Range) (TrialSay, bool) {
	s := TrialSay{Range: l.rng(at)}
	if json.Unmarshal(text, &s.Text) == nil {
		return s, true
	}
	object, wrong := saidIn(text)
	if wrong != "" {
		l.wrong(n, a, codeSay, at, "A message is a text, or an object { text = \"…\", at = \"30s\", from = \"ann\" } of which text must be there%s", wrong)
		return s, false
	}
	s.Text, s.From = *object.Text, object.From
	if object.At != "" {
		d, err := time.ParseDuration(object.At)
		if err != nil || d < 0 {
			l.wrong(n, a, codeSay, at, "at is a time since the start such as \"30s\"; it is %q.", brief(object.At))
			return s, false
		}
		s.At, s.Timed = d, true
	}
	var humans []string
	for _, h := range cfg.Humans {
		humans = append(humans, h.Name)
	}
	if s.From != "" && !slices.Contains(humans, s.From) {
		l.wrong(n, a, codeSay, at, "from is the name of a human of the scenario, or left out for the person's side; it is %q.%s", brief(s.From), l.meant(s.From, humans))
		return s, false
	}
	return s, true
}

// saidObject is a message that says more than its text.
type saidObject struct {
	Text     *string
	At, From string
}

// saidIn reads one, and says what is wrong with it.
func saidIn(text []byte) (o saidObject, wrong string) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	err := dec.Decode(&o)
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && kind.Field != "" {
		return o, fmt.Sprintf(". Here %s is a %s; it takes a text in quotes.", strings.ToLower(kind.Field), kind.Value)
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(text, &fields) != nil {
		return o, "."
	}
	for _, name := range slices.Sorted(keysOf(fields)) {
		if !slices.Contains([]string{"at", "from", "text"}, name) {
			return o, fmt.Sprintf(". It has no %q.", brief(name))
		}
	}
	if o.Text == nil {
		return o, "; here it is not."
	}
	return o, ""
}

func (l *loader) buildApproval(cfg *Config, n *node) TrialApproval {
	out := TrialApproval{
		Range: l.rng(n.header), Tool: n.name, Allow: n.bool("allow"), By: n.str("by"), Why: n.str("why"), After: n.duration("after"), Times: n.int("times"),
	}
	i := slices.IndexFunc(cfg.Tools, func(t *Tool) bool { return t.Name == n.name })
	switch {
	case i < 0:
		l.unknownLabel(n, codeUnknownName, "tool")
	case cfg.Tools[i].Approval != "always":
		l.about(n, codeRunNeeds, n.header, "Nobody is asked about calls of tool.%s: it has no approval = \"always\".", n.name)
	}
	return out
}

func (l *loader) buildExpectation(cfg *Config, n *node) *Expectation {
	e := &Expectation{Range: l.rng(n.header), Outcome: n.str("outcome"), Result: get[json.RawMessage](n, "result"), Args: map[string]Range{}}
	l.argRanges(n, "", e.Args)
	e.Turns, e.MaxTurns, e.MaxCalls, e.MaxTokens = optInt(n, "turns"), optInt(n, "max_turns"), optInt(n, "max_calls"), optInt(n, "max_tokens")
	e.MaxCost = n.optFloat("max_cost")
	if ref := n.ref("stop"); ref.Name != "" {
		e.Stop = "stop." + ref.Name
	} else {
		e.Stop = n.str("stop")
	}
	if name, ok := strings.CutPrefix(n.str("stop"), "stop."); ok && !l.syntaxErrors && !l.isDeclared("stop", name) {
		l.about(n, codeUnknownName, n.args["stop"].expr.Range(), "The scenario has no stop %q.%s", brief(name), l.meant(name, l.declared("stop")))
	}
	if a := n.args["stop"]; a != nil && !a.bad && e.Stop == "" {
		l.wrong(n, a, codeNotAllowed, a.expr.Range(), "stop says what ended the session, and something always does: stop.NAME, or a name such as \"pattern\" when the pattern came to its end, \"input\" when the person's side was closed, or \"limits.max_turns\".")
	}
	if refs := n.refs("speakers"); refs != nil {
		e.Speakers = namesOf(refs)
		l.checkSpeakers(cfg, n, refs)
	}
	return e
}

// checkSpeakers holds names to be those of participants.
func (l *loader) checkSpeakers(cfg *Config, n *node, refs []Ref) {
	var names []string
	for _, a := range cfg.Agents {
		names = append(names, a.Name)
	}
	for _, h := range cfg.Humans {
		names = append(names, h.Name)
	}
	at := elementRanges(n.args["speakers"].expr)
	for i, ref := range refs {
		if !slices.Contains(names, ref.Name) && ref.Name != "" && !l.syntaxErrors {
			l.about(n, codeUnknownName, at(i), "The scenario has no participant %q.%s", brief(ref.Name), l.meant(ref.Name, names))
		}
	}
}

func optInt(n *node, name string) *int {
	if !n.written(name) {
		return nil
	}
	i := n.int(name)
	return &i
}

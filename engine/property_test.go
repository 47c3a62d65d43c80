package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// tree writes random scenarios: patterns in patterns over a few agents, with
// every bound that the proof asks for.
type tree struct {
	t     *rapid.T
	b     strings.Builder
	n     int
	crowd bool // with all that a person, a tool or a limit can do
}

func (g *tree) pick(label string, options ...string) string {
	return rapid.SampledFrom(options).Draw(g.t, label)
}

func (g *tree) small(label string, most int) int { return rapid.IntRange(1, most).Draw(g.t, label) }

// participant is an agent, a person, or a new pattern.
func (g *tree) participant(depth int) string {
	kinds := []string{"agent.a", "agent.b", "agent.c", "human.h"}
	if depth > 0 {
		kinds = append(kinds, "pattern", "pattern", "pattern")
	}
	if k := g.pick("participant", kinds...); k != "pattern" {
		return k
	}
	return "pattern." + g.pattern(depth-1)
}

// participants are distinct.
func (g *tree) participants(depth, least int) []string {
	var list []string
	for len(list) < least+g.small("more", 2)-1 {
		p := g.participant(depth)
		known := false
		for _, q := range list {
			known = known || p == q
		}
		if !known {
			list = append(list, p)
		}
	}
	return list
}

func (g *tree) pattern(depth int) string {
	kind := g.pick("kind", append(courses(), "round_robin", "sequential", "parallel", "loop", "selector", "chair", "moderated", "random", "router", "debate", "vote", "handoff", "supervisor", "graph")...)
	g.n++
	name := fmt.Sprintf("p%d", g.n)
	var b strings.Builder
	block := kind
	if kind == "chair" {
		block = "selector"
	}
	fmt.Fprintf(&b, "pattern %q %q {\n", block, name)
	line := func(format string, args ...any) { fmt.Fprintf(&b, "  "+format+"\n", args...) }
	line("on_error = %q", g.pick("on_error", "skip", "fail"))
	var parts []string
	if kind == "vote" {
		depth = 0 // only agents and persons vote
	}
	if kind != "graph" {
		parts = g.participants(depth, 2)
		if kind == "loop" {
			parts = parts[:1]
		}
		parts = g.fit(kind, parts)
		line("participants = [%s]", strings.Join(parts, ", "))
	}
	line("result = %q", g.pick("result", results(kind, parts)...))
	if !strings.Contains("handoff supervisor", kind) && rapid.IntRange(0, 4).Draw(g.t, "turns?") == 0 {
		line("max_turns = %d", g.small("own turns", 5))
	}
	switch kind {
	case "handoff":
		g.handoff(&b, parts)
	case "supervisor":
		g.supervisor(&b)
	case "random":
		line("seed = %d", g.small("seed", 5))
		line("max_rounds = %d", g.small("rounds", 3))
	case "router":
		g.router(&b, parts)
	case "debate":
		line("max_rounds = %d", g.small("rounds", 3))
		line("judge = %s", g.pick("judge", "agent.chair", "agent.a", "human.h"))
		if rapid.Bool().Draw(g.t, "until") {
			line("until = \"here.turns > 3\"")
		}
	case "vote":
		g.vote(&b, parts)
	case "round_robin": // the session's own max_turns bounds it, too
		if rapid.IntRange(0, 3).Draw(g.t, "rounds?") > 0 {
			line("max_rounds = %d", g.small("rounds", 3))
		}
	case "sequential":
		line("context = %q", g.pick("context", "all", "previous"))
		g.passes(&b)
	case "parallel":
		g.passes(&b)
		line("join = %s", g.pick("join", `"all"`, `"first"`, "1", "2"))
		line("concurrency = %d", g.small("concurrency", 3))
	case "loop":
		line("max_iterations = %d", g.small("iterations", 3))
		line("critic = agent.critic")
		line("keep = %q", g.pick("keep", "last", "best"))
	case "selector":
		line("rule = \"turns %% 2 == 0 ? '%s' : '%s'\"", bare(parts[0]), bare(parts[1]))
		line("max_rounds = %d", g.small("rounds", 4))
		line("allow_repeat = true")
	case "chair", "moderated":
		line("chair = agent.chair")
		line("attempts = %d", g.small("attempts", 3))
		line("max_rounds = %d", g.small("rounds", 3))
		line("allow_repeat = %t", rapid.Bool().Draw(g.t, "repeat"))
		if rapid.Bool().Draw(g.t, "fallback") {
			line("fallback = %s", parts[0])
		}
	case "graph":
		g.graph(&b, depth)
	default:
		g.course(&b, kind, parts)
	}
	b.WriteString("}\n")
	g.b.WriteString(b.String())
	return name
}

// passes lets a pattern that takes each once do so again, now and then.
func (g *tree) passes(b *strings.Builder) {
	if rapid.IntRange(0, 3).Draw(g.t, "passes?") == 0 {
		fmt.Fprintf(b, "  max_rounds = %d\n", g.small("passes", 3))
	}
}

// results are what an outer pattern may see of a pattern: a summary needs an
// agent in it.
func results(kind string, parts []string) []string {
	for _, p := range parts {
		if strings.HasPrefix(p, "agent.") {
			return []string{"last", "all", "summary"}
		}
	}
	if kind == "graph" {
		return []string{"last", "all", "summary"}
	}
	return []string{"last", "all"}
}

// handoff is one of all ways to give the floor back.
func (g *tree) handoff(b *strings.Builder, parts []string) {
	after := g.pick("after_turn", "stay", "return", "user")
	fmt.Fprintf(b, "  after_turn = %q\n  start = %s\n", after, parts[g.small("start", len(parts))-1])
	if after != "return" || rapid.Bool().Draw(g.t, "turns") {
		fmt.Fprintf(b, "  max_turns = %d\n", g.small("turns", 6))
	}
	if rapid.Bool().Draw(g.t, "handoffs") || after == "return" {
		fmt.Fprintf(b, "  max_handoffs = %d\n", g.small("handoffs", 3))
	}
	if rapid.Bool().Draw(g.t, "allow") {
		fmt.Fprintf(b, "  allow = { %s = [%s], %s = [%s] }\n", bare(parts[0]), parts[1], bare(parts[1]), parts[0])
	}
}

// supervisor has a manager that may be one of its workers.
func (g *tree) supervisor(b *strings.Builder) {
	fmt.Fprintf(b, "  manager = %s\n", g.pick("manager", "agent.a", "agent.chair"))
	if rapid.Bool().Draw(g.t, "delegations") {
		fmt.Fprintf(b, "  max_delegations = %d\n", g.small("delegations", 12))
	}
	if rapid.Bool().Draw(g.t, "turns") {
		fmt.Fprintf(b, "  max_turns = %d\n", g.small("turns", 6))
	}
}

// router has a route by condition, one for a classifier, and a default.
func (g *tree) router(b *strings.Builder, parts []string) {
	fmt.Fprintf(b, "  route \"r1\" {\n    when = \"turns %% 3 == 1\"\n    to = %s\n  }\n", parts[0])
	if rapid.Bool().Draw(g.t, "classifier") {
		fmt.Fprintf(b, "  classifier = agent.chair\n  route \"r2\" {\n    describe = \"x\"\n    to = %s\n  }\n", parts[1])
	}
	fmt.Fprintf(b, "  default = %s\n", parts[len(parts)-1])
}

// vote is one of all strategies and ways to break a tie.
func (g *tree) vote(b *strings.Builder, parts []string) {
	strategy := g.pick("strategy", "majority", "quorum", "average")
	fmt.Fprintf(b, "  strategy = %q\n", strategy)
	if strategy != "average" {
		b.WriteString("  choices = [\"yes\", \"no\", \"later\"]\n")
	}
	if strategy == "quorum" {
		fmt.Fprintf(b, "  quorum = %d\n", g.small("quorum", 2))
	}
	tie := g.pick("tie", `"first"`, `"random"`, `"none"`, "member")
	if tie == "member" {
		tie = parts[0]
	}
	if strategy == "average" {
		tie = `"none"`
	}
	fmt.Fprintf(b, "  tie = %s\n  weights = { %s = %d }\n", tie, bare(parts[1]), g.small("weight", 3))
}

func bare(ref string) string { _, name, _ := strings.Cut(ref, "."); return name }

// graph is a ring of nodes with a way out.
func (g *tree) graph(b *strings.Builder, depth int) {
	n := g.small("nodes", 3)
	for i := range n {
		fmt.Fprintf(b, "  node \"n%d\" {\n    run = %s\n    max_visits = %d\n  }\n", i, g.participant(depth), g.small("visits", 3))
	}
	b.WriteString("  node \"out\" {\n    run = agent.a\n    max_visits = 1\n  }\n")
	for i := range n {
		fmt.Fprintf(b, "  edge {\n    from = \"n%d\"\n    to = \"n%d\"\n    when = \"turns %% 3 != 0\"\n  }\n", i, (i+1)%n)
		fmt.Fprintf(b, "  edge {\n    from = \"n%d\"\n    to = \"out\"\n  }\n", i)
	}
}

func (g *tree) scenario() string {
	root := g.pattern(g.small("depth", 3) - 1)
	stops := []string{}
	if rapid.Bool().Draw(g.t, "stop") {
		g.b.WriteString("stop \"found\" {\n  when = \"last.content contains 'FOUND'\"\n  action = \"" + g.pick("action", "end", "finalize") + "\"\n}\n")
		stops = append(stops, "stop.found")
	}
	stops = append(stops, g.more(root)...)
	for _, a := range []string{"a", "b", "c"} {
		fmt.Fprintf(&g.b, "agent %q {\n  provider = provider.p\n  sees = %q\n%s}\n", a, g.pick("sees", "all", "own", "addressed"), g.trait())
	}
	g.b.WriteString(`provider "scripted" "p" {
  retry {
    attempts = 2
  }
}
human "h" {
  timeout    = "1m"
  on_timeout = "skip"
}
agent "critic" {
  provider = provider.p
}
agent "chair" {
  provider = provider.p
}
`)
	fmt.Fprintf(&g.b, "session \"s\" {\n  type = \"agent_agent\"\n  pattern = pattern.%s\n  opening = \"Begin.\"\n  stop = [%s]\n", root, strings.Join(stops, ", "))
	if g.crowd {
		fmt.Fprintf(&g.b, "  on_busy = %q\n", g.pick("on_busy", "enqueue", "reject", "interrupt"))
	}
	fmt.Fprintf(&g.b, "  limits {\n    max_turns = %d\n    max_repeats = 50\n%s  }\n", 5*g.small("turns", 12), g.budget())
	g.b.WriteString("  finalize {\n    agent = agent.a\n    prompt = \"End.\"\n  }\n}\n")
	return g.b.String()
}

// adversary answers in the worst ways: late, empty, broken, cut, refused,
// never accepting, in the order that a list of choices gives.
type adversary struct {
	mu      sync.Mutex
	choices []byte
	calls   int
	apart   time.Duration // so much later than the call before does a call begin
}

func (a *adversary) next() (choice byte, after time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.choices[a.calls%len(a.choices)]
	a.calls++
	return c, time.Duration(a.calls) * a.apart
}

// Stream implements [providers.Model].
func (a *adversary) Stream(ctx context.Context, req *providers.Request) iter.Seq2[providers.Chunk, error] {
	choice, after := a.next()
	return func(yield func(providers.Chunk, error) bool) {
		if after > 0 && providers.Sleep(ctx, after) != nil {
			yield(providers.Chunk{}, &providers.Error{Kind: providers.Canceled, Message: "adversary"})
			return
		}
		fail := func(kind providers.Kind) {
			yield(providers.Chunk{}, &providers.Error{Kind: kind, Message: "adversary"})
		}
		end := providers.Chunk{Finish: providers.FinishStop, Usage: &providers.Usage{InputTokens: 10, OutputTokens: 10}}
		switch choice % 12 {
		case 0:
			fail(providers.Refused)
		case 1:
			fail(providers.RateLimited)
		case 2:
			if yield(providers.Chunk{Text: "half an ans"}, nil) {
				fail(providers.Cut)
			}
		case 3: // no proper end
			yield(providers.Chunk{Text: "half"}, nil)
		case 4: // empty, or a tool that nobody offered, with arguments that are none
			if choice > 100 && !yield(providers.Chunk{ToolCall: &providers.ToolCall{Name: "\xff", Arguments: []byte("{\xff")}}, nil) {
				return
			}
			yield(end, nil)
		case 6:
			panic("a vendor's kit that panics")
		case 5: // late
			if providers.Sleep(ctx, time.Duration(choice)*time.Second) != nil {
				fail(providers.Canceled)
				return
			}
			fallthrough
		default:
			text := "no, and again no"
			if choice%5 == 0 {
				text = "not UTF-8: \xff\xfe"
			}
			if len(req.Schema) > 0 && choice%3 != 0 {
				text = structured(req.Schema, choice)
			}
			if choice > 240 {
				text = "FOUND"
			}
			if len(req.Tools) > 0 && choice%4 == 3 {
				args := json.RawMessage(fmt.Sprintf(`{"choice": %d, "task": "do it", "reason": "so", "agent": %q, "question": "why?"}`, choice, string("abcx"[choice/7%4])))
				for i := range 2 {
					name := req.Tools[(int(choice)/4+i*int(choice))%len(req.Tools)].Name
					yield(providers.Chunk{ToolCall: &providers.ToolCall{ID: "same", Name: name, Arguments: args}}, nil)
				}
			}
			if yield(providers.Chunk{Text: text}, nil) {
				yield(end, nil)
			}
		}
	}
}

// TestAnythingEnds runs random trees of patterns against adversarial models:
// every session ends by itself, within its proof, and its log folds into the
// state that it had.
func TestAnythingEnds(t *testing.T) {
	dir := t.TempDir()
	ends := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		g := &tree{t: rt}
		src := g.scenario()
		choices := rapid.SliceOfN(rapid.Byte(), 1, 60).Draw(rt, "choices")
		path := filepath.Join(dir, "main.hcl")
		if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
			rt.Fatal(err)
		}
		cfg, diags := specs.Load(path, specs.Options{})
		if diags.HasErrors() { // a tree may be refused, but then for a reason about the tree
			for _, d := range diags {
				if d.Severity == specs.SeverityError && !strings.HasPrefix(d.Code, "AC6") && !strings.HasPrefix(d.Code, "AC7") {
					rt.Fatalf("%s: %s\n%s", d.Summary, d.Detail, src)
				}
			}
			ends["refused"]++
			return
		}
		models := scripts(cfg)
		entry := models["p"]
		entry.Model = &adversary{choices: choices}
		models["p"] = entry
		tmpl, diags := engine.Compile(cfg, "s", engine.Resources{Models: models})
		if diags.HasErrors() {
			rt.Fatalf("%v\n%s", diags, src)
		}
		ends[endOf(t, rt, tmpl, src)]++
	})
	t.Logf("ends: %v", ends)
}

// batches is a journal that remembers where its appends ended.
type batches struct {
	memory.Journal
	ends []uint64
}

func (j *batches) Append(ctx context.Context, session string, expect uint64, events []engine.Event) error {
	j.ends = append(j.ends, expect+uint64(len(events)))
	return j.Journal.Append(ctx, session, expect, events)
}

// TestResume cuts a session's log where a crash could have, and resumes it:
// nothing that was stored changes, and the session ends.
func TestResume(t *testing.T) {
	dir := t.TempDir()
	ends := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		g := &tree{t: rt}
		src := g.scenario()
		choices := rapid.SliceOfN(rapid.Byte(), 1, 60).Draw(rt, "choices")
		cut := rapid.Float64Range(0, 1).Draw(rt, "cut")
		path := filepath.Join(dir, "main.hcl")
		if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
			rt.Fatal(err)
		}
		cfg, diags := specs.Load(path, specs.Options{})
		if diags.HasErrors() {
			rt.Skip("the tree is refused")
		}
		models := scripts(cfg)
		entry := models["p"]
		entry.Model = &adversary{choices: choices}
		models["p"] = entry
		tmpl, diags := engine.Compile(cfg, "s", engine.Resources{Models: models})
		if diags.HasErrors() {
			rt.Fatalf("%v\n%s", diags, src)
		}
		ends[resumed(t, rt, tmpl, cut, src)]++
	})
	t.Logf("ends: %v", ends)
}

func resumed(t *testing.T, rt *rapid.T, tmpl *engine.Template, cut float64, src string) (outcome string) {
	t.Helper()
	var problem string
	synctest.Test(t, func(t *testing.T) {
		first := &batches{}
		whole := runIn(t, first, func(e *engine.Engine) (*engine.Session, error) {
			return e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
		})
		ends := first.ends[:len(first.ends)-1] // not behind the end
		if len(ends) == 0 {
			outcome = string(whole[len(whole)-1].Data.(*engine.Ended).Outcome) //nolint:forcetypeassert // runIn saw to it
			return
		}
		at := ends[int(cut*float64(len(ends)-1))]
		second := &batches{}
		if err := second.Journal.Append(t.Context(), "s", 0, whole[:at]); err != nil {
			t.Fatal(err)
		}
		again := runIn(t, second, func(e *engine.Engine) (*engine.Session, error) {
			return e.Resume(t.Context(), tmpl, "s")
		})
		if diff := cmp.Diff(whole[:at], again[:at]); diff != "" {
			problem = "what was stored has changed:\n" + diff
		}
		outcome = string(again[len(again)-1].Data.(*engine.Ended).Outcome) //nolint:forcetypeassert // runIn saw to it
	})
	if problem != "" || t.Failed() {
		rt.Fatalf("%s\n%s", problem, src)
	}
	return outcome
}

// runIn runs a session to its end and gives its log.
func runIn(t *testing.T, journal engine.Journal, begin func(*engine.Engine) (*engine.Session, error)) []engine.Event {
	t.Helper()
	e := engine.New(engine.Config{Journal: journal, Logger: quiet()})
	defer e.Close()
	s, err := begin(e)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.Done():
	case <-time.After(1000 * time.Hour):
		t.Fatal("it did not end")
	}
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	var events []engine.Event
	for ev, err := range journal.Read(t.Context(), "s", 0) {
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, ev)
	}
	if _, ok := events[len(events)-1].Data.(*engine.Ended); !ok {
		t.Fatal("the last event is not its end")
	}
	checkReplay(t, s.Template(), s, events)
	return events
}

// endOf runs a session in a bubble and returns its outcome.
func endOf(t *testing.T, rt *rapid.T, tmpl *engine.Template, src string) string {
	t.Helper()
	outcome := ""
	var problem string
	synctest.Test(t, func(t *testing.T) {
		journal := &memory.Journal{}
		e := engine.New(engine.Config{Journal: journal, Logger: quiet()})
		defer e.Close()
		s, err := e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
		if err != nil {
			problem = err.Error()
			return
		}
		select {
		case <-s.Done():
		case <-time.After(1000 * time.Hour):
			problem = "it did not end"
			return
		}
		if s.Err() != nil {
			problem = s.Err().Error()
			return
		}
		var events []engine.Event
		calls := 0
		for ev, err := range journal.Read(t.Context(), "s", 0) {
			if err != nil {
				problem = err.Error()
				return
			}
			events = append(events, ev)
			switch d := ev.Data.(type) {
			case *engine.ModelCalled:
				calls++
			case *engine.Ended:
				outcome = string(d.Outcome)
			}
		}
		if most := tmpl.Bound.Calls; most > 0 && calls > most {
			problem = fmt.Sprintf("%d calls, proven were %d", calls, most)
		}
		checkReplay(t, tmpl, s, events)
	})
	if problem != "" || t.Failed() {
		rt.Fatalf("%s\n%s", problem, src)
	}
	return outcome
}

package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// more are stop conditions of every shape, and the providers and the tool that
// traits name.
func (g *tree) more(root string) (stops []string) {
	if !g.crowd {
		return nil
	}
	g.b.WriteString("tool \"ask\" {\n  builtin = \"ask_agent\"\n}\ntool \"find\" {\n  builtin = \"find_agents\"\n}\n")
	g.b.WriteString("provider \"scripted\" \"q\" {\n}\ntool \"t\" {\n  expr {\n    result = \"1\"\n  }\n}\n")
	add := func(name, body string) {
		if rapid.Bool().Draw(g.t, name) {
			fmt.Fprintf(&g.b, "stop %q {\n%s}\n", name, body)
			stops = append(stops, "stop."+name)
		}
	}
	add("pausing", "  when = \"turns % 4 == 3\"\n  action = \"pause\"\n")
	add("scoped", fmt.Sprintf("  when = \"here.turns > 7\"\n  scope = pattern.%s\n", root))
	add("resting", fmt.Sprintf("  when = \"here.turns == 2\"\n  scope = pattern.%s\n  action = \"pause\"\n", root))
	add("late", "  when = \"elapsed > 400\"\n  min_turns = 2\n  outcome = \"blocked\"\n")
	fmt.Fprintf(&g.b, "stop \"part1\" {\n  when = \"calls > 5\"\n}\nstop \"part2\" {\n  when = \"last.content contains 'half' or tool_calls > 3\"\n}\n")
	g.b.WriteString("stop \"jury\" {\n  judge    = agent.chair\n  criteria = \"x\"\n" + g.pick("every", "", "  every = 2\n", "  every = 3\n  min_turns = 4\n") + g.pick("judges", "", fmt.Sprintf("  scope = pattern.%s\n", root), fmt.Sprintf("  scope = pattern.p%d\n", g.n)) +
		fmt.Sprintf("  action = %q\n}\n", g.pick("verdict", "end", "pause")))
	if rapid.Bool().Draw(g.t, "jury") {
		stops = append(stops, "stop.jury")
	}
	add("called", "  tool = tool.t\n  min_turns = 5\n")
	add("circles", fmt.Sprintf("  repeat = %q\n  times = 4\n  action = \"pause\"\n", g.pick("repeat", "content", "tool_call", "speakers")))
	add("rounds", fmt.Sprintf("  repeat = \"speakers\"\n  times = 3\n  scope = pattern.%s\n", root))
	add("seen", fmt.Sprintf("  any = [stop.jury, stop.late2]\n  action = %q\n", g.pick("seen", "end", "pause")))
	g.b.WriteString("stop \"late2\" {\n  when = \"turns > 20\"\n}\n")
	add("parts", "  all = [stop.part1, stop.part2]\n  latch = true\n")
	add("some", "  at_least = 2\n  of = [stop.part1, stop.part2]\n  action = \"pause\"\n")
	return stops
}

// budget are limits that calls must fit in.
func (g *tree) budget() string {
	if !g.crowd || !rapid.Bool().Draw(g.t, "budget") {
		return ""
	}
	return fmt.Sprintf("    max_tokens = %d\n", 1<<g.small("max_tokens", 16))
}

// trait is what else an agent may be.
func (g *tree) trait() string {
	if !g.crowd {
		return ""
	}
	return g.pick("trait", "",
		"  tools = [tool.t]\n",
		"  tools = [tool.ask, tool.find]\n",
		"  tools = [tool.ask, tool.t]\n  max_tool_calls = 3\n",
		"  tools = [tool.t]\n  max_tool_calls = 1\n",
		"  limits {\n    max_turns = 2\n  }\n",
		"  limits {\n    tokens_per_minute = 30\n  }\n",
		"  memory {\n    keep = \"last\"\n    messages = 2\n    summarize = provider.q\n  }\n",
	)
}

// deed is something that a person does some time after the one before.
type deed struct {
	wait time.Duration
	do   string
}

func deeds(t *rapid.T) []deed {
	list := make([]deed, rapid.IntRange(0, 8).Draw(t, "deeds"))
	for i := range list {
		list[i] = deed{
			wait: time.Duration(rapid.SampledFrom([]int{0, 1, 7, 30, 200}).Draw(t, "wait")) * time.Second,
			do:   rapid.SampledFrom([]string{"say", "say", "answer", "twice", "pause", "resume", "stop-after", "close"}).Draw(t, "deed"),
		}
	}
	return list
}

// player is a session to act upon.
type player interface {
	Say(context.Context, engine.Message) (engine.Receipt, error)
	Pause(ctx context.Context, by string) error
	Resume(ctx context.Context, by string) error
	Stop(ctx context.Context, by string, afterTurn bool) error
	CloseInput(context.Context) error
	Done() <-chan struct{}
}

// act does what persons do, then keeps resuming until the session is over. It
// gives the messages that were taken.
func act(t *testing.T, s player, list []deed, tag string) map[string]bool {
	t.Helper()
	taken := map[string]bool{}
	ctx := context.Background()
	say := func(m engine.Message) {
		if _, err := s.Say(ctx, m); err == nil {
			taken[m.Content] = true
		} else if !errors.Is(err, engine.ErrUnknownParticipant) && !errors.Is(err, engine.ErrBusy) && !errors.Is(err, engine.ErrEnded) && !errors.Is(err, engine.ErrClosed) {
			t.Errorf("say: %v", err)
		}
	}
	for i, d := range list {
		time.Sleep(d.wait)
		text := fmt.Sprintf("%s message %d", tag, i)
		var err error
		switch d.do {
		case "say":
			say(engine.Message{Content: text})
		case "answer":
			say(engine.Message{Sender: "h", Content: text})
		case "twice":
			say(engine.Message{Sender: "h", Content: text, ClientID: text})
			say(engine.Message{Sender: "h", Content: text, ClientID: text})
		case "pause":
			err = s.Pause(ctx, "x")
		case "resume":
			err = s.Resume(ctx, "x")
		case "stop-after":
			err = s.Stop(ctx, "x", true)
		case "close":
			err = s.CloseInput(ctx)
		}
		if err != nil && !errors.Is(err, engine.ErrEnded) && !errors.Is(err, engine.ErrClosed) {
			t.Errorf("%s: %v", d.do, err)
		}
	}
	for {
		select {
		case <-s.Done():
			return taken
		case <-time.After(5 * time.Minute):
			_ = s.Resume(ctx, "x")
		}
	}
}

// moody is a tool that fails, panics, or takes its time.
func moody(idempotent bool) map[string][]engine.Tool {
	return map[string][]engine.Tool{"t": {{
		Spec: providers.ToolSpec{Name: "t"}, Timeout: 20 * time.Second, Idempotent: idempotent,
		Call: func(ctx context.Context, raw json.RawMessage) (string, error) {
			var args struct{ Choice int }
			if err := json.Unmarshal(raw, &args); err != nil {
				return "", err
			}
			switch args.Choice % 5 {
			case 0:
				return "", errors.New("broken \xff")
			case 1:
				panic("a tool that panics")
			case 2:
				if err := providers.Sleep(ctx, time.Duration(args.Choice)*time.Second); err != nil {
					return "", err
				}
			}
			return "fine", nil
		},
	}}}
}

// crowded makes a template with everything, or nil when the tree is refused.
func crowded(rt *rapid.T, dir string) (tmpl *engine.Template, src string) {
	tmpl, _, src = crowdedBy(rt, dir)
	return tmpl, src
}

func crowdedBy(rt *rapid.T, dir string) (tmpl *engine.Template, worst *adversary, src string) {
	g := &tree{t: rt, crowd: true}
	src = g.scenario()
	path := filepath.Join(dir, "main.hcl")
	if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
		rt.Fatal(err)
	}
	cfg, diags := specs.Load(path, specs.Options{})
	if diags.HasErrors() {
		for _, d := range diags {
			if d.Severity == specs.SeverityError && d.Code[:3] != "AC6" && d.Code[:3] != "AC7" {
				rt.Fatalf("%s: %s\n%s", d.Summary, d.Detail, src)
			}
		}
		return nil, nil, src
	}
	models := scripts(cfg)
	worst = &adversary{choices: rapid.SliceOfN(rapid.Byte(), 1, 60).Draw(rt, "choices")}
	for _, name := range []string{"p", "q"} {
		entry := models[name]
		entry.Model = worst
		models[name] = entry
	}
	tmpl, diags = engine.Compile(cfg, "s", engine.Resources{Models: models, Tools: worst.spread(moody(rapid.Bool().Draw(rt, "idempotent")))})
	if diags.HasErrors() {
		rt.Fatalf("%v\n%s", diags, src)
	}
	return tmpl, worst, src
}

// TestCrowd runs random trees with tools, limits, memories and stops of every
// kind, while persons speak, pause, resume and interrupt; the process dies at a
// random moment, and the session goes on. It ends, nothing that was taken is
// lost or doubled, and its log folds into the state that it had.
func TestCrowd(t *testing.T) {
	dir := t.TempDir()
	ends := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		tmpl, src := crowded(rt, dir)
		if tmpl == nil {
			ends["refused"]++
			return
		}
		before, after := deeds(rt), deeds(rt)
		cut := rapid.Float64Range(0, 1).Draw(rt, "cut")
		problem := ""
		synctest.Test(t, func(t *testing.T) {
			first := &batches{}
			whole, taken := crowdRun(t, first, before, "early", func(e *engine.Engine) (*engine.Session, error) {
				return e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
			})
			problem = lost(whole, taken)
			if t.Failed() || problem != "" || len(first.ends) < 2 {
				return
			}
			at := first.ends[int(cut*float64(len(first.ends)-2))]
			second := &memory.Journal{}
			if err := second.Append(t.Context(), "s", 0, whole[:at]); err != nil {
				t.Fatal(err)
			}
			again, taken := crowdRun(t, second, after, "late", func(e *engine.Engine) (*engine.Session, error) {
				return e.Resume(t.Context(), tmpl, "s")
			})
			if t.Failed() {
				return
			}
			problem = lost(again, taken)
			if diff := cmp.Diff(whole[:at], again[:at]); diff != "" {
				problem = "what was stored has changed:\n" + diff
			}
			ends[string(again[len(again)-1].Data.(*engine.Ended).Outcome)]++ //nolint:forcetypeassert // crowdRun saw to it
		})
		if problem != "" || t.Failed() {
			rt.Fatalf("%s\n%+v\n%+v\n%s", problem, before, after, src)
		}
	})
	t.Logf("ends: %v", ends)
}

// crowdRun runs a session to its end while persons act, and gives its log.
func crowdRun(t *testing.T, journal engine.Journal, list []deed, tag string, begin func(*engine.Engine) (*engine.Session, error)) ([]engine.Event, map[string]bool) {
	t.Helper()
	var taken map[string]bool
	log := runIn(t, journal, func(e *engine.Engine) (*engine.Session, error) {
		s, err := begin(e)
		if err == nil {
			taken = act(t, s, list, tag)
		}
		return s, err
	})
	return log, taken
}

// lost says which of the messages that were taken are not in the log exactly
// once; one that is held back may be there alone.
func lost(log []engine.Event, taken map[string]bool) string {
	said, held := map[string]int{}, map[string]int{}
	for _, ev := range log {
		switch d := ev.Data.(type) {
		case *engine.Said:
			said[d.Content]++
		case *engine.TurnFinished:
			if d.Held != nil {
				held[d.Held.Content]++
			}
		}
	}
	for text := range taken {
		if said[text] > 1 || held[text] > 1 || said[text]+held[text] == 0 {
			return fmt.Sprintf("%q was taken, and is said %d times and held %d times", text, said[text], held[text])
		}
	}
	return ""
}

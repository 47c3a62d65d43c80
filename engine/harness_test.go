package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/scripted"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// load reads a scenario and fails the test when it has errors.
func load(tb testing.TB, path string) *specs.Config {
	tb.Helper()
	cfg, diags := specs.Load(path, specs.Options{Env: func(string) (string, bool) { return "", false }})
	if diags.HasErrors() {
		var b strings.Builder
		_ = diags.WriteText(&b, specs.RenderOptions{})
		tb.Fatalf("%s", b.String())
	}
	return cfg
}

// scripts are the models of a scenario whose providers are all scripted.
func scripts(cfg *specs.Config) providers.Registry {
	models := providers.Registry{}
	for _, p := range cfg.Providers {
		e := providers.Entry{
			Settings: providers.Settings{
				Name: p.Name, Kind: p.Kind, Model: "scripted", Timeout: p.Timeout, FirstTokenTimeout: p.FirstTokenTimeout,
				Price: &providers.Price{},
			},
			Model: scripted.New(scripted.FromProvider(p)),
		}
		if p.Price != nil {
			e.Settings.Price = &providers.Price{Input: p.Price.Input, CachedInput: p.Price.CachedInput, Output: p.Price.Output}
		}
		if r := p.Retry; r != nil {
			e.Settings.Retry = providers.Retry{Attempts: r.Attempts, MinBackoff: r.MinBackoff, MaxBackoff: r.MaxBackoff}
		}
		models[p.Name] = e
	}
	return models
}

// compile makes the template of a scenario's only session.
func compile(tb testing.TB, cfg *specs.Config, tools map[string][]engine.Tool) *engine.Template {
	tb.Helper()
	if len(cfg.Sessions) != 1 {
		tb.Fatalf("the scenario has %d sessions, want 1", len(cfg.Sessions))
	}
	tmpl, diags := engine.Compile(cfg, cfg.Sessions[0].Name, engine.Resources{Models: scripts(cfg), Tools: tools})
	if diags.HasErrors() {
		tb.Fatalf("compile: %+v", diags)
	}
	return tmpl
}

// perform carries out one line of a script of commands.
func perform(t *testing.T, s *engine.Session, line string) {
	t.Helper()
	ctx := context.Background()
	verb, rest, _ := strings.Cut(line, " ")
	var err error
	switch verb {
	case "say": // say [name:] text
		m := engine.Message{Content: rest}
		if who, text, ok := strings.Cut(rest, ": "); ok && !strings.Contains(who, " ") {
			m.Sender, m.Content = who, text
		}
		_, err = s.Say(ctx, m)
	case "refused": // refused text: the message must not be taken
		if _, err = s.Say(ctx, engine.Message{Content: rest}); err == nil {
			t.Errorf("%q was accepted, want a refusal", rest)
		}
		err = nil
	case "close":
		err = s.CloseInput(ctx)
	case "pause":
		err = s.Pause(ctx, rest)
	case "resume":
		err = s.Resume(ctx, rest)
	case "stop":
		err = s.Stop(ctx, rest, false)
	case "stop-after":
		err = s.Stop(ctx, rest, true)
	case "approve":
		err = s.Approve(ctx, rest, "ann", true, "")
	case "deny":
		err = s.Approve(ctx, rest, "ann", false, "too dear")
	case "lost-approve": // the call must not wait any more
		if err = s.Approve(ctx, rest, "ann", true, ""); err == nil {
			t.Errorf("call %s was allowed, want a refusal", rest)
		}
		err = nil
	case "wait":
		var d time.Duration
		if d, err = time.ParseDuration(rest); err == nil {
			time.Sleep(d)
		}
		return // without settling
	default:
		t.Fatalf("unknown command %q", line)
	}
	if err != nil && !errors.Is(err, engine.ErrEnded) {
		t.Errorf("%s: %v", line, err)
	}
}

// play runs a session to its end in a bubble of its own time and returns its
// log. A line "now" before a command lets it come at once; otherwise it comes
// when nothing moves any more.
func play(t *testing.T, tmpl *engine.Template, commands []string) []engine.Event {
	t.Helper()
	var events []engine.Event
	synctest.Test(t, func(t *testing.T) {
		journal := &memory.Journal{}
		e := engine.New(engine.Config{Journal: journal})
		defer e.Close()
		s, err := e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
		if err != nil {
			t.Fatal(err)
		}
		at := false
		for _, line := range commands {
			if line == "now" {
				at = true
				continue
			}
			if !at {
				synctest.Wait()
			}
			at = false
			perform(t, s, line)
		}
		select {
		case <-s.Done():
		case <-time.After(1000 * time.Hour):
			t.Error("the session did not end")
		}
		synctest.Wait()
		for ev, err := range journal.Read(t.Context(), "s", 0) {
			if err != nil {
				t.Fatal(err)
			}
			events = append(events, ev)
		}
		checkReplay(t, tmpl, s, events)
	})
	return events
}

// checkReplay folds the log, once through JSON, and compares with the state
// that the session itself has.
func checkReplay(t *testing.T, tmpl *engine.Template, s *engine.Session, events []engine.Event) {
	t.Helper()
	decoded := make([]engine.Event, len(events))
	for i := range events {
		b, err := json.Marshal(events[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &decoded[i]); err != nil {
			t.Fatal(err)
		}
		if got, want := events[i].Seq, uint64(i+1); got != want {
			t.Fatalf("event %d has seq %d", want, got)
		}
		if i > 0 && !events[i].Time.After(events[i-1].Time) {
			t.Errorf("event %d is not later than the one before", i+1)
		}
	}
	st, err := engine.Folded(tmpl, decoded)
	if err != nil {
		t.Fatalf("replay: %v", err)
	}
	if diff := stateDiff(s.State(), st); diff != "" {
		t.Errorf("the replayed state differs (-live +replayed):\n%s", diff)
	}
	d, err := engine.Replay(t.Context(), tmpl, sequence(decoded))
	if err != nil {
		t.Fatalf("replay: %v", err)
	}
	if d != nil {
		t.Errorf("the log is replayed with a difference: %s\n%s", d.Text, transcript(events))
	}
}

// sequence is a log as one reads it.
func sequence(events []engine.Event) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func stateOptions() []cmp.Option {
	same := func(x, y any) bool { return x == y }
	return []cmp.Option{
		cmp.Exporter(func(reflect.Type) bool { return true }),
		cmp.Comparer(func(x, y *engine.Template) bool { return same(x, y) }),
		cmp.Comparer(func(x, y *engine.NodeForTest) bool { return same(x, y) }),
		cmp.Comparer(func(x, y *engine.AgentForTest) bool { return same(x, y) }),
		cmp.Comparer(func(x, y *engine.HumanForTest) bool { return same(x, y) }),
		cmp.Comparer(func(x, y time.Time) bool { return x.Equal(y) }),
		cmpopts.EquateEmpty(),
		cmpopts.IgnoreFields(engine.State{}, "changed"),
		cmpopts.IgnoreFields(specs.Env{}, "Here", "Agent", "Input", "Call"),
	}
}

// transcript writes a log as one line for each event, without what differs
// from run to run.
func transcript(events []engine.Event) string {
	var b strings.Builder
	var began time.Time
	for _, e := range events {
		if began.IsZero() {
			began = e.Time
		}
		fmt.Fprintf(&b, "%s", e.Type())
		if at := e.Time.Sub(began).Truncate(time.Millisecond); at > 0 {
			fmt.Fprintf(&b, " +%s", at)
		}
		if e.Turn > 0 {
			fmt.Fprintf(&b, " #%d", e.Turn)
		}
		if e.Agent != "" {
			fmt.Fprintf(&b, " %s", e.Agent)
		}
		if e.Pattern != "" {
			fmt.Fprintf(&b, " in %s", e.Pattern)
		}
		b.WriteString(dataText(e, began))
		b.WriteByte('\n')
	}
	return b.String()
}

func dataText(e engine.Event, began time.Time) string {
	raw, _ := json.Marshal(e.Data)
	var m map[string]any
	_ = json.Unmarshal(raw, &m)
	for _, k := range []string{"ms", "hash", "variables", "participants", "mark", "template", "session_type", "call", "attempt"} {
		delete(m, k)
	}
	if m["answers"] == -1.0 {
		delete(m, "answers")
	}
	if until, ok := m["until"].(string); ok {
		at, _ := time.Parse(time.RFC3339Nano, until)
		m["until"] = "+" + at.Sub(began).Truncate(time.Millisecond).String()
	}
	if len(m) == 0 {
		return ""
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(m)
	return " " + strings.ReplaceAll(strings.TrimSpace(b.String()), filepath.ToSlash(os.TempDir()), "TMP")
}

package specs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Test files in testdata/trial say what is wrong with them as the fixtures in
// testdata/invalid do; those without a comment have no findings.
func TestTrialFixtures(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "trial", "*.test.hcl"))
	if err != nil || len(paths) < 5 {
		t.Fatalf("got %d fixtures (%v), want 5 at least", len(paths), err)
	}
	seen := map[string]bool{}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			ds := CheckSuite(path, Options{Version: "0.1.0"}, nil)
			for _, d := range ds {
				seen[d.Code] = true
			}
			want := expectations(t, path)
			if len(want) == 0 && len(ds) > 0 {
				t.Fatalf("got findings:\n%s", text(t, ds, RenderOptions{}))
			}
			if len(want) > 0 {
				compare(t, want, ds)
			}
		})
	}
	for code := range trialCodes() {
		if !seen[code] && code < "AC9100" && code != codeManyRuns {
			t.Errorf("no fixture has %s %s", code, trialCodes()[code].summary)
		}
	}
}

// The size of a test file is bounded.
func TestTrialBounds(t *testing.T) {
	var many strings.Builder
	for i := range maxRuns + 1 {
		fmt.Fprintf(&many, "run \"%d\" {\n  command = \"validate\"\n}\n", i)
	}
	for name, content := range map[string]string{
		codeManyRuns: many.String(),
		codeTooLarge: strings.Repeat("# too long\n", maxFileSize/10),
		codeTooDeep:  "run \"x\" {\n  say = " + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "\n}\n",
		codeEncoding: "run \"\xff\" {}\n",
	} {
		_, ds := LoadSuite("x.test.hcl", Options{OverlayOnly: true, Overlay: map[string][]byte{"x.test.hcl": []byte(content)}})
		if len(ds) != 1 || ds[0].Code != name {
			t.Errorf("got %v, want one %s", ds, name)
		}
	}
	for _, path := range []string{"x.hcl", "none.test.hcl", filepath.Join("testdata", "trial")} {
		if s, ds := LoadSuite(path, Options{}); s != nil || len(ds) != 1 || ds[0].Code != codeFile {
			t.Errorf("%s: got %v, want %s", path, ds, codeFile)
		}
	}
}

// A mocked provider keeps all that cost and proof depend on.
func TestMockKeepsTheProvider(t *testing.T) {
	s, ds := LoadSuite(filepath.Join("testdata", "trial", "ok.test.hcl"), Options{})
	if ds.HasErrors() {
		t.Fatal(text(t, ds, RenderOptions{}))
	}
	trial, ds := s.Trial(0, Options{})
	if trial.Config == nil {
		t.Fatal(text(t, ds, RenderOptions{}))
	}
	fast := trial.Config.Providers[0]
	if fast.Kind != "openai" || fast.Model != "gpt-5-mini" || fast.Script == nil || !fast.Script.Strict || len(fast.Script.Replies) != 1 {
		t.Errorf("got %+v, want the provider with a script", fast)
	}
	if got := fast.Script.Replies[0].Content; got != "A draft about rivers." {
		t.Errorf("got reply %q, want the value of the file's variable in it", got)
	}
	plain, ds := Load(s.Scenario, Options{Vars: []VarInput{{Name: "rounds", Text: "3"}}})
	if ds.HasErrors() {
		t.Fatal(text(t, ds, RenderOptions{}))
	}
	if want, got := Certify(plain, "one"), Certify(trial.Config, "one"); got.Cost != want.Cost || got.Tokens != want.Tokens {
		t.Errorf("got certificate %v %v, want that of the scenario, %v %v", got.Cost, got.Tokens, want.Cost, want.Tokens)
	}
	if got, want := trial.Session, "one"; got != want {
		t.Errorf("got session %q, want %q", got, want)
	}
	if len(trial.Says) != 3 || !trial.Says[1].Timed || trial.Says[2].From != "ann" || len(trial.Tools["look"]) != 2 {
		t.Errorf("got says %+v and tools %+v", trial.Says, trial.Tools)
	}
}

// The environment does not reach a test.
func TestTrialsAreHermetic(t *testing.T) {
	t.Setenv("AGENTCONNECT_VAR_rounds", "9")
	s, _ := LoadSuite(filepath.Join("testdata", "trial", "ok.test.hcl"), Options{})
	trial, ds := s.Trial(1, Options{})
	if trial.Config == nil {
		t.Fatal(text(t, ds, RenderOptions{}))
	}
	if got := string(trial.Config.Variables[1].Value); got != "2" {
		t.Errorf("got rounds %s, want the default", got)
	}
}

// A failed condition shows its parts and their values, and blames the first that
// is false.
func TestAssertionShowsItsParts(t *testing.T) {
	tests := []struct {
		condition, blame string
		want             []string
	}{
		{"turns < 5 && last.agent == 'judge'", "turns < 5", []string{"turns < 5 is false", "last.agent == 'judge' is true", "turns is 7", `last.agent is "judge"`}},
		{"turns > 5 and (calls == 1 and rounds == 0)", "calls == 1", []string{"turns > 5 is true", "calls == 1 is false", "rounds == 0 is true", "calls is 9"}},
		{"turns < 5 || calls < 5", "turns < 5 || calls < 5", []string{"turns < 5 is false", "calls < 5 is false", "turns is 7", "calls is 9"}},
		{"len(filter(events, .type == 'x')) + 1 == 5", "len(filter(events, .type == 'x')) + 1 == 5", []string{"len(filter(events, .type == 'x')) + 1 is 3", "events is 3 values"}},
		{"events[1:2] == []", "events[1:2] == []", []string{"events[1:2] is 1 value"}},
		{"result.score > 8", "result.score > 8", []string{"result.score is absent"}},
		{"not (turns == 7)", "not (turns == 7)", []string{"turns is 7"}},
		{"not (turns == 7) or !(calls > 1)", "not (turns == 7) or !(calls > 1)", []string{"not (turns == 7) is false", "!(calls > 1) is false"}},
		{"not (turns == 7 or calls == 3)", "not (turns == 7 or calls == 3)", []string{"not (turns == 7 or calls == 3) is false", "turns == 7 is true", "calls == 3 is false"}},
		{"(turns == 1 or calls == 3) and rounds == 0", "turns == 1 or calls == 3", []string{"turns == 1 is false", "calls == 3 is false", "rounds == 0 is true"}},
		{"(turns + 1) * 2 == (calls)", "(turns + 1) * 2 == (calls)", []string{"(turns + 1) * 2 is 16", "calls is 9"}},
		{"speakers[turns - 6] == 'a'", "speakers[turns - 6] == 'a'", []string{`speakers[turns - 6] is "b"`, "turns is 7"}},
		{"filter(events, .type == 'x')[1].type == 'y'", "filter(events, .type == 'x')[1].type == 'y'", []string{`filter(events, .type == 'x')[1].type is "x"`}},
		{"let n = turns; n == 8", "let n = turns; n == 8", []string{"turns is 7"}},
		{"speakers == ['a']", "speakers == ['a']", []string{`speakers is ["a","b"]`}},
	}
	event := func(kind string) any { return map[string]any{"type": kind} }
	facts := TrialFacts{"events": []any{event("x"), event("y"), event("x")}, "speakers": []any{"a", "b"}, "result": nil}
	env := &Env{Turns: 7, Calls: 9, Last: EnvMessage{Exists: true, Agent: "judge"}}
	for _, tt := range tests {
		t.Run(tt.condition, func(t *testing.T) {
			a := assertion(t, tt.condition)
			ok, at, values, err := a.Check(env, facts)
			if ok || err != nil {
				t.Fatalf("got %t, %v, want false", ok, err)
			}
			var got []string
			for _, v := range values {
				got = append(got, v.Traversal+" "+v.Statement)
			}
			for _, w := range tt.want {
				if !slices.Contains(got, w) {
					t.Errorf("got values %q, want %q among them", got, w)
				}
			}
			if blamed := a.Condition.src.file[at.Start.Byte:at.End.Byte]; string(blamed) != tt.blame {
				t.Errorf("got %q blamed, want %q", blamed, tt.blame)
			}
		})
	}
}

// What a condition reads is there with the run's command.
func TestAssertionsReadWhatIsThere(t *testing.T) {
	scenario := "provider \"scripted\" \"s\" {}\nagent \"judge\" {\n  provider = provider.s\n}\nsession \"s\" {\n  agent = agent.judge\n}\n"
	for _, tt := range []struct{ command, condition, want string }{
		{"run", "turns > 1", ""},
		{"plan", "plan.calls < 100 and plan.cost != nil", ""},
		{"run", "not (plan.turns > 3)", "plan has no meaning here"},
		{"plan", "calls < 5", "calls has no meaning here"},
		{"plan", "plan.calls < 9 and none(events, .type == 'x')", "events has no meaning here"},
	} {
		test := "run \"x\" {\n  command = \"" + tt.command + "\"\n  assert \"y\" {\n    condition = \"" + tt.condition + "\"\n  }\n}\n"
		ds := CheckSuite("w/x.test.hcl", Options{OverlayOnly: true, Overlay: map[string][]byte{"w/main.hcl": []byte(scenario), "w/x.test.hcl": []byte(test)}}, nil)
		if got := text(t, ds, RenderOptions{}); len(ds) > 0 != (tt.want != "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s, %s: got %q, want %q", tt.command, tt.condition, got, tt.want)
		}
	}
}

// assertion is the only one of a test file with a condition.
func assertion(t *testing.T, condition string) *Assertion {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("main.hcl", "provider \"scripted\" \"s\" {}\nagent \"judge\" {\n  provider = provider.s\n}\n")
	write("main.test.hcl", "run \"x\" {\n  assert \"y\" {\n    condition = \""+condition+"\"\n  }\n}\n")
	s, ds := LoadSuite(filepath.Join(dir, "main.test.hcl"), Options{})
	if s == nil {
		t.Fatal(text(t, ds, RenderOptions{}))
	}
	trial, ds := s.Trial(0, Options{})
	if trial.Config == nil {
		t.Fatal(text(t, ds, RenderOptions{}))
	}
	return trial.Asserts[0]
}

// Whatever a test file is, it is read or refused.
func FuzzLoadSuite(f *testing.F) {
	paths, _ := filepath.Glob(filepath.Join("testdata", "trial", "*.test.hcl"))
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(content))
	}
	scenario, err := os.ReadFile(filepath.Join("testdata", "trial", "scenario.hcl"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content string) {
		ds := CheckSuite("dir/x.test.hcl", Options{OverlayOnly: true, Overlay: map[string][]byte{"dir/x.test.hcl": []byte(content), "dir/scenario.hcl": scenario}}, nil)
		for _, d := range ds {
			if d.Code == codeInternal {
				t.Errorf("got %s", d.Detail)
			}
			if strings.TrimSpace(d.Summary) == "" {
				t.Errorf("got a finding without a summary: %+v", d)
			}
		}
	})
}

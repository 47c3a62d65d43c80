package lint_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/specs"
	"github.com/agentconnect-dev/agentconnect/specs/lint"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Fixtures in testdata say on a line which rule finds something there:
//
//	# LINT missing-max-tokens
//
// and nothing else is found. Each is named after the rule that it is about.
var wanted = regexp.MustCompile(`# LINT ([a-z-]+)`)

func TestRules(t *testing.T) {
	for _, rule := range lint.Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			path := filepath.Join("testdata", rule.Name+".hcl")
			src := read(t, path)
			want := wantedIn(src)
			if !slices.ContainsFunc(want, func(w string) bool { return strings.HasSuffix(w, ": "+rule.Name) }) {
				t.Fatalf("the fixture expects nothing of %s", rule.Name)
			}
			found := check(t, path, src)
			if got := foundIn(found); !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			for _, d := range found {
				if d.Severity == "" || d.Summary == "" || d.Detail == "" || !strings.HasSuffix(d.DocURL, "#"+d.Code) {
					t.Errorf("got an incomplete finding %+v", d)
				}
				if d.Fix != nil && !fixable(d.Code) {
					t.Errorf("%s has a fix and does not say that it is fixable", d.Code)
				}
			}
		})
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func wantedIn(src []byte) []string {
	var out []string
	for i, line := range strings.Split(string(src), "\n") {
		for _, m := range wanted.FindAllStringSubmatch(line, -1) {
			out = append(out, fmt.Sprintf("%d: %s", i+1, m[1]))
		}
	}
	return out
}

func foundIn(found specs.Diagnostics) []string {
	var out []string
	for _, d := range found {
		line := 0
		if d.Range != nil {
			line = d.Range.Start.Line
		}
		out = append(out, fmt.Sprintf("%d: %s", line, d.Code))
	}
	return out
}

func fixable(name string) bool {
	return slices.ContainsFunc(lint.Rules(), func(r lint.Rule) bool { return r.Name == name && r.Fixable })
}

// load reads a text in place of a fixture.
func load(t *testing.T, path string, src []byte) *specs.Config {
	t.Helper()
	cfg, ds := specs.Load(path, specs.Options{
		AllowMissingEnv: true, Env: func(string) (string, bool) { return "", false }, Overlay: map[string][]byte{path: src},
	})
	for _, d := range ds {
		t.Errorf("%s: %s: %s (%v)", path, d.Summary, d.Detail, d.Range)
	}
	if cfg == nil {
		t.FailNow()
	}
	return cfg
}

func check(t *testing.T, path string, src []byte) specs.Diagnostics {
	t.Helper()
	found, err := lint.Check(load(t, path, src), lint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Fixes leave a sound scenario of which the rule says nothing more, but for what
// it could not fix; testdata/fixed has it as it should be.
func TestFixes(t *testing.T) {
	for _, rule := range lint.Rules() {
		if !rule.Fixable {
			continue
		}
		t.Run(rule.Name, func(t *testing.T) {
			path := filepath.Join("testdata", rule.Name+".hcl")
			text := read(t, path)
			for range 5 {
				changed, fixed := lint.Apply(map[string][]byte{path: text}, check(t, path, text))
				if len(fixed) == 0 {
					break
				}
				text = changed[path]
			}
			golden := filepath.Join("testdata", "fixed", rule.Name+".hcl")
			if *update {
				if err := os.WriteFile(golden, text, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := read(t, golden); !bytes.Equal(text, want) {
				t.Errorf("got\n%s\nwant\n%s", text, want)
			}
			for _, d := range check(t, path, text) {
				if d.Fix != nil {
					t.Errorf("%s can still be fixed: %+v", d.Code, d.Range)
				}
			}
		})
	}
}

func TestOptions(t *testing.T) {
	path := filepath.Join("testdata", "name-style.hcl")
	cfg := load(t, path, read(t, path))
	count := func(opts lint.Options) int {
		found, err := lint.Check(cfg, opts)
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	if n := count(lint.Options{Only: []string{"no-budget", "comment-style"}}); n != 0 {
		t.Errorf("got %d findings of other rules, want none", n)
	}
	if n := count(lint.Options{Only: []string{"name-style"}}); n != 5 {
		t.Errorf("got %d findings of name-style, want 5", n)
	}
	if n := count(lint.Options{Disable: []string{"name-style"}}); n != 0 {
		t.Errorf("got %d findings without name-style, want none", n)
	}
	for _, opts := range []lint.Options{{Only: []string{"name-stile"}}, {Disable: []string{"x"}}} {
		if _, err := lint.Check(cfg, opts); err == nil || !strings.Contains(err.Error(), "there is no rule") {
			t.Errorf("%+v: got error %v, want one that names the rules", opts, err)
		}
	}
}

// A comment for a rule that is not looked at is not called unused.
func TestIgnoredRulesAreNotUnused(t *testing.T) {
	path := filepath.Join("testdata", "unused-ignore.hcl")
	found, err := lint.Check(load(t, path, read(t, path)), lint.Options{Only: []string{"unused-ignore", "name-style"}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := foundIn(found), []string{"12: unused-ignore", "24: unused-ignore"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The line of a secret is not shown.
func TestSecretsAreNotShown(t *testing.T) {
	path := filepath.Join("testdata", "secret-in-file.hcl")
	for _, d := range check(t, path, read(t, path)) {
		if d.Severity != specs.SeverityError || d.Snippet != nil || strings.Contains(fmt.Sprintf("%+v", d), "0123456789") {
			t.Errorf("got %+v, want an error that does not show the secret", d)
		}
	}
}

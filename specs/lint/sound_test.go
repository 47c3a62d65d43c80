package lint_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/specs"
	"github.com/agentconnect-dev/agentconnect/specs/lint"
)

// Whatever loads can be looked at, and still loads when it is fixed.
func TestFixesKeepScenariosSound(t *testing.T) {
	fixes := 0
	for _, pattern := range []string{"../testdata/valid/*", "../testdata/invalid/*"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("got no fixtures at %s (%v)", pattern, err)
		}
		for _, path := range paths {
			fixes += fixedCleanly(t, path)
		}
	}
	if fixes < 5 {
		t.Errorf("got %d fixes in the language's fixtures, want 5 or more", fixes)
	}
}

// fixedCleanly fixes what it can in a fixture and counts it.
func fixedCleanly(t *testing.T, path string) int {
	t.Helper()
	options := func(overlay map[string][]byte) specs.Options {
		return specs.Options{AllowMissingEnv: true, Env: func(string) (string, bool) { return "", false }, Overlay: overlay}
	}
	cfg, before := specs.Load(path, options(nil))
	if cfg == nil {
		return 0
	}
	found, err := lint.Check(cfg, lint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, d := range found {
		inPlace(t, path, d)
		if d.Fix == nil {
			continue
		}
		for _, e := range d.Fix.Edits {
			files[e.Range.Filename] = read(t, e.Range.Filename)
		}
	}
	changed, fixed := lint.Apply(files, found)
	if len(fixed) == 0 {
		return 0
	}
	if _, ds := specs.Load(path, options(changed)); len(ds) != len(before) {
		t.Errorf("%s: got findings %v after the fixes, %d before", path, ds, len(before))
	}
	return len(fixed)
}

// inPlace holds a finding to point into its file, and its snippet to be that.
func inPlace(t *testing.T, path string, d specs.Diagnostic) {
	t.Helper()
	if d.Range == nil {
		return
	}
	src, err := os.ReadFile(d.Range.Filename)
	if err != nil || d.Range.Start.Byte > d.Range.End.Byte || d.Range.End.Byte > len(src) {
		t.Errorf("%s: %s points at %+v (%v)", path, d.Code, *d.Range, err)
		return
	}
	if s := d.Snippet; s != nil && s.Code[s.HighlightStartOffset:s.HighlightEndOffset] != string(src[d.Range.Start.Byte:d.Range.End.Byte]) {
		t.Errorf("%s: %s: the snippet %+v is not what the range says", path, d.Code, s)
	}
}

// Files are known by the names that findings use, wherever the program was
// called and whatever they import.
func TestNamesOfFiles(t *testing.T) {
	const agent = "agent \"a\" {\n  provider     = provider.p\n  instructions = \"Speak.\"\n  max_tokens   = 300\n}\n"
	files := map[string]string{
		"sub/main.hcl":     "import { from = \"./sub/main.hcl\" }\n// main\nsession \"s\" {\n  agent = agent.a\n  limits {\n    max_turns  = 5\n    max_tokens = 1000\n  }\n}\n",
		"sub/sub/main.hcl": "// inner\nprovider \"scripted\" \"p\" {}\n" + agent,
	}
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, work := range []string{root, filepath.Join(root, "sub"), filepath.Join(root, "sub", "sub"), t.TempDir()} {
		cfg, ds := specs.Load(filepath.Join(root, "sub", "main.hcl"), specs.Options{WorkDir: work})
		if cfg == nil {
			t.Fatal(ds)
		}
		found, err := lint.Check(cfg, lint.Options{})
		if err != nil || len(found) != 2 {
			t.Fatalf("in %s: got %+v (%v), want a finding in each file", work, found, err)
		}
		for _, d := range found {
			if d.Code != "comment-style" || d.Snippet == nil || !strings.HasPrefix(d.Snippet.Code, "//") || d.Fix == nil {
				t.Errorf("in %s: got %+v", work, d)
			}
		}
	}
}

// A name is not changed where it is part of another one, such as that of a tool
// that a pattern makes.
func TestNamesInOtherNames(t *testing.T) {
	const path = "main.hcl"
	src := `provider "scripted" "p" {
  reply {
    agent = agent.a
    tool_call {
      name = "transfer_to_other-one"
    }
  }
}

agent "a" {
  description  = "Begins."
  provider     = provider.p
  instructions = "Speak."
  max_tokens   = 300
}

agent "other-one" {
  description  = "Goes on."
  provider     = provider.p
  instructions = "Speak on."
  max_tokens   = 300
}

pattern "handoff" "desk" {
  participants = [agent.a, agent.other-one]
  max_turns    = 4
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.desk
  opening = "Begin."
  limits { max_tokens = 10000 }
}
`
	for _, d := range check(t, path, []byte(src)) {
		if d.Code != "name-style" {
			t.Errorf("got %s", d.Code)
			continue
		}
		changed, _ := lint.Apply(map[string][]byte{path: []byte(src)}, specs.Diagnostics{d})
		if text := string(changed[path]); text != "" && strings.Contains(text, "other-one") {
			t.Errorf("a fix leaves the old name:\n%s", text)
		}
	}
}

// A name that a test of the scenario has is found, and left to an editor, which
// renames it there, too.
func TestNamesInTests(t *testing.T) {
	const path = "main.hcl"
	cfg := load(t, path, []byte(`
provider "scripted" "p" {}

agent "one-two" {
  provider     = provider.p
  instructions = "Speak."
  max_tokens   = 300
}

session "s" {
  agent = agent.one-two
  limits { max_tokens = 1000 }
}
`))
	for test, fixed := range map[string]bool{"": true, "speakers = [agent.one-two-three]": true, "speakers = [agent.one-two]": false, "last.agent == 'one-two'": false} {
		found, err := lint.Check(cfg, lint.Options{Only: []string{"name-style"}, Tests: [][]byte{[]byte(test)}})
		if err != nil || len(found) != 1 {
			t.Fatalf("got %v, %v", found, err)
		}
		if got := found[0].Fix != nil; got != fixed {
			t.Errorf("%q in a test: got a fix: %t, want %t", test, got, fixed)
		}
	}
}

// In JSON a secret is found, too; there are no comments to silence it.
func TestJSON(t *testing.T) {
	const path = "main.hcl.json"
	src := `{
  "provider": {"openai": {"p": {"model": "gpt-5-mini", "api_key": "sk-live-0123456789"}}},
  "agent": {"a": {"provider": "provider.p", "instructions": "Speak.", "max_tokens": 300}},
  "session": {"s": {"agent": "agent.a", "limits": {"max_turns": 3, "max_tokens": 1000}}}
}`
	found := check(t, path, []byte(src))
	if got := foundIn(found); len(got) != 1 || got[0] != "2: secret-in-file" {
		t.Errorf("got %q, want the key in line 2", got)
	}
}

// Nothing that loads makes a rule fail.
func FuzzCheck(f *testing.F) {
	for _, pattern := range []string{"testdata/*.hcl", "../testdata/valid/*.hcl"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			src, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		opts := specs.Options{AllowMissingEnv: true, Overlay: map[string][]byte{"a.hcl": src}, OverlayOnly: true, Env: func(string) (string, bool) { return "", false }}
		cfg, _ := specs.Load("a.hcl", opts)
		if cfg == nil {
			return
		}
		found, err := lint.Check(cfg, lint.Options{})
		if err != nil {
			t.Fatal(err)
		}
		changed, fixed := lint.Apply(map[string][]byte{"a.hcl": src}, found)
		if len(fixed) == 0 {
			return
		}
		opts.Overlay = changed
		if again, ds := specs.Load("a.hcl", opts); again == nil {
			t.Fatalf("%q was fixed to %q, which does not load: %v", src, changed["a.hcl"], ds[0].Detail)
		}
	})
}

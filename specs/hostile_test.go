package specs

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// okScenario is a scenario without findings, for mistakes to be added.
const okScenario = `provider "scripted" "p" {}
agent "a" {
  provider = provider.p
}
session "s" {
  type  = "human_agent"
  agent = agent.a
}
`

// hostileFiles are files that must be refused with an error, soon and without
// a crash.
func hostileFiles() map[string]string {
	deep := func(open, body, shut string, n int) string {
		return strings.Repeat(open, n) + body + strings.Repeat(shut, n)
	}
	return map[string]string{
		"brackets.hcl":      "locals {\n  x = " + deep("[", "1", "]", 100_000) + "\n}\n",
		"open_brackets.hcl": "locals {\n  x = " + strings.Repeat("[", 100_000),
		"parentheses.hcl":   "locals {\n  x = " + deep("(", "1", ")", 100_000) + "\n}\n",
		"braces.hcl":        deep("a {\n", "", "}\n", 20_000),
		"objects.hcl":       "locals {\n  x = " + deep("{a=", "1", "}", 20_000) + "\n}\n",
		"templates.hcl":     "locals {\n  x = " + deep(`"${`, "1", `}"`, 20_000) + "\n}\n",
		"minus.hcl":         "locals {\n  x = " + strings.Repeat("-", 200_000) + "1\n}\n",
		"not.hcl":           "locals {\n  x = " + strings.Repeat("!", 200_000) + "true\n}\n",
		"conditionals.hcl":  "locals {\n  x = " + strings.Repeat("true ? 1 : ", 20_000) + "1\n}\n",
		"calls.hcl":         "locals {\n  x = " + deep("upper(", `"a"`, ")", 30_000) + "\n}\n",
		"array.hcl.json":    `{"locals": {"x": ` + deep("[", "1", "]", 100_000) + `}}`,
		"object.hcl.json":   `{"locals": ` + deep(`{"x":`, "1", "}", 40_000) + `}`,
		"template.hcl.json": `{"locals": {"x": "` + deep(`${[`, "1", `]}`, 20_000) + `"}}`,
		"huge.hcl":          okScenario + strings.Repeat("# a comment that says nothing\n", 10_000),
		"zeros.hcl":         string(make([]byte, 250_000)),
		"ats.hcl":           strings.Repeat("@", 250_000),
		"quotes.hcl":        strings.Repeat("\"\n", 100_000),
		"lines.hcl":         strings.Repeat("x x x\n", 40_000),
		"arguments.hcl":     manyArguments(),
		"binary.hcl":        "\x7fELF\x02\x01\x01\x00" + strings.Repeat("\xde\xad\xbe\xef", 500),
		"utf8.hcl":          okScenario + "locals {\n  x = \"\xff\xfe\"\n}\n",
		"utf16.hcl":         "\xff\xfea\x00g\x00e\x00n\x00t\x00",
		"for.hcl":           "locals {\n  x = [for a in range(9000) : [for b in range(9000) : [for c in range(9000) : c]]]\n}\n",
		"product.hcl":       "locals {\n  a = range(9000)\n  x = [for i in local.a : [for j in local.a : \"${i}-${j}\"]]\n}\n",
		"doubling.hcl":      doubling(),
		"expression.hcl":    strings.Replace(okScenario, "agent = agent.a", "agent = agent.a\n  stop  = [stop.x]", 1) + "stop \"x\" {\n  when = \"" + deep("(", "turns > 1", ")", 50_000) + "\"\n}\n",
		"conditions.hcl":    strings.Replace(okScenario, "agent = agent.a", "agent = agent.a\n  stop  = [stop.x]", 1) + "stop \"x\" {\n  when = \"" + strings.Repeat("not ", 20_000) + "true\"\n}\n",
		"truncated.json":    "",
		"cut.hcl.json":      `{"agent": {"a": {"provider": "${provider.p`,
		"number.hcl.json":   `17`,
	}
}

// manyArguments has a mistake in each line of one block.
func manyArguments() string {
	var out strings.Builder
	out.WriteString("agent \"a\" {\n")
	for i := range 12_000 {
		fmt.Fprintf(&out, "  argument%d = 1\n", i)
	}
	return out.String() + "}\n"
}

// doubling builds a value of 2^40 bytes by a chain of locals.
func doubling() string {
	var out strings.Builder
	out.WriteString("locals {\n  x0 = \"xxxxxxxxxxxxxxxx\"\n")
	for i := range 36 {
		fmt.Fprintf(&out, "  x%d = \"${local.x%d}${local.x%d}\"\n", i+1, i, i)
	}
	out.WriteString("}\n")
	return out.String() + strings.Replace(okScenario, "provider = provider.p", "provider = provider.p\n  name = local.x36", 1)
}

func TestHostileFiles(t *testing.T) {
	for name, content := range hostileFiles() {
		if content == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			write(t, path, content)
			refused(t, path)
		})
	}
}

// refused loads what must give errors, and renders them.
func refused(t *testing.T, path string) Diagnostics {
	t.Helper()
	start := time.Now()
	_, ds := loadFixture(path)
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("the load took %s", took)
	}
	if !ds.HasErrors() {
		t.Errorf("got no error for %s: %v", filepath.Base(path), ds)
	}
	out := text(t, ds, RenderOptions{})
	if len(out) > 1<<20 {
		t.Errorf("got %d bytes of text", len(out))
	}
	harmless(t, out)
	must(t, ds)
	return ds
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A hostileDir is a directory to load: the paths of its files, of links with
// their targets, and of a pipe.
type hostileDir struct {
	files, links map[string]string
	pipe         string
}

func hostileDirs() map[string]hostileDir {
	main := func(text string, others ...string) map[string]string {
		files := map[string]string{"main.hcl": text}
		for i := 0; i < len(others); i += 2 {
			files[others[i]] = others[i+1]
		}
		return files
	}
	large := main(okScenario)
	for i := range 6 {
		large[fmt.Sprintf("%d.hcl", i)] = strings.Repeat("# nothing\n", 20_000)
	}
	deep := "${" + strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000) + "}"
	return map[string]hostileDir{
		"empty":             {},
		"only other files":  {files: map[string]string{"readme.md": "x", "a.vars.hcl": "x = 1", "a.test.hcl": "x = 1"}},
		"too much together": {files: large},
		"import of itself":  {files: main(imports("./main.hcl"))},
		"cyclic import": {files: main(imports("./x/a.hcl"),
			"x/a.hcl", `import { from = "./b.hcl" }`, "x/b.hcl", `import { from = "./a.hcl" }`)},
		"import above":          {files: main(imports("../outside.hcl"), "../outside.hcl", "")},
		"import through a link": {files: main(imports("./x/link.hcl"), "../outside.hcl", "# secret"), links: map[string]string{"x/link.hcl": "../../outside.hcl"}},
		"import of a directory": {files: main(imports("./x"), "x/a.hcl", "")},
		"file through a link":   {files: main(instructions(`file("link.txt")`), "../hidden.txt", "secret"), links: map[string]string{"link.txt": "../hidden.txt"}},
		"file through a linked directory": {
			files: main(instructions(`file("link/a.txt")`), "../hidden/a.txt", "secret"), links: map[string]string{"link": "../hidden"},
		},
		"file by an absolute path":    {files: main(instructions(`file("/etc/passwd")`))},
		"file is a pipe":              {files: main(instructions(`file("pipe")`)), pipe: "pipe"},
		"file is too large":           {files: main(instructions(`file("large.txt")`), "large.txt", strings.Repeat("x", 1<<20+1))},
		"file is not text":            {files: main(instructions(`file("x.bin")`), "x.bin", "\xff\xfe\x00")},
		"template is nested too deep": {files: main(instructions(`templatefile("x.tmpl", {})`), "x.tmpl", deep)},
		"template includes itself":    {files: main(instructions(`templatefile("x.tmpl", {})`), "x.tmpl", `${templatefile("x.tmpl", {})}`)},
		"scenario is a pipe":          {pipe: "main.hcl"},
	}
}

func imports(path string) string { return fmt.Sprintf("import { from = %q }\n", path) + okScenario }

func TestHostileDirectories(t *testing.T) {
	for name, d := range hostileDirs() {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "scenario")
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			for path, content := range d.files {
				write(t, filepath.Join(dir, path), content)
			}
			for path, target := range d.links {
				symlink(t, target, filepath.Join(dir, path))
			}
			if d.pipe != "" {
				pipe(t, filepath.Join(dir, d.pipe))
			}
			ds := refused(t, dir)
			if got := text(t, ds, RenderOptions{}); strings.Contains(got, "secret") {
				t.Errorf("the findings show what they must not read:\n%s", got)
			}
		})
	}
}

func instructions(expression string) string {
	return strings.Replace(okScenario, "provider = provider.p", "provider     = provider.p\n  instructions = "+expression, 1)
}

func symlink(t *testing.T, target, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, path); err != nil {
		t.Skip(err)
	}
}

// A thousand mistakes are all in JSON; the text stops after a hundred.
func TestManyFindings(t *testing.T) {
	var content bytes.Buffer
	content.WriteString(okScenario)
	for i := range 1000 {
		fmt.Fprintf(&content, "stop \"x%d\" { when = \"turn > %d\" }\n", i, i)
	}
	path := filepath.Join(t.TempDir(), "main.hcl")
	write(t, path, content.String())
	ds := refused(t, path)
	if len(ds) < 1000 {
		t.Fatalf("got %d findings, want 1000 at least", len(ds))
	}
	if got := text(t, ds, RenderOptions{}); !strings.Contains(got, "not shown") {
		t.Errorf("the text does not say that it is cut: …%s", got[len(got)-200:])
	}
}

// Scenarios as large as a file can hold are loaded soon, right or wrong.
func TestLargeScenarios(t *testing.T) {
	many := func(n int, format string) string {
		var out strings.Builder
		for i := range n {
			fmt.Fprintf(&out, strings.ReplaceAll(format, "#", "%[1]d")+"%[2]s", i, "", i+1)
		}
		return out.String()
	}
	doubling := "pattern \"sequential\" \"r0\" { participants = [agent.a] }\n"
	for i := range 60 {
		doubling += fmt.Sprintf("pattern \"sequential\" \"r%d\" { participants = [pattern.r%d, pattern.r%d] }\n", i+1, i, i)
	}
	provider := "provider \"scripted\" \"p\" {}\n"
	agents := provider + many(2500, "agent \"a#\" { provider = provider.p }\n")
	all := "participants = [" + many(2500, "agent.a#, ") + "]\n"
	tests := map[string]string{
		"many sessions": agents + "pattern \"round_robin\" \"r\" {\n" + all + "}\n" +
			many(1200, "session \"s#\" {\n  pattern = pattern.r\n  limits { max_rounds = # + 2 }\n}\n"),
		"strangers": agents + "pattern \"vote\" \"v\" {\n" + all + "choices = [\"x\", \"y\"]\ntie = \"none\"\nweights = {" +
			many(2500, "b# = 1, ") + "}\n}\n",
		"unknown references": provider + many(2500, "agent \"a#\" { provider = provider.q# }\n"),
		"doubling":           provider + "agent \"a\" { provider = provider.p }\n" + doubling + "session \"s\" {\n  pattern = pattern.r60\n  limits { max_turns = 9 }\n}\n",
		"deep patterns": provider + "agent \"a\" { provider = provider.p }\npattern \"sequential\" \"r0\" { participants = [agent.a] }\n" +
			many(1100, "pattern \"sequential\" \"q#\" { participants = [pattern.r#] }\npattern \"sequential\" \"r%[3]d\" { participants = [pattern.q#] }\n"),
		"a cycle of patterns": many(1100, "pattern \"sequential\" \"r#\" { participants = [pattern.s#] }\npattern \"sequential\" \"s#\" { participants = [pattern.r#] }\n"),
		"a graph": provider + "agent \"a\" { provider = provider.p }\npattern \"graph\" \"g\" {\n" + many(1500, "node \"n#\" {\n  run = agent.a\n  max_visits = 2\n}\n") +
			many(1500, "edge {\n  from = \"n#\"\n  to = \"n#\"\n}\n") + "}\nsession \"s\" { pattern = pattern.g }\n",
		"stops": provider + "agent \"a\" { provider = provider.p }\nstop \"s0\" { when = \"turns > 3\" }\n" +
			many(2000, "stop \"t#\" { any = [stop.s0, stop.s0] }\n"),
	}
	for name, content := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "main.hcl")
			write(t, path, content)
			start := time.Now()
			cfg, ds := loadFixture(path)
			if took := time.Since(start); took > time.Minute { // what is quadratic takes far longer, on any machine
				t.Errorf("the load took %s", took)
			}
			if cfg != nil {
				steps, size := proofWork(cfg)
				t.Logf("the proof takes %d steps for %d nodes and edges", steps, size)
				if steps > 20*size {
					t.Errorf("the proof takes %d steps for %d nodes and edges, want 20 for each at most", steps, size)
				}
			}
			harmless(t, text(t, ds, RenderOptions{}))
		})
	}
}

// proofWork is what the proof of a configuration looks at, whatever the machine,
// and how large what it proves is.
func proofWork(cfg *Config) (steps, size int) {
	pr := newProver(cfg)
	for _, s := range cfg.Sessions {
		pr.session(s)
	}
	add := func(f *Flow) { steps, size = steps+f.steps, size+len(f.Nodes)+len(f.Edges) }
	for _, f := range pr.flows {
		add(f)
	}
	for _, c := range pr.rounded {
		add(c.flow)
	}
	return steps, size
}

//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// guides are the pages of docs whose files are written, whose scenarios are
// loaded and whose commands are run, in the order of the page:
//
//	```hcl title="trip/main.hcl"   a file; its scenario has no errors
//	```hcl title="x.hcl" broken    a file with errors
//	```hcl                         a scenario; with common.hcl where the page has one
//	```console                     "$ command" and what it prints; "…" stands for
//	                               anything; "$ echo $?" for a status other than 0
func guides() []string { return []string{"tutorial.md", "cookbook.md", "testing.md", "exploring.md"} }

func TestGuides(t *testing.T) {
	bin := commandDir(t)
	for _, name := range guides() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("..", "..", "docs", name)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			g := &guide{t: t, bin: bin, dir: t.TempDir(), home: t.TempDir()}
			got := fence.ReplaceAllStringFunc(string(text), g.block)
			checkAnchors(t, got)
			if *update && got != string(text) {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if g.commands == 0 || g.scenarios == 0 {
				t.Errorf("got %d commands and %d scenarios, want some of both", g.commands, g.scenarios)
			}
		})
	}
}

// fence is a fenced block: its language, what else is said of it, its text.
var fence = regexp.MustCompile("(?ms)^```(\\w+)([^\n]*)\n(.*?)^```$")

// checkAnchors wants that each link within a page leads to a heading.
func checkAnchors(t *testing.T, page string) {
	t.Helper()
	headings := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		words := regexp.MustCompile(`[^\pL\pN_ -]`).ReplaceAllString(strings.ToLower(m[1]), "")
		headings[strings.ReplaceAll(words, " ", "-")] = true
	}
	for _, m := range regexp.MustCompile(`\]\(#([^)]*)\)`).FindAllStringSubmatch(page, -1) {
		if !headings[m[1]] {
			t.Errorf("there is no heading for the link #%s", m[1])
		}
	}
}

// commandDir is a directory with the program under test in it.
func commandDir(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "agentconnect")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// guide is a page while it is followed.
type guide struct {
	t              *testing.T
	bin, dir, home string
	status         int // of the last command

	commands, scenarios int
}

// block does what a block says, and gives it as it should be.
func (g *guide) block(whole string) string {
	m := fence.FindStringSubmatch(whole)
	language, words, text := m[1], m[2], m[3]
	title := ""
	if found := regexp.MustCompile(`title="([^"]+)"`).FindStringSubmatch(words); found != nil {
		title = found[1]
	}
	switch {
	case title != "":
		g.formatted(title, text)
		g.file(title, text, strings.Contains(words, "broken"))
	case language == "hcl":
		g.formatted("a block", text)
		g.scenario(text)
	case language == "console":
		return "```console" + words + "\n" + g.console(text) + "```"
	case language == "sh":
		g.t.Errorf("a block of sh is not run; write a console block:\n%s", text)
	}
	return whole
}

// file writes a file of the guide.
func (g *guide) file(name, text string, broken bool) {
	path := filepath.Join(g.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		g.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		g.t.Fatal(err)
	}
	if !strings.HasSuffix(name, ".hcl") || strings.HasSuffix(name, ".test.hcl") || strings.HasSuffix(name, ".vars.hcl") {
		return
	}
	if dir := filepath.Dir(path); dir != g.dir {
		path = dir
	}
	g.load(path, name, broken)
}

// formatted wants a text as "agentconnect fmt" writes it.
func (g *guide) formatted(name, text string) {
	if !strings.HasSuffix(name, ".hcl") && name != "a block" {
		return
	}
	if got, ds := specs.Format(name, []byte(text)); len(ds) == 0 && string(got) != text {
		g.t.Errorf("%s is not formatted; it is\n%s", name, got)
	}
}

// scenario loads a block by itself, or together with what its page has in
// common.
func (g *guide) scenario(text string) {
	dir := g.t.TempDir()
	if common, err := os.ReadFile(filepath.Join(g.dir, "common.hcl")); err == nil {
		if err := os.WriteFile(filepath.Join(dir, "common.hcl"), common, 0o600); err != nil {
			g.t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(text), 0o600); err != nil {
		g.t.Fatal(err)
	}
	g.load(dir, text, false)
}

func (g *guide) load(path, what string, broken bool) {
	g.scenarios++
	_, ds := specs.Load(path, specs.Options{AllowMissingEnv: true, AllowUnsetVars: true})
	if ds.HasErrors() != broken {
		var out strings.Builder
		_ = ds.WriteText(&out, specs.RenderOptions{}) // a Builder takes everything
		g.t.Errorf("%s: has errors: %t, want %t\n%s", what, ds.HasErrors(), broken, out.String())
	}
}

// console runs the commands of a block, and gives it with what they print.
func (g *guide) console(text string) string {
	var out strings.Builder
	for _, step := range regexp.MustCompile(`(?m)^\$ `).Split(text, -1)[1:] {
		line, want, _ := strings.Cut(step, "\n")
		got := g.run(line)
		if !printed(got, want) {
			if *update {
				want = timeless(got)
			} else {
				g.t.Errorf("$ %s\nprints\n%s\nand the page shows\n%s", line, got, want)
			}
		}
		if g.status != 0 && !strings.Contains(text, "$ echo $?\n") {
			g.t.Errorf("$ %s\nends with status %d, and the page does not say so", line, g.status)
		}
		out.WriteString("$ " + line + "\n" + want)
	}
	return out.String()
}

// timeless is what a command prints, without the times and costs that differ
// from run to run.
func timeless(text string) string {
	for _, r := range []struct{ find, put string }{
		{`\(\d+(?:\.\d+)?m?s\b`, "(…"},
		{`, \$\d+\.\d{4}\)`, ", …)"},
		{`(?m)( in \d+ files?), [\d.]+m?s$`, "$1, …"},
		{`(?m)^time( +)\S.*$`, "time$1…"},
	} {
		text = regexp.MustCompile(r.find).ReplaceAllString(text, r.put)
	}
	return text
}

// run runs a command line. Statuses are asked for by themselves.
func (g *guide) run(line string) string {
	if line == "echo $?" {
		return strconv.Itoa(g.status) + "\n"
	}
	g.commands++
	ctx, cancel := context.WithTimeout(g.t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", line)
	cmd.Dir = g.dir
	cmd.Env = []string{"PATH=" + g.bin + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + g.home, "NO_COLOR=1", "GORACE=" + raceOptions}
	text, err := cmd.CombinedOutput()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		g.t.Fatalf("$ %s\n%v", line, err)
	}
	g.status = cmd.ProcessState.ExitCode()
	return string(text)
}

// printed says whether a text is what a page shows: "…" stands for any part of
// a line, and alone on a line for any lines.
func printed(got, want string) bool {
	var pattern strings.Builder
	for line := range strings.Lines(want) {
		if line == "…\n" {
			pattern.WriteString(`(?:[^\n]*\n)*?`)
			continue
		}
		parts := strings.Split(line, "…")
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		pattern.WriteString(strings.Join(parts, `[^\n]*`))
	}
	return regexp.MustCompile(`\A` + pattern.String() + `\z`).MatchString(got)
}

func TestPrinted(t *testing.T) {
	for _, tt := range []struct {
		got, want string
		ok        bool
	}{
		{"a\nb\n", "a\nb\n", true},
		{"a\nb\n", "a\n", false},
		{"a\nb\nc\n", "a\n…\n", true},
		{"a\n", "a\n…\n", true},
		{"a\nb\nc\n", "…\nc\n", true},
		{"it took 12 ms.\n", "it took … ms.\n", true},
		{"it took\n12 ms.\n", "it took … ms.\n", false},
		{"", "", true},
		{"a\n", "", false},
	} {
		if printed(tt.got, tt.want) != tt.ok {
			t.Errorf("printed(%q, %q): got %t, want %t", tt.got, tt.want, !tt.ok, tt.ok)
		}
	}
}

// Blocks of HCL on the other pages are formatted and have nothing in them that
// the language does not have. What they refer to may stand elsewhere, and what
// is a whole scenario is loaded by the tests of that page.
func TestOtherPages(t *testing.T) {
	root := filepath.Join("..", "..")
	var pages []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/patterns/*.md", "examples/*.md", "examples/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	for _, page := range pages {
		if slices.Contains(guides(), filepath.Base(page)) {
			continue
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range fence.FindAllStringSubmatch(string(text), -1) {
			if m[1] == "console" && strings.Contains(m[3], "$ agentconnect") {
				t.Errorf("%s shows what a command prints, and is not a guide:\n%s", page, m[3])
			}
			if m[1] == "hcl" {
				checkFragment(t, page, m[3])
			}
		}
	}
}

// checkFragment loads a part of a scenario.
func checkFragment(t *testing.T, page, text string) {
	t.Helper()
	if got, ds := specs.Format("x.hcl", []byte(text)); len(ds) == 0 && string(got) != text {
		t.Errorf("%s: a block is not formatted; it is\n%s", page, got)
	}
	opts := specs.Options{Overlay: map[string][]byte{"x.hcl": []byte(text), "x.test.hcl": []byte(text)}, OverlayOnly: true, AllowMissingEnv: true, AllowUnsetVars: true}
	_, ds := specs.Load("x.hcl", opts)
	if regexp.MustCompile(`\A(?:run|mock|mock_tool|variables)\b`).MatchString(text) {
		_, ds = specs.LoadSuite("x.test.hcl", opts)
	}
	for i := range ds {
		if d := &ds[i]; d.Severity == specs.SeverityError && d.Code >= "AC2" && d.Code < "AC3" {
			t.Errorf("%s: %s %s: %s\n%s", page, d.Code, d.Summary, d.Detail, text)
		}
	}
}

package trial_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/tools/txtar"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/trial"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

var update = flag.Bool("update", false, "rewrite the golden output")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func settings(p *specs.Provider) providers.Settings {
	set := providers.Settings{Name: p.Name, Kind: p.Kind, Model: p.Model, Timeout: p.Timeout, FirstTokenTimeout: p.FirstTokenTimeout, Retry: providers.DefaultRetry}
	if set.Model == "" {
		set.Model = specs.DefaultModel(p.Kind)
	}
	if price, known := specs.PriceOf(p, ""); known {
		set.Price = (*providers.Price)(&price)
	}
	return set
}

func readLog(path string) ([]engine.Event, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []engine.Event
	lines := bufio.NewScanner(bytes.NewReader(content))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e engine.Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, lines.Err()
}

// run runs all test files here, and leaves out how long it took.
func run(t *testing.T, o trial.Options) *trial.Report {
	t.Helper()
	files, err := trial.Find([]string{"."})
	if err != nil {
		t.Fatal(err)
	}
	o.Files, o.Settings, o.ReadLog = files, settings, readLog
	report, err := trial.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	report.Took = 0
	for _, f := range report.Files {
		for _, r := range f.Results {
			r.Took = 0
		}
	}
	return report
}

// texts renders each file while its logs are there.
func texts(t *testing.T, o trial.Options, verbose bool) string {
	t.Helper()
	var out bytes.Buffer
	text := &trial.Text{Out: &out, Verbose: verbose}
	o.OnFile = func(f *trial.File) {
		for _, r := range f.Results {
			r.Took = 0
		}
		text.File(f)
	}
	r := run(t, o)
	if r.Cover != nil {
		text.Cover(r.Cover)
	}
	text.Summary(r)
	return out.String()
}

func render(r *trial.Report) string {
	var out bytes.Buffer
	text := &trial.Text{Out: &out, Verbose: true}
	for _, f := range r.Files {
		text.File(f)
	}
	if r.Cover != nil {
		text.Cover(r.Cover)
	}
	text.Summary(r)
	return out.String()
}

// extract writes an archive's files where the test then is.
func extract(t *testing.T, a *txtar.Archive) {
	t.Helper()
	dir := t.TempDir()
	for _, f := range a.Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

// Each archive has a scenario, its tests, and in want.txt what is printed. The
// words -v, -cover and -update in its comment are flags.
func TestGolden(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(paths) < 8 {
		t.Fatalf("got %d archives (%v), want 8 at least", len(paths), err)
	}
	codes := map[string]bool{}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			full, err := filepath.Abs(path)
			if err != nil {
				t.Fatal(err)
			}
			a, err := txtar.ParseFile(full)
			if err != nil {
				t.Fatal(err)
			}
			extract(t, a)
			flags := string(a.Comment)
			got := texts(t, trial.Options{Cover: strings.Contains(flags, "-cover"), Update: strings.Contains(flags, "-update")}, strings.Contains(flags, "-v"))
			got = regexp.MustCompile(`(?m)[ \t]+$`).ReplaceAllString(got, "")
			for _, code := range regexp.MustCompile(`AC91\d\d`).FindAllString(got, -1) {
				codes[code] = true
			}
			golden(t, full, a, got)
		})
	}
	for code := specs.FailAssert; code <= specs.FailUnsaid; code = next(code) {
		if !codes[string(code)] && code != specs.FailUnfinished {
			t.Errorf("no archive has a run that fails by %s", code)
		}
	}
}

func next(code specs.FailureCode) specs.FailureCode {
	b := []byte(code)
	for i := len(b) - 1; ; i-- {
		if b[i]++; b[i] <= '9' {
			return specs.FailureCode(b)
		}
		b[i] = '0'
	}
}

func golden(t *testing.T, path string, a *txtar.Archive, got string) {
	t.Helper()
	want := -1
	for i, f := range a.Files {
		if f.Name == "want.txt" {
			want = i
		}
	}
	if *update {
		if want < 0 {
			a.Files, want = append(a.Files, txtar.File{Name: "want.txt"}), len(a.Files)
		}
		a.Files[want].Data = []byte(got)
		if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want < 0 || string(a.Files[want].Data) != got {
		t.Errorf("%s prints something else (-update rewrites it):\n%s", filepath.Base(path), got)
	}
}

// The same tests come out the same, whatever runs beside them.
func TestRunsAreRepeatable(t *testing.T) {
	paths, _ := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(a.Comment), "-update") {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			extract(t, a)
			first := texts(t, trial.Options{Parallel: 1}, true)
			for range 3 {
				if again := texts(t, trial.Options{Parallel: 8}, true); again != first {
					t.Fatalf("got\n%s\nand then\n%s", first, again)
				}
			}
		})
	}
}

const small = `
-- main.hcl --
provider "scripted" "script" {
  reply { content = "Hello." }
}
agent "host" {
  provider = provider.script
}
pattern "sequential" "talk" {
  participants = [agent.host]
}
session "talk" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
}
`

// A snapshot is written when that is asked for, and never otherwise.
func TestSnapshotIsWrittenOnDemandAlone(t *testing.T) {
	extract(t, txtar.Parse([]byte(small+"-- main.test.hcl --\nrun \"it says hello\" {\n  snapshot = \"snaps/hello.snap\"\n}\n")))
	name := filepath.Join("snaps", "hello.snap")
	if r := run(t, trial.Options{}); !r.Failed() {
		t.Error("a run without its snapshot passed")
	}
	if _, err := os.Stat(name); err == nil {
		t.Fatal("a snapshot was written without being asked for")
	}
	if r := run(t, trial.Options{Update: true}); r.Failed() || r.Files[0].Results[0].Updated != name {
		t.Errorf("got %q written, want %q:\n%s", r.Files[0].Results[0].Updated, name, render(r))
	}
	if r := run(t, trial.Options{}); r.Failed() {
		t.Errorf("the run fails with its own snapshot:\n%s", render(r))
	}
	if err := os.WriteFile(name, []byte("something else\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := run(t, trial.Options{}); !r.Failed() {
		t.Error("a run with another snapshot passed")
	}
	if got, _ := os.ReadFile(name); string(got) != "something else\n" {
		t.Errorf("the snapshot was changed to %q", got)
	}
}

// A link does not lead a snapshot out of the directory.
func TestSnapshotStaysBelow(t *testing.T) {
	outside := t.TempDir()
	extract(t, txtar.Parse([]byte(small+"-- main.test.hcl --\nrun \"it says hello\" {\n  snapshot = \"snaps/hello.snap\"\n}\n")))
	if err := os.Symlink(outside, "snaps"); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	if r := run(t, trial.Options{Update: true}); !r.Failed() {
		t.Error("a snapshot was written through a link that leads outside")
	}
	if found, _ := os.ReadDir(outside); len(found) > 0 {
		t.Errorf("got %v outside, want nothing", found)
	}
}

func TestFilter(t *testing.T) {
	extract(t, txtar.Parse([]byte(small+"-- main.test.hcl --\nrun \"one\" {\n  expect { turns = 1 }\n}\nrun \"two\" {\n  expect { turns = 2 }\n}\n")))
	if r := run(t, trial.Options{Filter: regexp.MustCompile("^one$")}); r.Failed() || r.Tally() != (trial.Tally{Passed: 1, Skipped: 1}) {
		t.Errorf("got %+v, want one passed and one skipped", r.Tally())
	}
	if r := run(t, trial.Options{Filter: regexp.MustCompile("three")}); r.Matched() {
		t.Error("a filter that matches nothing matches")
	}
}

// A run is drawn from its seed.
func TestSeed(t *testing.T) {
	const scenario = `
-- main.hcl --
provider "scripted" "script" {}
agent "a" { provider = provider.script }
agent "b" { provider = provider.script }
agent "c" { provider = provider.script }
pattern "random" "talk" {
  participants = [agent.a, agent.b, agent.c]
  max_turns    = 12
}
session "talk" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
}
-- main.test.hcl --
run "one" {
  seed = 1
  expect { turns = 12 }
}
run "two" {
  seed = 2
  expect { turns = 12 }
}
run "one again" {
  seed = 1
  expect { turns = 12 }
}
`
	extract(t, txtar.Parse([]byte(scenario)))
	said := make([]string, 3)
	r := run(t, trial.Options{OnFile: func(f *trial.File) {
		for i, result := range f.Results {
			said[i] = strings.Join(trial.Transcript(result.Events), "\n")
		}
	}})
	if r.Failed() {
		t.Fatal(render(r))
	}
	if said[0] != said[2] || said[0] == said[1] {
		t.Errorf("want the same with the same seed, and another with another one:\n%s\n\n%s\n\n%s", said[0], said[1], said[2])
	}
}

// What goes wrong in the program itself fails the run, and no other.
func TestFaultIsOneRun(t *testing.T) {
	extract(t, txtar.Parse([]byte(small+"-- a.test.hcl --\nrun \"one\" {\n  expect { turns = 1 }\n}\n-- b.test.hcl --\nrun \"two\" {\n  command = \"plan\"\n  expect { turns = 1 }\n}\n")))
	files, err := trial.Find([]string{"."})
	if err != nil {
		t.Fatal(err)
	}
	r, err := trial.Run(t.Context(), trial.Options{Files: files, Settings: func(*specs.Provider) providers.Settings { panic("a fault") }})
	if err != nil {
		t.Fatal(err)
	}
	one := r.Files[0].Results[0]
	if r.Tally() != (trial.Tally{Passed: 1, Failed: 1}) || one.Findings[0].Code != "AC1901" || !strings.Contains(one.Findings[0].Detail, "a fault") {
		t.Errorf("got %+v, %+v", r.Tally(), one.Findings)
	}
}

// Whoever gives up is not kept waiting.
func TestCanceled(t *testing.T) {
	extract(t, txtar.Parse([]byte(small+"-- main.test.hcl --\nrun \"one\" {\n  expect { turns = 1 }\n}\n")))
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	if _, err := trial.Run(ctx, trial.Options{Files: []string{"main.test.hcl"}, Settings: settings}); err == nil || err.Error() != "enough" {
		t.Errorf("got %v, want the cause", err)
	}
}

// An interruption breaks off what is at work: it and what has not begun are
// skipped, and all that was done is told in each form.
func TestInterrupted(t *testing.T) {
	var runs strings.Builder
	for _, name := range []string{"one", "two", "three"} {
		runs.WriteString("run \"" + name + "\" {\n  expect { turns = 1 }\n}\n")
	}
	extract(t, txtar.Parse([]byte(small+"-- a.test.hcl --\n"+runs.String()+"-- b.test.hcl --\n"+runs.String())))
	ctx, cancel := context.WithCancelCause(t.Context())
	var begun atomic.Int32
	var out bytes.Buffer
	text := &trial.Text{Out: &out}
	r, err := trial.Run(ctx, trial.Options{
		Files: []string{"a.test.hcl", "b.test.hcl"}, Parallel: 1, OnFile: text.File,
		Settings: func(p *specs.Provider) providers.Settings {
			if begun.Add(1) == 3 {
				cancel(errors.New("enough"))
			}
			return settings(p)
		},
	})
	if err == nil || err.Error() != "enough" {
		t.Fatalf("got %v, want the cause", err)
	}
	if want := (trial.Tally{Passed: 2, Skipped: 4, Interrupted: 4}); r.Tally() != want || !r.Interrupted || r.Failed() {
		t.Errorf("got %+v, want %+v of a report that was interrupted", r.Tally(), want)
	}
	text.Summary(r)
	if n := strings.Count(out.String(), "  ok    "); n != 2 || !strings.Contains(out.String(), "interrupted, 2 of 6 runs done\nso far  2 passed in 2 files, ") {
		t.Errorf("got %s", &out)
	}
	if doc := r.Document(); !doc.Summary.Interrupted || doc.Summary.OK || doc.Summary.Skipped != 4 || len(doc.Files) != 2 {
		t.Errorf("got %+v", doc.Summary)
	}
	var junit bytes.Buffer
	if err := trial.WriteJUnit(&junit, r); err != nil || strings.Count(junit.String(), `<skipped message="interrupted">`) != 4 || !strings.Contains(junit.String(), `tests="6" failures="0" errors="0" skipped="4"`) {
		t.Errorf("got %v, %s", err, &junit)
	}
}

// A test file in JSON is the same.
func TestJSONFile(t *testing.T) {
	extract(t, txtar.Parse([]byte(small+`
-- main.test.hcl.json --
{
  "mock": {"script": {"reply": [{"agent": "agent.host", "content": "Good morning."}]}},
  "run": {"it greets": {
    "expect": {"speakers": ["host"], "stop": "pattern"},
    "assert": {"in the morning": {"condition": "last.content contains 'morning' && speakers[0] == 'host'"}}
  }}
}
`)))
	if r := run(t, trial.Options{}); r.Failed() || r.Tally().Passed != 1 {
		t.Error(render(r))
	}
}

// The documents are what programs read.
func TestDocuments(t *testing.T) {
	a, err := txtar.ParseFile(filepath.Join("testdata", "conditions.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	extract(t, a)
	r := run(t, trial.Options{})
	r.Files[0].Results[0].Took = 1500 * time.Microsecond
	var doc struct {
		Files []struct {
			File string
			Runs []struct {
				Name, Status, Outcome string
				Ms                    float64
				Findings              []struct {
					Code    string
					Snippet struct {
						Values []struct{ Traversal, Statement string }
					}
				}
				Transcript []string
			}
		}
		Summary struct {
			Passed, Failed int
			OK             bool
		}
	}
	text, err := json.Marshal(r.Document())
	if err != nil || json.Unmarshal(text, &doc) != nil {
		t.Fatalf("%v: %s", err, text)
	}
	first := doc.Files[0].Runs[0]
	if doc.Summary.OK || doc.Summary.Failed != r.Tally().Failed || first.Status != "failed" || first.Ms != 1.5 || first.Outcome == "" || len(first.Transcript) == 0 ||
		len(first.Findings) == 0 || first.Findings[0].Code != "AC9101" || len(first.Findings[0].Snippet.Values) == 0 {
		t.Errorf("got %s", text)
	}
	var out bytes.Buffer
	if err := trial.WriteJUnit(&out, r); err != nil {
		t.Fatal(err)
	}
	var suites struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Cases []struct {
				Name    string `xml:"name,attr"`
				Time    string `xml:"time,attr"`
				Failure *struct {
					Type string `xml:"type,attr"`
					Text string `xml:",chardata"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(out.Bytes(), &suites); err != nil {
		t.Fatal(err)
	}
	if n := r.Tally(); suites.Tests != n.Passed+n.Failed || suites.Failures != n.Failed {
		t.Errorf("got %d tests and %d failures, want %+v", suites.Tests, suites.Failures, n)
	}
	if c := suites.Suites[0].Cases[0]; c.Failure == nil || c.Failure.Type != "AC9101" || !strings.Contains(c.Failure.Text, "^^^") || c.Time != "0.002" && c.Time != "0.001" {
		t.Errorf("got %+v", c)
	}
}

// What is not there is said.
func TestFind(t *testing.T) {
	extract(t, txtar.Parse([]byte("-- a/x.test.hcl --\n-- a/b/y.test.hcl.json --\n-- a/.hidden/z.test.hcl --\n-- a/main.hcl --\n-- empty/main.hcl --\n")))
	got, err := trial.Find([]string{"a", filepath.Join("a", "x.test.hcl")})
	if want := filepath.Join("a", "b", "y.test.hcl.json") + " " + filepath.Join("a", "x.test.hcl"); err != nil || strings.Join(got, " ") != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	for path, want := range map[string]string{
		"none": "there is no file or directory none", "empty": "there is no *.test.hcl file in empty or below",
		filepath.Join("a", "main.hcl"): "is not a test file",
	} {
		if _, err := trial.Find([]string{path}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", path, err, want)
		}
	}
}

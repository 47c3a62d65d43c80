package examples_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden transcripts")

// A run is what follows "agentconnect run" on a command line at the root of
// the tree, with the status it ends with.
type run struct {
	name    string // of its golden file, in the example's testdata
	command string
	status  int
}

func runs() []run {
	return []run{
		{name: "run", command: `examples/debate`},
		{name: "run", command: `examples/support-triage`},
		{name: "technical", command: `examples/support-triage -var ticket=notes-gone`},
		{name: "run", command: `examples/writer-critic`},
		{name: "exhausted", command: `examples/writer-critic -var attempts=2`, status: 1},
		{name: "allowed", command: `examples/writer-critic -var attempts=2 --allow exhausted --quiet`},
		{name: "run", command: `examples/expert-panel`},
		{name: "result", command: `examples/expert-panel --quiet`},
		{name: "run", command: `examples/interview`},
		{name: "run", command: `examples/incident-room`},
		{name: "objection", command: `examples/incident-room -var patience=5m --input "One zone first, please."`},
		{name: "lesson", command: `examples/tutoring-chat < examples/tutoring-chat/lesson.txt`},
		{name: "silent", command: `examples/tutoring-chat`},
		{name: "run", command: `examples/data-extraction`},
		{name: "result", command: `examples/data-extraction --quiet`},
		{name: "blocked", command: `examples/data-extraction -var document=invoice-0433.txt`, status: 1},
		{name: "run", command: `examples/code-review`},
		{name: "run", command: `examples/tools`},
		{name: "run", command: `examples/boat-sale`},
		{name: "result", command: `examples/boat-sale --quiet`},
		{name: "run", command: `examples/round-table`},
		{name: "result", command: `examples/round-table --quiet`},
		{name: "run", command: `examples/help-desk`},
		{name: "outage", command: `examples/help-desk -var question="The booking page is down"`},
		{name: "other", command: `examples/help-desk -var question="Do you sell violins"`},
		{name: "run", command: `examples/oxford-debate`},
		{name: "result", command: `examples/oxford-debate --quiet`},
		{name: "run", command: `examples/release-vote`, status: 1},
		{name: "ship", command: `examples/release-vote -var patience=5m --input ship`},
		{name: "talk", command: `examples/hotel-desk < examples/hotel-desk/guest.txt`},
		{name: "silent", command: `examples/hotel-desk`},
		{name: "run", command: `examples/newsroom`},
		{name: "closed", command: `examples/newsroom -var archive=closed`},
		{name: "result", command: `examples/newsroom --quiet`},
		{name: "run", command: `examples/chapter-readers`},
		{name: "run", command: `examples/bridge-report`},
		{name: "run", command: `examples/harbour-article`},
		{name: "run", command: `examples/name-the-boat`},
		{name: "seed", command: `examples/name-the-boat -var seed=1`},
		{name: "run", command: `examples/bridge-count`},
		{name: "run", command: `examples/repairs`},
		{name: "run", command: `examples/release-notes`},
		{name: "result", command: `examples/release-notes --quiet`},
	}
}

// folder is the example's.
func (r run) folder() string { return strings.TrimPrefix(words(r.command)[0], "examples/") }

func (r run) golden() string { return filepath.Join(r.folder(), "testdata", r.name+".golden") }

// Each run ends as it should and prints what its golden file has.
func TestRuns(t *testing.T) {
	for _, r := range runs() {
		t.Run(r.folder()+"/"+r.name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, status := agentconnect(t, "run "+r.command)
			if status != r.status {
				t.Fatalf("status: got %d, want %d\nstdout: %s\nstderr: %s", status, r.status, stdout, stderr)
			}
			got := steady(stdout)
			if stderr != "" {
				got += "\n=== standard error\n" + steady(stderr)
			}
			compare(t, r.golden(), got)
		})
	}
}

// No transcript is left over from an earlier set of runs.
func TestGoldenFilesAreUsed(t *testing.T) {
	files, err := filepath.Glob("*/testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !slices.ContainsFunc(runs(), func(r run) bool { return r.golden() == file }) {
			t.Errorf("%s belongs to no run", file)
		}
	}
}

// A vendor without its key is the environment's fault: status 2, nothing said,
// and the message names the variable.
func TestVendorNeedsItsKey(t *testing.T) {
	keys := map[string]string{"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "google": "GEMINI_API_KEY"}
	for _, folder := range scenarios(t) {
		for vendor, key := range keys {
			t.Run(folder+"/"+vendor, func(t *testing.T) {
				t.Parallel()
				stdout, stderr, status := agentconnect(t, "run examples/"+folder+" -var vendor="+vendor)
				if status != 2 || stdout != "" || !strings.Contains(stderr, key) {
					t.Errorf("got status %d, stdout %q, stderr %q; want status 2, no stdout, and %s on stderr", status, stdout, stderr, key)
				}
			})
		}
	}
}

// What has no key can be tried all the same.
func TestSimulatedVendor(t *testing.T) {
	for _, folder := range scenarios(t) {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			_, stderr, status := agentconnect(t, "run examples/"+folder+" -var vendor=openai --simulate --quiet --allow exhausted,blocked")
			if status != 0 {
				t.Errorf("status: got %d, want 0\n%s", status, stderr)
			}
		})
	}
}

// varying are the lines of the summary that differ from run to run, or with
// each word of a prompt.
var varying = regexp.MustCompile(`(?m)^(time|tokens)( +).+$`)

// steady leaves out what differs from run to run and from system to system.
func steady(text string) string {
	text = strings.ReplaceAll(text, `examples\`, "examples/")
	return varying.ReplaceAllString(text, "${1}${2}…")
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; go test ./examples -update rewrites it\ngot:\n%s\nwant:\n%s", file, got, want)
	}
}

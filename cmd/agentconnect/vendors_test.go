package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/config"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// vendorKey is the key that the stand-in of all vendors wants.
const vendorKey = "key-0123456789abcdef"

// standIn is a far side that knows all dialects. It answers by the number of
// texts that it reads, and notes what it was asked.
type standIn struct {
	*httptest.Server

	mu   sync.Mutex
	said []providertest.Said
}

func newStandIn(keyless bool) *standIn {
	s := &standIn{}
	s.Server = httptest.NewServer(providertest.StandIn(func(said providertest.Said) (string, bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.said = append(s.said, said)
		return fmt.Sprintf("Answer to %d texts.", len(said.Texts)), keyless || said.Key == vendorKey
	}))
	return s
}

// Commands with vendors: each script has a stand-in at VENDOR_URL.
func TestVendorScripts(t *testing.T) {
	scenario, err := filepath.Abs(filepath.Join("testdata", "vendors", "scenario"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "vendors", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			far := newStandIn(false)
			env.Defer(far.Close)
			env.Setenv("GORACE", raceOptions)
			env.Setenv("SCENARIO", scenario)
			env.Setenv("VENDOR_URL", far.URL)
			env.Setenv("VENDOR_KEY", vendorKey)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status, "steady": steady},
	})
}

// The same conversation on all dialects reads the same to the vendor and to the
// person.
func TestOneScenarioOnAllDialects(t *testing.T) {
	scenario, err := filepath.Abs(filepath.Join("testdata", "vendors", "scenario"))
	if err != nil {
		t.Fatal(err)
	}
	var first string
	var asked []providertest.Said
	for _, kind := range vendorKinds() {
		far := newStandIn(kind == "ollama")
		cmd := command(t, "", "run", scenario, "-var", "provider="+kind, "-var", "url="+far.URL, "--allow", "exhausted")
		cmd.Env = append(cmd.Environ(), "VENDOR_KEY="+vendorKey)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		text, err := cmd.Output()
		far.Close()
		transcript := spoken(string(text))
		if err != nil || len(far.said) != 4 {
			t.Fatalf("%s: got %d calls, error %v, output:\n%s%s", kind, len(far.said), err, text, &stderr)
		}
		for i := range far.said {
			if want := specs.DefaultModel(kind); far.said[i].Model != want && want != "" {
				t.Errorf("%s: got model %q, want %q", kind, far.said[i].Model, want)
			}
			far.said[i].Dialect, far.said[i].Model, far.said[i].Key = "", "", ""
		}
		if first == "" {
			first, asked = transcript, far.said
		}
		if diff := cmp.Diff(first, transcript); diff != "" || first == "" {
			t.Errorf("%s (-%s +%s):\n%s", kind, vendorKinds()[0], kind, diff)
		}
		if diff := cmp.Diff(asked, far.said); diff != "" {
			t.Errorf("%s was asked otherwise (-%s +%s):\n%s", kind, vendorKinds()[0], kind, diff)
		}
	}
}

// spoken are the lines of a transcript.
func spoken(output string) string {
	var lines []string
	for line := range strings.Lines(output) {
		if strings.HasPrefix(line, "Ada: ") || strings.HasPrefix(line, "Bruno: ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// A block that says the same has one model, however often it is loaded; else
// its limits would hold for each session alone.
func TestModelsAreShared(t *testing.T) {
	v := newVendors()
	defer v.close()
	block := func() *specs.Provider {
		return &specs.Provider{
			Block: specs.Block{Name: "fast"}, Kind: "groq", APIKey: specs.NewSecret("gsk-1"), Timeout: time.Minute,
			Headers: map[string]specs.Secret{"A": specs.NewSecret("1"), "B": specs.NewSecret("2")},
		}
	}
	made := func(p *specs.Provider) providers.Entry {
		t.Helper()
		models, err := v.connect([]*specs.Provider{p})
		if err != nil {
			t.Fatal(err)
		}
		return models[p.Name]
	}
	one := made(block())
	if other := made(block()); other.Model != one.Model {
		t.Error("got two models for one block")
	}
	if one.Settings.Timeout != 0 || one.Settings.Kind != "groq" {
		t.Errorf("got settings %+v, want no time-out beside the wire's", one.Settings)
	}
	for what, change := range map[string]func(*specs.Provider){
		"key": func(p *specs.Provider) { p.APIKey = specs.NewSecret("gsk-2") }, "limits": func(p *specs.Provider) { p.Limits.Concurrency = 1 },
		"timeout": func(p *specs.Provider) { p.Timeout = time.Hour }, "header": func(p *specs.Provider) { p.Headers["B"] = specs.NewSecret("3") },
		"address": func(p *specs.Provider) { p.BaseURL = "http://127.0.0.1:1/v1" }, "name": func(p *specs.Provider) { p.Name = "slow" },
	} {
		p := block()
		change(p)
		if made(p).Model == one.Model {
			t.Errorf("got one model for blocks that differ in their %s", what)
		}
	}
	for i := range 2 * maxVendors {
		p := block()
		p.BaseURL = fmt.Sprintf("http://127.0.0.1:%d/v1", i+1)
		made(p)
	}
	if len(v.made) != maxVendors || len(v.order) != maxVendors {
		t.Errorf("got %d models kept, want %d", len(v.made), maxVendors)
	}
}

func TestVendorKinds(t *testing.T) {
	kinds := vendorKinds()
	if len(kinds) != 10 || !slices.IsSorted(kinds) || isVendor("scripted") {
		t.Errorf("got %v, want ten kinds in order, and not the scripted one", kinds)
	}
}

// A server offers what is configured, what has a key in the environment, and
// says what those can do.
func TestOffer(t *testing.T) {
	far := newStandIn(false)
	defer far.Close()
	for _, kind := range vendorKinds() {
		for _, name := range keysOf(kind) {
			t.Setenv(name, "")
			t.Setenv(name+"_FILE", "")
		}
	}
	t.Setenv("GEMINI_API_KEY", "AIza-test")
	v := newVendors()
	defer v.close()
	set := &config.Settings{Providers: []config.Provider{{Name: "house", Kind: "anthropic", APIKey: vendorKey, BaseURL: far.URL}}}
	models, list, err := offer(v, set, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var offered []string
	for _, p := range list {
		if p.Key != "ollama" { // it may be there
			offered = append(offered, fmt.Sprint(p.Key, " ", p.DefaultModel, " ", p.IsAvailable))
		}
	}
	if diff := cmp.Diff([]string{"house claude-sonnet-5 true", "google gemini-2.5-flash true", "scripted scripted true"}, offered); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	req := &providers.Request{Model: "m", Messages: []providers.Message{{Role: providers.User, Content: "Well?"}}}
	r := providertest.Collect(t, models["house"].Model.Stream(t.Context(), req))
	if r.Err != nil || r.Text != "Answer to 1 texts." {
		t.Errorf("got %+v, want an answer", r)
	}
	set.Providers[0].Kind = "nonsense"
	if _, _, err := offer(v, set, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), `no kind of provider "nonsense"`) {
		t.Errorf("got error %v, want one about the kind", err)
	}
}

// A service that needs no key is asked whether it is there.
func TestAnswers(t *testing.T) {
	far := newStandIn(true)
	v := newVendors()
	defer v.close()
	p := ollama()
	p.BaseURL = far.URL + "/v1"
	if !v.answers(t.Context(), p) {
		t.Error("got no answer from a service that is there")
	}
	far.Close()
	if v.answers(t.Context(), p) {
		t.Error("got an answer from a service that has gone")
	}
}

// What is passing is tried again, as the vendor asks.
func TestVendorIsTriedAgain(t *testing.T) {
	calls := 0
	good := providertest.StandIn(func(providertest.Said) (string, bool) { return "At last.", true })
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls++; calls == 1 {
			w.Header().Set("Retry-After-Ms", "20")
			http.Error(w, `{"error":{"type":"overloaded_error","message":"busy"}}`, http.StatusServiceUnavailable)
			return
		}
		good.ServeHTTP(w, r)
	}))
	defer far.Close()
	cmd := command(t, `
provider "anthropic" "fast" {
  api_key  = env("VENDOR_KEY")
  base_url = "`+far.URL+`"
  retry { min_backoff = "10ms" }
}
agent "ada" {
  provider = provider.fast
}
pattern "sequential" "talk" { participants = [agent.ada] }
session "talk" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Well?"
}
`, "run", "talk.hcl", "--quiet")
	cmd.Env = append(cmd.Environ(), "VENDOR_KEY="+vendorKey)
	text, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(text), "At last.") || calls != 2 {
		t.Errorf("got %d calls, error %v, output %s; want the answer of the second call", calls, err, text)
	}
}

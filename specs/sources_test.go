package specs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// again loads a scenario from its texts alone, in a directory that is nowhere.
func again(t *testing.T, cfg *Config, opts Options) (*Config, Diagnostics) {
	t.Helper()
	dir := filepath.Join(string(filepath.Separator), "(nowhere)", "scenario")
	overlay := map[string][]byte{}
	for name, text := range cfg.Sources {
		overlay[filepath.Join(dir, filepath.FromSlash(name))] = text
	}
	opts.Overlay, opts.OverlayOnly, opts.WorkDir = overlay, true, filepath.Dir(dir)
	return Load(filepath.Join(dir, cfg.Root), opts)
}

func TestSourcesGiveTheSameScenario(t *testing.T) {
	dirs, err := filepath.Glob("../examples/*/main.hcl")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("examples: %v, %v", dirs, err)
	}
	env := func(string) (string, bool) { return "", false }
	for _, file := range dirs {
		name := filepath.Dir(file)
		cfg, ds := Load(name, Options{Env: env, AllowMissingEnv: true, AllowUnsetVars: true})
		if ds.HasErrors() {
			t.Fatalf("%s: %v", name, ds)
		}
		got, ds := again(t, cfg, Options{Env: env, AllowMissingEnv: true, AllowUnsetVars: true})
		if ds.HasErrors() {
			t.Fatalf("%s from its texts: %v", name, ds)
		}
		if got.Hash != cfg.Hash {
			t.Errorf("%s from its texts has the hash %s, want %s", name, got.Hash, cfg.Hash)
		}
		if diff := cmp.Diff(cfg.Sources, got.Sources); diff != "" {
			t.Errorf("%s: sources (-want +got)\n%s", name, diff)
		}
	}
}

func TestSourcesHaveWhatFunctionsRead(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"main.hcl": `import { from = "./parts/agents.hcl" }
variable "lang" { default = "en" }
session "s" { agent = agent.a }`,
		"parts/agents.hcl": `provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = "${file("./prompts/${var.lang}.md")} ${join(", ", fileset("notes", "*.md"))} ${length(fileset("notes", "*.txt"))}"
}`,
		"prompts/en.md": "speak", "prompts/de.md": "sprich", "notes/x.md": "secret x", "notes/y.md": "", "other.txt": "not read",
		"scenario.auto.vars.hcl": `lang = "de"`,
	} {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	none := func(string) (string, bool) { return "", false }
	cfg, ds := Load(filepath.Join(dir, "main.hcl"), Options{Env: none})
	if ds.HasErrors() {
		t.Fatal(ds)
	}
	for _, name := range []string{"main.hcl", "parts/agents.hcl", "prompts/de.md", "scenario.auto.vars.hcl"} {
		if len(cfg.Sources[name]) == 0 {
			t.Errorf("%s is missing", name)
		}
	}
	if text, listed := cfg.Sources["notes/x.md"]; !listed || text != nil {
		t.Errorf("notes/x.md is %q, %t; want it listed without its text", text, listed)
	}
	for _, name := range []string{"other.txt", "prompts/en.md"} {
		if _, there := cfg.Sources[name]; there {
			t.Errorf("%s was not read, and is among the sources", name)
		}
	}
	if cfg.Root != "main.hcl" {
		t.Errorf("root is %q", cfg.Root)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	got, ds := again(t, cfg, Options{Env: none})
	if ds.HasErrors() {
		t.Fatal(ds)
	}
	if got.Hash != cfg.Hash || got.Agents[0].Instructions != cfg.Agents[0].Instructions {
		t.Errorf("from the texts: %s %q, want %s %q", got.Hash, got.Agents[0].Instructions, cfg.Hash, cfg.Agents[0].Instructions)
	}
}

func TestOverlayOnlyReadsNoDisk(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "prompt.md"), []byte("on disk"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := `provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = file("prompt.md")
}
session "s" { agent = agent.a }`
	main := filepath.Join(dir, "main.hcl")
	if _, ds := Load(main, Options{Overlay: map[string][]byte{main: []byte(text)}}); ds.HasErrors() {
		t.Fatalf("with the disk: %v", ds)
	}
	if _, ds := Load(main, Options{Overlay: map[string][]byte{main: []byte(text)}, OverlayOnly: true}); !ds.HasErrors() {
		t.Error("a file on disk was read")
	}
	if _, ds := Load(dir, Options{OverlayOnly: true}); !ds.HasErrors() {
		t.Error("a directory without texts was loaded")
	}
}

func TestHoldsSecrets(t *testing.T) {
	const rest = `
agent "a" { provider = provider.p }
session "s" { agent = agent.a }`
	for text, want := range map[string]bool{
		`provider "scripted" "p" {}`: false,
		`provider "openai_compatible" "p" {
  base_url = "https://example.com"
  model    = "m"
  api_key  = env("KEY")
}`: false,
		`provider "openai_compatible" "p" {
  base_url = "https://example.com"
  model    = "m"
  api_key  = "sk-123"
}`: true,
		`locals { key = "sk-123" }
provider "openai_compatible" "p" {
  base_url = "https://example.com"
  model    = "m"
  api_key  = local.key
}`: true,
		`variable "k" {
  type      = string
  sensitive = true
}
provider "openai_compatible" "p" {
  base_url = "https://example.com"
  model    = "m"
  api_key  = var.k
}`: false,
		`variable "k" {
  type      = string
  sensitive = true
  default   = "sk-123"
}
provider "openai_compatible" "p" {
  base_url = "https://example.com"
  model    = "m"
  api_key  = var.k
}`: true,
	} {
		var given []VarInput
		if strings.Contains(text, "variable") && !want {
			given = []VarInput{{Name: "k", Text: "sk-456"}}
		}
		cfg, ds := Load("main.hcl", Options{
			Overlay: map[string][]byte{"main.hcl": []byte(text + rest)}, AllowMissingEnv: true, Vars: given,
			WorkDir: t.TempDir(), Env: func(string) (string, bool) { return "", false },
		})
		if ds.HasErrors() {
			t.Errorf("%s: %v", text, ds)
			continue
		}
		if cfg.HoldsSecrets != want {
			t.Errorf("holds secrets: %t, want %t:\n%s", cfg.HoldsSecrets, want, text)
		}
	}
}

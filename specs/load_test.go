package specs

import (
	"slices"
	"strings"
	"testing"
)

// loadText loads a scenario that exists in memory alone.
func loadText(tb testing.TB, text string, opts Options) (*Config, Diagnostics) {
	tb.Helper()
	return loadFiles(tb, map[string]string{"main.hcl": text}, "main.hcl", opts)
}

// loadFiles loads the scenario of a path among texts in memory.
func loadFiles(tb testing.TB, files map[string]string, path string, opts Options) (*Config, Diagnostics) {
	tb.Helper()
	opts.WorkDir = "/nowhere/scenario"
	opts.Overlay = map[string][]byte{}
	for name, text := range files {
		opts.Overlay[name] = []byte(text)
	}
	if opts.Env == nil {
		opts.Env = func(string) (string, bool) { return "", false }
	}
	return Load(path, opts)
}

// mustLoad loads a scenario without findings.
func mustLoad(t *testing.T, files map[string]string, path string, opts Options) *Config {
	t.Helper()
	cfg, ds := loadFiles(t, files, path, opts)
	if len(ds) > 0 {
		t.Fatalf("got findings:\n%s", text(t, ds, RenderOptions{}))
	}
	return cfg
}

// codesOf are the codes of findings with their lines, as in "AC2102:4".
func codesOf(ds Diagnostics) []string {
	var out []string
	for i := range ds {
		line := 0
		if ds[i].Range != nil {
			line = ds[i].Range.Start.Line
		}
		out = append(out, ds[i].Code+":"+numberPlain(float64(line)))
	}
	return out
}

// person is the rest of a scenario in which a person talks to agent.a.
const person = `
provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = %s
}
session "s" { agent = agent.a }
`

// saying is a scenario whose agent has such instructions.
func saying(expr string) string { return strings.Replace(person, "%s", expr, 1) }

func TestLoadFindings(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string // code and line
	}{
		{"all at once", `
agent "a" {
  provider = provider.q
  temprature = 1
  max_tokens = "many"
}
pattern "loop" "l" {
  participants = [agent.b]
}`, []string{"AC3001:3", "AC2102:4", "AC4002:5", "AC2103:7", "AC3001:8"}},
		{
			"a name that is not declared is held back while a file cannot be read", `
agent "a" {
  provider = provider.q
}
provider "scripted" "q" {
  model = = "x"
}`,
			[]string{"AC2001:6"},
		},
		{
			"a broken variable is reported once", `
variable "v" {
  type = strng
}
locals {
  w = var.v
}
agent "a" {
  provider     = provider.p
  instructions = "${var.v} ${local.w}"
}
provider "scripted" "p" {}`,
			[]string{"AC4009:3"},
		},
		{
			"a broken provider is still declared", `
provider "scripted" "p" {
  colour = "red"
}
agent "a" { provider = provider.p }
session "s" { agent = agent.a }`,
			[]string{"AC2102:3"},
		},
		{"a participant is not called user", "provider \"scripted\" \"p\" {}\nagent \"user\" { provider = provider.p }", []string{"AC3004:2"}},
		{"a reference says its kind", "provider \"scripted\" \"p\" {}\nhuman \"h\" {}\nagent \"a\" { provider = human.p }", []string{"AC3001:3"}},
		{"a reference has a name", "agent \"a\" { provider = provider }", []string{"AC3005:1"}},
		{"a reference has no fields", "provider \"scripted\" \"p\" {}\nagent \"a\" { provider = provider.p.model }", []string{"AC3007:2"}},
		{"words without quotes", "provider \"scripted\" \"p\" {}\nagent \"a\" {\n  provider = provider.p\n  sees = own\n}", []string{"AC3001:4"}},
		{"arguments of another kind", "provider \"openai\" \"p\" {\n  strict = true\n  reply { content = \"x\" }\n}", []string{"AC2109:2", "AC2109:3"}},
		{"a secret in a list", `variable "k" {
  default   = "x"
  sensitive = true
}
provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  capabilities = ["x", var.k]
}
session "s" { agent = agent.a }`, []string{"AC4006:8"}},
		{"a key in quotes of another type", "provider \"scripted\" \"p\" {}\nagent \"a\" {\n  provider = provider.p\n  temperature = \"0.5\"\n}", []string{"AC4002:4"}},
		{"start without opening", "provider \"scripted\" \"p\" {}\nagent \"a\" { provider = provider.p }\nsession \"s\" {\n  agent = agent.a\n  start = \"auto\"\n}", []string{"AC4013:5"}},
		{"a schema that is no object", "provider \"scripted\" \"p\" {}\nagent \"a\" {\n  provider = provider.p\n  output { schema = \"[1]\" }\n}", []string{"AC4010:4"}},
		{"default refers to something", "variable \"v\" { default = var.v }", []string{"AC3006:1"}},
		{"only the version counts", "agentconnect { required_version = \"< 0.1\" }\nagent \"a\" { nonsense = 1 }", []string{"AC2102:2", "AC2002:1"}},
		{"values are bounded", saying(`join("", [for i in range(1024) : format("%9999s", "x")])`), []string{"AC4012:5"}},
		{"steps are bounded", saying(`length([for i in range(1000) : [for j in range(1000) : [i, j]]])`), []string{"AC4012:5"}},
		{"collections are bounded", saying(`length(local.b) == 0 ? "" : ""`) + "locals { b = flatten([for i in range(20) : range(1000)]) }", []string{"AC4007:8"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg, ds := loadText(t, tt.text, Options{Version: "v0.2.0"})
			got := codesOf(slices.DeleteFunc(slices.Clone(ds), func(d Diagnostic) bool { return d.Severity == SeverityWarning }))
			slices.Sort(got)
			slices.Sort(tt.want)
			if cfg != nil || !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v\n%s", got, tt.want, text(t, ds, RenderOptions{}))
			}
		})
	}
}

// A cycle is told with all of its steps.
func TestImportCycle(t *testing.T) {
	files := map[string]string{
		"main.hcl":  `import { from = "./x/a.hcl" }`,
		"x/a.hcl":   `import { from = "../y/b.hcl" }`,
		"y/b.hcl":   "import {\n  from = \"../x/a.hcl\"\n}",
		"other.hcl": "",
	}
	_, ds := loadFiles(t, files, "main.hcl", Options{})
	if got := codesOf(ds); !slices.Equal(got, []string{"AC1202:2"}) {
		t.Fatalf("got %v, want a cyclic import", got)
	}
	var got []string
	for _, r := range ds[0].Related {
		got = append(got, r.Range.Filename+": "+r.Message)
	}
	want := []string{"x/a.hcl: x/a.hcl imports y/b.hcl", "y/b.hcl: y/b.hcl imports x/a.hcl"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestImportTwiceIsOnce(t *testing.T) {
	files := map[string]string{
		"main.hcl":   "import { from = \"./a.hcl\" }\nimport { from = \"./a.hcl\" }\nimport { from = \"./b.hcl\" }\n" + saying(`local.text`),
		"a.hcl":      "import { from = \"./b.hcl\" }",
		"b.hcl":      "locals { text = \"x\" }",
		"c.vars.hcl": "nonsense",
	}
	for _, path := range []string{"main.hcl", "."} {
		cfg := mustLoad(t, files, path, Options{})
		if want := []string{"a.hcl", "b.hcl", "main.hcl"}; !slices.Equal(slices.Sorted(slices.Values(cfg.Files)), want) {
			t.Errorf("%s: got files %q, want %q", path, cfg.Files, want)
		}
	}
}

// Columns count code points from 1, bytes count from 0.
func TestPositions(t *testing.T) {
	tests := []struct {
		text         string
		line, column int
		offset       int
	}{
		{"agent \"ä\" { naam = 1 }", 1, 13, 13},
		{"# 👩‍👩‍👧 family\nlocals {}\r\nagent \"e\u0301\" { naam = 1 }", 3, 14, 53},
		{"\ufeffagent \"a\" { naam = 1 }", 1, 14, 15},
	}
	for _, tt := range tests {
		_, ds := loadText(t, tt.text, Options{})
		i := slices.IndexFunc(ds, func(d Diagnostic) bool { return d.Code == codeUnknownArg })
		if i < 0 {
			t.Errorf("%q: got %v, want an unknown argument", tt.text, codesOf(ds))
			continue
		}
		want := Pos{tt.line, tt.column, tt.offset}
		if got := ds[i].Range.Start; got != want || tt.text[got.Byte:got.Byte+4] != "naam" {
			t.Errorf("%q: got %+v, want %+v", tt.text, got, want)
		}
		if s := ds[i].Snippet; s == nil || s.Code[s.HighlightStartOffset:s.HighlightEndOffset] != "naam" || s.Context == nil {
			t.Errorf("%q: got snippet %+v, want naam marked", tt.text, s)
		}
	}
}

func TestVersionFits(t *testing.T) {
	tests := []struct {
		version, constraint string
		want                bool
	}{
		{"v0.1.0-dev+abc", ">= 0.1", true},
		{"0.1.0", "> 0.1", false},
		{"1.4.2", "~> 1.2", true},
		{"2.0.0", "~> 1.2", false},
		{"1.2.9", "~> 1.2.3", true},
		{"1.3.0", "~> 1.2.3", false},
		{"1.3.0", ">= 1, < 2, != 1.3.0", false},
		{"1.3.1", "= 1.3.1", true},
		{"1.3.1", "1.3", false},
		{"", "= 9", true},
		{"built by hand", "= 9", true},
	}
	for _, tt := range tests {
		got, err := versionFits(tt.version, tt.constraint)
		if err != nil || got != tt.want {
			t.Errorf("versionFits(%q, %q): got %v, %v, want %v", tt.version, tt.constraint, got, err, tt.want)
		}
	}
	for _, bad := range []string{"", "newest", ">> 1", "1.x", ">= 1,", "1.2.3.4", "-1"} {
		if _, err := versionFits("1.0.0", bad); err == nil {
			t.Errorf("versionFits(%q): got no error", bad)
		}
	}
}

// The same sources and values have the same hash, others another one; the
// values of secrets do not count.
func TestHash(t *testing.T) {
	files := map[string]string{
		"main.hcl": "variable \"v\" { default = 1 }\nvariable \"k\" {\n  type      = string\n  default   = \"x\"\n  sensitive = true\n}\n" +
			strings.Replace(saying(`"${file("x.md")} ${var.v}"`), `"p" {}`, `"p" { api_key = var.k }`, 1),
		"x.md": "Hello",
	}
	hash := func(vars ...VarInput) string { return mustLoad(t, files, "main.hcl", Options{Vars: vars}).Hash }
	first := hash()
	if again := hash(); again != first || len(first) != 64 {
		t.Errorf("got %q and %q, want the same 64 digits", first, again)
	}
	if other := hash(VarInput{Name: "v", Text: "2"}); other == first {
		t.Error("another value has the same hash")
	}
	if secret := hash(VarInput{Name: "k", Text: "secret"}); secret != first {
		t.Error("the value of a secret changes the hash")
	}
	files["x.md"] = "Bye"
	if other := hash(); other == first {
		t.Error("another file has the same hash")
	}
}

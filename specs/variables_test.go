package specs

import (
	"encoding/json"
	"strings"
	"testing"
)

// Later sources count: default, environment, the main file, automatic files by
// name, then the command line in its order.
func TestVariablePrecedence(t *testing.T) {
	const scenario = "variable \"v\" {\n  type    = string\n  default = \"default\"\n}\n"
	base := map[string]string{"main.hcl": scenario + saying("var.v")}
	with := func(more ...string) map[string]string {
		files := map[string]string{"main.hcl": base["main.hcl"]}
		for i := 0; i < len(more); i += 2 {
			files[more[i]] = more[i+1]
		}
		return files
	}
	env := func(name string) (string, bool) { return "environment", name == "AGENTCONNECT_VAR_v" }
	tests := []struct {
		name  string
		files map[string]string
		opts  Options
		want  string
	}{
		{"default", with(), Options{}, "default"},
		{"environment", with(), Options{Env: env}, "environment"},
		{"main file", with("agentconnect.vars.hcl", `v = "main"`), Options{Env: env}, "main"},
		{"main file in JSON", with("agentconnect.vars.hcl.json", `{"v": "json"}`), Options{Env: env}, "json"},
		{"automatic files by name", with("agentconnect.vars.hcl", `v = "main"`, "b.auto.vars.hcl", `v = "b"`, "a.auto.vars.hcl", `v = "a"`), Options{}, "b"},
		{"other files are not read", with("c.vars.hcl", `v = "c"`), Options{}, "default"},
		{"-var-file", with("b.auto.vars.hcl", `v = "b"`, "c.vars.hcl", `v = "c"`), Options{Vars: []VarInput{{File: "c.vars.hcl"}}}, "c"},
		{"-var after -var-file", with("c.vars.hcl", `v = "c"`), Options{Vars: []VarInput{{File: "c.vars.hcl"}, {Name: "v", Text: "\"as it is\" ${x}"}}}, `"as it is" ${x}`},
		{"-var-file after -var", with("c.vars.hcl", `v = "c"`), Options{Vars: []VarInput{{Name: "v", Text: "x"}, {File: "c.vars.hcl"}}}, "c"},
		{"a request", with(), Options{Vars: []VarInput{{Name: "v", Text: "x"}, {Name: "v", JSON: json.RawMessage(`"json"`)}}}, "json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := mustLoad(t, tt.files, "main.hcl", tt.opts)
			if got := cfg.Agents[0].Instructions; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestVariableTypes(t *testing.T) {
	tests := []struct {
		typ, text string
		want      string // the value as JSON, or the code of the finding
	}{
		{"string", "12", `"12"`},
		{"number", "12", `12`},
		{"number", "2 * 3", `6`},
		{"number", "many", "AC4104"},
		{"bool", "true", `true`},
		{"bool", "yes", "AC4104"},
		{"list(string)", `["a", "b"]`, `["a","b"]`},
		{"list(string)", `a`, "AC4104"},
		{"list(string)", `[`, "AC4104"},
		{"list(number)", `["x"]`, "AC4104"},
		{"object({ a = number, b = optional(string, \"z\") })", `{ a = 1 }`, `{"a":1,"b":"z"}`},
		{"object({ a = number })", `{ a = 1, c = 2 }`, "AC4008"},
		{"object({ a = object({ b = string }) })", `{ a = { b = "x", c = "y" } }`, "AC4008"},
		{"map(number)", `{ a = 1, c = 2 }`, `{"a":1,"c":2}`},
		{"any", `{ a = [1, "x"] }`, `{"a":[1,"x"]}`},
		{"any", `var.v`, "AC4104"},
		{"any", `upper("x")`, "AC4104"},
		{"number", strings.Repeat("(", 70) + "1" + strings.Repeat(")", 70), "AC1101"},
		{"number", "null", "null"},
	}
	for _, tt := range tests {
		t.Run(tt.typ+" "+tt.text, func(t *testing.T) {
			cfg, ds := loadText(t, "variable \"v\" { type = "+tt.typ+" }\n"+saying(`"x"`), Options{Vars: []VarInput{{Name: "v", Text: tt.text}}})
			got := ""
			if cfg != nil {
				got = string(cfg.Variables[0].Value)
			} else if len(ds) == 1 {
				got = ds[0].Code
			}
			if got != tt.want {
				t.Errorf("got %s, want %s\n%s", got, tt.want, text(t, ds, RenderOptions{}))
			}
		})
	}
}

func TestUnknownVariables(t *testing.T) {
	files := map[string]string{
		"main.hcl":              "variable \"topic\" { default = \"x\" }\n" + saying("var.topic"),
		"agentconnect.vars.hcl": "topik = 1\nother = 2\n",
	}
	env := func(name string) (string, bool) { return "x", name == "AGENTCONNECT_VAR_nothing" }
	cfg, ds := loadFiles(t, files, "main.hcl", Options{Env: env})
	if cfg == nil || len(ds) != 1 || ds[0].Code != codeVarUnused || !strings.Contains(ds[0].Detail, "other, topik") {
		t.Errorf("got %s, want one warning for the file", text(t, ds, RenderOptions{}))
	}
	delete(files, "agentconnect.vars.hcl")
	cfg, ds = loadFiles(t, files, "main.hcl", Options{Vars: []VarInput{{Name: "topik", Text: "x"}}})
	if cfg != nil || len(ds) != 1 || ds[0].Code != codeNoVariable || !strings.Contains(ds[0].Detail, `Did you mean "topic"?`) {
		t.Errorf("got %s, want an error with a hint", text(t, ds, RenderOptions{}))
	}
}

// No finding shows the value of a secret, wherever it comes from.
func TestSecretsStaySecret(t *testing.T) {
	const secret = "hunter2hunter2"
	env := func(name string) (string, bool) { return secret, name == "KEY" }
	declared := "variable \"k\" {\n  type      = string\n  sensitive = true\n  default   = \"" + secret + "\"\n%s}\n"
	scenarios := map[string]struct {
		text string
		opts Options
	}{
		"prompt":        {strings.Replace(declared, "%s", "", 1) + saying(`"Key: ${var.k}"`), Options{}},
		"function":      {strings.Replace(declared, "%s", "", 1) + saying(`upper(var.k)`), Options{}},
		"index":         {strings.Replace(declared, "%s", "", 1) + saying(`["x"][var.k]`), Options{}},
		"file":          {strings.Replace(declared, "%s", "", 1) + saying(`file(var.k)`), Options{}},
		"environment":   {saying(`"Key: ${env("KEY")}"`), Options{Env: env}},
		"validation":    {strings.Replace(declared, "%s", "  validation {\n    condition     = length(var.k) > 99\n    error_message = \"Too short.\"\n  }\n", 1) + saying(`"x"`), Options{}},
		"error message": {strings.Replace(declared, "%s", "  validation {\n    condition     = false\n    error_message = var.k\n  }\n", 1) + saying(`"x"`), Options{}},
		"type":          {"variable \"k\" {\n  type      = number\n  sensitive = true\n}\n" + saying(`"x"`), Options{Vars: []VarInput{{Name: "k", Text: `"` + secret + `"`}}}},
		"syntax":        {"variable \"k\" {\n  type      = number\n  sensitive = true\n}\n" + saying(`"x"`), Options{Vars: []VarInput{{Name: "k", Text: secret + " ="}}}},
		"condition":     {strings.Replace(declared, "%s", "", 1) + saying(`"x"`) + "stop \"x\" { when = \"last.content == var.k\" }", Options{}},
		"kind":          {"provider \"openai\" \"q\" { api_key = [\"" + secret + "\"] }", Options{}},
	}
	for name, tt := range scenarios {
		t.Run(name, func(t *testing.T) {
			cfg, ds := loadText(t, tt.text, tt.opts)
			if cfg != nil {
				t.Error("got no error")
			}
			raw, err := json.Marshal(ds)
			if err != nil {
				t.Fatal(err)
			}
			shown := text(t, ds, RenderOptions{}) + string(raw)
			if strings.Contains(strings.ToLower(shown), secret) {
				t.Errorf("the secret is shown:\n%s", text(t, ds, RenderOptions{}))
			}
		})
	}
}

// Secrets reach keys and headers, and Variable does not have them.
func TestSecretsInPlace(t *testing.T) {
	env := func(name string) (string, bool) { return "from-env", name == "KEY" }
	scenario := `variable "k" {
  type      = string
  sensitive = true
}
provider "openai_compatible" "p" {
  base_url = "https://example.com/v1"
  model    = "m"
  api_key  = var.k
  headers  = { Authorization = bearer(env("KEY")), X-Plain = "plain" }
}
agent "a" { provider = provider.p }
session "s" { agent = agent.a }
`
	cfg := mustLoad(t, map[string]string{"main.hcl": scenario}, "main.hcl", Options{Env: env, Vars: []VarInput{{Name: "k", Text: "the key"}}})
	p := cfg.Providers[0]
	if p.APIKey.Reveal() != "the key" || p.Headers["Authorization"].Reveal() != "Bearer from-env" || p.Headers["X-Plain"].Reveal() != "plain" {
		t.Errorf("got key %q and headers %q", p.APIKey.Reveal(), p.Headers["Authorization"].Reveal())
	}
	v := cfg.Variables[0]
	if !v.Sensitive || !v.Required || string(v.Value) != "null" || string(v.Default) != "null" {
		t.Errorf("got variable %+v, want its values hidden", v)
	}
	opts := Options{AllowMissingEnv: true, Vars: []VarInput{{Name: "k", Text: "x"}}}
	if _, ok := mustLoad(t, map[string]string{"main.hcl": scenario}, "main.hcl", opts).Providers[0].Headers["Authorization"]; !ok {
		t.Error("a header whose secret is not set is gone")
	}
}

// Who only looks at a scenario need not know the values of its variables.
func TestUnsetVariables(t *testing.T) {
	text := `
variable "topic" {
  type = string
  validation {
    condition     = length(var.topic) > 3
    error_message = "Too short."
  }
}
variable "rounds" { type = number }
variable "words" { type = list(string) }
variable "tone" { type = object({ kind = string, strong = bool }) }
variable "key" {
  type      = string
  sensitive = true
}
provider "scripted" "demo" {}
agent "a" {
  provider     = provider.demo
  instructions = "About ${var.topic}, ${var.tone.kind}, ${join(" ", var.words)}."
}
pattern "round_robin" "talk" {
  participants = [agent.a]
  max_rounds   = var.rounds
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Go."
}
`
	opts := Options{Overlay: map[string][]byte{"x.hcl": []byte(text)}, WorkDir: "/nowhere", Env: func(string) (string, bool) { return "", false }}
	if cfg, ds := Load("x.hcl", opts); cfg != nil || !ds.HasErrors() {
		t.Fatalf("loaded without values: %v", ds)
	}
	opts.AllowUnsetVars = true
	cfg, ds := Load("x.hcl", opts)
	if ds.HasErrors() {
		t.Fatal(ds)
	}
	for _, v := range cfg.Variables {
		if !v.Required || string(v.Value) != "null" {
			t.Errorf("%s: got required %v, value %s; want required, null", v.Name, v.Required, v.Value)
		}
	}
	opts.Vars = []VarInput{{Name: "topic", Text: "ab"}}
	if _, ds = Load("x.hcl", opts); !ds.HasErrors() {
		t.Error("a value that is given is not checked")
	}
}

package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// secretScenario has variables of all kinds, and secrets in its text.
const secretScenario = `
variable "topic" { default = "tea" }
variable "turns" {
  type    = number
  default = 2
}
variable "key" {
  type      = string
  sensitive = true
}
provider "scripted" "vendor" {}
provider "openai_compatible" "unused" {
  model    = "m"
  base_url = "https://vendor.example"
  api_key  = var.key
}
provider "openai_compatible" "written" {
  model    = "m"
  base_url = "https://vendor.example"
  api_key  = "written-in-the-file-5577"
}
agent "pro" {
  provider     = provider.vendor
  instructions = "Speak for ${var.topic}."
}
agent "con" {
  provider     = provider.vendor
  instructions = "Speak against ${var.topic}."
}
pattern "round_robin" "talk" { participants = [agent.pro, agent.con] }
session "debate" {
  pattern = pattern.talk
  limits { max_turns = var.turns }
}
`

// rebuilt stores the plan of a request as a session's, and makes it again on
// another server with the same store.
func rebuilt(t *testing.T, a, b *Server, in *createRequest) (before, after *plan) {
	t.Helper()
	p, err := a.plan(in)
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	return p, madeAgain(t, a, b, p, in)
}

func madeAgain(t *testing.T, a, b *Server, p *plan, in *createRequest) *plan {
	t.Helper()
	id := engine.NewID("session_")
	bp, err := a.blueprint(t.Context(), id, p, in)
	if err != nil {
		t.Fatalf("blueprint: %v", err)
	}
	value, err := (&doc{head: docHead{owner: ann}, Blueprint: bp}).encode()
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	d, err := decodeDoc(value)
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	again, err := b.planOf(t.Context(), id, d)
	if err != nil {
		e, _ := errors.AsType[*apiError](err)
		t.Fatalf("plan again: %v: %v", err, errors.Unwrap(e))
	}
	sameTemplate(t, p, again)
	return again
}

func sameTemplate(t *testing.T, want, got *plan) {
	t.Helper()
	if got.template.Hash != want.template.Hash || got.template.Name != want.template.Name || got.template.Type != want.template.Type {
		t.Errorf("template is %s %s %s, want %s %s %s", got.template.Name, got.template.Type, got.template.Hash,
			want.template.Name, want.template.Type, want.template.Hash)
	}
	for what, pair := range map[string][2]any{
		"participants": {want.template.Participants, got.template.Participants},
		"variables":    {want.template.Variables(), got.template.Variables()},
		"modes":        {want.modes, got.modes},
		"bound":        {want.template.Bound, got.template.Bound},
		"settled":      {want.set, got.set},
		"files":        {want.config.Files, got.config.Files},
		"offer":        {want.offer.name, got.offer.name},
	} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%s (-want +got)\n%s", what, diff)
		}
	}
}

// twin is a server on the store of another one, as after a restart.
func twin(t *testing.T, of *testServer, change func(*Config)) *testServer {
	t.Helper()
	return newTestServer(t, func(c *Config) {
		c.Store, c.Connect = of.journal, testScripts
		c.Env = func(string) (string, bool) { return "", false }
		if change != nil {
			change(c)
		}
	})
}

func raw(text string) json.RawMessage { return json.RawMessage(text) }

func TestBlueprintOfEveryKindOfRequest(t *testing.T) {
	sc := testScenario(t, secretScenarioWithDefault())
	a := newTestServer(t, func(c *Config) { c.Templates = []Scenario{sc} })
	b := twin(t, a, func(c *Config) { // other settings than those that the sessions began with
		c.Sessions.Lifetime, c.Sessions.IdleTimeout = 1, 1
		c.ProviderList = c.ProviderList[1:]
		c.Models = testModels()
		for name, entry := range c.Models {
			entry.Settings.Model = "another-default"
			c.Models[name] = entry
		}
	})
	person := agentRequest{key: "helper", provider: "scripted", capabilities: []string{"conversation"}}
	other := agentRequest{key: "second", provider: "other", model: "m2", personality: "dry\t\n", capabilities: []string{}, metadata: map[string]any{"n": json.Number("1.50"), "x": []any{}}}
	for name, in := range map[string]createRequest{
		"person":            {sessionType: humanAgent, agents: []agentRequest{person}},
		"agents":            {sessionType: agentAgent, agents: []agentRequest{person, other}, modes: []string{"agent_to_agent"}},
		"built-in by name":  {template: builtinChat},
		"built-in, changed": {template: builtinConversation, agents: []agentRequest{{key: "first", model: "m3", metadata: map[string]any{}}}},
		"template":          {template: "debate"},
		"template, modes":   {template: "debate", modes: []string{"human_to_agent", "agent_to_agent"}},
		"variables":         {template: "debate", variables: object[json.RawMessage]{{"turns", raw("4")}, {"topic", raw(`"salt\u0000"`)}}},
		"secret":            {template: "debate", variables: object[json.RawMessage]{{"key", raw(`"planted-secret-9912"`)}}},
		"overrides":         {template: "debate", agents: []agentRequest{{key: "con", provider: "other", personality: "loud"}, {key: "pro", model: "m"}}},
		"all":               {template: "debate", variables: object[json.RawMessage]{{"key", raw(`"planted-secret-9912"`)}, {"topic", raw(`"x"`)}}, agents: []agentRequest{{key: "pro", model: "m"}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, again := rebuilt(t, a.Server, b.Server, &in)
			session, err := b.engine.Start(t.Context(), again.template, engine.StartOptions{Owner: ann, Opening: "Begin."})
			if err != nil {
				t.Fatal(err)
			}
			if err := session.Stop(t.Context(), "user_ann", false); err != nil && !errors.Is(err, engine.ErrEnded) {
				t.Error(err)
			}
		})
	}
	wholeStoreHasNot(t, a, "planted-secret-9912", "written-in-the-file-5577")
}

// wholeStoreHasNot looks into every record of every table.
func wholeStoreHasNot(t *testing.T, ts *testServer, secrets ...string) {
	t.Helper()
	for _, name := range []string{tableSessions, tableSources, tableAgents, tableAnswers, tableUsers, tableSnapshots} {
		table, err := ts.journal.Table(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		for e, err := range table.Watch(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Key == "" {
				break
			}
			texts := [][]byte{e.Value}
			if _, packed, found := bytes.Cut(e.Value, []byte{'\n'}); found {
				if text, err := unpack(packed, maxSourceText); err == nil {
					texts = append(texts, text)
				}
			}
			for _, text := range texts {
				for _, secret := range secrets {
					if bytes.Contains(text, []byte(secret)) {
						t.Errorf("%s/%s has %s in clear", name, e.Key, secret)
					}
				}
			}
		}
	}
}

func TestBlueprintOfEveryExample(t *testing.T) {
	dirs, err := filepath.Glob("../examples/*/main.hcl")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("examples: %v, %v", dirs, err)
	}
	var list []Scenario
	for _, file := range dirs {
		cfg, ds := specs.Load(filepath.Dir(file), specs.Options{AllowMissingEnv: true})
		if ds.HasErrors() {
			t.Fatalf("%s: %v", file, ds)
		}
		list = append(list, Scenario{Config: cfg, Models: testScripts})
	}
	a := newTestServer(t, func(c *Config) { c.Templates = list })
	b := twin(t, a, func(c *Config) { c.Env = func(string) (string, bool) { return "x", true } })
	for _, sc := range list {
		for _, spec := range sc.Config.Sessions {
			t.Run(spec.Name, func(t *testing.T) { rebuilt(t, a.Server, b.Server, &createRequest{template: spec.Name}) })
		}
	}
}

// fromDisk is the scenario of a directory, loaded as a server does.
func fromDisk(t *testing.T, dir string, env func(string) (string, bool)) Scenario {
	t.Helper()
	load := func(vars []specs.VarInput) (*specs.Config, specs.Diagnostics) {
		return specs.Load(dir, specs.Options{Vars: vars, Env: env})
	}
	cfg, ds := load(nil)
	if ds.HasErrors() {
		t.Fatal(loadError(ds))
	}
	return Scenario{Config: cfg, Load: load, Models: testScripts}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	full := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestBlueprintOutlivesItsFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "main.hcl", `
variable "lang" {
  type    = string
  default = "en"
}
import { from = "./parts/agents.hcl" }
session "s" { agent = agent.a }`)
	write(t, dir, "parts/agents.hcl", `
provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = file("prompts/${var.lang}.md")
}`)
	write(t, dir, "prompts/en.md", "first version")
	write(t, dir, "prompts/de.md", "erste Fassung")
	env := func(name string) (string, bool) { return "de", name == "AGENTCONNECT_VAR_lang" }
	a := newTestServer(t, func(c *Config) { c.Templates = []Scenario{fromDisk(t, dir, env)} })
	p, err := a.plan(&createRequest{template: "s"})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.config.Agents[0].Instructions; got != "erste Fassung" {
		t.Fatalf("instructions are %q", got)
	}
	in := &createRequest{template: "s"}
	b := twin(t, a, func(c *Config) { // another node, where the variable of the environment is not set
		c.Templates = []Scenario{fromDisk(t, dir, func(string) (string, bool) { return "", false })}
	})
	write(t, dir, "prompts/de.md", "second version")
	if err := b.SetTemplates([]Scenario{fromDisk(t, dir, env)}); err != nil {
		t.Fatal(err)
	}
	if got := madeAgain(t, a.Server, b.Server, p, in).config.Agents[0].Instructions; got != "erste Fassung" {
		t.Errorf("after a change the instructions are %q", got)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	c := twin(t, a, nil)
	if got := madeAgain(t, a.Server, c.Server, p, in).config.Agents[0].Instructions; got != "erste Fassung" {
		t.Errorf("without its files the instructions are %q", got)
	}
}

func TestBlueprintsOfTalks(t *testing.T) {
	sc := testScenario(t, secretScenarioWithDefault())
	a := newTestServer(t, func(c *Config) { c.Templates, c.Connect = []Scenario{sc}, testScripts })
	b := twin(t, a, nil)
	_, debate := rebuilt(t, a.Server, a.Server, &createRequest{template: "debate", variables: object[json.RawMessage]{{"key", raw(`"planted-secret-4411"`)}, {"topic", raw(`"rain"`)}}})
	in := &createRequest{sessionType: agentAgent, modes: []string{"agent_to_agent"}, direct: true, agents: []agentRequest{
		{id: "pro_1", key: "pro", provider: "vendor", taken: &takenAgent{debate, "pro"}},
		{id: "alone_1", key: "alone", provider: "other", model: "m9", capabilities: []string{"conversation"}},
	}}
	p, err := a.fitDirect(a.builtins[builtinDirect], in, a.settled())
	if err != nil {
		t.Fatal(err)
	}
	again := madeAgain(t, a.Server, b.Server, p, in)
	if got := again.config.Agents[0].Instructions; got != "Speak for rain." {
		t.Errorf("the agent that was taken along has the instructions %q", got)
	}
	// Once more: an agent of a talk is taken along to another one.
	in2 := &createRequest{sessionType: agentAgent, direct: true, agents: []agentRequest{
		{id: "pro_1", key: "pro", provider: "vendor", taken: &takenAgent{again, "pro"}},
		{id: "con_1", key: "con", provider: "vendor", taken: &takenAgent{debate, "con"}},
	}}
	if p, err = b.fitDirect(b.builtins[builtinDirect], in2, b.settled()); err != nil {
		t.Fatal(err)
	}
	madeAgain(t, b.Server, a.Server, p, in2)
	wholeStoreHasNot(t, a, "planted-secret-4411", "written-in-the-file-5577")
}

func secretScenarioWithDefault() string {
	return strings.Replace(secretScenario, "  sensitive = true\n", "  sensitive = true\n  default = \"none\"\n", 1)
}

func TestBlueprintErrors(t *testing.T) {
	a := newTestServer(t, func(c *Config) { c.Templates = []Scenario{testScenario(t, secretScenarioWithDefault())} })
	store := func(in *createRequest) *doc {
		t.Helper()
		p, err := a.plan(in)
		if err != nil {
			t.Fatal(err)
		}
		bp, err := a.blueprint(t.Context(), "session_1", p, in)
		if err != nil {
			t.Fatal(err)
		}
		return &doc{Blueprint: bp}
	}
	secret := store(&createRequest{template: "debate", variables: object[json.RawMessage]{{"key", raw(`"s"`)}}})
	alone := store(&createRequest{sessionType: humanAgent, agents: []agentRequest{{key: "a", provider: "other"}}})
	changed := *alone
	changed.Blueprint.Hash = "another"
	missing := *alone
	missing.Blueprint.Source = "c" + strings.Repeat("0", 64)
	otherKey := func(c *Config) {
		tokens, err := OpenTokens(TokenConfig{Dir: t.TempDir(), Secret: []byte("another secret of thirty-two bytes"), TTL: testTTL, Issuer: testIssuer, Audience: testIssuer})
		if err != nil {
			t.Fatal(err)
		}
		c.Tokens = tokens
	}
	for name, c := range map[string]struct {
		d      *doc
		id     string
		change func(*Config)
		kind   error
		says   string
	}{
		"changed":         {&changed, "session_1", nil, errTemplateChanged, "has the hash"},
		"source is gone":  {&missing, "session_1", nil, errTemplateGone, "not in the store"},
		"no provider":     {alone, "session_1", func(c *Config) { c.Models = providers.Registry{"scripted": c.Models["scripted"]} }, errTemplateGone, "no provider other"},
		"another session": {secret, "session_2", nil, errTemplateGone, "belongs to another session"},
		"another key":     {secret, "session_1", otherKey, errTemplateGone, "auth.secret"},
		"no vendor": {secret, "session_1", func(c *Config) {
			c.Connect = func(*specs.Config) (providers.Registry, error) { return nil, errors.New("set VENDOR_KEY") }
		}, errTemplateGone, "set VENDOR_KEY"},
	} {
		t.Run(name, func(t *testing.T) {
			b := twin(t, a, c.change)
			_, err := b.planOf(t.Context(), c.id, c.d)
			got, ok := errors.AsType[*apiError](err)
			want, _ := errors.AsType[*apiError](c.kind)
			if !ok || got.code != want.code || got.cause == nil || !strings.Contains(got.cause.Error(), c.says) {
				t.Errorf("got %v (%v), want %s with %q", err, errors.Unwrap(got), want.code, c.says)
			}
		})
	}
}

func TestBlueprintNamesAMissingVariableOfTheEnvironment(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "main.hcl", `
provider "openai_compatible" "v" {
  model    = "m"
  base_url = "https://vendor.example"
  api_key  = env("VENDOR_KEY")
}
agent "k" { provider = provider.v }
session "keyed" { agent = agent.k }`)
	env := func(name string) (string, bool) { return "planted-secret-7733", name == "VENDOR_KEY" }
	sc := fromDisk(t, dir, env)
	sc.Models = func(cfg *specs.Config) (providers.Registry, error) {
		return providers.Registry{"v": {Settings: providers.Settings{Name: "v", Model: "m"}, Model: testModels()["other"].Model}}, nil
	}
	a := newTestServer(t, func(c *Config) { c.Templates = []Scenario{sc} })
	in := &createRequest{template: "keyed"}
	p, err := a.plan(in)
	if err != nil {
		t.Fatal(err)
	}
	bp, err := a.blueprint(t.Context(), "session_1", p, in)
	if err != nil {
		t.Fatal(err)
	}
	wholeStoreHasNot(t, a, "planted-secret-7733")
	b := twin(t, a, func(c *Config) { c.Connect = sc.Models })
	_, err = b.planOf(t.Context(), "session_1", &doc{Blueprint: bp})
	if got, ok := errors.AsType[*apiError](err); !ok || got.code != errTemplateGone.code || !strings.Contains(got.cause.Error(), "VENDOR_KEY") {
		t.Errorf("got %v, want one that names VENDOR_KEY", err)
	}
	c := twin(t, a, func(c *Config) { c.Connect, c.Env = sc.Models, env })
	again, err := c.planOf(t.Context(), "session_1", &doc{Blueprint: bp})
	if err != nil {
		t.Fatal(err)
	}
	sameTemplate(t, p, again)
	if again.config.Providers[0].APIKey.Reveal() != "planted-secret-7733" {
		t.Error("the key of the environment was not used")
	}
}

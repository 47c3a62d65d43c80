package specs

import (
	"strings"
	"testing"
)

const evaluated = `
variable "topic" {
  default = "boats"
}
variable "key" {
  default   = "s3cret"
  sensitive = true
}
locals {
  rounds = 3
  people = { ann = { age = 40 }, "bob-2" = { age = 41 } }
}
provider "openai" "gpt" {
  api_key = env("MISSING_KEY")
  model   = "gpt-5"
  limits {
    concurrency = 2
  }
}
agent "writer" {
  provider     = provider.gpt
  instructions = "Write about ${var.topic}."
  max_tokens   = 100 * local.rounds
  output {
    type = object({ title = string })
  }
}
pattern "blackboard" "board" {
  rule {
    run    = agent.writer
    when   = "true"
    writes = "draft"
  }
  goal            = "here.data.draft.title != ''"
  max_activations = 3
}
`

func evaluator(t *testing.T) *Evaluator {
	t.Helper()
	e, _, ds := NewEvaluator("main.hcl", Options{Overlay: map[string][]byte{"main.hcl": []byte(evaluated)}, OverlayOnly: true, AllowMissingEnv: true})
	if ds.HasErrors() {
		t.Fatal(ds)
	}
	t.Cleanup(e.Close)
	return e
}

func TestEvaluatorValues(t *testing.T) {
	e := evaluator(t)
	for _, tt := range []struct{ text, want string }{
		{"1 + 2", "3"},
		{"local.rounds * 2", "6"},
		{`"${var.topic}!"`, `"boats!"`},
		{`"$${x} \"q\" %%{y}\n"`, `"$${x} \"q\" %%{y}\n"`},
		{"[for w in [\"a\", \"b\"] :\n upper(w)]", `["A", "B"]`},
		{"local.people", "{ ann = { age = 40 }, bob-2 = { age = 41 } }"},
		{
			`{ a = "${var.topic}, ${var.topic}, ${var.topic} and ${var.topic}", "b c" = ["a longer text than fits", "on one line together with all of the others"] }`,
			"{\n  a = \"boats, boats, boats and boats\"\n  \"b c\" = [\n    \"a longer text than fits\",\n    \"on one line together with all of the others\",\n  ]\n}",
		},
		{"var.key", secretText},
		{"[var.key, 1]", "[" + secretText + ", 1]"},
		{"null", "null"},
		{"[]", "[]"},
		{"agent.writer == agent.writer", "true"},
		{"[agent.writer]", "[agent.writer]"},
		{"agent.writer.max_tokens", "300"},
		{"agent.writer.instructions", `"Write about boats."`},
		{"agent.writer.output.type", "object({ title = string })"},
		{"provider.gpt.api_key", secretText},
		{"provider.gpt", "provider \"openai\" \"gpt\" {\n  api_key = (a secret)\n  model   = \"gpt-5\"\n  limits {\n    concurrency = 2\n  }\n}"},
	} {
		got, ds := e.Eval(tt.text)
		if len(ds) > 0 || got != tt.want {
			t.Errorf("%s: got %s and %v, want %s", tt.text, got, ds, tt.want)
		}
	}
}

func TestEvaluatorFindings(t *testing.T) {
	e := evaluator(t)
	for _, tt := range []struct{ text, code, want string }{
		{"agent.writr", codeUnknownName, `Did you mean "writer"?`},
		{"agent.writer.instruction", codeEval, "instructions, max_tokens"},
		{"1 +", codeSyntax, "Missing expression"},
		{"upper(1, 2)", codeEval, ""},
		{strings.Repeat("(", 100) + "1" + strings.Repeat(")", 100), codeTooDeep, "more than 64 deep"},
		{"format(\"%999999999s\", 1)", codeEvalCost, ""},
		{strings.Repeat("x", maxFileSize+1), codeTooLarge, ""},
		{"\"\xff\"", codeEncoding, "UTF-8"},
		{"last.content", codeUnknownName, "while a session runs"},
	} {
		value, ds := e.Eval(tt.text)
		if value != "" || len(ds) == 0 || ds[0].Code != tt.code || !strings.Contains(ds[0].Detail, tt.want) {
			t.Errorf("%.40s: got %q and %v, want %s with %q", tt.text, value, ds, tt.code, tt.want)
		}
		if len(ds) > 0 && ds[0].Range != nil && ds[0].Snippet == nil {
			t.Errorf("%.40s: the finding has no source", tt.text)
		}
	}
	if got, ds := e.Eval("local.rounds"); got != "3" || len(ds) > 0 {
		t.Errorf("after findings: got %q and %v, want 3", got, ds)
	}
}

func TestEvaluatorConditions(t *testing.T) {
	e := evaluator(t)
	env := &Env{Turns: 4, Last: EnvMessage{Exists: true, Content: "größer"}, Here: EnvHere{Data: map[string]any{"draft": map[string]any{"title": "T"}}}}
	for _, tt := range []struct {
		text, pattern string
		want          any
	}{
		{"turns > local.rounds", "", true},
		{"last.content contains 'öß' and\n turns == 4", "", true},
		{"here.data.draft.title", "board", "T"},
		{"data.writer.title ?? 'none'", "", "none"},
	} {
		x, ds := e.Condition(tt.text, tt.pattern)
		if x == nil {
			t.Errorf("%s: %v", tt.text, ds)
			continue
		}
		if got, err := x.Value(env); err != nil || got != tt.want {
			t.Errorf("%s: got %v and %v, want %v", tt.text, got, err, tt.want)
		}
	}
	x, ds := e.Condition("'ö' == last.contnt", "")
	if x != nil || len(ds) != 1 || ds[0].Range.Start.Column != 13 || ds[0].Snippet == nil {
		t.Errorf("a field that is not there: got %+v, want it at column 13", ds)
	}
	if x, _ := e.Condition("here.data.draft.title", ""); x != nil {
		t.Error("outside of the board its entries are names")
	}
}

func TestUnfinished(t *testing.T) {
	for _, tt := range []struct {
		text string
		want bool
	}{
		{"", false},
		{"1", false},
		{"1 +", true},
		{"[1, 2", true},
		{"[1, 2]", false},
		{"[1, 2]]", false},
		{`"a ( b"`, false},
		{`"a ${ b`, true},
		{"<<EOT\ntext", true},
		{"<<EOT\ntext\nEOT", false},
		{"f(1 # (", true},
		{"var.x ? 1 :", true},
		{"-", true},
	} {
		if got := Unfinished(tt.text); got != tt.want {
			t.Errorf("Unfinished(%q): got %t, want %t", tt.text, got, tt.want)
		}
	}
	for _, tt := range []struct {
		text string
		want bool
	}{
		{"turns > 1", false},
		{"turns > 1 and", true},
		{"last.content contains", true},
		{"any(messages, {.turn > 1", true},
		{`'it''s (' == "["`, false},
		{"`open", true},
		{`"open`, false},
		{`'a\'('`, false},
		{")(", false},
		{"not", false},
	} {
		if got := UnfinishedCondition(tt.text); got != tt.want {
			t.Errorf("UnfinishedCondition(%q): got %t, want %t", tt.text, got, tt.want)
		}
	}
}

func FuzzEvaluator(f *testing.F) {
	for _, text := range []string{"1", "agent.writer", "local.people.ann", "<<E\nx\nE", "var.key", "turns > 1", "[for x in [1] : x]", "agent[\"writer\"].output.type", "provider.gpt.limits[0]"} {
		f.Add(text)
	}
	e, _, _ := NewEvaluator("main.hcl", Options{Overlay: map[string][]byte{"main.hcl": []byte(evaluated)}, OverlayOnly: true, AllowMissingEnv: true})
	defer e.Close()
	f.Fuzz(func(t *testing.T, text string) {
		value, ds := e.Eval(text)
		if ds.HasErrors() == (value != "") {
			t.Errorf("%q: got %q and %v, want one of both", text, value, ds)
		}
		if strings.Contains(value, "s3cret") {
			t.Errorf("%q: got %q, which is a secret", text, value)
		}
		x, ds := e.Condition(text, "board")
		if ds.HasErrors() == (x != nil) {
			t.Errorf("%q: got %v and %v, want one of both", text, x, ds)
		}
		Unfinished(text)
		UnfinishedCondition(text)
	})
}

package specs

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"
)

func manyMessages(n int, content string) *Env {
	env := &Env{Turns: n}
	for i := range n {
		env.Messages = append(env.Messages, EnvMessage{Exists: true, Content: content, Turn: i})
	}
	return env
}

// Whatever an expression does, it ends soon and says where it was stopped.
func TestExprIsCutOff(t *testing.T) {
	long := manyMessages(200, strings.Repeat("word ", 20_000))
	long.Last = long.Messages[0]
	tests := []struct {
		text, at, want string
	}{
		{"len(1..1000000000) > 1", "1..1000000000", "more than 100,000 values"},
		{"len(-9000000000000000000..9000000000000000000) >= 0", "", ""},
		{"any(1..90000, any(1..90000, # == -1))", "", ""},
		{"all(1..3000, sum(map(messages, len(.content))) > 0)", "", "50 ms"},
		{"count(1..99999, last.content contains 'never') == 0", "", "50 ms"},
		{"len(repeat('x', 999999999)) > 1", "repeat('x', 999999999)", "16 MiB"},
		{"len(repeat('x', -5)) > 1", "repeat('x', -5)", "16 MiB"},
		{"len(reduce(1..60, #acc + #acc, 'xx')) > 1", "#acc + #acc", "16 MiB|50 ms"},
		{"len(reduce(1..60, replace(#acc, 'x', #acc), 'xx')) > 1", "replace(#acc, 'x', #acc)", "16 MiB|50 ms"},
		{"len(string(reduce(1..60, [#acc, #acc], 1))) > 1", "string(reduce(1..60, [#acc, #acc], 1))", "100,000 values"},
		{"max(reduce(1..60, [#acc, #acc], 1)) > 1", "max(reduce(1..60, [#acc, #acc], 1))", "100,000 values"},
		{"reduce(1..60, [#acc, #acc], 1) == reduce(1..60, [#acc, #acc], 1)", "", ""},
		{"len(flatten(reduce(1..60, [#acc, #acc], [1]))) > 1", "flatten(reduce(1..60, [#acc, #acc], [1]))", "100,000 values"},
		{"len(reduce(1..60, concat(#acc, #acc), [1])) > 1", "concat(#acc, #acc)", "16 MiB|50 ms"},
		{"len(uniq(map(1..90000, [#]))) > 1", "", ""},
		{"last.content matches '(x{50}y{50}){3}z'", "", "regular expression"},
		{"last.content matches (last.content[0:4] + '(a{100}){9}')", "", "regular expression"},
		{"any(messages, .content matches upper('(a{99}'))", ".content matches upper('(a{99}')", "not valid"},
		{"join(map(messages, .content), '') == ''", "", "16 MiB|50 ms"},
		{"int(last.content) > 1", "int(last.content)", "int("},
		{"1 % int('0') == 0", "1 % int('0')", "divide by zero"},
		{"fromJSON('{}') + 'x' == 'x'", "fromJSON('{}') + 'x'", "+ does not work between an object and a string"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			e := compiled(t, tt.text, wantBool, testScope())
			start := time.Now()
			_, err := e.Bool(long)
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("it took %v", took)
			}
			if tt.want != "" && !mentions(err, tt.want) {
				t.Fatalf("got %v, want an error with %q", err, tt.want)
			}
			if tt.at == "" || mentions(err, "50 ms") {
				return
			}
			r := err.(*ExprError).Range //nolint:errorlint // the type is the promise
			if got := tt.text[r.Start.Byte:r.End.Byte]; got != tt.at {
				t.Errorf("got an error at %q, want %q", got, tt.at)
			}
		})
	}
}

// mentions says whether an error has one of the words, which are set apart by
// bars. On a slow machine the clock may come first.
func mentions(err error, words string) bool {
	return err != nil && slices.ContainsFunc(strings.Split(words, "|"), func(w string) bool { return strings.Contains(err.Error(), w) })
}

func TestExprTooLarge(t *testing.T) {
	tests := []struct{ text, code string }{
		{"turns > 1" + strings.Repeat(" ", maxExprText), codeExprLong},
		{"turns > 1" + strings.Repeat(" or turns > 1", 300), codeExprLong},
		{strings.Repeat("(", 2000) + "true" + strings.Repeat(")", 2000), ""},
		{strings.Repeat("not ", 450) + "true", ""},
		{strings.Repeat("-", 4000) + "1 > 0", codeExprLong},
		{strings.Repeat("[", 2000), codeExprSyntax},
		{strings.Repeat("(", 60) + "turns > 1" + strings.Repeat(" ?: false)", 60), codeExprLong},
		{strings.Repeat("1 < (", 60) + "2 < 3 < 4" + strings.Repeat(") < 5", 60), codeExprLong},
	}
	for _, tt := range tests {
		start := time.Now()
		_, ds := compileExpr(plainSource(tt.text), wantBool, testScope())
		if took := time.Since(start); took > time.Second {
			t.Errorf("%.40s…: it took %v", tt.text, took)
		}
		got := ""
		if len(ds) > 0 {
			got = ds[0].Code
		}
		if got != tt.code {
			t.Errorf("%.40s…: got %+v, want %q", tt.text, ds, tt.code)
		}
	}
}

func TestExprManyFindings(t *testing.T) {
	_, ds := compileExpr(plainSource(strings.TrimSuffix(strings.Repeat("nope > 1 or ", 60), " or ")), wantBool, testScope())
	if len(ds) != maxFindings {
		t.Errorf("got %d findings, want %d", len(ds), maxFindings)
	}
}

func TestExprConcurrently(t *testing.T) {
	e := compiled(t, "turns >= 100 and any(messages, .turn == turns - 1 and .content contains 'yes')", wantBool, testScope())
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			env := manyMessages(96+i, "yes")
			for range 200 {
				if got, err := e.Bool(env); err != nil || got != (env.Turns >= 100) {
					t.Errorf("turns %d: got %v, %v", env.Turns, got, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestExprReads(t *testing.T) {
	scope := testScope()
	scope.here, scope.script = true, true
	for text, want := range map[string]EnvPart{
		"turns > 1 or outcome == ''":         PartCounters,
		"elapsed > 3":                        PartElapsed,
		"usage.cost > 1":                     PartUsage,
		"last.exists or first.exists":        PartMessages,
		"any(messages, .turn > turns)":       PartMessages | PartCounters,
		"agents['writer'].turns > 1":         PartAgents,
		"data.critic.accept":                 PartData,
		"here.data.critic.accept":            PartHere,
		"agent == 'x' or call > 1":           PartScript,
		"var.limit > 1":                      0,
		"let x = turns; x > 1":               PartCounters,
		"agents[last.agent].turns > elapsed": PartAgents | PartMessages | PartElapsed,
	} {
		if got := compiled(t, text, wantBool, scope).Reads(); got != want {
			t.Errorf("%s: got %b, want %b", text, got, want)
		}
	}
}

func TestExprSeen(t *testing.T) {
	e := compiled(t, "turns >= 4 and turns < 9 and last.content contains 'x' and data.critic.score > 1 and data['critic'].items[0].n == 1 and agents['writer'].turns > 0 and any(messages, .turn > 1) and agents[last.agent].turns > 1 and usage.cost > 0 and messages[1].content != 'y' and messages[-1].turn > 0 and messages[9].content == 'z' and messages[turns].agent != 'w'", wantBool, testScope())
	env := manyMessages(5, "x")
	env.Messages[1].Content, env.Messages[4].Turn = "the second", 7
	env.Last = EnvMessage{Content: strings.Repeat("ä", 100), Agent: "writer"}
	env.Usage.Cost = 0.25
	got := fmt.Sprint(e.Seen(env))
	want := `[{turns 5} {last.content "` + strings.Repeat("ä", 80) + `…"} {data.critic.score absent} {data.critic.items[0].n absent} {agents['writer'].turns absent} {messages 5 values} {agents {}} {last.agent "writer"} {usage.cost 0.25} {messages[1].content "the second"} {messages[-1].turn 7} {messages[9].content absent}]`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestExprResults(t *testing.T) {
	env := &Env{Data: map[string]any{"critic": map[string]any{"verdict": "writer", "items": []any{map[string]any{"n": 1.0}}}}, Messages: []EnvMessage{{Content: "a"}}}
	name, err := compiled(t, "data.critic.verdict", wantString, testScope()).Name(env)
	if err != nil || name != "writer" {
		t.Errorf("Name: got %q, %v", name, err)
	}
	if name, err := compiled(t, "data.critic.verdict", wantString, testScope()).Name(&Env{}); err != nil || name != "" {
		t.Errorf("Name of nothing: got %q, %v", name, err)
	}
	list, err := compiled(t, "map(data.critic.items, .n)", wantList, testScope()).List(env)
	if err != nil || fmt.Sprint(list) != "[1]" {
		t.Errorf("List: got %v, %v", list, err)
	}
	if list, err := compiled(t, "last.data.items", wantList, testScope()).List(env); err != nil || list != nil {
		t.Errorf("List of nothing: got %v, %v", list, err)
	}
	odd := compiled(t, "last.data", wantList, testScope())
	if _, err := odd.List(&Env{Last: EnvMessage{Data: 3.0}}); err == nil || !strings.Contains(err.Error(), "a list is wanted") {
		t.Errorf("List of a number: got %v", err)
	}
	value, err := compiled(t, "messages", wantAny, testScope()).Value(env)
	if m, ok := value.([]any); err != nil || !ok || m[0].(map[string]any)["content"] != "a" {
		t.Errorf("Value: got %v, %v", value, err)
	}
	if got, err := compiled(t, "turns > 1", wantBool, testScope()).Bool(nil); err != nil || got {
		t.Errorf("Bool of no environment: got %v, %v", got, err)
	}
}

func TestTypeOfSchema(t *testing.T) {
	schema := `{"type": "object", "additionalProperties": false, "properties": {
		"score": {"type": "integer"}, "why": {"type": ["string", "null"]}, "kind": {"enum": ["a", "b"]},
		"tags": {"type": "array", "items": {"type": "string"}}, "open": {"type": "object", "properties": {"x": {"type": "number"}}, "additionalProperties": true},
		"map": {"type": "object", "additionalProperties": {"type": "number"}}, "any": {"anyOf": []}}}`
	scope := &exprScope{data: map[string]*Type{"a": TypeOfSchema([]byte(schema)), "b": TypeOfSchema([]byte("not JSON"))}}
	for text, code := range map[string]string{
		"data.a.score > 1":                      "",
		"data.a.why == 'x' and data.a.kind > 1": codeExprType,
		"any(data.a.tags, # contains 'x')":      "",
		"any(data.a.tags, # > 1)":               codeExprType,
		"data.a.open.x > 1":                     "",
		"data.a.open.other == 1":                "",
		"data.a.map.k > 1":                      "",
		"data.a.map.k contains 'x'":             codeExprType,
		"data.a.any.thing == 1":                 "",
		"data.a.scor == 1":                      codeExprField,
		"data.b.x.y == 1":                       "",
	} {
		_, ds := compileExpr(plainSource(text), wantBool, scope)
		got := ""
		if len(ds) > 0 {
			got = ds[0].Code
		}
		if got != code {
			t.Errorf("%s: got %+v, want %q", text, ds, code)
		}
	}
	if deep := TypeOfSchema([]byte(strings.Repeat(`{"type":"array","items":`, 500) + "{}" + strings.Repeat("}", 500))); deep == nil {
		t.Error("got nil for a deep schema")
	}
	if got := TypeOf(cty.NilType); got.kind != kindAny {
		t.Errorf("got %v for no type, want any", got.kind)
	}
}

package specs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// found is a finding in short: code, what it points at, and the change that
// mends it.
func found(src *source, d Diagnostic) string {
	text := string(src.file[d.Range.Start.Byte:d.Range.End.Byte])
	if d.Fix != nil {
		text += " → " + d.Fix.Edits[0].NewText
	}
	return d.Code + " " + text
}

func TestExprFindings(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"turn >= 4", []string{"AC5002 turn → turns"}},
		{"turn >= 4 and lst.content == 'x' and round > 1", []string{"AC5002 turn → turns", "AC5002 lst → last", "AC5002 round → rounds"}},
		{"last.contents contains 'x'", []string{"AC5003 contents → content"}},
		{"last.contents contains 'x' and usage.cosst > 1", []string{"AC5003 contents → content", "AC5003 cosst → cost"}},
		{"turns > 'a' and last.content > 3", []string{"AC5004 turns > 'a'", "AC5004 last.content > 3"}},
		{"nope > 1 and turns > 'a'", []string{"AC5002 nope", "AC5004 turns > 'a'"}},
		{"data.critic.scor > 8", []string{"AC5003 scor → score"}},
		{"data.critic.score contains 'x'", []string{"AC5004 data.critic.score contains 'x'"}},
		{"data.crtic.score > 8", []string{"AC5007 crtic → critic"}},
		{"data['crtic'].score > 8", []string{"AC5007 'crtic' → critic"}},
		{"data.writer.score > 8", []string{"AC5008 writer"}},
		{"any(data.critic.items, .nam == 'a')", []string{"AC5003 nam → name"}},
		{"agents['wrter'].turns > 1", []string{"AC5007 'wrter' → writer"}},
		{"agents.wrter.turns > 1", []string{"AC5007 wrter → writer"}},
		{"agents['writer'].turn > 1", []string{"AC5003 turn → turns"}},
		{"here.turns > 1", []string{"AC5006 here"}},
		{"agent == 'x'", []string{"AC5006 agent → agents"}},
		{"call > 1 or input == ''", []string{"AC5006 call → calls", "AC5006 input"}},
		{"turns > var.limt", []string{"AC5009 limt → limit"}},
		{"turns > local.of", []string{"AC5009 of → on"}},
		{"var == 1", []string{"AC5009 var"}},
		{"var[last.agent] == 1", []string{"AC5009 var"}},
		{"last.content contains var.key", []string{"AC5010 key"}},
		{"turns > var.opts.dept", []string{"AC5003 dept → depth"}},
		{"last.agent == var.names[7]", []string{"AC5003 7"}},
		{"turns > ${var.limit}", []string{"AC5011 ${"}},
		{"turns >", []string{"AC5001 >"}},
		{"turns > 3)", []string{"AC5001 )"}},
		{"turns = 3", []string{"AC5001 ="}},
		{"last.content contains 'x", []string{"AC5001 x"}},
		{"  ", []string{"AC5017   "}},
		{"turns", []string{"AC5005 turns"}},
		{"last.content", []string{"AC5005 last.content"}},
		{"last.data.done", []string{"AC5015 last.data.done"}},
		{"turns > 3 and last.data.done", []string{"AC5015 last.data.done"}},
		{"not last.data.done or last.data.x", []string{"AC5015 last.data.done", "AC5015 last.data.x"}},
		{"any(messages, .data.done)", []string{"AC5015 .data.done"}},
		{"data.free.done", []string{"AC5015 data.free.done"}},
		{"now() > 3", []string{"AC5014 now"}},
		{"date('2024-01-01') == date('2024-01-01')", []string{"AC5014 date", "AC5014 date"}},
		{"lenn(messages) > 3", []string{"AC5014 lenn → len"}},
		{"last.content.upper() == 'X'", []string{"AC5014 upper"}},
		{"$env.turns > 1", []string{"AC5002 $env"}},
		{"last.content matches '('", []string{"AC5016 '('"}},
		{"last.content matches '(a{500}){500}'", []string{"AC5016 '(a{500}){500}'"}},
		{"any(messages, any(messages, any(messages, .turn > 1)))", []string{"AC5013 any"}},
		{"any(filter(map(messages, .turn), # > 1), # > 2)", nil},
		{"messages.count > 3 and messages.x.y == 3", []string{"AC5003 count → len(messages)", "AC5003 x"}},
		{"messages.last.content == 'a'", []string{"AC5003 last → messages[-1]"}},
		{"messages['first'].content == 'a'", []string{"AC5003 'first'"}},
		{"filter(messages, .turn) == []", []string{"AC5004 .turn"}},
		{"len(turns) > 1", []string{"AC5004 len(turns)"}},
		{"any(last.content, # == 'x')", []string{"AC5004 last.content"}},
		{"let turns = 1; turns > 2", []string{"AC5002 turns"}},
		{"let $env = 1; $env > 2", []string{"AC5002 $env", "AC5002 $env"}},
		{"let x = 1; let x = 2; x > 1", []string{"AC5002 x"}},
		{"let x = nope; x", []string{"AC5002 nope"}},
		{"nope.done and last.data.done", []string{"AC5002 nope", "AC5015 last.data.done"}},
		{"unknwn(turns) and last.contnt == ''", []string{"AC5014 unknwn", "AC5003 contnt → content"}},
		{"turns in ['a']", []string{"AC5004 turns in ['a']"}},
		{"not turns", []string{"AC5004 not turns"}},
		{"turns ? true : false", []string{"AC5004 turns"}},
		{"# > 3", []string{"AC5001 #"}},
		{"len(last.content, 2) > 3", []string{"AC5004 len(last.content, 2)"}},
		{"[1, 2][last.content] == 1", []string{"AC5004 last.content"}},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			src := plainSource(tt.text)
			e, ds := compileExpr(src, wantBool, testScope())
			var got []string
			for _, d := range ds {
				got = append(got, found(&src, d))
				if d.Detail == "" || d.Summary == "" || d.Severity != SeverityError {
					t.Errorf("got an incomplete finding %+v", d)
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("got %q, want %q (%+v)", got, tt.want, ds)
			}
			for _, d := range ds {
				checkFix(t, tt.text, d)
			}
			if (e == nil) != (len(tt.want) > 0) {
				t.Errorf("got %v with %d findings", e, len(ds))
			}
		})
	}
}

func TestExprWants(t *testing.T) {
	tests := []struct {
		text string
		want exprWant
		code string
	}{
		{"'writer'", wantString, ""},
		{"turns > 2 ? 'writer' : 'critic'", wantString, ""},
		{"data.critic.verdict", wantString, ""},
		{"last.data.next", wantString, codeExprWant},
		{"string(last.data.next)", wantString, ""},
		{"turns", wantString, codeExprWant},
		{"last.data", wantList, ""},
		{"data.critic.items", wantList, ""},
		{"messages", wantList, ""},
		{"turns", wantList, codeExprWant},
		{"data.critic", wantAny, ""},
		{"turns", wantAny, ""},
		{"nil", wantAny, ""},
	}
	for _, tt := range tests {
		_, ds := compileExpr(plainSource(tt.text), tt.want, testScope())
		got := ""
		if len(ds) > 0 {
			got = ds[0].Code
		}
		if got != tt.code || len(ds) > 1 {
			t.Errorf("%s as %d: got %+v, want %q", tt.text, tt.want, ds, tt.code)
		}
	}
}

func TestExprDetails(t *testing.T) {
	tests := []struct{ text, want string }{
		{"turn >= 4", "Did you mean turns?"},
		{"turns > 'a'", "> does not work between a number and a string."},
		{"data.critic.scor > 8", "data.critic has no field 'scor'. Its fields are accept, items, score, verdict. Did you mean score?"},
		{"last.data.done", "Write last.data.done == true"},
		{"data.writer.x == 1", "Give it an output block"},
		{"last.contents == ''", "Its fields are agent, content, data, exists, role, turn, type."},
		{"turns > ${var.limit}", "Write var.x or local.x as it is"},
		{"data.critic.score % 2 == 0", "% works on whole numbers, and a number in an answer may be any. Write int(…) around it."},
		{"len(1..data.critic.score) > 1", ".. works on whole numbers"},
		{"data.critic.items[data.critic.score].n > 1", "chosen by a whole number, and this is a number. int(…)"},
		{"any(messages, .turn)", "What is asked of each element must be true or false; this is a number."},
		{"any(last.content, true)", "any walks over a list; this is a string."},
		{"turns ? true : false", "A condition must be true or false; this is a number."},
		{"len(turns) > 1", "len() does not take a number."},
		{"trim(turns) == ''", "trim() does not take a number."},
		{"turns in ['a']", "in compares a number with a string here, and they are never equal."},
		{"hasPrefix(turns, 'a')", "hasPrefix() takes a string here; this is a number."},
		{"len() > 1", "It takes 1 arguments, not 0."},
		{"upper() == ''", "upper() is called with not enough arguments."},
		{"turns[1] == 2", "There are no elements in a number"},
		{"-last.content > 1", "- does not work on a string."},
		{"turns", "A condition must be true or false; this is a number."},
	}
	for _, tt := range tests {
		_, ds := compileExpr(plainSource(tt.text), wantBool, testScope())
		if len(ds) != 1 || !strings.Contains(ds[0].Detail, tt.want) {
			t.Errorf("%s: got %+v, want a detail with %q", tt.text, ds, tt.want)
		}
	}
}

func TestExprScopes(t *testing.T) {
	script := &exprScope{script: true}
	if _, ds := compileExpr(plainSource("agent == 'x' and call > 1 and input contains 'hi'"), wantBool, script); len(ds) > 0 {
		t.Errorf("script: got %+v, want no findings", ds)
	}
	inner := testScope()
	inner.here = true
	e, ds := compileExpr(plainSource("here.turns > 1 and here.data.critic.score > 2 and here.last.exists"), wantBool, inner)
	if len(ds) > 0 {
		t.Fatalf("here: got %+v, want no findings", ds)
	}
	env := &Env{Here: EnvHere{Turns: 2, Last: EnvMessage{Exists: true}, Data: map[string]any{"critic": map[string]any{"score": 3.0}}}}
	if got, err := e.Bool(env); err != nil || !got {
		t.Errorf("here: got %v, %v, want true", got, err)
	}
	if _, ds := compileExpr(plainSource("here.data.critic.scor > 2"), wantBool, inner); len(ds) != 1 || ds[0].Code != codeExprField {
		t.Errorf("here.data: got %+v, want an unknown field", ds)
	}
}

func TestExprToolInput(t *testing.T) {
	scope := &exprScope{
		input: TypeOf(cty.Object(map[string]cty.Type{"a": cty.Number, "count": cty.Number, "name": cty.String, "list": cty.List(cty.Number)})),
		vars:  map[string]cty.Value{"rate": cty.NumberIntVal(2)},
	}
	e, ds := compileExpr(plainSource("a * count * var.rate + sum(list)"), wantAny, scope)
	if len(ds) > 0 {
		t.Fatalf("got %+v, want no findings", ds)
	}
	got, err := e.Call(map[string]any{"a": 2.0, "count": 3.0, "list": []any{1.0, 2.0}})
	if err != nil || got != 15.0 {
		t.Errorf("got %v, %v, want 15", got, err)
	}
	if got, err := e.Call(map[string]any{"a": 2.0}); err != nil || got != nil {
		t.Errorf("with inputs missing: got %v, %v, want nil", got, err)
	}
	for text, code := range map[string]string{"turns + 1": codeExprElsewhere, "b + 1": codeExprName, "name + 1": codeExprType, "nme": codeExprName} {
		if _, ds := compileExpr(plainSource(text), wantAny, scope); len(ds) != 1 || ds[0].Code != code {
			t.Errorf("%s: got %+v, want %s", text, ds, code)
		}
	}
}

// checkFix applies the suggested change: the finding must be gone.
func checkFix(t *testing.T, text string, d Diagnostic) {
	t.Helper()
	if d.Fix == nil {
		return
	}
	edit := d.Fix.Edits[0]
	mended := text[:edit.Range.Start.Byte] + edit.NewText + text[edit.Range.End.Byte:]
	_, ds := compileExpr(plainSource(mended), wantBool, testScope())
	for _, again := range ds {
		if again.Code == d.Code && again.Range.Start == d.Range.Start {
			t.Errorf("mended to %q: got %+v again", mended, again)
		}
	}
}

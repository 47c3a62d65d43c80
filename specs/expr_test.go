package specs

import (
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func testScope() *exprScope {
	return &exprScope{
		data: map[string]*Type{
			"critic": TypeOf(cty.Object(map[string]cty.Type{
				"score": cty.Number, "accept": cty.Bool, "verdict": cty.String,
				"items": cty.List(cty.Object(map[string]cty.Type{"n": cty.Number, "name": cty.String})),
			})),
			"free": nil,
		},
		participants: []string{"critic", "writer", "free"},
		vars: map[string]cty.Value{
			"limit": cty.NumberIntVal(3), "word": cty.StringVal("AGREE"), "names": cty.ListVal([]cty.Value{cty.StringVal("writer"), cty.StringVal("critic")}),
			"key": cty.StringVal("s3cret").Mark("sensitive"), "opts": cty.ObjectVal(map[string]cty.Value{"depth": cty.NumberFloatVal(2.5)}),
			"later": cty.UnknownVal(cty.Number),
		},
		locals: map[string]cty.Value{"on": cty.True},
	}
}

func compiled(t *testing.T, text string, want exprWant, scope *exprScope) *Expr {
	t.Helper()
	e, ds := compileExpr(plainSource(text), want, scope)
	if len(ds) > 0 {
		t.Fatalf("%s: got %+v, want no findings", text, ds)
	}
	return e
}

// plainSource is a text that stands at the start of a file by itself.
func plainSource(text string) source {
	s := source{text: text, file: []byte(text)}
	for i, c := range text {
		for range len(string(c)) {
			s.units = append(s.units, span{i, i + len(string(c))})
		}
	}
	s.whole = Range{Filename: "x", Start: Pos{1, 1, 0}}
	s.whole.End = s.pos(len(text))
	return s
}

func TestExprConditions(t *testing.T) {
	full := &Env{
		Turns: 5, Rounds: 2, Calls: 7, Elapsed: 12.5, Usage: EnvUsage{TotalTokens: 900, Cost: 0.5},
		Last:  EnvMessage{Exists: true, Content: "well, I AGREE.", Agent: "writer", Turn: 5, Data: map[string]any{"done": true, "n": 7.0, "name": "x"}},
		First: EnvMessage{Exists: true, Content: "start", Agent: "user"},
		Messages: []EnvMessage{
			{Exists: true, Content: "start", Agent: "user"},
			{Exists: true, Content: "one", Agent: "critic", Data: map[string]any{"score": 3.0}},
			{Exists: true, Content: "two", Agent: "writer"},
		},
		Agents: map[string]EnvAgent{"writer": {Turns: 2, Tokens: 10, Last: EnvMessage{Exists: true, Content: "two", Data: map[string]any{"ok": true}}}},
		Data: map[string]any{"critic": map[string]any{
			"score": 8.0, "accept": true, "verdict": "good",
			"items": []any{map[string]any{"n": 1.0, "name": "a"}, map[string]any{"n": 4.0, "name": "b"}},
		}},
	}
	tests := []struct {
		text        string
		full, empty bool
	}{
		{"turns >= 4 and last.content contains 'I AGREE'", true, false},
		{"data.critic.score >= 8", true, false},
		{"data.critic.score == 8", true, false},
		{"8 == data.critic.score", true, false},
		{"data.critic.score != 8", false, false},
		{"data.critic.score != 7", true, false},
		{"not (data.critic.score >= 8)", false, false},
		{"not (data.critic.score < 8)", true, false},
		{"!(data.critic.score < 8 or turns > 100)", true, false},
		{"not (data.critic.score < 8 and turns > 100)", true, true},
		{"data.critic.accept", true, false},
		{"not data.critic.accept", false, false},
		{"data.critic.accept and turns > 3", true, false},
		{"data.critic.accept or turns < 3", true, true},
		{"data['critic'].verdict == 'good'", true, false},
		{"data.critic?.verdict == 'good'", true, false},
		{"data.critic.verdict startsWith 'go'", true, false},
		{"data.critic.verdict not startsWith 'go'", false, false},
		{"data.critic.verdict matches '^g.*d$'", true, false},
		{"not (data.critic.verdict matches '^x')", true, false},
		{"data.critic.verdict in ['good', 'fine']", true, false},
		{"data.critic.verdict not in ['bad']", true, false},
		{"data.critic.score in [7, 8]", true, false},
		{"data.critic.score + 1 > 8", true, false},
		{"-data.critic.score < 0", true, false},
		{"data.critic.score / 2 == 4", true, false},
		{"len(data.critic.items) == 2", true, false},
		{"not (len(data.critic.items) == 3)", true, false},
		{"any(data.critic.items, .n > 3)", true, false},
		{"not any(data.critic.items, .n > 9)", true, false},
		{"all(data.critic.items, .name in ['a', 'b'])", true, false},
		{"sum(data.critic.items, .n) == 5", true, false},
		{"data.critic.items[0].n == 1", true, false},
		{"data.critic.items[-1].name == 'b'", true, false},
		{"data.critic.items[9].n == 1", false, false},
		{"count(data.critic.items, .n >= 1) == 2", true, false},
		{"(data.critic.score ?? 0) < 5", false, true},
		{"data.critic == nil", false, true},
		{"data.critic.score != nil", true, false},
		{"last.data.done == true", true, false},
		{"last.data.n == 7", true, false},
		{"last.data.n > 'x'", false, false},
		{"last.data.n.deep.er == 1", false, false},
		{"last.data.name != 'y'", true, false},
		{"agents['writer'].last.data.ok == true", true, false},
		{"agents.writer.turns == 2", true, false},
		{"agents['critic'].turns == 0", true, true},
		{"data.free.what.ever == 3", false, false},
		{"any(messages, .data.score >= 3)", true, false},
		{"sum(messages, .data.score) == 3", true, false},
		{"max(map(messages, .data.score)) == 3", true, false},
		{"messages[1].agent == 'critic'", true, false},
		{"messages[-1].content == 'two'", true, false},
		{"find(messages, .agent == 'critic').content == 'one'", true, false},
		{"find(messages, .agent == 'critic') != nil", true, false},
		{"last(messages).content == 'two'", true, false},
		{"len(messages) > 2", true, false},
		{"len(filter(messages, .agent == 'writer')) == 1", true, false},
		{"messages | filter(.agent == 'writer') | len() == 1", true, false},
		{"count(messages, .agent == 'user') == 1", true, false},
		{"turns >= var.limit", true, false},
		{"last.content contains var.word", true, false},
		{"last.agent in var.names", true, false},
		{"turns > var.opts.depth", true, false},
		{"local.on and last.exists", true, false},
		{"turns == var.later", false, false},
		{"elapsed > 10 and usage.cost < 1", true, false},
		{"usage.total_tokens > 100", true, false},
		{"let n = data.critic.score; n > 3", true, false},
		{"let n = data.critic.score; not (n > 9)", true, false},
		{"turns > 1 ? data.critic.accept : turns == 0", true, true},
		{"if turns > 1 { data.critic.accept } else { false }", true, false},
		{"1 < turns < 9", true, false},
		{"lower(last.content) contains 'agree'", true, false},
		{"outcome == ''", true, true},
		{"'critic' in data", true, false},
		{"turns % 5 == 0", true, true},
		{"int(data.critic.score) % 2 == 0", true, false},
		{"fromJSON('{\"a\": 1}').a == 1", true, true},
		{"fromJSON(last.content).a == 1", false, false},
		{"last.content matches 'A+' and turns in 3..9", true, false},
		{"reduce(messages, #acc + len(.content), 0) == 11", true, false},
		{"string(data.critic.score) == '8'", true, false},
		{"last.content[0:4] == 'well'", true, false},
		{"not last.exists", false, true},
		{"turns /* a comment */ > 2", true, false},
		{"none(messages, .content contains 'xyz')", true, true},
		{"one(messages, .agent == 'critic')", true, false},
		{"sort(['b', 'a'])[0] == 'a' and uniq([1, 1, 2]) == [1, 2]", true, true},
		{"min(3, 1, 2) == 1 and mean([1, 2]) == 1.5 and median([3, 1, 2]) == 2", true, true},
		{"join(['a', 'b'], '-') + 'c' == 'a-bc'", true, true},
		{"split('a,b', ',')[1] == 'b' and replace('aa', 'a', 'b') == 'bb'", true, true},
		{"type(turns) == 'number' and upper('a') == 'A' and repeat('ab', 2) == 'abab'", true, true},
		{"concat([1], [2]) == [1, 2] and flatten([[1], [2]]) == [1, 2]", true, true},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			e, ds := compileExpr(plainSource(tt.text), wantBool, testScope())
			if len(ds) > 0 {
				t.Fatalf("got %+v, want no findings", ds)
			}
			for env, want := range map[*Env]bool{full: tt.full, {}: tt.empty} {
				got, err := e.Bool(env)
				if err != nil || got != want {
					t.Errorf("turns %d: got %v, %v, want %v", env.Turns, got, err, want)
				}
			}
		})
	}
}

package specs

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// sourceIn reads the argument when of a file, as decoding does.
func sourceIn(tb testing.TB, name, file string) (source, bool) {
	tb.Helper()
	var (
		f     *hcl.File
		diags hcl.Diagnostics
	)
	if strings.HasSuffix(name, ".json") {
		f, diags = hcljson.Parse([]byte(file), name)
	} else {
		f, diags = hclsyntax.ParseConfig([]byte(file), name, hcl.InitialPos)
	}
	if diags.HasErrors() {
		return source{}, false
	}
	attrs, diags := f.Body.JustAttributes()
	if diags.HasErrors() || attrs["when"] == nil {
		return source{}, false
	}
	ctx := &hcl.EvalContext{
		Variables: map[string]cty.Value{"n": cty.NumberIntVal(3), "on": cty.True},
		Functions: map[string]function.Function{"lower": stdlib.LowerFunc},
	}
	v, diags := attrs["when"].Expr.Value(ctx)
	if diags.HasErrors() || !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return source{}, false
	}
	return newSource(attrs["when"].Expr, v.AsString(), []byte(file)), true
}

// spot is a place that a finding must point at.
type spot struct {
	line, column int
	text         string
}

func TestExprSource(t *testing.T) {
	const q = `when = `
	tests := []struct {
		name, file string
		json       bool
		want       []spot
	}{
		{"quoted", q + `"turn > 1"`, false, []spot{{1, 9, "turn"}}},
		{"quoted, further down", "# first\n\n  " + q + `"turns > 1 and lst.turn > 1"`, false, []spot{{3, 25, "lst"}}},
		{"escaped quotes", q + `"last.content == \"x\" and turn > 1"`, false, []spot{{1, 35, "turn"}}},
		{"escaped newline", q + `"turns > 1\nand turn > 1"`, false, []spot{{1, 24, "turn"}}},
		{"escaped backslash", q + `"last.content != '\\n' and turn > 1"`, false, []spot{{1, 35, "turn"}}},
		{"escaped letters", q + `"t\u0075rn > 1 or tur\U0000006E > 1"`, false, []spot{{1, 9, `t\u0075rn`}, {1, 26, `tur\U0000006E`}}},
		{"escaped template", q + `"last.content != '$${x}' and turn > 1"`, false, []spot{{1, 37, "turn"}}},
		{"escaped directive", q + `"last.content != '%%{x}' and turn > 1"`, false, []spot{{1, 37, "turn"}}},
		{"dollars", q + `"last.content != '$5 $$ 5% %% $' and turn > 1"`, false, []spot{{1, 45, "turn"}}},
		{"umlauts", q + `"last.content != 'äöü' and turn > 1"`, false, []spot{{1, 35, "turn"}}},
		{"wide and joined", q + `"last.content != '日本👩‍👩‍👧' and turn > 1"`, false, []spot{{1, 39, "turn"}}},
		{"composed", q + "\"last.content != 'e\u0301e\u0301' and turn > 1\"", false, []spot{{1, 36, "turn"}}},
		{"parentheses", q + `("turn > 1")`, false, []spot{{1, 10, "turn"}}},
		{"heredoc", q + "<<EOT\nturns > 1\n  and turn > 1\nEOT\n", false, []spot{{3, 7, "turn"}}},
		{"heredoc keeps backslashes", q + "<<EOT\nlast.content != '\\\\n'\n and turn > 1 $${\nEOT\n", false, []spot{{3, 15, "$${"}}},
		{"flush heredoc", q + "<<-EOT\n    turns > 1\n      and turn > 1\n    EOT\n", false, []spot{{3, 11, "turn"}}},
		{"flush heredoc, tabs", q + "<<-EOT\n\t\tturns > 1\n\t\tand turn > 1\n\tEOT\n", false, []spot{{3, 7, "turn"}}},
		{"flush heredoc, blank line", q + "<<-EOT\n    turns > 1\n\n    and turn > 1\n    EOT\n", false, []spot{{4, 9, "turn"}}},
		{"flush heredoc, umlauts", q + "<<-EOT\n  last.content != 'ä' and turn > 1\n  EOT\n", false, []spot{{2, 27, "turn"}}},
		{"heredoc ends early", q + "<<EOT\nturns >\nEOT\n", false, []spot{{2, 7, ">"}}},
		{"function", q + `lower("TURN > 1")`, false, []spot{{1, 8, `lower("TURN > 1")`}}},
		{"conditional", q + `on ? "turn > 1" : "x"`, false, []spot{{1, 8, `on ? "turn > 1" : "x"`}}},
		{"interpolated", q + `"turns > ${n}"`, false, []spot{{1, 8, `"turns > ${n}"`}}},
		{"wrapped", q + `"${"turn > 1"}"`, false, []spot{{1, 8, `"${"turn > 1"}"`}}},
		{"JSON", `{"when": "turn > 1"}`, true, []spot{{1, 11, "turn"}}},
		{"JSON escapes", `{"when": "last.content == \"x\\n\" and t\u0075rn > 1"}`, true, []spot{{1, 40, `t\u0075rn`}}},
		{"JSON pair", `{"when": "last.content == '\uD83D\uDE00' and turn > 1"}`, true, []spot{{1, 46, "turn"}}},
		{"JSON template", `{"when": "last.content == '$${x}' and turn > 1"}`, true, []spot{{1, 39, "turn"}}},
		{"JSON umlauts", "{\n \"when\": \"last.content == 'ä' and turn > 1\"}", true, []spot{{2, 35, "turn"}}},
		{"JSON interpolated", `{"when": "turns > ${n}"}`, true, []spot{{1, 10, `"turns > ${n}"`}}},
		{"JSON computed", `{"when": "${lower(\"TURN > 1\")}"}`, true, []spot{{1, 10, `"${lower(\"TURN > 1\")}"`}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := "main.hcl"
			if tt.json {
				name = "main.hcl.json"
			}
			src, ok := sourceIn(t, name, tt.file+"\n")
			if !ok {
				t.Fatalf("the file cannot be read: %s", tt.file)
			}
			_, ds := compileExpr(src, wantBool, testScope())
			if len(ds) != len(tt.want) {
				t.Fatalf("got %+v, want %d findings", ds, len(tt.want))
			}
			for i, d := range ds {
				got := spot{d.Range.Start.Line, d.Range.Start.Column, tt.file[d.Range.Start.Byte:min(d.Range.End.Byte, len(tt.file))]}
				if got != tt.want[i] || d.Range.Filename != name {
					t.Errorf("got %+v in %s, want %+v", got, d.Range.Filename, tt.want[i])
				}
			}
		})
	}
}

func TestExprSourceRangeOfError(t *testing.T) {
	src, _ := sourceIn(t, "a.hcl", "\n when = \"\\\"ä\\\" != '' and int(last.content) > 1\"\n")
	e, ds := compileExpr(src, wantBool, testScope())
	if len(ds) > 0 {
		t.Fatalf("got %+v, want no findings", ds)
	}
	_, err := e.Bool(&Env{Last: EnvMessage{Content: "x"}})
	if err == nil || !strings.HasPrefix(err.Error(), "a.hcl:2,26: ") {
		t.Errorf("got %v, want an error at a.hcl:2,26", err)
	}
	if e.Text() != `"ä" != '' and int(last.content) > 1` || e.Range().Start.Column != 9 {
		t.Errorf("got text %q at %+v", e.Text(), e.Range())
	}
}

// The map from the text to the file is checked with random text in every
// spelling: positions stay within the expression and in order, and a planted
// unknown name is found at exactly its characters.
func FuzzExprSourceMap(f *testing.F) {
	for _, seed := range []string{"", "a", "ä\n\"", "\\n ${ %{ $${", "e\u0301", "'", "\t x\n\n  y", "\r\n", "👩‍👩‍👧", "\u2028\x00", "%%{"} {
		f.Add(seed, uint8(0))
		f.Add(seed, uint8(3))
	}
	f.Add("\n\u1921", uint8(6)) // a mark on the last of the spaces that are stripped
	f.Fuzz(func(t *testing.T, noise string, indent uint8) {
		if !utf8.ValidString(noise) || len(noise) > 1000 {
			return
		}
		const planted = "zzyzx"
		comment := strings.NewReplacer("*/", "", planted, "").Replace(noise)
		text := "/*" + comment + " */ " + planted + " > 1"
		for name, file := range spellings(text, int(indent%9)) {
			src, ok := sourceIn(t, name, file)
			if !ok {
				continue
			}
			checkMap(t, name, file, &src)
			_, ds := compileExpr(src, wantBool, testScope())
			if len(ds) != 1 || ds[0].Code != codeExprName || src.units == nil {
				continue // noise can end the comment or be composed otherwise
			}
			if got := file[ds[0].Range.Start.Byte:ds[0].Range.End.Byte]; got != planted {
				t.Errorf("%s: got %q, want %q in %q", name, got, planted, file)
			}
		}
	})
}

func spellings(text string, indent int) map[string]string {
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "${", "$${", "%{", "%%{")
	bare := strings.NewReplacer("${", "$${", "%{", "%%{")
	raw, _ := json.Marshal(bare.Replace(text))
	pad := strings.Repeat(" ", indent)
	lines := pad + strings.ReplaceAll(bare.Replace(text), "\n", "\n"+pad)
	return map[string]string{
		"quoted.hcl":  "\nwhen = \"" + quote.Replace(text) + "\"\n",
		"heredoc.hcl": "when = <<EOT\n" + bare.Replace(text) + "\nEOT\n",
		"flush.hcl":   "when = <<-EOT\n" + lines + "\n" + pad + "EOT\n",
		"x.hcl.json":  "{\"when\":\n" + string(raw) + "}",
	}
}

func checkMap(t *testing.T, name, file string, src *source) {
	t.Helper()
	if !strings.HasPrefix(name, "x") && src.units == nil && strings.IndexFunc(src.text, func(r rune) bool { return r > 127 || r == '\r' }) < 0 && len(src.text) <= maxExprText {
		t.Errorf("%s: no map for %q", name, file)
	}
	last := src.whole.Start.Byte
	for i := range src.text {
		p := src.at(i)
		if p.Byte < last || p.Byte > src.whole.End.Byte {
			t.Fatalf("%s: byte %d of %q is at %d, after %d, in %+v", name, i, src.text, p.Byte, last, src.whole)
		}
		last = p.Byte
		if line := strings.Count(file[:p.Byte], "\n") + 1; p.Line != line {
			t.Fatalf("%s: byte %d is on line %d, want %d", name, p.Byte, p.Line, line)
		}
	}
}

// A string in which every character stands for itself need not be lexed to find
// its bytes.
func TestPlainUnits(t *testing.T) {
	for written, plain := range map[string]bool{
		"turns > 3": true, "last.agent == 'ü' and 👩‍👩‍👧": true, "$ and %": true, "a } b": true, "": false,
		`a \" b`: false, `a \n`: false, "$${x}": false, "e\u0301": false,
	} {
		file := []byte("x = \"" + written + "\"\n")
		parsed, _ := hclsyntax.ParseConfig(file, "a.hcl", hcl.InitialPos)
		expr := parsed.Body.(*hclsyntax.Body).Attributes["x"].Expr //nolint:forcetypeassert // as the parser makes it
		text, _ := literalText(expr)
		got, want := plainUnits(expr.Range(), text, file), lexedUnits(expr.Range(), text, file)
		if (len(got) > 0) != plain || plain && !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v or nothing", written, got, want)
		}
	}
}

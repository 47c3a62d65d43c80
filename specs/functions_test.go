package specs

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestFunctions(t *testing.T) {
	files := map[string]string{
		"prompts/a.md":    "Hello",
		"prompts/b.txt":   "x",
		"prompts/c/d.md":  "y",
		"greeting.tmpl":   "%{ for n in names ~}\nDear ${upper(n)},\n%{ endfor ~}\n",
		"missing.tmpl":    "${nobody}",
		"prompts/bad.bin": "\xff",
	}
	tests := []struct{ expr, want string }{
		{`length("añb")`, "3"},
		{`length([1, 2])`, "2"},
		{`length({ a = 1 })`, "1"},
		{`length(1)`, "AC4001"},
		{`file("prompts/a.md")`, "Hello"},
		{`file("./prompts/../prompts/a.md")`, "Hello"},
		{`file("../a.md")`, "AC1005"},
		{`file("prompts")`, "AC1001"},
		{`file("prompts/bad.bin")`, "AC1004"},
		{`templatefile("greeting.tmpl", { names = ["a", "b"] })`, "Dear A,\nDear B,\n"},
		{`templatefile("missing.tmpl", {})`, "AC4001"},
		{`templatefile("greeting.tmpl", [])`, "AC4001"},
		{`join(" ", fileset("prompts", "*.md"))`, "a.md"},
		{`join(" ", fileset("prompts", "**/*.md"))`, "a.md c/d.md"},
		{`join(" ", fileset(".", "prompts/**"))`, "prompts/a.md prompts/b.txt prompts/bad.bin prompts/c/d.md"},
		{`length(fileset("prompts", "*.go"))`, "0"},
		{`length(fileset("..", "*"))`, "AC1005"},
		{`length(fileset(".", "["))`, "AC4001"},
		{`dedent("    a\n      b\n\n    c")`, "a\n  b\n\nc"},
		{`jsonencode(deepmerge({ a = { b = 1, c = 2 } }, { a = { c = 3 }, d = [1] }, null))`, `{"a":{"b":1,"c":3},"d":[1]}`},
		{`deepmerge({}, "x")`, "AC4001"},
		{`jsonencode(deepmerge({ a = { b = 1 } }, { a = 2 }))`, `{"a":2}`},
		{`join(",", [for k, v in { a = 1, b = 2 } : "${k}${v}"])`, "a1,b2"},
		{`tostring(jsondecode("{\"a\": [1]}").a[0])`, "1"},
		{`jsondecode("` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `")`, "AC1101"},
		{`timestamp()`, "AC4001"},
		{`uuid()`, "AC4001"},
		{`format("%d%%", 5)`, "5%"},
		{`regexreplace("a1b22", "[0-9]+", "#")`, "a#b#"},
		{`join(",", distinct(["a", "b", "a"]))`, "a,b"},
		{`[for s in ["a", "b"] : s][1]`, "b"},
		{`"${1 + 1} is two"`, "2 is two"},
		{`replace(replace(join("", range(1000)), "1", join("", range(1000))), "1", join("", range(1000)))`, "AC4012"},
		{`indent(100000, join("\n", range(1000)))`, "AC4012"},
		{`join("", setproduct(range(1000), range(1000), range(1000))[0])`, "AC4012"},
		{`format("%2000000000s", "x")`, "AC4012"},
	}
	for _, tt := range tests {
		t.Run(tt.expr, func(t *testing.T) {
			files["main.hcl"] = saying(tt.expr)
			cfg, ds := loadFiles(t, files, "main.hcl", Options{})
			got := ""
			if cfg != nil {
				got = cfg.Agents[0].Instructions
			} else if len(ds) > 0 {
				got = ds[0].Code
			}
			if got != tt.want || len(ds) > 1 {
				t.Errorf("got %q, want %q\n%s", brief(got), tt.want, text(t, ds, RenderOptions{}))
			}
		})
	}
}

// Values grow through locals as well; each is bounded.
func TestGrowingLocals(t *testing.T) {
	var out strings.Builder
	out.WriteString("locals {\n  x0 = [\"0123456789\"]\n")
	for i := range 40 {
		n := numberPlain(float64(i))
		out.WriteString("  x" + numberPlain(float64(i+1)) + " = concat(local.x" + n + ", local.x" + n + ")\n")
	}
	out.WriteString("}\n")
	_, ds := loadText(t, out.String()+saying(`local.x40[0]`), Options{})
	if got := codesOf(ds); len(got) != 1 || !strings.HasPrefix(got[0], codeValueSize) {
		t.Errorf("got %v, want one value that is too large", got)
	}
}

func TestGrowth(t *testing.T) {
	texts := make([]cty.Value, 3000)
	for i := range texts {
		texts[i] = cty.StringVal("x")
	}
	long := cty.TupleVal(texts)
	if steps, _ := growth("distinct", []cty.Value{long}, 0, 0); steps < 3000*3000/20 {
		t.Errorf("distinct: got %d steps, want the square to count", steps)
	}
	if _, work := growth("join", []cty.Value{cty.StringVal(strings.Repeat(",", 1000)), long}, 3000, 4000); work < 3_000_000 {
		t.Errorf("join: got %d bytes, want the separators to count", work)
	}
	if got := mul(maxWork, maxWork); got != 2*maxWork {
		t.Errorf("mul: got %d, want it to stop at %d", got, 2*maxWork)
	}
}

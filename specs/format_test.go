package specs

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each testdata/fmt/x.in.hcl is formatted to x.hcl, which stays as it is.
func TestFormatFixtures(t *testing.T) {
	inputs, err := filepath.Glob("testdata/fmt/*.in.hcl")
	if err != nil || len(inputs) < 8 {
		t.Fatalf("got %d fixtures (%v), want 8 or more", len(inputs), err)
	}
	for _, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			got := formatted(t, input, read(t, input))
			golden := strings.TrimSuffix(input, ".in.hcl") + ".hcl"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := read(t, golden); !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if again := formatted(t, golden, got); !bytes.Equal(again, got) {
				t.Errorf("formatted again it is\n%s\nwant\n%s", again, got)
			}
		})
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func formatted(t *testing.T, name string, src []byte) []byte {
	t.Helper()
	out, ds := Format(name, src)
	if len(ds) > 0 {
		t.Fatalf("%s: got findings:\n%s", name, text(t, ds, RenderOptions{}))
	}
	return out
}

// What loads without a finding loads so when it is formatted, and says the same.
func TestFormatKeepsTheMeaning(t *testing.T) {
	for _, path := range fixtures(t, "valid") {
		if !strings.HasSuffix(path, ".hcl") {
			continue
		}
		out := formatted(t, path, read(t, path))
		was, _ := loadFixture(path)
		is, ds := Load(path, Options{
			Overlay: map[string][]byte{path: out}, AllowMissingEnv: true, Env: func(string) (string, bool) { return "", false },
		})
		if len(ds) > 0 {
			t.Errorf("%s: got findings after formatting:\n%s", path, text(t, ds, RenderOptions{}))
			continue
		}
		if len(is.Sessions) != len(was.Sessions) || len(is.Agents) != len(was.Agents) {
			t.Fatalf("%s: got %d sessions and %d agents, want %d and %d", path, len(is.Sessions), len(is.Agents), len(was.Sessions), len(was.Agents))
		}
		for i, s := range is.Sessions {
			if s.Opening != was.Sessions[i].Opening || s.Bound.Turns != was.Sessions[i].Bound.Turns {
				t.Errorf("%s: session.%s: got %+v, want %+v", path, s.Name, s, was.Sessions[i])
			}
		}
		for i, a := range is.Agents {
			if a.Instructions != was.Agents[i].Instructions {
				t.Errorf("%s: agent.%s: got instructions %q, want %q", path, a.Name, a.Instructions, was.Agents[i].Instructions)
			}
		}
	}
}

func TestFormatLeavesAlone(t *testing.T) {
	tests := []struct {
		name, file, src string
		code            string // of the finding; empty: none
		line            int
	}{
		{"JSON syntax", "a.hcl.json", `{"agent":   {}}`, "", 0},
		{"JSON that is none", "a.hcl.json", `{`, "", 0},
		{"open block", "a.hcl", "agent \"x\" {\n  name   = 1\n", codeSyntax, 1},
		{"open string", "a.hcl", "a   = 1\nb = \"x\n", codeSyntax, 2},
		{"not UTF-8", "a.hcl", "a   = \"\xff\"", codeEncoding, 1},
		{"too deep", "a.hcl", "a   = " + strings.Repeat("[", 70), codeTooDeep, 1},
		{"too large", "a.hcl", strings.Repeat("# x   \n", maxFileSize/7+1), codeTooLarge, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ds := Format(tt.file, []byte(tt.src))
			if string(got) != tt.src {
				t.Errorf("got %.200q, want the text as it was", got)
			}
			if tt.code == "" {
				if len(ds) > 0 {
					t.Errorf("got findings %v, want none", ds)
				}
				return
			}
			if len(ds) == 0 || ds[0].Code != tt.code || tt.line > 0 && ds[0].Range.Start.Line != tt.line {
				t.Errorf("got findings %+v, want %s in line %d", ds, tt.code, tt.line)
			}
		})
	}
}

func TestFormatTexts(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"nothing", "", ""},
		{"blank lines only", "\n\n \n", ""},
		{"no end of line", "a=1", "a = 1\n"},
		{"a last block without the end of its line", "x {}\ny {\n  a = 1\n}", "x {}\n\ny {\n  a = 1\n}\n"},
		{"Windows lines", "a=1\r\n\r\n\r\nbb=2\r\n", "a = 1\r\n\r\nbb = 2\r\n"},
		{"Windows lines are added", "x {\r\n a=1\r\n}\r\ny {}", "x {\r\n  a = 1\r\n}\r\n\r\ny {}\r\n"},
		{"mark of the byte order", bom + "a=1\n", "a = 1\n"},
		{"comment alone", "#  x  ", "#  x\n"},
		{"comment of several lines", "/* a\n\n\n   b */\na=1\n", "/* a\n\n\n   b */\na = 1\n"},
		{"value in quotes", `a = "${b}"`, "a = b\n"},
		{"value twice in quotes", `a = "${"${b}"}"`, "a = b\n"},
		{"value in a call", `a = f("${b.c}", "${d[0]}")`, "a = f(b.c, d[0])\n"},
		{"value of an object", `a = { b = "${c}", d : "${e}" }`, "a = { b = c, d : e }\n"},
		{"key of an object", `a = { "${b}" = 1 }`, "a = { \"${b}\" = 1 }\n"},
		{"text with a value", `a = "${b}!"`, "a = \"${b}!\"\n"},
		{"two values", `a = "${b}${c}"`, "a = \"${b}${c}\"\n"},
		{"operand", `a = !"${b || c}" || "${d}" == 1`, "a = !\"${b || c}\" || \"${d}\" == 1\n"},
		{"escaped", `a = "$${b}"`, "a = \"$${b}\"\n"},
		{"trimmed", `a = "${~ b ~}"`, "a = \"${~b~}\"\n"},
		{"a name like a keyword", `a = ["${for}"]`, "a = [\"${for}\"]\n"},
		{"over two lines", "a = \"${f(\nb)}\"", "a = \"${f(\nb)}\"\n"},
		{"condition", `when = "a   ==  1"`, "when = \"a   ==  1\"\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(formatted(t, "a.hcl", []byte(tt.src))); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Whatever can be parsed is formatted to something that can be, that has the
// same heredocs and that stays as it is.
func FuzzFormat(f *testing.F) {
	for _, pattern := range []string{"testdata/valid/*.hcl", "testdata/fmt/*.hcl"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(content)
		}
	}
	f.Add([]byte("a = <<-X\n  ${f(\"${b}\")\n}\n  X\n"))
	f.Add([]byte("#\r\t\r"))
	f.Add([]byte("a = [ # x\n\n<<E\nE\n, ]//y"))
	f.Fuzz(func(t *testing.T, src []byte) {
		out, ds := Format("a.hcl", src)
		if len(ds) > 0 {
			if !bytes.Equal(out, src) {
				t.Fatalf("got %q with findings, want the text as it was", out)
			}
			if ds[0].Code == codeInternal {
				t.Fatalf("%q: %s", src, ds[0].Detail)
			}
			return
		}
		again, ds := Format("a.hcl", out)
		if len(ds) > 0 {
			t.Fatalf("%q was formatted to %q: %v", src, out, ds)
		}
		if !bytes.Equal(again, out) {
			t.Fatalf("%q\nonce:  %q\ntwice: %q", src, out, again)
		}
		_, before := cutHeredocs(bytes.TrimPrefix(src, []byte(bom)), nil)
		_, after := cutHeredocs(out, nil)
		if !bytes.Equal(bytes.Join(before, nil), bytes.Join(after, nil)) {
			t.Fatalf("got heredocs %q, want %q", after, before)
		}
	})
}

package specs

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// sourceDiagnostic makes a diagnostic whose source marks the characters with ‹ and ›.
func sourceDiagnostic(summary, detail, source string) Diagnostic {
	from := strings.Index(source, "‹")
	source = strings.Replace(source, "‹", "", 1)
	to := strings.Index(source, "›")
	source = strings.Replace(source, "›", "", 1)
	context := `agent "writer"`
	return Diagnostic{
		Severity: SeverityError, Code: "AC1203", Summary: summary, Detail: detail, Address: "agent.writer",
		Range: &Range{"main.hcl", Pos{3, 5, from}, Pos{3, 9, to}},
		Snippet: &Snippet{
			Context: &context, Code: source, StartLine: 3,
			HighlightStartOffset: from, HighlightEndOffset: to,
		},
		DocURL: "https://agentconnect.dev/codes/AC1203",
	}
}

func renderCases() map[string]Diagnostics {
	full := sourceDiagnostic("Unknown provider",
		"provider.fats is not declared. Did you mean provider.fast? A reference names a block of the scenario, and all blocks of all files count.\n  provider \"groq\" \"fast\" {}\nWrite one of them.",
		"  provider = ‹provider.fats›  # a comment")
	full.Snippet.Values = []SnippetValue{{"var.name", `is "x"`}, {"var.key", "is (secret)"}}
	full.Related = []Related{{"provider.fast is declared here", Range{"other.hcl", Pos{1, 1, 0}, Pos{1, 8, 7}}}}
	full.Fix = &Fix{"write provider.fast", []Edit{{Range{"main.hcl", Pos{3, 5, 13}, Pos{3, 9, 26}}, "provider.fast"}}}
	warning := sourceDiagnostic("Unused block", "Nothing refers to agent.writer.", "‹agent \"writer\"› {")
	warning.Severity = SeverityWarning
	nowhere := Diagnostic{Severity: SeverityError, Code: "AC1001", Summary: "No files", Detail: "The directory has no *.hcl file."}
	many := make(Diagnostics, 0, 130)
	for i := range 130 {
		d := Diagnostic{Severity: SeverityError, Code: "AC6001", Summary: "Finding", Detail: fmt.Sprintf("Number %d.", i), Range: &Range{Filename: "main.hcl", Start: Pos{i + 1, 1, i}, End: Pos{i + 1, 2, i + 1}}}
		if i == 129 {
			d.Severity = SeverityWarning
		}
		many = append(many, d)
	}
	return map[string]Diagnostics{
		"full":      {full},
		"warning":   {warning},
		"nowhere":   {nowhere},
		"order":     {warning, full, nowhere},
		"tabs":      {sourceDiagnostic("Tabs", "The mark stands below the value.", "\tmodel\t= ‹\"a\tb\"›")},
		"wide":      {sourceDiagnostic("Wide characters", "Each takes two columns.", "  name = \"日本 🦊 ‹é日👩‍🔬› x\"")},
		"multiline": {sourceDiagnostic("Several lines", "The middle is left out.", "  list = ‹[\n    1,\n    2,\n    3,\n    4,\n    5,\n    6,\n  ]› # end")},
		"point":     {sourceDiagnostic("A point", "Something is missing here.", "  name = ‹›")},
		"control": {sourceDiagnostic("Control \x1b[31mred\x07", "Nothing \x1b]0;title\x07 reaches the\rterminal \u202e or hides\u200b.",
			"  name = ‹\"\x1b[2J\u202eabc\"› \x00\x7f\u0085")},
		"long": {sourceDiagnostic("A long line", "The line is cut around the mark.",
			"  text = \""+strings.Repeat("before ", 60)+"‹here›"+strings.Repeat(" after", 900)+"\"")},
		"many": many,
	}
}

func TestWriteTextGolden(t *testing.T) {
	for name, ds := range renderCases() {
		t.Run(name, func(t *testing.T) {
			golden(t, name+".txt", text(t, ds, RenderOptions{}))
		})
	}
	t.Run("color", func(t *testing.T) {
		golden(t, "color.txt", text(t, renderCases()["full"], RenderOptions{Color: true}))
	})
	t.Run("narrow", func(t *testing.T) {
		golden(t, "narrow.txt", text(t, renderCases()["full"], RenderOptions{Width: 44}))
	})
}

func TestJSONGolden(t *testing.T) {
	for _, name := range []string{"full", "order", "control"} {
		got, err := renderCases()[name].JSON()
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".json", string(got))
	}
	golden(t, "empty.json", string(must(t, Diagnostics(nil))))
}

func must(t *testing.T, ds Diagnostics) []byte {
	t.Helper()
	out, err := ds.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func text(t *testing.T, ds Diagnostics, opts RenderOptions) string {
	t.Helper()
	var out bytes.Buffer
	if err := ds.WriteText(&out, opts); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "render", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}

// Text and JSON must list the same findings in the same order, and JSON all.
func TestTextAndJSONAgree(t *testing.T) {
	ds := renderCases()["order"]
	var report Report
	if err := json.Unmarshal(must(t, ds), &report); err != nil {
		t.Fatal(err)
	}
	rest := text(t, ds, RenderOptions{})
	for _, d := range report.Diagnostics {
		_, after, found := strings.Cut(rest, d.Summary)
		if !found {
			t.Fatalf("text lacks %q, or has it in another order than JSON", d.Summary)
		}
		rest = after
	}
	if report.Valid || report.ErrorCount != 2 || report.WarningCount != 1 {
		t.Errorf("got valid %v, %d errors, %d warnings; want false, 2, 1", report.Valid, report.ErrorCount, report.WarningCount)
	}
	if err := json.Unmarshal(must(t, renderCases()["many"]), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Diagnostics) != 130 {
		t.Errorf("JSON has %d of 130 diagnostics", len(report.Diagnostics))
	}
}

// Rendering must leave the diagnostics as they are.
func TestRenderingDoesNotChangeItsInput(t *testing.T) {
	ds := renderCases()["order"]
	before := fmt.Sprintf("%+v", ds)
	text(t, ds, RenderOptions{})
	must(t, ds)
	if after := fmt.Sprintf("%+v", ds); after != before {
		t.Errorf("got %s, want %s", after, before)
	}
}

// FuzzDiagnosticText: whatever a diagnostic holds, its text is bounded, valid,
// and harmless on a terminal.
func FuzzDiagnosticText(f *testing.F) {
	f.Add("Summary", "detail", "  a = b\n", 2, 3, 1, 80, true)
	f.Add("\x1b[2J", "\u202e\r\n", "\t日本\x00\n\n", -5, 900, -3, 1, false)
	f.Add("", strings.Repeat("word ", 1000), strings.Repeat("x\n", 300), 10, 500, 1<<40, 0, true)
	f.Add("s", strings.Repeat("w", 5000), strings.Repeat("é", 3000), 4000, 4004, 1, 300, false)
	f.Fuzz(func(t *testing.T, summary, detail, code string, from, to, line, width int, color bool) {
		d := Diagnostic{
			Severity: SeverityError, Code: summary, Summary: summary, Detail: detail, Address: detail,
			Range: &Range{Filename: summary, Start: Pos{line, from, from}, End: Pos{line, to, to}},
			Snippet: &Snippet{
				Context: &detail, Code: code, StartLine: line, HighlightStartOffset: from, HighlightEndOffset: to,
				Values: []SnippetValue{{code, detail}},
			},
			Related: []Related{{detail, Range{Filename: code}}},
			Fix:     &Fix{detail, []Edit{{NewText: code}}},
			DocURL:  code,
		}
		got := text(t, Diagnostics{d}, RenderOptions{Color: color, Width: width})
		if len(got) > 128<<10 {
			t.Errorf("got %d bytes of text", len(got))
		}
		for _, sgr := range []string{inkError, inkWarning, inkBold, inkGutter, inkFix, "0"} {
			got = strings.ReplaceAll(got, "\x1b["+sgr+"m", "")
		}
		harmless(t, got)
		out := must(t, Diagnostics{d})
		if !json.Valid(out) {
			t.Errorf("got invalid JSON: %s", out)
		}
		harmless(t, string(out))
	})
}

func harmless(t *testing.T, got string) {
	t.Helper()
	if !utf8.ValidString(got) {
		t.Errorf("got invalid UTF-8: %q", got)
	}
	for _, c := range got {
		if c != '\n' && (unicode.Is(unicode.Cc, c) || unsafeRune(c)) {
			t.Fatalf("got the character %U in %q", c, got)
		}
	}
}

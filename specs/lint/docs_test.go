package lint_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/specs/lint"
)

//go:generate go test -run ^TestDocs$ -update .

// The list of rules in docs is made from the rules. With -update the test
// writes it, otherwise it holds it to be fresh.
func TestDocs(t *testing.T) {
	preface := read(t, filepath.Join("testdata", "docs", "lint.md"))
	want := bytes.Replace(preface, []byte("{{rules}}\n"), []byte(ruleDocs()), 1)
	path := filepath.Join("..", "..", "docs", "lint.md")
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, path); !bytes.Equal(got, want) {
		t.Error("docs/lint.md is stale: run go generate ./specs/lint")
	}
}

func ruleDocs() string {
	var out strings.Builder
	out.WriteString("| rule | | fix | why |\n|---|---|---|---|\n")
	for _, r := range lint.Rules() {
		fix := ""
		if r.Fixable {
			fix = "yes"
		}
		fmt.Fprintf(&out, "| <a id=\"%s\"></a>`%s` | %s | %s | %s |\n", r.Name, r.Name, r.Severity, fix, strings.ReplaceAll(r.Explanation, "|", "\\|"))
	}
	return out.String()
}

// Every rule has a name in the usual form and explains itself in sentences.
func TestRuleTexts(t *testing.T) {
	rules := lint.Rules()
	if len(rules) < 10 {
		t.Errorf("got %d rules, want 10 or more", len(rules))
	}
	for i, r := range rules {
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`).MatchString(r.Name) || i > 0 && rules[i-1].Name >= r.Name {
			t.Errorf("%q is not the name of a rule, or out of order", r.Name)
		}
		if r.Summary == "" || strings.HasSuffix(r.Summary, ".") || !strings.HasSuffix(r.Explanation, ".") {
			t.Errorf("%s: got summary %q and explanation %q, want words and sentences", r.Name, r.Summary, r.Explanation)
		}
	}
}

package specs

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

//go:generate go test -run ^TestDocs$ -update .

// The references in docs are made from the schema and from the codes. With
// -update the test writes them, otherwise it holds them to be fresh.
func TestDocs(t *testing.T) {
	preface, err := os.ReadFile(filepath.Join("testdata", "docs", "language.md"))
	if err != nil {
		t.Fatal(err)
	}
	language := strings.NewReplacer("{{functions}}", functionList(), "{{blocks}}\n", blockDocs(languageSchema()), "{{trials}}\n", blockDocs(trialSchema())).Replace(string(preface))
	for name, want := range map[string]string{"language.md": language, "errors.md": errorDocs()} {
		path := filepath.Join("..", "docs", name)
		if *update {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, []byte(want)) {
			t.Errorf("docs/%s is stale: run go generate ./specs (%v)", name, err)
		}
	}
}

func functionList() string {
	l := newLoader(Options{})
	names := slices.Sorted(maps.Keys(l.base.Functions))
	for i := range names {
		names[i] = "`" + names[i] + "`"
	}
	return strings.Join(names, " ")
}

// blockDocs describes the blocks at the top of files. Those of tests that are
// written elsewhere, too, are described there.
func blockDocs(root *blockSchema) string {
	var out strings.Builder
	told := []string{"reply"}
	for i, b := range root.blocks {
		if root.byArg["scenario"] != nil {
			b.blocks = slices.DeleteFunc(slices.Clone(b.blocks), func(inner *blockSchema) bool { return slices.Contains(told, inner.name) })
			told = append(told, b.name)
		}
		if i > 0 {
			out.WriteByte('\n')
		}
		describeBlock(&out, b, "###", "")
	}
	return out.String()
}

// describeBlock writes a block, its arguments, and the blocks inside.
func describeBlock(out *strings.Builder, b *blockSchema, heading, outer string) {
	header := b.name
	for _, label := range b.labels {
		header += fmt.Sprintf(" \"<%s>\"", label)
	}
	header = "`" + header + "`"
	if outer != "" {
		header += " in `" + outer + "`"
	}
	fmt.Fprintf(out, "%s %s\n\n%s\n", heading, header, sentence(b))
	describeKinds(out, b)
	if b.example != "" {
		fmt.Fprintf(out, "\n```hcl\n%s\n```\n", b.example)
	}
	if len(b.args) > 0 {
		out.WriteString("\n| argument | type | default | |\n|---|---|---|---|\n")
		for i := range b.args {
			a := &b.args[i]
			fmt.Fprintf(out, "| `%s` | %s | %s | %s |\n", a.name, typeDoc(a), defaultDoc(a), tableCell(argDoc(a)))
		}
	}
	for _, inner := range b.blocks {
		out.WriteByte('\n')
		describeBlock(out, inner, heading+"#", b.name)
	}
}

// describeKinds lists the kinds of a block with what belongs to each alone.
func describeKinds(out *strings.Builder, b *blockSchema) {
	if len(b.kinds) == 0 {
		return
	}
	title := map[string]string{"pattern": "who speaks next (each page has a diagram)", "provider": "what it is"}[b.name]
	fmt.Fprintf(out, "\n| kind | %s | its own arguments and blocks |\n|---|---|---|\n", title)
	for _, k := range b.kinds {
		var own []string
		for i := range b.args {
			if a := &b.args[i]; a.only != nil && a.has(k.name) {
				own = append(own, codeList([]string{a.name})+map[bool]string{true: " (required)"}[a.required])
			}
		}
		for _, inner := range b.blocks {
			if inner.only != nil && inner.has(k.name) {
				own = append(own, codeList([]string{inner.name + " { … }"}))
			}
		}
		name := codeList([]string{k.name})
		if b.name == "pattern" {
			name = fmt.Sprintf("[%s](patterns/%s.md)", name, k.name)
		}
		fmt.Fprintf(out, "| %s | %s | %s |\n", name, k.doc, strings.Join(own, ", "))
	}
}

func sentence(b *blockSchema) string {
	text := b.doc
	if len(b.only) > 0 {
		text += " For kind " + codeList(b.only) + "."
	}
	if b.once {
		text += " At most once."
	}
	return text
}

func argDoc(a *argSchema) string {
	text := a.doc
	if len(a.enum) > 0 && a.typ != typeCount {
		text += " One of " + codeList(quotedAll(a.enum)) + "."
	}
	if limit := limitDoc(a); limit != "" {
		text += " " + limit
	}
	if len(a.only) > 0 {
		text += " *" + strings.Join(a.only, ", ") + "*"
	}
	return text
}

func limitDoc(a *argSchema) string {
	if a.min == nil || a.typ == typeDuration && *a.min == 0 || *a.min == 0.001 || *a.min == -maxCount || (*a.min == 1 && (a.max == nil || *a.max == maxCount)) {
		return ""
	}
	return upperFirst(a.rangeText()) + "."
}

func typeDoc(a *argSchema) string {
	switch a.typ {
	case typeRef:
		return codeList(a.refs)
	case typeRefs:
		return "list of " + codeList(a.refs)
	case typeRefMap:
		return "object of lists of participants"
	case typeRefsOrNames:
		return "list of names or " + codeList(a.refs)
	case typeRefOrName:
		if !slices.Contains(a.refs, "agent") {
			return "name or " + codeList(a.refs)
		}
		return "name or participant"
	case typeString:
		return "string"
	case typeInt:
		return "whole number"
	case typeNumber:
		return "number"
	case typeBool:
		return "bool"
	case typeDuration:
		return "duration"
	case typeStrings:
		return "list of strings"
	case typeStringMap, typeSecretMap:
		return "object of strings"
	case typeNumberMap:
		return "object of numbers"
	case typeSecret:
		return "secret string"
	case typeCount:
		return codeList(quotedAll(a.enum)) + " or whole number"
	case typeConstraint:
		return "type"
	case typeCondition:
		return "condition"
	case typeSpeaker, typeItems, typeResult:
		return "expression"
	case typeObject:
		return "object"
	default:
		return "any"
	}
}

func defaultDoc(a *argSchema) string {
	switch def := a.def.(type) {
	case string:
		return fmt.Sprintf("`%q`", def)
	case nil:
	default:
		return fmt.Sprintf("`%v`", def)
	}
	if a.required {
		return "**required**"
	}
	return tableCell(a.unset)
}

func codeList(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = "`" + name + "`"
	}
	return strings.Join(out, ", ")
}

func quotedAll(words []string) []string {
	out := make([]string, len(words))
	for i, word := range words {
		out[i] = fmt.Sprintf("%q", word)
	}
	return out
}

func tableCell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }

func errorDocs() string {
	var out strings.Builder
	out.WriteString("# Codes of errors and warnings\n\nEach finding has a code that stays the same over versions. This page is made from the codes in `specs`; `make docs` writes it.\n")
	titles := map[byte]string{
		'1': "Files and their limits", '2': "Syntax and arguments", '3': "References", '4': "Values and variables",
		'5': "Expressions", '6': "What does not fit together", '7': "Whether it stops", '9': "Tests",
	}
	codes := allCodes()
	var group byte
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		if code[2] != group {
			group = code[2]
			fmt.Fprintf(&out, "\n## %s\n\n| code | | what it means |\n|---|---|---|\n", titles[group])
		}
		row := codes[code]
		summary := row.summary
		if row.severity == SeverityWarning {
			summary += " (warning)"
		}
		fmt.Fprintf(&out, "| <a id=\"%s\"></a>%s | %s | %s |\n", strings.ToLower(code), code, tableCell(summary), tableCell(row.explanation))
	}
	return out.String()
}

// Every code has a summary without a full stop, and a sentence about it.
func TestCodes(t *testing.T) {
	for code, row := range allCodes() {
		if !regexp.MustCompile(`^AC[1-79]\d{3}$`).MatchString(code) {
			t.Errorf("%s is not a code", code)
		}
		if row.summary == "" || strings.HasSuffix(row.summary, ".") {
			t.Errorf("%s: got summary %q, want words without a full stop", code, row.summary)
		}
		if !strings.HasSuffix(row.explanation, ".") {
			t.Errorf("%s %s: got explanation %q, want a sentence", code, row.summary, row.explanation)
		}
	}
}

// The whole scenario in the docs loads, and each block's example follows the
// schema.
func TestDocsExamples(t *testing.T) {
	preface, err := os.ReadFile(filepath.Join("testdata", "docs", "language.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(preface), "```hcl\n")
	whole, _, _ := strings.Cut(rest, "```")
	if _, ds := loadText(t, whole, Options{}); len(ds) > 0 {
		t.Errorf("got findings in the whole scenario:\n%s", text(t, ds, RenderOptions{}))
	}
	for _, b := range withInner(languageSchema().blocks) {
		if b.example == "" {
			continue
		}
		_, ds := loadText(t, b.example, Options{})
		for i := range ds {
			missing := ds[i].Code == codeUnknownName || ds[i].Code == codeExprParticipant || ds[i].Code == codeImport || ds[i].Code == codeFile
			if !missing && ds[i].Code < "AC6" {
				t.Errorf("example of %s: got %s", b.name, text(t, ds[i:i+1], RenderOptions{}))
			}
		}
	}
}

// The examples of test blocks fit the schema.
func TestTrialExamples(t *testing.T) {
	for _, b := range trialSchema().blocks {
		text := b.example
		if b.name != "run" {
			text += "\nrun \"x\" {\n  expect {\n    turns = 1\n  }\n}\n"
		}
		_, ds := LoadSuite("x.test.hcl", Options{OverlayOnly: true, Overlay: map[string][]byte{"x.test.hcl": []byte(text)}})
		if b.example == "" || len(ds) > 0 {
			t.Errorf("example of %s: got %v", b.name, ds)
		}
	}
}

func withInner(blocks []*blockSchema) []*blockSchema {
	out := slices.Clone(blocks)
	for _, b := range blocks {
		out = append(out, withInner(b.blocks)...)
	}
	return out
}

// Every argument is described by a sentence, and its default fits its type.
func TestSchema(t *testing.T) {
	for _, b := range withInner(append(languageSchema().blocks, trialSchema().blocks...)) {
		if !strings.HasSuffix(b.doc, ".") {
			t.Errorf("block %s: got doc %q, want sentences", b.name, b.doc)
		}
		for i := range b.args {
			a := &b.args[i]
			if !strings.HasSuffix(a.doc, ".") {
				t.Errorf("%s.%s: got doc %q, want a sentence", b.name, a.name, a.doc)
			}
			if a.typ == typeDuration && a.def != nil && (&node{schema: b}).duration(a.name) <= 0 {
				t.Errorf("%s.%s: the default %v is not a time", b.name, a.name, a.def)
			}
			if word, ok := a.def.(string); ok && len(a.enum) > 0 && !slices.Contains(a.enum, word) {
				t.Errorf("%s.%s: the default %q is not among %q", b.name, a.name, word, a.enum)
			}
		}
	}
}

package agentconnect_test

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// link matches [text](target) and images; definition matches [name]: target.
var (
	link       = regexp.MustCompile(`\]\(<?([^()\s<>]+)>?(?:\s+"[^"]*")?\)`)
	definition = regexp.MustCompile(`(?m)^\[[^\]]+\]:\s+(\S+)`)
	code       = regexp.MustCompile("(?ms)^[ \t]*(```|~~~).*?^[ \t]*(```|~~~)[ \t]*$|`[^`\n]+`")
)

// Every relative link in the documents points at a file of this tree, and every
// fragment at a heading of the document it names.
func TestLinks(t *testing.T) {
	files := documents(t)
	if len(files) < 5 {
		t.Fatalf("found %d documents, want at least the five at the root", len(files))
	}
	for _, file := range files {
		for _, broken := range brokenLinks(t, file) {
			t.Errorf("%s: %s", file, broken)
		}
	}
}

// A checker that finds nothing proves nothing: it must find what is broken.
func TestBrokenLinks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.md")
	text := "# One & two\n[ok](a.md) [ok](#one--two) [ok](https://example.com/x) [ok](a.md#one--two)\n" +
		"[gone](b.md) ![gone](img/c.png \"title\") [gone](#three)\n[ref]: d.md\n`[code](e.md)`\n```\n[code](f.md)\n```\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(brokenLinks(t, file), "\n")
	want := "no such file: b.md\nno such file: img/c.png\nno such heading: #three\nno such file: d.md"
	if got != want {
		t.Fatalf("got:\n%s\nwant:\n%s", got, want)
	}
}

// documents lists the markdown files of the tree.
func documents(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && file != "." && skipped(entry.Name()) {
			return filepath.SkipDir
		}
		if !entry.IsDir() && filepath.Ext(file) == ".md" {
			files = append(files, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// brokenLinks returns a line for each link of file that leads nowhere.
func brokenLinks(t *testing.T, file string) []string {
	t.Helper()
	text := read(t, file)
	prose := code.ReplaceAllString(text, "")
	var broken []string
	for _, found := range append(link.FindAllStringSubmatch(prose, -1), definition.FindAllStringSubmatch(prose, -1)...) {
		target, err := url.Parse(found[1])
		if err != nil {
			broken = append(broken, "not a link: "+found[1])
			continue
		}
		if target.IsAbs() || target.Host != "" {
			continue
		}
		to := file
		if target.Path != "" {
			to = filepath.Join(filepath.Dir(file), filepath.FromSlash(target.Path))
		}
		if _, err := os.Stat(to); err != nil {
			broken = append(broken, "no such file: "+found[1])
			continue
		}
		if target.Fragment != "" && filepath.Ext(to) == ".md" && !headings(read(t, to))[target.Fragment] {
			broken = append(broken, "no such heading: "+found[1])
		}
	}
	return broken
}

// headings returns the fragments that the headings of a document can be linked by.
func headings(text string) map[string]bool {
	slugs := map[string]bool{}
	for line := range strings.Lines(code.ReplaceAllStringFunc(text, inline)) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			slugs[slug(strings.TrimSpace(title))] = true
		}
	}
	return slugs
}

// inline keeps the words of `code` in a line and drops whole fenced blocks.
func inline(found string) string {
	if strings.Contains(found, "\n") {
		return ""
	}
	return strings.Trim(found, "`")
}

// slug is how the common renderers turn a heading into a fragment.
func slug(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		default:
			return -1
		}
	}, title)
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Package examples has the scenarios of this folder as files, so that a program
// can start new ones from them. [List] says which there are, [Files] gives the
// files of one.
package examples

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed README.md */*.hcl */*.snap */*.ndjson */*.md */*.txt */prompts */changes */inbox */tickets
var folders embed.FS

// Example says what an example shows.
type Example struct {
	Name     string // of its folder
	Patterns string // round_robin in sequential
	Shows    string // what else there is to see
}

// List has all examples, in the order of the index in README.md.
func List() []Example {
	text, err := folders.ReadFile("README.md")
	if err != nil { // it is part of the program
		return nil
	}
	var list []Example
	for line := range strings.Lines(string(text)) {
		if e, ok := row(line); ok {
			list = append(list, e)
		}
	}
	return list
}

// row reads a row of the index.
func row(line string) (Example, bool) {
	cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
	if len(cells) != 3 {
		return Example{}, false
	}
	name, _, linked := strings.Cut(strings.TrimPrefix(strings.TrimSpace(cells[0]), "["), "]")
	if !linked {
		return Example{}, false
	}
	words := func(cell string) string { return strings.TrimSpace(strings.ReplaceAll(cell, "`", "")) }
	return Example{Name: name, Patterns: words(cells[1]), Shows: words(cells[2])}, true
}

// Files are those of an example, by paths below its folder.
func Files(name string) (fs.FS, error) {
	for _, e := range List() {
		if e.Name == name {
			return fs.Sub(folders, name)
		}
	}
	return nil, fmt.Errorf("no example is called %s", name)
}

package examples_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// block is a fenced block of a README: its language and its text.
var block = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// blocks are the lines of all blocks of a language in an example's README.
func blocks(t *testing.T, folder, language string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, found := range block.FindAllStringSubmatch(string(text), -1) {
		if found[1] == language {
			lines = append(lines, strings.Split(strings.TrimSuffix(found[2], "\n"), "\n")...)
		}
	}
	return lines
}

// commands are the lines of a README that run the example, without remarks.
func commands(t *testing.T, folder string) []string {
	t.Helper()
	var list []string
	for _, line := range blocks(t, folder, "sh") {
		line, _, _ = strings.Cut(line, "    #")
		if command, ok := strings.CutPrefix(line, "bin/agentconnect run "); ok {
			list = append(list, strings.TrimSpace(command))
		}
	}
	return list
}

// Each command in a README is one of the runs, and the first is the plain one;
// those with a vendor ask for its key.
func TestReadmeCommands(t *testing.T) {
	for _, folder := range scenarios(t) {
		t.Run(folder, func(t *testing.T) {
			list := commands(t, folder)
			if len(list) == 0 || list[0] != "examples/"+folder {
				t.Fatalf("commands of the README: got %q, want examples/%s first", list, folder)
			}
			vendors := 0
			for _, command := range list {
				if strings.Contains(command, "-var vendor=openai") {
					vendors++
					if _, stderr, status := agentconnect(t, "run "+command); status != 2 || !strings.Contains(stderr, "OPENAI_API_KEY") {
						t.Errorf("%s: got status %d, %q; want status 2 and OPENAI_API_KEY", command, status, stderr)
					}
					continue
				}
				if !slices.ContainsFunc(runs(), func(r run) bool { return r.command == command }) {
					t.Errorf("the README has %s, which is not one of the runs", command)
				}
			}
			if vendors == 0 {
				t.Error("the README does not say how to switch to a vendor")
			}
		})
	}
}

// What a README shows is what the example prints. A line may be cut by a final
// ellipsis, and one that is nothing else stands for lines left out.
func TestReadmeOutput(t *testing.T) {
	if *update {
		t.Skip("the transcripts are being rewritten")
	}
	for _, folder := range scenarios(t) {
		t.Run(folder, func(t *testing.T) {
			var printed []string
			for _, r := range runs() {
				if r.folder() != folder {
					continue
				}
				text, err := os.ReadFile(r.golden())
				if err != nil {
					t.Fatal(err)
				}
				printed = append(printed, strings.Split(string(text), "\n")...)
			}
			lines := blocks(t, folder, "text")
			if len(lines) < 4 {
				t.Fatalf("the README shows %d lines of output, want 4 or more", len(lines))
			}
			for _, line := range lines {
				if !shown(line, printed) {
					t.Errorf("the README shows a line that the example does not print: %s", line)
				}
			}
		})
	}
}

func shown(line string, printed []string) bool {
	start, cut := strings.CutSuffix(line, "…")
	start = strings.TrimSuffix(start, " ")
	return slices.ContainsFunc(printed, func(p string) bool {
		return p == line || cut && strings.HasPrefix(p, start)
	})
}

// The table in the index has every example, and each folder what it promises.
func TestIndex(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range scenarios(t) {
		if !strings.Contains(string(text), "| ["+folder+"]("+folder+"/) |") {
			t.Errorf("README.md has no row for %s", folder)
		}
		if readme, err := os.ReadFile(filepath.Join(folder, "README.md")); err != nil || !strings.Contains(string(readme), "`bin/agentconnect test examples/"+folder+"`") {
			t.Errorf("the README of %s does not say how its test is run (%v)", folder, err)
		}
		for _, file := range []string{"README.md", "main.test.hcl", "providers.hcl", "script.hcl", "prompts"} {
			if _, err := os.Stat(filepath.Join(folder, file)); err != nil {
				t.Error(err)
			}
		}
	}
}

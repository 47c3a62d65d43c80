package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// npmTime is how long npm may take to install the editor's libraries.
const npmTime = 4 * time.Minute

// The extension of VS Code is built from its lock file, its grammar colours a
// scenario, and the library that editors use drives the language server.
func TestEditorExtension(t *testing.T) {
	for _, tool := range []string{"npm", "node"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is not there: the extension cannot be built", tool)
			}
			t.Skipf("SKIPPED: %s is not there, so the extension was NOT built, nor the language server driven by editors' own library", tool)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "agentconnect")
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	extension := filepath.Join(dir, "vscode")
	copyExtension(t, filepath.Join("..", "..", "editors", "vscode"), extension)
	for _, step := range [][]string{{"npm", "ci"}, {"npm", "run", "build"}, {"npm", "test"}} {
		ctx, cancel := context.WithTimeout(t.Context(), npmTime)
		cmd := exec.CommandContext(ctx, step[0], step[1:]...) //nolint:gosec // the steps above
		cmd.Dir, cmd.Env = extension, append(os.Environ(), "AGENTCONNECT="+program, "GORACE="+raceOptions)
		text, err := cmd.CombinedOutput()
		cancel()
		if err != nil {
			t.Fatalf("%v: %v\n%s", step, err, text)
		}
	}
	if info, err := os.Stat(filepath.Join(extension, "dist", "extension.js")); err != nil || info.Size() < 100_000 {
		t.Errorf("got %v, want the extension with its client in one file", err)
	}
}

// copyExtension copies what is in the repository, not what was built there.
func copyExtension(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		switch {
		case name == "node_modules" || name == "dist":
		case e.IsDir():
			copyExtension(t, filepath.Join(from, name), filepath.Join(to, name))
		default:
			text, err := os.ReadFile(filepath.Join(from, name))
			if err == nil {
				err = os.WriteFile(filepath.Join(to, name), text, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

package examples_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// slowest is how long a run may take on a busy machine. The scripts wait for
// two seconds at most.
const slowest = 30 * time.Second

var binary string // built once by TestMain

func TestMain(m *testing.M) {
	os.Exit(built(m))
}

// built builds the binary for all runs, then runs the tests.
func built(m *testing.M) int {
	dir, err := os.MkdirTemp("", "examples")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir) //nolint:errcheck // one of the system's temporary folders
	binary = filepath.Join(dir, "agentconnect")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	cmd := exec.CommandContext(context.Background(), "go", "build", "-o", binary, "../cmd/agentconnect")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "go build ../cmd/agentconnect:", err)
		return 1
	}
	return m.Run()
}

// agentconnect runs a command line at the root of the tree, in an environment
// without keys. Standard input is what "< FILE" names, else empty.
func agentconnect(t *testing.T, line string) (stdout, stderr string, status int) {
	t.Helper()
	line, input, _ := strings.Cut(line, " < ")
	ctx, cancel := context.WithTimeout(t.Context(), slowest)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, words(line)...)
	cmd.Dir = ".."
	cmd.Env = bare(os.Environ())
	if input != "" {
		file, err := os.Open(filepath.Join("..", filepath.FromSlash(input)))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close() //nolint:errcheck // it is only read
		cmd.Stdin = file
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("agentconnect %s: not over after %s\n%s%s", line, slowest, &out, &errs)
	}
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// bare leaves out of an environment what could answer for a vendor or set a
// variable.
func bare(env []string) []string {
	kept := []string{"NO_COLOR=1"}
	for _, entry := range env {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.Contains(name, "API_KEY") && !strings.HasPrefix(name, "AGENTCONNECT_") {
			kept = append(kept, entry)
		}
	}
	return kept
}

// word is one word of a command line; a part of it may stand in double quotes.
var word = regexp.MustCompile(`(?:[^\s"]|"[^"]*")+`)

func words(line string) []string {
	list := word.FindAllString(line, -1)
	for i := range list {
		list[i] = strings.ReplaceAll(list[i], `"`, "")
	}
	return list
}

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// patience is how long a process may take for what takes milliseconds.
const patience = 20 * time.Second

// process is the program, run as it is run by a user.
type process struct {
	t   *testing.T
	cmd *exec.Cmd
	tty *os.File // the other end of its terminal, if it has one

	mu   sync.Mutex // guards text
	text bytes.Buffer
	read sync.WaitGroup
}

// command is the program with arguments, in a directory with a scenario named
// talk.hcl.
func command(t *testing.T, scenario string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "talk.hcl"), []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Args = append([]string{"agentconnect"}, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=", "CLICOLOR=", "CLICOLOR_FORCE=", "GORACE="+raceOptions)
	return cmd
}

// onTerminal starts the program on a terminal of 60 columns.
func onTerminal(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 60})
	if err != nil {
		t.Skip("no pseudo-terminal here:", err)
	}
	p := &process{t: t, cmd: cmd, tty: tty}
	p.collect(tty)
	t.Cleanup(p.kill)
	return p
}

// inPipes starts the program with pipes; its standard output is collected.
func inPipes(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, cmd: cmd}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.collect(out)
	t.Cleanup(p.kill)
	return p
}

func (p *process) collect(r interface{ Read([]byte) (int, error) }) {
	p.read.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, err := r.Read(buf)
			p.mu.Lock()
			p.text.Write(buf[:n])
			p.mu.Unlock()
			if err != nil {
				return
			}
		}
	})
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	p.read.Wait()
	if p.tty != nil {
		_ = p.tty.Close()
	}
}

// output is what it has written so far.
func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// waitFor waits until the program has written a text.
func (p *process) waitFor(text string) {
	p.t.Helper()
	p.waitUntil(text, func() bool { return strings.Contains(p.output(), text) })
}

func (p *process) waitUntil(what string, ok func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("no %q within %s; got:\n%s", what, patience, p.output())
		}
	}
}

// typed types on the terminal.
func (p *process) typed(text string) {
	p.t.Helper()
	if _, err := p.tty.WriteString(text); err != nil {
		p.t.Fatal(err)
	}
}

func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// ends waits for the end and checks its status.
func (p *process) ends(want int) string {
	p.t.Helper()
	timer := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	p.read.Wait()
	err := p.cmd.Wait()
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else if err != nil {
		p.t.Fatal(err)
	}
	if got != want {
		p.t.Errorf("got status %d, want %d; output:\n%s", got, want, p.output())
	}
	return p.output()
}

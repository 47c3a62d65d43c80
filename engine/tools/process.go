package tools

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/agentconnect-dev/agentconnect/specs"
)

const (
	// maxStderr is how much of what a server says on standard error is kept for
	// the error that tells of its end, in bytes.
	maxStderr = 1 << 10
	// A server that sends more than maxFlood bytes within floodTime is ended.
	maxFlood  = 64 << 20
	floodTime = 10 * time.Second
)

var errFlood = fmt.Errorf("it sent more than %d MiB within %s", maxFlood>>20, floodTime)

// process is a server that was started. It has a group of its own, all of which
// ends with it.
type process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *os.File
	stderr *tail
	grace  time.Duration
	once   sync.Once
	done   chan struct{} // closed when it has ended
	err    error         // how; to be read when it is done
}

// start starts a server and connects to it.
func (s *server) start(ctx context.Context, m *specs.MCPTool, dir string) (*client, error) {
	p, err := run(m.Command, environ(m.Env), dir, s.pool.grace)
	if err != nil {
		return nil, err
	}
	if !s.pool.spawn(p.reap) {
		killGroup(p.cmd)
		p.reap()
		_ = p.stdout.Close()
		return nil, errClosed
	}
	t := &mcp.IOTransport{Reader: &flood{ReadCloser: p.stdout}, Writer: p.stdin, MaxLineLength: maxMessage}
	return s.pool.hello(ctx, t, p.stop, p.wait)
}

func run(command, env []string, dir string, grace time.Duration) (*process, error) {
	p := &process{stderr: &tail{}, grace: grace, done: make(chan struct{})}
	p.cmd = exec.Command(command[0], command[1:]...) //nolint:gosec,noctx // the scenario says which; stop ends it
	p.cmd.Dir, p.cmd.Env, p.cmd.Stderr, p.cmd.WaitDelay = dir, env, p.stderr, grace
	ownGroup(p.cmd)
	r, w, err := os.Pipe() // one of our own: what was written is read though the process has ended
	if err != nil {
		return nil, err
	}
	defer w.Close() //nolint:errcheck // it is the child's
	p.stdout, p.cmd.Stdout = r, w
	if p.stdin, err = p.cmd.StdinPipe(); err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	return p, nil
}

// reap waits for the process and ends what it leaves behind.
func (p *process) reap() {
	p.err = p.cmd.Wait()
	killGroup(p.cmd)
	close(p.done)
}

// stop ends the process: by the end of its input, then by a signal, then by
// force. It returns when the process has ended.
func (p *process) stop() {
	p.once.Do(func() {
		_ = p.stdin.Close()
		if !p.ends() {
			endGroup(p.cmd)
			if !p.ends() {
				killGroup(p.cmd)
			}
		}
		<-p.done
		_ = p.stdout.Close()
	})
}

func (p *process) ends() bool {
	select {
	case <-p.done:
		return true
	case <-time.After(p.grace):
		return false
	}
}

// wait waits for the end and says how it was.
func (p *process) wait() error {
	<-p.done
	how := "it ended"
	if p.err != nil && !errors.Is(p.err, exec.ErrWaitDelay) {
		how = p.err.Error()
	}
	if text := p.stderr.last(); text != "" {
		how += ": " + text
	}
	return errors.New(how)
}

// tail keeps the end of what is written to it.
type tail struct {
	mu  sync.Mutex
	end []byte
}

// Write implements io.Writer.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end = append(t.end, b[max(0, len(b)-maxStderr):]...)
	t.end = bytes.Clone(t.end[max(0, len(t.end)-maxStderr):])
	return len(b), nil
}

// last is the last line.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.TrimSpace(strings.ToValidUTF8(string(t.end), ""))
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}

// flood ends a stream that brings more than anybody could want.
type flood struct {
	io.ReadCloser
	since time.Time
	n     int
}

// Read implements io.Reader.
func (f *flood) Read(b []byte) (int, error) {
	n, err := f.ReadCloser.Read(b)
	if now := time.Now(); now.Sub(f.since) > floodTime {
		f.since, f.n = now, 0
	}
	if f.n += n; f.n > maxFlood {
		return 0, errFlood
	}
	return n, err
}

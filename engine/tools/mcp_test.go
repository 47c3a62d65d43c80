package tools

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/scripted"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// open makes the tools of blocks that a test uses.
func open(t *testing.T, blocks ...*specs.Tool) (*Pool, map[string][]engine.Tool) {
	t.Helper()
	p := Open(Config{Logger: slog.New(slog.DiscardHandler), Grace: 300 * time.Millisecond})
	t.Cleanup(p.Close)
	byName, err := p.Of(&specs.Config{Dir: t.TempDir(), Tools: blocks})
	if err != nil {
		t.Fatal(err)
	}
	return p, byName
}

// try calls a tool of a server as nobody's, by asking the server itself.
func try(t *testing.T, p *Pool, name, arguments string, timeout time.Duration) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	s := &set{name: "box", most: defaultResult, server: only(t, p)}
	return s.try(engine.WithTool(ctx, "box__"+name), json.RawMessage(arguments))
}

func only(t *testing.T, p *Pool) *server {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.servers) != 1 {
		t.Fatalf("there are %d servers, want 1", len(p.servers))
	}
	for _, s := range p.servers {
		return s
	}
	return nil
}

func names(t *testing.T, tool engine.Tool) []string {
	t.Helper()
	list, err := tool.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range list {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	return names
}

// A server is used the same way, whether it is started or reached.
func TestServer(t *testing.T) {
	for how, block := range map[string]func() *specs.Tool{
		"command": func() *specs.Tool { return started(t, "ok") }, "url": func() *specs.Tool { return reached(t) },
	} {
		t.Run(how, func(t *testing.T) {
			b := block()
			p, byName := open(t, b)
			if got := names(t, byName["box"][0]); !slices.Contains(got, "add") || !slices.Contains(got, "fail_now") || slices.Contains(got, "grown") {
				t.Errorf("it has %v", got)
			}
			for _, c := range []struct{ tool, arguments, want, fails string }{
				{"add", `{"a":2,"b":3}`, "5", ""},
				{"add", `{"a":"2"}`, "", "do not satisfy the schema"},
				{"add", `[]`, "", "not a JSON object"},
				{"fail_now", `{}`, "", "it cannot"},
				{"nothing", `{}`, "", `there is no tool "box__nothing"; there are box__`},
				{"picture", `{}`, "Look:\n[image image/png, 3 bytes]", ""},
				{"grow", `{}`, "ok", ""},
			} {
				got, err := try(t, p, c.tool, c.arguments, 10*time.Second)
				if got != c.want || (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
					t.Errorf("%s %s: got %q, %v; want %q, %q", c.tool, c.arguments, got, err, c.want, c.fails)
				}
			}
			if got, err := try(t, p, "large", "{}", 10*time.Second); err != nil || len(got) > 2*defaultResult {
				t.Errorf("a large result has %d bytes, %v", len(got), err)
			}
			until := time.Now().Add(5 * time.Second)
			for !slices.Contains(names(t, byName["box"][0]), "grown") {
				if time.Now().After(until) {
					t.Fatal("a tool that the server has added is not seen")
				}
				time.Sleep(10 * time.Millisecond)
			}
			b.MCP.Allow = []string{"add", "fail.now"}
			byName, err := p.Of(&specs.Config{Tools: []*specs.Tool{b}})
			if err != nil {
				t.Fatal(err)
			}
			if got := names(t, byName["box"][0]); !slices.Equal(got, []string{"add", "fail_now"}) {
				t.Errorf("of the allowed it has %v", got)
			}
		})
	}
}

// Nothing of our environment that may be a key reaches a server; what the block
// says does, and does not come back.
func TestServerEnvironment(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "sk-very-secret")
	b := started(t, "ok")
	b.MCP.Env["OWN"] = specs.NewSecret("own-secret-value")
	_, byName := open(t, b)
	got, err := byName["box"][0].Call(engine.WithTool(t.Context(), "box__env"), json.RawMessage("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(got, "OPENAI") || strings.Contains(got, "own-secret-value") || !strings.Contains(got, "OWN=(secret)") || !strings.Contains(got, "PATH=") {
		t.Errorf("the server has, as the model would see it:\n%s", got)
	}
}

// An address that needs a secret says so without it.
func TestServerRefuses(t *testing.T) {
	b := reached(t)
	b.MCP.Headers["Authorization"] = specs.NewSecret("Bearer wrong-word")
	_, byName := open(t, b)
	_, err := byName["box"][0].List(t.Context())
	if err == nil || strings.Contains(err.Error(), "wrong-word") || !strings.Contains(err.Error(), "cannot be used") {
		t.Errorf("got %v", err)
	}
}

// One that dies is told of and started again; one that does so again and again
// not at once.
func TestServerDies(t *testing.T) {
	p, _ := open(t, started(t, "ok"))
	first, err := try(t, p, "pid", "{}", 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	_, err = try(t, p, "die", "{}", 10*time.Second)
	if err == nil || !strings.Contains(err.Error(), "ended during the call: exit status 7: out of paper") {
		t.Errorf("got %v", err)
	}
	second, err := try(t, p, "pid", "{}", 10*time.Second)
	if err != nil || first == second {
		t.Errorf("after its death: %s, %v; before it was %s", second, err, first)
	}
	for range 3 {
		_, err = try(t, p, "die", "{}", 10*time.Second)
	}
	if err == nil || !strings.Contains(err.Error(), "it is tried again in") {
		t.Errorf("after several deaths: %v", err)
	}
}

// One that cannot be started, or does not speak, is told of in time.
func TestServerNeverLives(t *testing.T) {
	for mode, want := range map[string]string{
		"broken": "exit status 3: cannot find its data", "line": "cannot be used", "mute": "no answer in time",
	} {
		t.Run(mode, func(t *testing.T) {
			p, _ := open(t, started(t, mode))
			_, err := try(t, p, "add", "{}", 2*time.Second)
			if mode == "mute" {
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v, want the end of its time", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
	b := started(t, "ok")
	b.MCP.Command = []string{"no-such-program-of-ours"}
	p, _ := open(t, b)
	if _, err := try(t, p, "add", "{}", time.Second); err == nil || !strings.Contains(err.Error(), "executable file not found") {
		t.Errorf("got %v", err)
	}
}

// A call that hangs ends in its time while others go on; a server that answers
// nothing any more is ended and started again.
func TestServerHangs(t *testing.T) {
	p, _ := open(t, started(t, "ok"))
	first, err := try(t, p, "pid", "{}", 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for tool, same := range map[string]bool{"hang": true, "freeze": false} {
		began := time.Now()
		if _, err := try(t, p, tool, "{}", 300*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 5*time.Second {
			t.Errorf("%s: got %v after %s", tool, err, time.Since(began))
		}
		if !same {
			until := time.Now().Add(20 * time.Second)
			for s := only(t, p); ; time.Sleep(20 * time.Millisecond) {
				s.mu.Lock()
				gone := s.now == nil
				s.mu.Unlock()
				if gone {
					break
				}
				if time.Now().After(until) {
					t.Fatal("a frozen server is still there")
				}
			}
		}
		next, err := try(t, p, "pid", "{}", 10*time.Second)
		if err != nil || same && next != first || !same && next == first {
			t.Errorf("after %s: process %s, %v; it was %s", tool, next, err, first)
		}
		first = next
	}
}

// A message that is too long ends its server, not us.
func TestServerFloods(t *testing.T) {
	p, _ := open(t, started(t, "ok"))
	if _, err := try(t, p, "huge", "{}", 10*time.Second); err == nil || !strings.Contains(err.Error(), "ended during the call") {
		t.Errorf("got %v", err)
	}
	if got, err := try(t, p, "add", `{"a":1,"b":1}`, 10*time.Second); err != nil || got != "2" {
		t.Errorf("after it: %q, %v", got, err)
	}
}

// What a server has started ends with it, and it with the pool, though it does
// not want to.
func TestServerEnds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	b := started(t, "child")
	b.MCP.Env["PID_FILE"] = specs.NewSecret(file)
	p, _ := open(t, b)
	own, err := try(t, p, "pid", "{}", 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	child, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	for _, text := range []string{own, string(child)} {
		pid, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		until := time.Now().Add(5 * time.Second)
		for runs(pid) {
			if time.Now().After(until) {
				t.Fatalf("process %d is still there", pid)
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	if _, err := try2(p); !errors.Is(err, errClosed) {
		t.Errorf("after the end: %v", err)
	}
}

func try2(p *Pool) ([]*remote, error) {
	s := &server{pool: p, users: map[string]*user{}, closed: true}
	return s.tools(context.Background())
}

// runs says whether a process is there and has not ended.
func runs(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || !strings.Contains(string(b), ") Z ")
}

// Sessions share a server, and it ends with the last of them.
func TestServerOfSessions(t *testing.T) {
	block := started(t, "ok")
	p, byName := open(t, block)
	path := filepath.Join(t.TempDir(), "main.hcl")
	err := os.WriteFile(path, []byte(`
provider "scripted" "p" {
  reply {
    when = "call == 1"
    tool_call {
      name = "box__pid"
    }
    tool_call {
      name      = "box__add"
      arguments = { a = 1, b = 2 }
    }
  }
  reply {
    content = "Done."
  }
}
tool "box" {
  mcp {
    command = ["box"]
  }
}
agent "a" {
  provider = provider.p
  tools    = [tool.box]
}
pattern "chat" "talk" {
  participants = [agent.a]
}
session "s" {
  type       = "human_agent"
  pattern    = pattern.talk
  open_ended = true
}
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	cfg, diags := specs.Load(path, specs.Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	models := providers.Registry{"p": {
		Settings: providers.Settings{Name: "p", Kind: "scripted", Model: "m"}, Model: scripted.New(scripted.FromProvider(cfg.Providers[0])),
	}}
	tmpl, diags := engine.Compile(cfg, "s", engine.Resources{Models: models, Tools: byName})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	journal := &memory.Journal{}
	e := engine.New(engine.Config{Journal: journal, Logger: slog.New(slog.DiscardHandler)})
	defer e.Close()
	var sessions []*engine.Session
	for _, id := range []string{"one", "two"} {
		s, err := e.Start(t.Context(), tmpl, engine.StartOptions{ID: id})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Say(t.Context(), engine.Message{Content: "Hello."}); err != nil {
			t.Fatal(err)
		}
		sessions = append(sessions, s)
	}
	pids := map[string]bool{}
	for _, s := range sessions {
		for ev, err := range s.Follow(t.Context(), 0, false) {
			if err != nil {
				t.Fatal(err)
			}
			if d, ok := ev.Data.(*engine.ToolFailed); ok {
				t.Errorf("%s failed: %s", d.Tool, d.Error)
			}
			if d, ok := ev.Data.(*engine.ToolFinished); ok && d.Tool == "box__pid" {
				pids[d.Result] = true
			}
			if ev.Type() == engine.TypeTurnFinished {
				break
			}
		}
	}
	if len(pids) != 1 {
		t.Fatalf("the sessions used the processes %v, want one", pids)
	}
	lives := func() bool {
		s := only(t, p)
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.now != nil
	}
	if err := sessions[0].Stop(t.Context(), "ann", false); err != nil {
		t.Fatal(err)
	}
	<-sessions[0].Done()
	time.Sleep(50 * time.Millisecond)
	if !lives() {
		t.Error("the server ended with the first session")
	}
	if err := sessions[1].Stop(t.Context(), "ann", false); err != nil {
		t.Fatal(err)
	}
	<-sessions[1].Done()
	until := time.Now().Add(5 * time.Second)
	for lives() {
		if time.Now().After(until) {
			t.Fatal("the server outlives its sessions")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Many calls at once share a start and a connection.
func TestServerAtOnce(t *testing.T) {
	p, _ := open(t, started(t, "ok"))
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			got, err := try(t, p, "add", `{"a":1,"b":`+strconv.Itoa(i)+`}`, 20*time.Second)
			if err != nil || got != strconv.Itoa(i+1) {
				t.Errorf("1 + %d: %q, %v", i, got, err)
			}
		})
	}
	wg.Wait()
}

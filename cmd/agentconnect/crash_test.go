//go:build unix

package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

var crashes = flag.Int("crashes", 30, "how often TestCrashes kills the server")

// crashing is a scenario whose sessions are long enough to be killed in.
const crashing = `
provider "scripted" "script" {
  reply {
    times   = 100000
    delay   = "25ms"
    content = "A considered answer."
  }
}
agent "ada" { provider = provider.script }
agent "bob" { provider = provider.script }
pattern "round_robin" "exchange" {
  participants = [agent.ada, agent.bob]
  max_rounds   = 20
}
stop "enough" { when = "turns >= 16" }
stop "answered" { when = "turns >= 6" }
session "talk" {
  type    = "agent_agent"
  pattern = pattern.exchange
  opening = "Begin."
  stop    = [stop.enough]
}
session "desk" {
  type  = "human_agent"
  agent = agent.ada
  stop  = [stop.answered]
  limits { max_turns = 50 }
}
session "board" {
  type  = "human_agent"
  agent = agent.bob
  limits { max_turns = 50 }
}
`

// The load under which the server is killed.
const (
	crashClients = 24               // sessions at a time
	crashEnd     = 60 * time.Second // for all to end once nothing is killed any more
)

// A server that is killed at random moments, again and again, loses nothing
// that a client was told of, tells nothing twice, and brings every session to
// its end.
func TestCrashes(t *testing.T) {
	forgetConnections(t)
	cmd := command(t, crashing)
	load := &crashLoad{address: freeAddress(t), sessions: map[string]*crashSession{}}
	start := func() *exec.Cmd {
		next := command(t, crashing, "serve", "talk.hcl", "--listen", load.address, "--data-dir", "data")
		next.Dir = cmd.Dir
		next.Env = append(append(next.Env, unlimited()...), "AGENTCONNECT_LOG_LEVEL=warn")
		return next
	}
	s := runServer(t, start())
	load.token = s.token("admin", s.password())
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(*crashes)*5*time.Second+crashEnd)
	defer cancel()
	var wg sync.WaitGroup
	for i := range crashClients {
		wg.Go(func() { load.client(ctx, t, i) })
	}
	for range *crashes {
		time.Sleep(50*time.Millisecond + rand.N(600*time.Millisecond))
		s.signal(syscall.SIGKILL)
		_ = s.cmd.Wait()
		if rand.IntN(4) == 0 { // the next one does not even come to its feet
			killStarting(t, start())
		}
		s = runServer(t, start())
	}
	load.enough.Store(true)
	ended := time.AfterFunc(crashEnd, cancel)
	wg.Wait()
	ended.Stop()
	load.verify(t, s)
}

// killStarting kills a server somewhere in its start.
func killStarting(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(rand.N(300 * time.Millisecond))
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// freeAddress is an address at which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // it was never used
	return l.Addr().String()
}

// crashLoad is what the clients of a server that is killed were told.
type crashLoad struct {
	address, token string
	enough         atomic.Bool // nothing new is begun

	mu       sync.Mutex // guards sessions
	sessions map[string]*crashSession
}

// client begins sessions, one after the other, and takes part in each to its
// end.
func (l *crashLoad) client(ctx context.Context, t *testing.T, n int) {
	t.Helper()
	kinds := []string{"talk", "desk", "board"}
	for i := 0; i == 0 || !l.enough.Load() && ctx.Err() == nil; i++ {
		c := &crashSession{load: l, kind: kinds[(n+i)%len(kinds)]}
		c.create(ctx, fmt.Sprintf("client-%d-%d", n, i))
		if c.id != "" {
			l.mu.Lock()
			l.sessions[c.id] = c
			l.mu.Unlock()
			c.follow(ctx)
		}
		if c.problem != "" {
			t.Errorf("session %s (%s): %s", c.id, c.kind, c.problem)
			return
		}
	}
}

// verify compares what the clients were told with what is stored now.
func (l *crashLoad) verify(t *testing.T, s *served) {
	t.Helper()
	kinds := map[string]int{}
	frames := 0
	for id, c := range l.sessions {
		if t.Context().Err() != nil || t.Failed() {
			return
		}
		kinds[c.kind]++
		frames += len(c.frames)
		_, answer := s.call("GET", "/chat/sessions/"+id, l.token, "")
		want := "completed"
		if c.kind == "board" {
			want = "stopped"
		}
		if answer["status"] != want {
			t.Errorf("session %s (%s) is %v, want %s", id, c.kind, answer["status"], want)
		}
		if got, told := strings.Join(s.transcript(l.token, id), "\n"), strings.Join(c.frames, "\n"); got != told {
			t.Errorf("session %s (%s) has\n%s\nthe client was told\n%s", id, c.kind, got, told)
		}
	}
	l.replays(t, s)
	t.Logf("%d crashes; sessions: %v; frames: %d", *crashes, kinds, frames)
	if len(kinds) < 3 || frames < 10**crashes {
		t.Errorf("that is too little to show anything")
	}
}

// replays runs some of the sessions again: what a scenario decides does not
// depend on how often its server was killed.
func (l *crashLoad) replays(t *testing.T, s *served) {
	t.Helper()
	left := 9
	for id, c := range l.sessions {
		if left--; left < 0 {
			return
		}
		if status, out := s.run("", "sessions", "replay", id, "--data-dir", "data"); status != statusOK {
			t.Errorf("replay of %s (%s): %d %s", id, c.kind, status, out)
		}
	}
}

// transcript is what is stored of a session, a line a frame.
func (s *served) transcript(token, id string) (lines []string) {
	s.t.Helper()
	for after := "0"; ; {
		status, answer := s.call("GET", "/chat/sessions/"+id+"/messages?limit=500&after="+after, token, "")
		list, ok := answer["messages"].([]any)
		if !ok {
			s.t.Fatalf("messages of %s: %d %v", id, status, answer)
		}
		for _, one := range list {
			text, err := json.Marshal(one)
			if err != nil {
				s.t.Fatal(err)
			}
			var f crashFrame
			if err := json.Unmarshal(text, &f); err != nil {
				s.t.Fatal(err)
			}
			lines = append(lines, f.line())
		}
		next, more := answer["next_after"].(float64)
		if !more || len(list) == 0 {
			return lines
		}
		after = fmt.Sprint(uint64(next))
	}
}

//go:build unix

package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// clustered is a scenario whose sessions take as long as the tests of a
// cluster.
const clustered = `
provider "scripted" "script" {
  reply {
    times   = 100000
    delay   = "2s"
    content = "A considered answer."
  }
}
agent "ada" { provider = provider.script }
agent "bob" { provider = provider.script }
pattern "round_robin" "exchange" {
  participants = [agent.ada, agent.bob]
  max_rounds   = 50
}
stop "enough" { when = "turns >= 54" }
session "talk" {
  type    = "agent_agent"
  pattern = pattern.exchange
  opening = "Begin."
  stop    = [stop.enough]
}
session "tour" {
  type  = "human_agent"
  agent = agent.ada
}
`

// Figures of the cluster's test.
const (
	clusterSessions = 100
	clusterTurns    = 54
	clusterDelay    = 2 * time.Second  // of an answer
	clusterElection = 15 * time.Second // for sessions to go on after the death of a leader of NATS
	clusterSlack    = 5 * time.Second  // for sessions to go on after the end of a lease
	clusterHandOver = 2 * time.Second  // for sessions to go on elsewhere when a node is told to stop
)

// node is a server of the cluster, which can be started again and again. It
// reads the configuration that the documentation shows.
func (c *natsCluster) node(address string) func() *served {
	c.t.Helper()
	dir := c.t.TempDir()
	config := strings.NewReplacer(
		"0.0.0.0:8000", address, "/var/lib/agentconnect", "data", "/etc/agentconnect/secret", "secret",
		"/etc/agentconnect/ca.pem", filepath.Join(c.dir, "cert.pem"),
	).Replace(documented(c.t, "yaml", "agentconnect.yaml"))
	for name, text := range map[string]string{
		"agentconnect.yaml": config, "secret": strings.Repeat("s", 32) + "\n", "talk.hcl": clustered,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			c.t.Fatal(err)
		}
	}
	return func() *served {
		c.t.Helper()
		cmd := c.command(dir, "serve", "talk.hcl")
		return runServer(c.t, cmd)
	}
}

func (c *natsCluster) command(dir string, args ...string) *exec.Cmd {
	c.t.Helper()
	cmd := command(c.t, clustered, args...)
	cmd.Dir = dir
	cmd.Env = append(append(cmd.Env, unlimited()...), "AGENTCONNECT_JOURNAL_URL="+c.url(), "AGENTCONNECT_LOG_LEVEL=info")
	return cmd
}

// Two servers on three NATS servers lose nothing, double nothing and run no
// session twice, whichever of them is killed or stands still.
func TestCluster(t *testing.T) {
	if testing.Short() {
		t.Skip("this takes minutes")
	}
	if raced {
		t.Skip("its bounds are times, which the race detector stretches: \"make cluster\" runs it without")
	}
	forgetConnections(t)
	c := startCluster(t)
	addresses := []string{freeAddress(t), freeAddress(t)}
	startOne, startTwo := c.node(addresses[0]), c.node(addresses[1])
	one := startOne()
	token := one.token("admin", one.password())
	two := startTwo()
	load := &clusterLoad{t: t}
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	defer load.done.Wait()
	defer cancel()
	load.begin(ctx, clusterSessions, "talk", token, addresses)
	load.goOn("the beginning", time.Now(), clusterElection)
	shows(t, one, two, clusterSessions)

	one.signal(syscall.SIGKILL)
	_ = one.cmd.Wait()
	killed := time.Now()
	one = startOne()
	load.goOn("a node is killed", killed, engine.LeaseTime+clusterSlack+clusterDelay)
	shows(t, one, two, load.running())

	leader, streams := c.leader()
	leader.die()
	t.Logf("NATS server %s led %v", leader.name, streams)
	load.goOn("a leader of NATS is killed", time.Now(), clusterElection+clusterDelay)
	leader.start()
	c.whole()

	two.signal(syscall.SIGSTOP)
	t.Cleanup(func() { _ = two.cmd.Process.Signal(syscall.SIGCONT) }) // it may have ended
	stopped := time.Now()
	load.goOn("a node stands still", stopped, engine.LeaseTime+clusterSlack+clusterDelay)
	time.Sleep(time.Until(stopped.Add(engine.LeaseTime + clusterSlack)))
	two.signal(syscall.SIGCONT)
	two.log.waitFor("this node has lost its lease")
	load.goOn("it goes on", time.Now(), clusterElection)
	shows(t, one, two, load.running())

	t.Logf("%d sessions run when a node is told to stop", load.running())
	if load.running() == 0 {
		t.Error("the sessions are too short to show anything")
	}
	going := load.closed(websocket.CloseGoingAway)
	one.signal(syscall.SIGTERM)
	one.stops(statusOK)
	if gap := load.goOn("a node is told to stop", time.Now(), clusterHandOver+clusterDelay); gap > clusterHandOver+clusterDelay {
		t.Errorf("between two answers there were %s, want %s", gap, clusterHandOver+clusterDelay)
	}
	if load.closed(websocket.CloseGoingAway) == going {
		t.Error("no connection was ended with 1001")
	}
	one = startOne()
	load.done.Wait()
	load.verify(one, two, token)
}

// shows checks what the nodes command says of who runs what.
func shows(t *testing.T, one, two *served, sessions int) {
	t.Helper()
	type node struct {
		Node    string `json:"node"`
		Listen  string `json:"listen"`
		Running int    `json:"running"`
		Self    bool   `json:"self"`
	}
	for _, s := range []*served{one, two} {
		status, out := s.run("", "nodes", "--json")
		var list []node
		if err := json.Unmarshal([]byte(out), &list); err != nil || status != statusOK {
			t.Errorf("nodes: %d %s", status, out)
			continue
		}
		sum, listens := 0, ""
		for _, n := range list {
			sum += n.Running
			listens += n.Listen + " "
			if n.Self != (n.Listen == s.url) {
				t.Errorf("nodes on %s: %s", s.url, out)
			}
		}
		t.Logf("nodes: %+v", list)
		if len(list) != 2 || !strings.Contains(listens, one.url) || !strings.Contains(listens, two.url) || sum < sessions*9/10 || sum > sessions {
			t.Errorf("nodes, while %d sessions run: %s", sessions, out)
		}
	}
}

// verify compares what the clients were told with what is stored, as each node
// tells it.
func (l *clusterLoad) verify(one, two *served, token string) {
	t := l.t
	t.Helper()
	taken, frames := 0, 0
	for i, c := range l.clients {
		if c.problem != "" {
			t.Errorf("session %s: %s", c.id, c.problem)
		}
		frames += len(c.frames)
		told := strings.Join(c.frames, "\n")
		for _, s := range []*served{one, two} {
			if got := strings.Join(s.transcript(token, c.id), "\n"); got != told {
				t.Errorf("session %s has, by %s,\n%s\nthe client was told\n%s", c.id, s.url, got, told)
			}
		}
		if t.Failed() {
			return
		}
		if status, answer := two.call("GET", "/chat/sessions/"+c.id, token, ""); status != http.StatusOK || answer["status"] != "completed" {
			t.Errorf("session %s: %d %v, want completed", c.id, status, answer["status"])
		}
		if i%10 == 0 {
			taken += l.sameLog(c.id, one, two)
		}
	}
	t.Logf("%d sessions, %d frames; of %d sessions the logs say that they were taken over %d times", len(l.clients), frames, (len(l.clients)+9)/10, taken)
	if taken == 0 {
		t.Error("no session was taken over")
	}
}

// sameLog checks that a session has one log, whoever is asked, in which each
// turn was taken once, and that its scenario decides the same. It gives how
// often the session was taken over.
func (l *clusterLoad) sameLog(id string, one, two *served) int {
	l.t.Helper()
	status, log := one.run("", "sessions", "show", id, "--events", "--json")
	if status != statusOK {
		l.t.Fatalf("show %s: %d %s", id, status, log)
	}
	if _, other := two.run("", "sessions", "show", id, "--events", "--json"); other != log {
		l.t.Errorf("session %s is, by one node,\n%s\nby the other\n%s", id, log, other)
	}
	finished, taken := map[int]int{}, 0
	for i, line := range strings.Split(strings.TrimSpace(log), "\n") {
		var e struct {
			Seq  int         `json:"seq"`
			Turn int         `json:"turn"`
			Type engine.Type `json:"type"`
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			l.t.Fatalf("session %s: %s: %v", id, line, err)
		}
		if e.Seq != i+1 {
			l.t.Errorf("session %s: event %d is line %d", id, e.Seq, i+1)
		}
		switch e.Type {
		case engine.TypeTurnFinished:
			finished[e.Turn]++
		case engine.TypeTakenOver:
			taken++
		default:
		}
	}
	for turn, n := range finished {
		if n != 1 {
			l.t.Errorf("session %s: turn %d was finished %d times", id, turn, n)
		}
	}
	if len(finished) != clusterTurns {
		l.t.Errorf("session %s: %d turns, want %d", id, len(finished), clusterTurns)
	}
	if status, out := two.run("", "sessions", "replay", id); status != statusOK {
		l.t.Errorf("replay of %s: %d %s", id, status, out)
	}
	return taken
}

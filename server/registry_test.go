package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

func testRegistry(t *testing.T, store engine.Store) *registry {
	t.Helper()
	table, err := store.Table(t.Context(), tableAgents)
	if err != nil {
		t.Fatal(err)
	}
	r := newRegistry(table, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { r.follow(ctx) })
	wg.Go(func() { r.sweep(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	return r
}

// A registered agent is there on other nodes and after a restart, until it is
// unregistered on any of them.
func TestRegisteredAgentsAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory.Journal{}
		here, there := testRegistry(t, store), testRegistry(t, store)
		a := &agentRecord{
			id: "critic_1", key: "critic", name: "Critic", owner: ann, provider: "scripted", model: "m", personality: "p",
			capabilities: []string{"conversation"}, modes: []string{"agent_to_agent"}, metadata: map[string]any{"k": "v"}, created: time.Now().UTC(),
		}
		if err := here.add(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		got := there.agent("critic_1")
		if got == nil || got.name != "Critic" || got.owner != ann || got.personality != "p" || got.metadata["k"] != "v" || !got.created.Equal(a.created) {
			t.Fatalf("on another node: got %+v", got)
		}
		if n := len(there.of(ann)); n != 1 || len(there.of(bob)) != 0 || len(there.of("")) != 1 {
			t.Errorf("got %d agents of ann, want 1", n)
		}
		if err := there.remove(t.Context(), "critic_1"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		for _, r := range []*registry{here, there} {
			if r.agent("critic_1") != nil || r.total != 0 || len(r.counts) != 0 {
				t.Errorf("removed there, it is still known")
			}
		}
	})
}

func TestRegisteredAgentsExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := testRegistry(t, &memory.Journal{})
		r.busy = func(id string) bool { return id == "used" && time.Since(r.agent("used").created) < 60*24*time.Hour }
		for _, id := range []string{"used", "unused"} {
			if err := r.add(t.Context(), &agentRecord{id: id, owner: ann, created: time.Now().UTC()}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(registeredLife - time.Hour)
		if len(r.of(ann)) != 2 {
			t.Errorf("before their time: got %d agents, want 2", len(r.of(ann)))
		}
		time.Sleep(3 * time.Hour)
		if r.agent("unused") != nil || r.agent("used") == nil {
			t.Errorf("got %v, want the one that is used", r.of(ann))
		}
		time.Sleep(registeredLife)
		if len(r.of(ann)) != 0 {
			t.Errorf("long after its last use it is still there")
		}
	})
}

func TestRegisteredAgentsAreBounded(t *testing.T) {
	r := testRegistry(t, &memory.Journal{})
	r.mu.Lock()
	r.counts[ann], r.total = maxRegistered-1, maxRegistered-1
	r.mu.Unlock()
	if err := r.add(t.Context(), &agentRecord{id: "one", owner: ann, created: time.Now()}); err != nil {
		t.Errorf("the last one: %v", err)
	}
	if err := r.add(t.Context(), &agentRecord{id: "two", owner: ann, created: time.Now()}); !errors.Is(err, errAgentLimit) {
		t.Errorf("one more: got %v", err)
	}
	if err := r.add(t.Context(), &agentRecord{id: "three", owner: bob, created: time.Now()}); err != nil {
		t.Errorf("another person's: %v", err)
	}
}

func TestDamagedRegisteredAgents(t *testing.T) {
	store := &memory.Journal{}
	table, _ := store.Table(t.Context(), tableAgents)
	for key, text := range map[string]string{"a": "{", "b": `{"id":"c","owner":"ann"}`, "d": `{"id":"d"}`, "e": `{"id":"e","owner":"ann"}`} {
		if _, err := table.Put(t.Context(), key, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	r := testRegistry(t, store)
	eventually(t, "the whole one is there", func() bool { return r.agent("e") != nil })
	if n := len(r.of("")); n != 1 {
		t.Errorf("got %d agents, want 1", n)
	}
}

// Over HTTP: what one server has registered, another on the same store shows.
func TestRegisteredAgentOnAnotherServer(t *testing.T) {
	one := newTestServer(t, nil)
	id, _ := one.as(t, ann, http.StatusOK, "POST", "/agents/register", `{"name":"Critic","provider":"scripted"}`)["agent_id"].(string)
	two := newTestServer(t, func(c *Config) { c.Store = one.journal })
	eventually(t, "the agent is there", func() bool {
		w, _ := two.do(t, "GET", "/agents/status/"+id, two.token(t, ann), nil)
		return w.StatusCode == http.StatusOK
	})
	two.as(t, bob, http.StatusForbidden, "GET", "/agents/status/"+id, nil)
	two.as(t, ann, http.StatusOK, "DELETE", "/agents/"+id, nil)
	eventually(t, "the agent is gone on the first, too", func() bool {
		w, _ := one.do(t, "GET", "/agents/status/"+id, one.token(t, ann), nil)
		return w.StatusCode == http.StatusNotFound
	})
}

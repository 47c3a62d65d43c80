package engine_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// purse is a budget that all owners share.
type purse struct {
	mu         sync.Mutex
	left, held int // tokens
	owner      string
}

func (p *purse) Reserve(owner string, most engine.Spent) *engine.Refusal {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.owner = owner
	if most.Tokens > p.left {
		return &engine.Refusal{Limit: "limits.tokens_per_day", Text: "the day is used up", Seen: []engine.Seen{{Name: "left", Value: "0"}}}
	}
	p.left, p.held = p.left-most.Tokens, p.held+most.Tokens
	return nil
}

func (p *purse) Settle(_ string, reserved, took engine.Spent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held -= reserved.Tokens
	p.left += reserved.Tokens - took.Tokens
}

const withPurse = `provider "scripted" "p" {
  reply {
    content = "fine"
    delay   = "2s"
    usage {
      input_tokens  = 20
      output_tokens = 100
    }
  }
}
agent "a" {
  provider   = provider.p
  max_tokens = 100
}
agent "b" {
  provider   = provider.p
  max_tokens = 100
}
pattern "round_robin" "talk" {
  participants = [agent.a, agent.b]
  max_rounds   = 9
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
  finalize {
    agent  = agent.a
    prompt = "End."
  }
}
`

func purseTemplate(t *testing.T) *engine.Template {
	t.Helper()
	path := filepath.Join(t.TempDir(), "main.hcl")
	if err := os.WriteFile(path, []byte(withPurse), 0o600); err != nil {
		t.Fatal(err)
	}
	return compile(t, load(t, path), nil)
}

// A budget outside of the session ends it, after its finalizing turn; the log
// replays without it.
func TestBudgetOfOwner(t *testing.T) {
	tmpl := purseTemplate(t)
	synctest.Test(t, func(t *testing.T) {
		p := &purse{left: 500}
		journal := &memory.Journal{}
		e := engine.New(engine.Config{Journal: journal, Logger: quiet(), Budget: p})
		defer e.Close()
		s, err := e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s", Owner: "ann"})
		if err != nil {
			t.Fatal(err)
		}
		<-s.Done()
		info, err := s.Info(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if info.Ended == nil || info.Ended.Outcome != engine.Exhausted || info.Turns < 4 || info.Usage.TotalTokens > 500+140 {
			t.Errorf("end %+v after %d turns and %d tokens, want exhausted after 3 turns and the last", info.Ended, info.Turns, info.Usage.TotalTokens)
		}
		if p.owner != "ann" || p.held != 0 || p.left != 500-info.Usage.TotalTokens {
			t.Errorf("the budget of %q has %d left and %d held, %d were used", p.owner, p.left, p.held, info.Usage.TotalTokens)
		}
		var log []engine.Event
		for ev, err := range journal.Read(t.Context(), "s", 0) {
			if err != nil {
				t.Fatal(err)
			}
			log = append(log, ev)
		}
		if end, ok := log[len(log)-1].Data.(*engine.Ended); !ok || end.Reason.Stop != "limits.tokens_per_day" {
			t.Errorf("it ends by %+v", log[len(log)-1].Data)
		}
		if d, err := engine.Replay(t.Context(), tmpl, each(log)); err != nil || d != nil {
			t.Errorf("replay: %+v, %v", d, err)
		}
	})
}

// What a session has reserved when it is let go counts as used.
func TestBudgetOfOwnerWhenLetGo(t *testing.T) {
	tmpl := purseTemplate(t)
	synctest.Test(t, func(t *testing.T) {
		p := &purse{left: 1000}
		e := engine.New(engine.Config{Journal: &memory.Journal{}, Logger: quiet(), Budget: p})
		s, err := e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		held := p.held
		e.Close()
		<-s.Done()
		if held == 0 || p.held != 0 || p.left != 1000-held {
			t.Errorf("%d were held; now %d are left of 1000 and %d held", held, p.left, p.held)
		}
	})
}

package server

import (
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// day opens a budget whose clock the test has.
func day(t *testing.T, store engine.Store, most DayLimits, now *time.Time) *Budget {
	t.Helper()
	b, err := OpenBudget(t.Context(), store, most, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	b.now = func() time.Time { return *now }
	return b
}

// Nodes that share a store share what a user may take, and none gives out more.
func TestDayIsSharedByNodes(t *testing.T) {
	now := time.Date(2026, 5, 1, 23, 0, 0, 0, time.UTC)
	store := &memory.Journal{}
	most := DayLimits{Tokens: 10_000}
	var granted [2]int
	var wg sync.WaitGroup
	for i := range granted {
		b := day(t, store, most, &now)
		wg.Go(func() {
			for b.Reserve("ann", engine.Spent{Tokens: 70}) == nil {
				b.Settle("ann", engine.Spent{Tokens: 70}, engine.Spent{Tokens: 50})
				granted[i] += 50
			}
		})
	}
	wg.Wait()
	if sum := granted[0] + granted[1]; sum > most.Tokens || sum < most.Tokens*9/10 {
		t.Errorf("%v tokens were given out, %d in all; want nearly %d and not more", granted, sum, most.Tokens)
	}
	after := day(t, store, most, &now) // a restart gives nothing anew
	no := after.Reserve("ann", engine.Spent{Tokens: 300})
	if no == nil || no.Limit != "limits.tokens_per_day" {
		t.Errorf("after a restart the refusal is %+v, want one by limits.tokens_per_day", no)
	}
	if no := after.Reserve("bob", engine.Spent{Tokens: 300}); no != nil {
		t.Errorf("another user is refused: %+v", no)
	}
	now = now.Add(time.Hour)
	if no := after.Reserve("ann", engine.Spent{Tokens: 300}); no != nil {
		t.Errorf("on the next day the refusal is %+v, want none", no)
	}
}

func TestDayCountsCost(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	b := day(t, &memory.Journal{}, DayLimits{Cost: 1}, &now)
	if no := b.Reserve("ann", engine.Spent{Tokens: 1e9, Cost: 0.9}); no != nil {
		t.Fatalf("refused: %+v", no)
	}
	if no := b.Reserve("ann", engine.Spent{Cost: 0.2}); no == nil || no.Limit != "limits.cost_per_day" {
		t.Errorf("the refusal is %+v, want one by limits.cost_per_day", no)
	}
	b.Settle("ann", engine.Spent{Cost: 0.9}, engine.Spent{Cost: 0.1})
	if no := b.Reserve("ann", engine.Spent{Cost: 0.2}); no != nil {
		t.Errorf("after what was reserved is given back: %+v", no)
	}
}

// A step is taken once for many calls.
func TestDayIsTakenInSteps(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	store := &memory.Journal{}
	b := day(t, store, DayLimits{Tokens: 1_000_000}, &now)
	for range 200 {
		if no := b.Reserve("ann", engine.Spent{Tokens: 100}); no != nil {
			t.Fatalf("refused: %+v", no)
		}
	}
	table, err := store.Table(t.Context(), tableSpent)
	if err != nil {
		t.Fatal(err)
	}
	e, err := table.Get(t.Context(), recordKey("ann"))
	if err != nil || e.Revision > 2 {
		t.Errorf("the record has revision %d (%v), want 2 at most", e.Revision, err)
	}
}

// A user whose day is used up begins no session until the next.
func TestDayLimitOfUsers(t *testing.T) {
	var budget *Budget
	ts := newTestServer(t, func(c *Config) {
		journal := &memory.Journal{}
		var err error
		if budget, err = OpenBudget(t.Context(), journal, DayLimits{Tokens: 20_000}, c.Logger); err != nil {
			t.Fatal(err)
		}
		c.Store, c.Budget = journal, budget
		c.Engine = engine.New(c.Hooks.Wire(engine.Config{Journal: journal, Logger: c.Logger, Budget: budget}))
		t.Cleanup(c.Engine.Close)
	})
	ts.createChat(t, ann)
	budget.Settle(ann, engine.Spent{}, engine.Spent{Tokens: 19_900})
	w, body := ts.do(t, "POST", "/chat/sessions/create", ts.token(t, ann), chatBody)
	check(t, body, "DAY_LIMIT", "code")
	wait, err := strconv.Atoi(w.Header.Get("Retry-After"))
	if w.StatusCode != 429 || err != nil || wait < 1 || wait > 24*60*60 {
		t.Errorf("status %d, Retry-After %q; want 429 and at most a day", w.StatusCode, w.Header.Get("Retry-After"))
	}
	ts.createChat(t, bob)
}

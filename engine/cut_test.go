package engine_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// TestAnyCut cuts logs behind any event, not only where an append ended, and
// resumes them, and cuts what comes of it again: what is stored stays, the
// session ends within its proof, nothing is said twice, and the log replays.
func TestAnyCut(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		tmpl, src := crowded(rt, dir)
		if tmpl == nil {
			rt.Skip("the tree is refused")
		}
		before, after := deeds(rt), deeds(rt)
		seed := rapid.Uint64().Draw(rt, "seed")
		problem := ""
		synctest.Test(t, func(t *testing.T) {
			log, _ := crowdRun(t, &memory.Journal{}, before, "early", func(e *engine.Engine) (*engine.Session, error) {
				return e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
			})
			random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a test's
			for range 4 {
				at := 1 + random.IntN(len(log)-1)
				again, _ := crowdRun(t, stored(t, log[:at]), after, "late", func(e *engine.Engine) (*engine.Session, error) {
					return e.Resume(t.Context(), tmpl, "s")
				})
				if t.Failed() {
					problem = "cut behind\n" + transcript(log[:at]) + "goes on with\n" + transcript(again[at:])
					return
				}
				if diff := eventDiff(log[:at], again[:at]); diff != "" {
					problem = "what was stored has changed:\n" + diff
				}
				if problem == "" {
					problem = doubled(again)
				}
				if problem != "" {
					problem += "\n" + transcript(again)
					return
				}
				if random.IntN(2) == 0 {
					log = again
				}
			}
		})
		if problem != "" || t.Failed() {
			rt.Fatalf("%s\n%+v\n%+v\n%s", problem, before, after, src)
		}
	})
}

// TestEveryCut does so behind each event of the scenarios' logs.
func TestEveryCut(t *testing.T) {
	scenarios(t, func(t *testing.T, tmpl *engine.Template, log []engine.Event) {
		t.Helper()
		for at := 1; at < len(log); at++ {
			synctest.Test(t, func(t *testing.T) {
				again, _ := crowdRun(t, stored(t, log[:at]), nil, "late", func(e *engine.Engine) (*engine.Session, error) {
					s, err := e.Resume(t.Context(), tmpl, "s")
					if err == nil {
						time.AfterFunc(100*time.Hour, func() { _ = s.CloseInput(t.Context()) })
						time.AfterFunc(900*time.Hour, func() { _ = s.Stop(t.Context(), "x", false) })
					}
					return s, err
				})
				problem := doubled(again)
				// A judge's failure that its pattern has passed over is not remembered.
				if got, want := ended(t, again).Reason.Stop, ended(t, log).Reason.Stop; got != want && strings.HasSuffix(t.Name(), "/stop_judge_scope_fails") {
					problem = fmt.Sprintf("it ends by %s, want %s", got, want)
				}
				if problem != "" || t.Failed() {
					t.Fatalf("%s\ncut behind\n%sgoes on with\n%s", problem, transcript(log[:at]), transcript(again[at:]))
				}
			})
		}
	})
}

// stored is a journal that has a log.
func stored(t *testing.T, log []engine.Event) *memory.Journal {
	t.Helper()
	j := &memory.Journal{}
	if err := j.Append(t.Context(), log[0].Session, 0, log); err != nil {
		t.Fatal(err)
	}
	return j
}

// doubled says which turn spoke or ended twice, or began again.
func doubled(log []engine.Event) string {
	said, over := map[int]int{}, map[int]int{}
	for _, e := range log {
		switch e.Data.(type) {
		case *engine.Said:
			if said[e.Turn]++; e.Turn > 0 && said[e.Turn] > 1 {
				return e.ID() + " is said in a turn that has spoken"
			}
		case *engine.TurnFinished, *engine.TurnFailed:
			if over[e.Turn]++; over[e.Turn] > 1 {
				return e.ID() + " ends a turn that is over"
			}
		}
	}
	return ""
}

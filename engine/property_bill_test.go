package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// tightness collects how much of what is certified was taken.
type tightness struct {
	mu     sync.Mutex
	shares map[string][]float64
}

func (x *tightness) add(what string, measured float64, certified specs.Amount) {
	if certified == 0 || !certified.Bounded() {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.shares[what] = append(x.shares[what], measured/float64(certified))
}

// print tells what was taken of what was certified: in the mean, of the middle
// and the dearest tenth of sessions at least, and at most.
func (x *tightness) print(t *testing.T) {
	t.Helper()
	for _, what := range []string{"turns", "calls", "tokens", "cost"} {
		list := x.shares[what]
		if len(list) == 0 {
			continue
		}
		slices.Sort(list)
		sum := 0.0
		for _, share := range list {
			sum += share
		}
		t.Logf("tightness of %s: %.2f in the mean of %d sessions, %.2f in the middle, %.2f for a tenth, %.2f at most",
			what, sum/float64(len(list)), len(list), list[len(list)/2], list[len(list)*9/10], list[len(list)-1])
	}
}

// rich writes a scenario with prices, caps, long introductions and, now and
// then, budgets: everything that a bill is made of.
func rich(rt *rapid.T) string {
	g := &tree{t: rt, crowd: rapid.Bool().Draw(rt, "crowd")}
	src := g.scenario()
	own := rapid.Bool().Draw(rt, "own caps")
	most := rapid.SampledFrom([]int{60, 300, 1000}).Draw(rt, "max_tokens")
	for _, name := range []string{"a", "b", "c", "critic", "chair"} {
		if own {
			most = rapid.SampledFrom([]int{60, 300, 1000}).Draw(rt, "max_tokens of one")
		}
		text := strings.Repeat("x", rapid.SampledFrom([]int{0, 40, 2000}).Draw(rt, "description"))
		head := fmt.Sprintf("agent %q {\n", name)
		src = strings.Replace(src, head, fmt.Sprintf("%s  max_tokens = %d\n  description = %q\n", head, most, text), 1)
	}
	for _, name := range []string{"p", "q"} {
		head := fmt.Sprintf("provider \"scripted\" %q {\n", name)
		src = strings.Replace(src, head, head+"  price {\n    input = 3\n    output = 15\n  }\n", 1)
	}
	src = strings.Replace(src, "tool \"t\" {\n", fmt.Sprintf("tool \"t\" {\n  max_result = %d\n", loudest), 1)
	limits := ""
	if !strings.Contains(src, "    max_tokens =") && rapid.IntRange(0, 3).Draw(rt, "budget") == 0 {
		limits = fmt.Sprintf("    max_tokens = %d\n", rapid.SampledFrom([]int{3000, 20_000, 200_000}).Draw(rt, "most tokens"))
	}
	if rapid.IntRange(0, 3).Draw(rt, "purse") == 0 {
		limits += fmt.Sprintf("    max_cost = %v\n", rapid.SampledFrom([]float64{0.02, 0.2, 2}).Draw(rt, "most cost"))
	}
	return strings.Replace(src, "    max_repeats = 50\n", limits, 1)
}

// TestNothingCostsMore runs random trees of patterns against a model that takes
// all it can, and persons who write as much as they may: no session takes more
// turns, calls, tokens or money than its certificate says.
func TestNothingCostsMore(t *testing.T) {
	tight := &tightness{shares: map[string][]float64{}}
	rapid.Check(t, func(rt *rapid.T) {
		src := rich(rt)
		choices := rapid.SliceOfN(rapid.Byte(), 1, 60).Draw(rt, "choices")
		cfg, diags := loadText(t, src)
		if diags.HasErrors() {
			rt.Skip("the tree is refused")
		}
		models := scripts(cfg)
		gluttons(models, choices)
		tmpl, diags := engine.Compile(cfg, "s", engine.Resources{Models: models, Tools: loud()})
		if diags.HasErrors() {
			rt.Skip("the tree is refused")
		}
		within(t, rt, tmpl, specs.Certify(cfg, "s"), tight, src)
	})
	tight.print(t)
}

// within runs a session and compares what it takes with its certificate.
func within(t *testing.T, rt *rapid.T, tmpl *engine.Template, c *specs.Certificate, tight *tightness, src string) {
	t.Helper()
	var problem string
	var info engine.Info
	synctest.Test(t, func(t *testing.T) {
		journal := &memory.Journal{}
		e := engine.New(engine.Config{Journal: journal, Logger: quiet()})
		defer e.Close()
		began := time.Now()
		s, err := e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
		if err != nil {
			problem = err.Error()
			return
		}
		ctx, cancel := context.WithCancel(t.Context())
		var persons sync.WaitGroup
		persons.Go(func() { answers(ctx, s, journal) })
		defer persons.Wait()
		defer cancel()
		select {
		case <-s.Done():
		case <-time.After(1000 * time.Hour):
			problem = "it did not end"
			return
		}
		b, err := billOf(t.Context(), journal)
		if err != nil {
			problem = err.Error()
			return
		}
		check := func(what string, measured float64, most specs.Amount) {
			if measured > float64(most)+1e-9 {
				problem += fmt.Sprintf("%v %s, certified are %v (%s)\n", measured, what, float64(most), c.Reasons[what])
			}
			tight.add(what, measured, most)
		}
		if info, err = s.Info(t.Context()); err != nil {
			problem = err.Error()
			return
		}
		check("turns", float64(info.Turns), c.Turns)
		check("calls", b.calls, c.Calls)
		check("tokens", b.tokens, c.Tokens)
		check("cost", b.cost, c.Cost)
		check("seconds", time.Since(began).Seconds(), c.Seconds)
		shares := map[string]specs.Share{}
		for _, share := range slices.Concat(c.Agents, c.Providers, c.Patterns) {
			shares[share.Address] = share
		}
		for address, own := range b.parts {
			share := shares[address]
			check("calls of "+address, own.calls, share.Calls)
			check("tokens of "+address, own.tokens, share.Tokens)
			check("cost of "+address, own.cost, share.Cost)
		}
	})
	if problem != "" || t.Failed() {
		rt.Fatalf("%s\n%s", problem, src)
	}
	mayBe(t, rt, src, info)
}

// answers writes, for each person whose turn it is, as much as a certificate
// takes a person's message to be, and resumes what is paused.
func answers(ctx context.Context, s *engine.Session, journal engine.Journal) {
	for ev, err := range journal.Follow(ctx, "s", 0) {
		if err != nil {
			return
		}
		switch ev.Data.(type) {
		case *engine.TurnStarted:
			if ev.Agent == "h" {
				time.Sleep(time.Second)
				_, _ = s.Say(ctx, engine.Message{Sender: "h", Content: strings.Repeat("w", 8000)})
			}
		case *engine.Paused:
			_ = s.Resume(ctx, "x")
		}
	}
}

// A bill is what a log says that a session took.
type bill struct {
	calls, tokens, cost float64
	parts               map[string]*bill // by agent, provider and pattern
}

func billOf(ctx context.Context, journal engine.Journal) (b bill, err error) {
	b.parts = map[string]*bill{}
	asked := map[int][]*bill{} // by call
	for ev, err := range journal.Read(ctx, "s", 0) {
		if err != nil {
			return b, err
		}
		switch d := ev.Data.(type) {
		case *engine.ModelCalled:
			asked[d.Call] = []*bill{&b, b.part("agent." + ev.Agent), b.part("provider." + d.Provider)}
			for name := range strings.SplitSeq(ev.Pattern, "/") {
				if name != "" {
					asked[d.Call] = append(asked[d.Call], b.part("pattern."+name))
				}
			}
			for _, to := range asked[d.Call] {
				to.calls++
			}
		case *engine.ModelAnswered:
			paid(asked[d.Call], ev.Usage, d.Cost)
		case *engine.ModelFailed:
			paid(asked[d.Call], ev.Usage, d.Cost)
		}
	}
	return b, nil
}

func (b *bill) part(address string) *bill {
	if b.parts[address] == nil {
		b.parts[address] = &bill{}
	}
	return b.parts[address]
}

func paid(by []*bill, took *providers.Usage, cost *float64) {
	for _, b := range by {
		b.cost += money(cost)
		if took != nil {
			b.tokens += float64(took.Total())
		}
	}
}

func money(f *float64) float64 {
	if f == nil {
		return 0
	}
	return *f
}

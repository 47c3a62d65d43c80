package specs

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func agentRef(name string) Ref   { return Ref{Kind: RefAgent, Name: name} }
func patternRef(name string) Ref { return Ref{Kind: RefPattern, Name: name} }

// oneAgent is a scenario with a scripted agent whose provider is asked once per request: three
// calls in a turn, two of them to mend the answer.
func oneAgent(patterns ...*Pattern) *Config {
	p := &Provider{Block: Block{Name: "p"}, Kind: "scripted", Retry: &Retry{Attempts: 1}}
	a := &Agent{Block: Block{Name: "a"}, Models: []string{"p"}, MaxToolCalls: 8}
	s := &Session{
		Block: Block{Name: "s", Args: map[string]Range{"pattern": {}}}, Type: "agent_agent",
		Pattern: patterns[len(patterns)-1].Name,
	}
	return &Config{Providers: []*Provider{p}, Agents: []*Agent{a}, Patterns: patterns, Sessions: []*Session{s}}
}

func roundRobin(name string, rounds int, who ...Ref) *Pattern {
	return &Pattern{Block: Block{Name: name}, Kind: "round_robin", Participants: who, MaxRounds: rounds}
}

func TestBoundSaturates(t *testing.T) {
	patterns := []*Pattern{roundRobin("r0", 1<<40, agentRef("a"))}
	for i := range 4 {
		patterns = append(patterns, roundRobin(fmt.Sprintf("r%d", i+1), 1<<40, patternRef(fmt.Sprintf("r%d", i))))
	}
	cfg := oneAgent(patterns...)
	if ds := prove(cfg); len(ds) > 0 {
		t.Fatalf("got %v, want no finding", ds)
	}
	if b := cfg.Sessions[0].Bound; b.Turns != math.MaxInt || b.Calls != math.MaxInt {
		t.Errorf("got %d turns, %d calls; want the largest number", b.Turns, b.Calls)
	}
}

// A pattern that is used twice by each level doubles 60 times, and must be
// looked at once.
func TestBoundOfSharedPatterns(t *testing.T) {
	patterns := []*Pattern{roundRobin("r0", 1, agentRef("a"))}
	for i := range 60 {
		below := patternRef(fmt.Sprintf("r%d", i))
		patterns = append(patterns, &Pattern{Block: Block{Name: fmt.Sprintf("r%d", i+1)}, Kind: "sequential", Participants: []Ref{below, below}})
	}
	cfg := oneAgent(patterns...)
	if ds := prove(cfg); len(ds) > 0 {
		t.Fatalf("got %v, want no finding", ds)
	}
	if got := cfg.Sessions[0].Bound.Turns; got != 1<<60 {
		t.Errorf("got %d turns, want 2^60", got)
	}
	if got := len(cfg.Sessions[0].Bound.Because); got > 20 {
		t.Errorf("got %d reasons, want 20 at most", got)
	}
}

func TestBoundLimits(t *testing.T) {
	endless := func() *Config { return oneAgent(roundRobin("r", 0, agentRef("a"), agentRef("a"))) }
	tests := []struct {
		name         string
		change       func(*Session)
		turns, calls int // 0: unbounded
	}{
		{"none", func(*Session) {}, 0, 0},
		{"turns", func(s *Session) { s.Limits.MaxTurns = 7 }, 7, 21},
		{"rounds", func(s *Session) { s.Limits.MaxRounds = 7 }, 14, 42},
		{"calls", func(s *Session) { s.Limits.MaxCalls = 7 }, 16, 7},
		{"messages", func(s *Session) { s.Limits.MaxMessages = 7 }, 7, 21},
		{"turns and calls", func(s *Session) { s.Limits.MaxTurns, s.Limits.MaxCalls = 9, 5 }, 9, 5},
		{"tokens are no count", func(s *Session) { s.Limits.MaxTokens = 7 }, 0, 0},
		{"time is no count", func(s *Session) { s.Limits.Timeout = 7 }, 0, 0},
		{"cost is no count", func(s *Session) { s.Limits.MaxCost = 7 }, 0, 0},
		{"tool calls are no count", func(s *Session) { s.Limits.MaxToolCalls = 7 }, 0, 0},
		{"finalize", func(s *Session) { s.Limits.MaxTurns = 7; s.Finalize = &Finalize{Agent: "a"} }, 8, 24},
		{"finalize beyond the calls", func(s *Session) { s.Limits.MaxTurns = 7; s.Limits.MaxCalls = 5; s.Finalize = &Finalize{Agent: "a"} }, 8, 8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := endless()
			tt.change(cfg.Sessions[0])
			ds := prove(cfg)
			b := cfg.Sessions[0].Bound
			if (tt.turns == 0) != (len(ds) == 1) || b.Turns != tt.turns || b.Calls != tt.calls {
				t.Errorf("got %d turns, %d calls, %v; want %d, %d", b.Turns, b.Calls, ds, tt.turns, tt.calls)
			}
		})
	}
}

// A turn that is passed over is no message, so messages prove nothing then.
func TestBoundOfMessages(t *testing.T) {
	p := roundRobin("r", 0, agentRef("a"))
	p.OnError = "skip"
	cfg := oneAgent(p)
	cfg.Sessions[0].Limits.MaxMessages = 7
	if ds := prove(cfg); len(ds) != 1 || ds[0].Code != codeUnbounded {
		t.Errorf("got %v, want %s", ds, codeUnbounded)
	}
}

func TestBoundNamesTheCycleOnce(t *testing.T) {
	cfg := oneAgent(roundRobin("r", 0, agentRef("a"), agentRef("b")))
	second := *cfg.Sessions[0]
	second.Name = "t"
	cfg.Sessions = append(cfg.Sessions, &second)
	ds := prove(cfg)
	if len(ds) != 1 {
		t.Fatalf("got %d findings, want 1: %v", len(ds), ds)
	}
	for _, want := range []string{"agent.a → agent.b → agent.a", "session.s, session.t", "max_rounds = 10"} {
		if !strings.Contains(ds[0].Detail, want) {
			t.Errorf("got detail %q, want it to have %q", ds[0].Detail, want)
		}
	}
}

// Broken configurations, as they come out of a load with errors, must not
// make the proof or the checks crash or hang.
func TestBrokenConfigurations(t *testing.T) {
	loop := roundRobin("r", 1, patternRef("r"), patternRef("nobody"), Ref{})
	cfg := oneAgent(loop)
	cfg.Stops = []*Stop{{Block: Block{Name: "x"}, Combine: &Combine{Op: "any", Of: []string{"x", "y"}}}}
	cfg.Sessions[0].Stops = []string{"x", "z"}
	prove(cfg)
	check(cfg)
	for _, kind := range []string{
		"chat", "random", "sequential", "parallel", "map", "loop", "router", "supervisor", "vote",
		"plan_execute", "magentic", "blackboard", "auction", "graph", "selector", "moderated", "handoff", "debate", "nonsense",
	} {
		cfg := oneAgent(&Pattern{Block: Block{Name: "r"}, Kind: kind})
		prove(cfg)
		check(cfg)
	}
}

// More rounds, more participants or dearer agents never lower a bound, and a
// limit never raises one.
func TestBoundIsMonotone(t *testing.T) {
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		cfg := randomTree(rnd)
		prove(cfg)
		before := cfg.Sessions[0].Bound
		for _, p := range cfg.Patterns {
			if p.MaxRounds > 0 {
				p.MaxRounds++
			}
		}
		prove(cfg)
		after := cfg.Sessions[0].Bound
		if after.Turns < before.Turns || after.Calls < before.Calls {
			t.Fatalf("seed %d: got %+v after raising rounds, before it was %+v", seed, after, before)
		}
		cfg.Sessions[0].Limits.MaxTurns = 1 + rnd.IntN(5)
		prove(cfg)
		limited := cfg.Sessions[0].Bound
		if limited.Turns > after.Turns || limited.Calls > after.Calls || limited.Turns > cfg.Sessions[0].Limits.MaxTurns+spare(cfg) {
			t.Fatalf("seed %d: got %+v with max_turns = %d, without %+v", seed, limited, cfg.Sessions[0].Limits.MaxTurns, after)
		}
	}
}

// spare is how many turns may be finished beyond a limit, because they are under
// way at the same time.
func spare(cfg *Config) int {
	pr := newProver(cfg)
	return max(pr.patternLoad(pr.patterns[cfg.Sessions[0].Pattern]).width-1, 0)
}

// randomTree is a scenario of bounded patterns, each using the ones before it.
func randomTree(rnd *rand.Rand) *Config {
	var patterns []*Pattern
	for i := range 1 + rnd.IntN(6) {
		p := &Pattern{Block: Block{Name: fmt.Sprintf("r%d", i)}}
		for range 1 + rnd.IntN(3) {
			ref := agentRef("a")
			if i > 0 && rnd.IntN(2) == 0 {
				ref = patternRef(fmt.Sprintf("r%d", rnd.IntN(i)))
			}
			p.Participants = append(p.Participants, ref)
		}
		switch rnd.IntN(4) {
		case 0:
			p.Kind, p.MaxRounds = "round_robin", 1+rnd.IntN(4)
		case 1:
			p.Kind, p.Parallel = "parallel", &Parallel{}
		case 2:
			p.Kind, p.MaxRounds, p.Selector = "selector", 1+rnd.IntN(4), &Selector{Chair: &Ref{Kind: RefAgent, Name: "a"}}
		default:
			p.Kind, p.Loop = "loop", &Loop{MaxIterations: 1 + rnd.IntN(3)}
		}
		if rnd.IntN(3) == 0 {
			p.MaxTurns = 1 + rnd.IntN(6)
		}
		patterns = append(patterns, p)
	}
	return oneAgent(patterns...)
}

// The rounds that a session allows take what the pattern's own would take.
func TestRoundsOfSessions(t *testing.T) {
	a, b := agentRef("a"), agentRef("b")
	patterns := map[string]*Pattern{
		"round_robin": roundRobin("r", 0, a, b),
		"random":      {Block: Block{Name: "r"}, Kind: "random", Participants: []Ref{a, b}},
		"debate":      {Block: Block{Name: "r"}, Kind: "debate", Participants: []Ref{a, b}, Debate: &Debate{Judge: &a}},
		"selector":    {Block: Block{Name: "r"}, Kind: "selector", Participants: []Ref{a, b}, Selector: &Selector{Chair: &a, Attempts: 2}},
		"moderated":   {Block: Block{Name: "r"}, Kind: "moderated", Participants: []Ref{a, b}, Selector: &Selector{Chair: &b, Attempts: 3}},
		"magentic":    {Block: Block{Name: "r"}, Kind: "magentic", Participants: []Ref{b}, Manager: &Manager{Manager: a, MaxResets: 2, MaxStalls: 1}},
		"auction":     {Block: Block{Name: "r"}, Kind: "auction", Participants: []Ref{a, b}, Manager: &Manager{Manager: a}},
		"summary":     {Block: Block{Name: "r"}, Kind: "round_robin", Participants: []Ref{a, b}, Result: "summary", OnError: "skip"},
	}
	for name, p := range patterns {
		for _, most := range []int{1, 2, 7, 1000} {
			own := *p
			own.MaxRounds = most
			want := newProver(twoAgents(&own)).patternLoad(&own)
			pr := newProver(twoAgents(p))
			if got := pr.capped(p, most); !near(got.sum, want.sum) {
				t.Errorf("%s, %d rounds: got %+v, want %+v", name, most, got.sum, want.sum)
			}
		}
	}
}

// near says whether sums are the same but for the rounding of fractions.
func near(a, b sum) bool {
	same := func(x, y float64) bool { return math.Abs(x-y) <= 1e-9*math.Max(1, math.Abs(y)) }
	if !same(a.cost, b.cost) || !same(a.askPrice, b.askPrice) || !same(a.readPrice, b.readPrice) || !same(a.msgPrice, b.msgPrice) || !same(a.wait, b.wait) {
		return false
	}
	a.cost, a.askPrice, a.readPrice, a.msgPrice, a.wait = b.cost, b.askPrice, b.readPrice, b.msgPrice, b.wait
	return a == b
}

// A row that begins anew takes each participant once a pass.
func TestPassesAreCounted(t *testing.T) {
	a, b := agentRef("a"), agentRef("b")
	for name, p := range map[string]*Pattern{
		"sequential": {Block: Block{Name: "p"}, Kind: "sequential", Participants: []Ref{a, b}, MaxRounds: 3},
		"parallel":   {Block: Block{Name: "p"}, Kind: "parallel", Participants: []Ref{b}, MaxRounds: 3, Parallel: &Parallel{Aggregate: &a}},
	} {
		if c := certified(t, twoAgents(p)); c.Turns != 6 || c.Calls != 18 {
			t.Errorf("%s: got %v turns, %v calls; want 6 and 18", name, c.Turns, c.Calls)
		}
	}
}

// Turns that fail are no turns: where a pattern goes on nevertheless, a limit of
// turns leaves room for them.
func TestFailedTurnsTakeCalls(t *testing.T) {
	a, b := agentRef("a"), agentRef("b")
	for name, p := range map[string]*Pattern{
		"plan_execute": {Kind: "plan_execute", Participants: []Ref{a}, PlanExecute: &PlanExecute{Planner: b, MaxSteps: 9, MaxReplans: 9}},
		"parallel":     {Kind: "parallel", Participants: []Ref{a, b}, MaxRounds: 9, Parallel: &Parallel{Join: 1}},
		"supervisor":   {Kind: "supervisor", Participants: []Ref{a}, Manager: &Manager{Manager: b, MaxDelegations: 9}},
		"round_robin":  {Kind: "round_robin", Participants: []Ref{a, b}, MaxRounds: 9, OnError: "skip"},
	} {
		p.Name = "p"
		cfg := twoAgents(p)
		cfg.Sessions[0].Limits.MaxTurns = 4
		if c := certified(t, cfg); c.Calls < 2*4*3 && name != "supervisor" || c.Calls < 10*3 && name == "supervisor" {
			t.Errorf("%s: got %v calls, want room for turns that fail", name, c.Calls)
		}
	}
}

// A pattern's own max_turns lets finish what has begun, and whoever leads it has
// the last word.
func TestOwnTurnsLetFinish(t *testing.T) {
	a, b := agentRef("a"), agentRef("b")
	for _, tt := range []struct {
		pattern *Pattern
		turns   Amount
	}{
		{&Pattern{Kind: "round_robin", Participants: []Ref{a, b}, MaxRounds: 9}, 2},
		{&Pattern{Kind: "magentic", Participants: []Ref{a}, MaxRounds: 9, Manager: &Manager{Manager: b}}, 2 + 1 + 1},
		{&Pattern{Kind: "auction", Participants: []Ref{a}, MaxRounds: 9, Manager: &Manager{Manager: b}}, 1 + 3 + 1},
		{&Pattern{Kind: "plan_execute", Participants: []Ref{a}, PlanExecute: &PlanExecute{Planner: b, MaxSteps: 9}}, 2 + 1},
		{&Pattern{Kind: "debate", Participants: []Ref{a, b}, MaxRounds: 9, Debate: &Debate{Judge: &a}}, 1 + 2 + 1},
	} {
		tt.pattern.Name, tt.pattern.MaxTurns = "p", 2
		if c := certified(t, twoAgents(tt.pattern)); c.Turns != tt.turns {
			t.Errorf("%s: got %v turns, want %v", tt.pattern.Kind, c.Turns, tt.turns)
		}
	}
}

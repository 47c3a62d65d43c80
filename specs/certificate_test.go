package specs

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// twoAgents are a and b, whose answers have 100 tokens, each asked once per
// request by a provider at 1 USD per million tokens in and 2 out.
func twoAgents(patterns ...*Pattern) *Config {
	cfg := oneAgent(patterns...)
	cfg.Agents[0].MaxTokens = 100
	b := *cfg.Agents[0]
	b.Name = "b"
	cfg.Agents = append(cfg.Agents, &b)
	cfg.Providers[0].Price = &Price{Input: 1, Output: 2}
	cfg.Sessions[0].Opening = "Begin."
	return cfg
}

func certified(t *testing.T, cfg *Config) *Certificate {
	t.Helper()
	if ds := prove(cfg); len(ds) > 0 {
		t.Fatalf("got %v, want no findings", ds)
	}
	c := Certify(cfg, "s")
	if c == nil {
		t.Fatal("got no certificate")
	}
	return c
}

// The numbers of four turns, each of three calls: an answer and two that mend it.
//
// A call says 61 tokens of its own (60 fixed words and a name), 16 of the
// introductions of both, and 12 of the opening: 12 × 89 = 1068. The first mended
// answer is read with what is wrong about it, 100 + 20, by one call, the second
// by another with both: 360 a turn, 1440. Messages have 102 tokens, with their
// name; turn by turn 0, 1, 2 and 3 are read by three calls: 102 × 3 × 6 = 1836.
func TestCertificateByHand(t *testing.T) {
	c := certified(t, twoAgents(roundRobin("r", 2, agentRef("a"), agentRef("b"))))
	want := Certificate{Turns: 4, Calls: 12, InputTokens: 1068 + 1440 + 1836, OutputTokens: 1200}
	if c.Turns != want.Turns || c.Calls != want.Calls || c.InputTokens != want.InputTokens || c.OutputTokens != want.OutputTokens {
		t.Errorf("got %v turns, %v calls, %v in, %v out; want %v, %v, %v, %v", c.Turns, c.Calls, c.InputTokens, c.OutputTokens,
			want.Turns, want.Calls, want.InputTokens, want.OutputTokens)
	}
	if cost := Amount((4344 + 2*1200) / 1e6); math.Abs(float64(c.Cost-cost)) > 1e-12 {
		t.Errorf("got %v, want %v", c.Cost, cost)
	}
	if c.Seconds != 720 { // twelve calls of a minute
		t.Errorf("got %v s, want 720", c.Seconds)
	}
	for _, share := range c.Agents {
		if share.Turns != 2 || share.Calls != 6 {
			t.Errorf("got %+v, want 2 turns, 6 calls", share)
		}
	}
	if len(c.Providers) != 1 || c.Providers[0].Calls != 12 {
		t.Errorf("got %+v, want provider.p with 12 calls", c.Providers)
	}
}

// Twice as many turns read four times as much of the conversation, or twice as
// much through a window.
func TestHistoryGrows(t *testing.T) {
	in := func(rounds int, memory *Memory) float64 {
		cfg := twoAgents(roundRobin("r", rounds, agentRef("a"), agentRef("b")))
		for _, a := range cfg.Agents {
			a.Memory = memory
		}
		return float64(certified(t, cfg).InputTokens)
	}
	read := func(rounds int) float64 { return in(rounds, nil) - float64(rounds)*6*89 - float64(rounds)*720 }
	if ratio := read(400) / read(200); ratio < 3.98 || ratio > 4.02 {
		t.Errorf("got %.3f times as much for twice the turns, want 4", ratio)
	}
	window := &Memory{Keep: "last", Messages: 4}
	if ratio := in(400, window) / in(200, window); ratio < 1.99 || ratio > 2.01 {
		t.Errorf("got %.3f times as much with a window, want 2", ratio)
	}
}

func TestCertificateOf(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Config)
		check  func(*Certificate) bool
		reason string // of tokens or cost, in part
	}{
		{"no cap", func(c *Config) { c.Agents[0].MaxTokens = 0 }, func(c *Certificate) bool { return !c.Tokens.Bounded() && !c.Cost.Bounded() }, "agent.a has no max_tokens"},
		{"no price", func(c *Config) { c.Providers[0].Kind, c.Providers[0].Price = "groq", nil; c.Providers[0].Model = "x" }, func(c *Certificate) bool { return c.Tokens.Bounded() && !c.Cost.Bounded() }, "provider.p is not known"},
		{"free", func(c *Config) { c.Providers[0].Price = nil }, func(c *Certificate) bool { return c.Cost == 0 }, ""},
		{"tokens", func(c *Config) { c.Sessions[0].Limits.MaxTokens = 500 }, func(c *Certificate) bool { return c.Tokens == 500 }, "limits.max_tokens = 500"},
		{"cost", func(c *Config) { c.Sessions[0].Limits.MaxCost = 0.001 }, func(c *Certificate) bool { return c.Cost == 0.001 }, "limits.max_cost = 0.001"},
		{"timeout", func(c *Config) { c.Sessions[0].Limits.Timeout = time.Minute }, func(c *Certificate) bool { return c.Seconds == 60 }, ""},
		{"turn timeout", func(c *Config) { c.Sessions[0].Limits.TurnTimeout = time.Second }, func(c *Certificate) bool { return c.Seconds == 4 }, ""},
		{"last turn", func(c *Config) { c.Sessions[0].Finalize = &Finalize{Agent: "a"} }, func(c *Certificate) bool { return c.Turns == 5 && c.Calls == 15 && c.Seconds == 840 }, ""},
		{"a fallback", func(c *Config) {
			dear := *c.Providers[0]
			dear.Name, dear.Price = "q", &Price{Input: 10, Output: 20}
			c.Providers = append(c.Providers, &dear)
			c.Agents[0].Models = []string{"p", "q"}
		}, func(c *Certificate) bool { return c.Calls == 18 && len(c.Providers) == 2 && c.Providers[1].Calls == 6 }, ""},
		{"retries", func(c *Config) { c.Providers[0].Retry.Attempts = 3 }, func(c *Certificate) bool { return c.Calls == 36 && c.Seconds == 36*90 }, ""},
		{"tools", func(c *Config) {
			c.Tools = []*Tool{{Block: Block{Name: "t"}, Expr: &ExprTool{}, MaxResult: 400}}
			c.Agents[0].Tools = []string{"t"}
		}, func(c *Certificate) bool { return c.Calls == 2*3+2*11 }, ""},
		{"approval", func(c *Config) {
			c.Tools = []*Tool{{Block: Block{Name: "t"}, Expr: &ExprTool{}, Approval: "always"}}
			c.Agents[0].Tools = []string{"t"}
		}, func(c *Certificate) bool { return !c.Seconds.Bounded() }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := twoAgents(roundRobin("r", 2, agentRef("a"), agentRef("b")))
			cfg.Sessions[0].Lifetime = 0
			tt.change(cfg)
			c := certified(t, cfg)
			if !tt.check(c) {
				text, _ := json.Marshal(c)
				t.Errorf("got %s", text)
			}
			if reasons := fmt.Sprint(c.Reasons); !strings.Contains(reasons, tt.reason) {
				t.Errorf("got the reasons %s, want them to have %q", reasons, tt.reason)
			}
		})
	}
}

// A chat's conversation grows with each message, so only a window or a limit
// bounds the tokens of an answer.
func TestCertificatePerMessage(t *testing.T) {
	chat := func() *Config {
		cfg := twoAgents(&Pattern{Block: Block{Name: "c"}, Kind: "chat", Participants: []Ref{agentRef("a")}})
		cfg.Sessions[0].Type = "human_agent"
		return cfg
	}
	c := certified(t, chat())
	if !c.PerMessage || c.Calls != 3 || c.Tokens.Bounded() || !strings.Contains(c.Reasons["tokens"], "memory") {
		t.Errorf("got %+v, want 3 calls a message and no bound of tokens", c)
	}
	cfg := chat()
	cfg.Agents[0].Memory = &Memory{Keep: "last", Messages: 4}
	if c := certified(t, cfg); !c.Tokens.Bounded() {
		t.Errorf("got %v with a window, want a bound", c.Reasons["tokens"])
	}
}

func TestAmounts(t *testing.T) {
	text, err := json.Marshal(struct{ A, B Amount }{1.5, Unbounded()})
	if err != nil || string(text) != `{"A":1.5,"B":null}` {
		t.Errorf("got %s, %v", text, err)
	}
	for a, want := range map[Amount]string{0: "0", 999: "999", 1234567: "1,234,567", Unbounded(): "no bound"} {
		if got := a.Text(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for a, want := range map[Amount]string{0: "$0.00", 0.00123: "$0.0013", 1.234: "$1.24", Unbounded(): "no bound"} {
		if got := a.USD(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// The last turn reads all that was said, also where it makes as many calls as
// the session's only other turn.
func TestLastTurnReadsAll(t *testing.T) {
	in := func(last *Finalize) float64 {
		cfg := twoAgents(&Pattern{Block: Block{Name: "p"}, Kind: "sequential", Participants: []Ref{agentRef("b")}})
		cfg.Sessions[0].Finalize = last
		return float64(certified(t, cfg).InputTokens)
	}
	// Three calls with 81 tokens each (61 of its own, 8 of its introduction, 12 of
	// the opening), what is mended, and a message of 102.
	if got, want := in(&Finalize{Agent: "b"})-in(nil), 3*81.0+360+3*102; got != want {
		t.Errorf("the last turn reads %v tokens, want %v", got, want)
	}
}

// Who speak in turn take equal parts of the turns that a limit leaves them, also
// when one of them is far dearer.
func TestTurnsOfRoundsAreShared(t *testing.T) {
	cfg := twoAgents(roundRobin("r", 0, agentRef("a"), agentRef("b")))
	cfg.Agents[0].MaxTokens = 1000
	cfg.Sessions[0].Limits.MaxTurns = 5
	if c := certified(t, cfg); c.OutputTokens != 3*3*(1000+100) {
		t.Errorf("got %v tokens of answers, want those of three turns of a and three of b", c.OutputTokens)
	}
	cfg.Agents[1].Limits.MaxTurns = 1
	if c := certified(t, cfg); c.OutputTokens != 5*3*1000 {
		t.Errorf("got %v tokens of answers, want those of five turns of a, who goes on alone", c.OutputTokens)
	}
}

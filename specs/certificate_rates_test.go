package specs

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

// about says whether two amounts are the same but for the error of a sum.
func about(a Amount, b float64) bool { return math.Abs(float64(a)-b) < 1e-9 }

// Tokens that a budget allows cost what the dearest model asks for an answer,
// as long as there are answers, and money buys as many as of the cheapest.
func TestBudgetsBoundEachOther(t *testing.T) {
	two := func(change func(*Config)) *Certificate {
		cfg := twoAgents(roundRobin("r", 100, agentRef("a"), agentRef("b")))
		dear := *cfg.Providers[0]
		dear.Name, dear.Price = "q", &Price{Input: 10, CachedInput: 5, Output: 20}
		cfg.Providers = append(cfg.Providers, &dear)
		cfg.Agents[1].Models = []string{"q"}
		change(cfg)
		return certified(t, cfg)
	}
	c := two(func(c *Config) { c.Sessions[0].Limits.MaxTokens = 1000 })
	if !about(c.Cost, 1000*20e-6) || !strings.Contains(c.Reasons["cost"], "limits.max_tokens = 1000") {
		t.Errorf("got %v (%s), want 1,000 tokens at 20 USD per million", c.Cost, c.Reasons["cost"])
	}
	if a := c.Agents[0]; a.Address != "agent.a" || !about(a.Cost, 1000*2e-6) {
		t.Errorf("got %+v, want 1,000 tokens at the price of its own model", a)
	}
	if p := c.Providers[0]; p.Address != "provider.p" || !about(p.Cost, 1000*2e-6) {
		t.Errorf("got %+v, want 1,000 tokens at its own price", p)
	}
	c = two(func(c *Config) {
		c.Sessions[0].Limits.MaxTokens = 1000
		c.Agents[0].MaxTokens = 0
	})
	if !about(c.Cost, 1000*20e-6) {
		t.Errorf("got %v, want a bound where an agent has no cap", c.Cost)
	}
	c = two(func(c *Config) {
		c.Sessions[0].Limits.MaxCost = 0.01
		c.Providers[0].Price.CachedInput = 1
	})
	if !about(c.Tokens, 10_000) || !about(c.OutputTokens, 10_000) || c.Cost != 0.01 {
		t.Errorf("got %v tokens, %v of them answers, for %v; want as many as 0.01 USD buys at 1 USD per million", c.Tokens, c.OutputTokens, c.Cost)
	}
}

// What is asked of few answers costs little, however many tokens are read.
func TestReadTokensCostLess(t *testing.T) {
	r := (*rates)(nil).with(Price{Input: 1, CachedInput: 0.1, Output: 10}, true)
	if got := r.cost(1000, 100); math.Abs(got-(900+1000)/1e6) > 1e-12 {
		t.Errorf("got %v, want 900 tokens at 1 and 100 at 10 USD per million", got)
	}
	if got := r.tokens(0.001); math.Abs(got-10_000) > 1e-6 {
		t.Errorf("got %v, want as many as can be cached", got)
	}
	if got := r.with(Price{}, false).cost(1, 1); !math.IsInf(got, 1) {
		t.Errorf("got %v for a price that is not known, want no bound", got)
	}
}

// A copy of a map reads an item that is as long as the pattern allows, and no
// longer than the answer that has it in a list of texts.
func TestItemsAreBounded(t *testing.T) {
	in := func(size int, items, schema string) float64 {
		cfg := twoAgents(&Pattern{
			Block: Block{Name: "m"}, Kind: "map", Participants: []Ref{agentRef("a")},
			Map: &MapPattern{Items: &Expr{src: source{text: items}}, MaxItems: 3, MaxItemSize: size},
		})
		cfg.Agents[1].Output = &Output{Schema: json.RawMessage(schema)}
		return float64(certified(t, cfg).InputTokens)
	}
	texts := `{"type":"object","properties":{"x":{"type":"array","items":{"type":"string"}}}}`
	objects := `{"type":"object","properties":{"x":{"type":"array","items":{"type":"object"}}}}`
	const calls = 9 // three copies, and each answer is mended twice
	one := in(4, "messages", texts)
	tests := []struct {
		name          string
		size          int
		items, schema string
		tokens        float64
	}{
		{"the size", 4000, "messages", texts, 1000},
		{"by itself", 0, "messages", texts, DefaultItemSize / 4},
		{"a text of an answer", 0, "data.b.x", texts, 100},
		{"a shorter one", 40, "here.data.b.x", texts, 10},
		{"an object", 4000, "data.b.x", objects, 1000},
		{"texts of several answers", 4000, "[join(data.b.x, '')]", texts, 1000},
	}
	for _, tt := range tests {
		if got := in(tt.size, tt.items, tt.schema) - one; got != calls*(tt.tokens-1) {
			t.Errorf("%s: got %v tokens more than for an item of one, want %v", tt.name, got, calls*(tt.tokens-1))
		}
	}
}

// What a pattern tells those inside of it is in their shares, too, however deep
// they are; so are the last turn, and summaries of whoever may be asked for one.
func TestSharesHaveAllThatIsTold(t *testing.T) {
	cfg := twoAgents(
		&Pattern{Block: Block{Name: "m"}, Kind: "map", Participants: []Ref{patternRef("inner")}, Map: &MapPattern{Items: &Expr{}, MaxItems: 3}},
		&Pattern{Block: Block{Name: "inner"}, Kind: "sequential", Participants: []Ref{agentRef("a")}},
	)
	c := certified(t, cfg)
	for _, share := range slices.Concat(c.Agents, c.Providers, c.Patterns) {
		if share.Tokens != c.Tokens || share.Cost != c.Cost {
			t.Errorf("got %+v, want the whole of %v tokens for %v", share, c.Tokens, c.Cost)
		}
	}
	cfg = twoAgents(roundRobin("r", 1, agentRef("a"), agentRef("b")))
	cfg.Patterns[0].Result = "summary"
	cfg.Sessions[0].Finalize = &Finalize{Agent: "b"}
	c = certified(t, cfg)
	if a, b := c.Agents[0], c.Agents[1]; a.Calls != 6 || b.Calls != 9 || b.Turns != 2 || c.Providers[0].Calls != 12 {
		t.Errorf("got %+v, %+v and %+v; want a turn and a summary of each, and the last turn of b", a, b, c.Providers)
	}
}

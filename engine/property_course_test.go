package engine_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// courses are the kinds with a list, a plan, a ledger or a board.
func courses() []string { return []string{"map", "plan_execute", "magentic", "blackboard", "auction"} }

// fit are participants that such a kind takes, made of any.
func (g *tree) fit(kind string, parts []string) []string {
	switch kind {
	case "map":
		if parts[0] == "human.h" {
			return []string{"agent.a"}
		}
		return parts[:1]
	case "auction":
		return []string{"agent.a", "agent.b", "agent.c"}[:g.small("bidders", 3)]
	default:
		return parts
	}
}

// course writes the arguments of such a kind.
func (g *tree) course(b *strings.Builder, kind string, parts []string) {
	line := func(format string, args ...any) { fmt.Fprintf(b, "  "+format+"\n", args...) }
	switch kind {
	case "map":
		line("items = %q", g.pick("items", "['x', 'y', 'z']", "map(messages, .content)", "turns > 1 ? [1, 2] : []", "messages", "[join(map(messages, .content), '')]", "[messages, messages]"))
		line("max_items = %d", g.small("max_items", 6))
		if rapid.Bool().Draw(g.t, "size") {
			line("max_item_size = %d", rapid.SampledFrom([]int{60, 4000, 100_000}).Draw(g.t, "max_item_size"))
		}
		if rapid.Bool().Draw(g.t, "few") {
			line("concurrency = %d", g.small("concurrency", 3))
		}
	case "plan_execute":
		line("planner = agent.chair")
		line("max_steps = %d", g.small("steps", 3))
		line("max_replans = %d", g.small("replans", 3)-1)
		if rapid.Bool().Draw(g.t, "approve") {
			line("approve = human.h")
		}
	case "magentic":
		line("manager = agent.chair")
		line("max_rounds = %d", g.small("rounds", 5))
		line("max_resets = %d", g.small("resets", 3)-1)
		line("max_stalls = %d", g.small("stalls", 3))
	case "auction":
		line("manager = agent.chair")
		line("max_rounds = %d", g.small("rounds", 4))
		line("min_score = %d", g.small("score", 200)-1)
	case "blackboard":
		g.board(b, parts)
	}
}

// board has a rule for each participant.
func (g *tree) board(b *strings.Builder, parts []string) {
	fmt.Fprintf(b, "  max_activations = %d\n", g.small("activations", 6))
	if rapid.Bool().Draw(g.t, "goal") {
		fmt.Fprintf(b, "  goal = %q\n", g.pick("goal", "here.turns > 4", "here.data.e0 contains 'FOUND'", "false"))
	}
	for i, p := range parts {
		fmt.Fprintf(b, "  rule {\n    run = %s\n    writes = \"e%d\"\n", p, i)
		if rapid.Bool().Draw(g.t, "when") {
			fmt.Fprintf(b, "    when = %q\n", g.pick("rule", "turns % 2 == 0", "here.data.e0 != ''", "here.rounds < 9", "last.exists"))
		}
		b.WriteString("  }\n")
	}
}

package specs

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What is said of a condition before the session holds for all that the
// counters can be.
func TestVerdictsHold(t *testing.T) {
	const most = 6
	scope := &exprScope{}
	rapid.Check(t, func(rt *rapid.T) {
		text := drawCount(rt, 3)
		e, ds := compileExpr(source{text: text}, wantBool, scope)
		if e == nil {
			rt.Fatalf("%s: %v", text, ds)
		}
		if e.logic == nil {
			return
		}
		said := e.logic.verdict(func(c *counted) verdict { return c.under(most) })
		for turns := range most + 1 {
			for calls := range most + 1 {
				got, err := e.Bool(&Env{Turns: turns, Calls: calls})
				if err != nil || said == never && got || said == always && !got {
					rt.Fatalf("%s: got %v (%v) with turns = %d, calls = %d; said %v", text, got, err, turns, calls, said)
				}
			}
		}
	})
}

// drawCount is a condition on turns and calls.
func drawCount(rt *rapid.T, depth int) string {
	switch kind := rapid.IntRange(0, 5).Draw(rt, "kind"); {
	case kind == 0 && depth > 0:
		return "not (" + drawCount(rt, depth-1) + ")"
	case kind < 4 && depth > 0:
		op := rapid.SampledFrom([]string{"and", "or", "&&", "||"}).Draw(rt, "op")
		return "(" + drawCount(rt, depth-1) + " " + op + " " + drawCount(rt, depth-1) + ")"
	case kind == 4:
		return "last.content contains 'x'"
	}
	name := rapid.SampledFrom([]string{"turns", "calls"}).Draw(rt, "name")
	op := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "==", "!="}).Draw(rt, "compare")
	number := rapid.SampledFrom([]string{"-1", "0", "2 * 3", "5.5", "6", "7", "10 - 2"}).Draw(rt, "number")
	if rapid.Bool().Draw(rt, "mirrored") {
		name, number = number, name
	}
	return fmt.Sprintf("%s %s %s", name, op, number)
}

// A vendor may report more than was estimated; what a script leaves open is the
// estimate itself.
func TestReportedUsageIsAssumed(t *testing.T) {
	for provider, want := range map[string]bool{
		`provider "openai" "p" { model = "gpt-4.1-mini" }`: true,
		`provider "scripted" "p" {}`:                       false,
		`provider "scripted" "p" {
  reply { content = "x" }
}`: false,
		`provider "scripted" "p" {
  reply {
    content = "x"
    usage { input_tokens = 500 }
  }
}`: true,
		`provider "scripted" "p" {
  fail {
    call = 1
    usage { input_tokens = 500 }
  }
}`: true,
	} {
		cfg := mustLoad(t, map[string]string{"main.hcl": provider + `
agent "a" { provider = provider.p }
session "s" {
  agent      = agent.a
  open_ended = true
}
`}, "main.hcl", Options{})
		got := strings.Contains(strings.Join(Certify(cfg, "s").Assumptions, "\n"), "usage reported by provider.p")
		if got != want {
			t.Errorf("%s: got %v, want %v", provider, got, want)
		}
	}
}

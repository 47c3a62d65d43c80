package specs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// crowd is a scenario of so many agents, with tools, conditions and patterns
// of ten, in files that stay below the limit.
func crowd(agents int) map[string]string {
	files := map[string]string{"a.hcl": `variable "topic" {
  type    = string
  default = "the sea"
}
provider "scripted" "p" {}
provider "openai" "q" { model = "small" }
`}
	var groups []string
	for from := 0; from < agents; from += 10 {
		var out strings.Builder
		var names []string
		for i := from; i < min(from+10, agents); i++ {
			fmt.Fprintf(&out, `agent "a%d" {
  provider     = provider.p
  personality  = "brief, concrete"
  instructions = "You know all about ${var.topic}. Say what matters to number %d."
  max_tokens   = 300
  temperature  = 0.4
  output { type = object({ score = number, reason = optional(string) }) }
  memory { messages = 40 }
}
`, i, i)
			names = append(names, fmt.Sprintf("agent.a%d", i))
		}
		fmt.Fprintf(&out, `stop "s%d" { when = "data.a%d.score >= 8 and turns > 3" }
pattern "round_robin" "g%d" {
  participants = [%s]
  max_rounds   = 2
}
`, from, from, from, strings.Join(names, ", "))
		groups = append(groups, fmt.Sprintf("pattern.g%d", from))
		files[fmt.Sprintf("g%d.hcl", from/300)] += out.String()
	}
	files["z.hcl"] = fmt.Sprintf(`pattern "sequential" "all" {
  participants = [%s]
}
session "s" {
  pattern = pattern.all
  opening = "Begin."
}
`, strings.Join(groups, ", "))
	return files
}

func benchmarkLoad(b *testing.B, agents int) {
	b.Helper()
	files := crowd(agents)
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			if _, ds := loadFiles(b, files, ".", Options{}); ds.HasErrors() {
				b.Fatal(ds[0])
			}
		}
	})
	b.Run("parse", func(b *testing.B) { // the lower bound: HCL's parser alone
		for b.Loop() {
			for name, text := range files {
				if _, found := hclsyntax.ParseConfig([]byte(text), name, hcl.InitialPos); found.HasErrors() {
					b.Fatal(found)
				}
			}
		}
	})
}

func BenchmarkLoad50(b *testing.B)   { benchmarkLoad(b, 50) }
func BenchmarkLoad1000(b *testing.B) { benchmarkLoad(b, 1000) }

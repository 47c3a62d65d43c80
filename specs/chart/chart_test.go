package chart_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/specs"
	"github.com/agentconnect-dev/agentconnect/specs/chart"
)

const scenario = `provider "scripted" "p" {}
agent "a" {
  provider   = provider.p
  max_tokens = 50
}
agent "b" {
  provider   = provider.p
  max_tokens = 50
}
pattern "selector" "talk" {
  participants = [agent.a, agent.b]
  rule         = "last.content contains '<\"b\">' ? 'b' : 'a'"
  max_rounds   = 4
}
pattern "sequential" "all" { participants = [pattern.talk, agent.b] }
stop "jury" {
  judge    = agent.b
  criteria = "They agree."
  every    = 2
}
session "s" {
  pattern = pattern.all
  opening = "Begin."
  stop    = [stop.jury]
  finalize { agent = agent.a }
}
`

func draw(t *testing.T, src string, opts chart.Options) *chart.Chart {
	t.Helper()
	path := filepath.Join(t.TempDir(), "main.hcl")
	if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, ds := specs.Load(path, specs.Options{})
	if ds.HasErrors() {
		t.Fatal(ds)
	}
	if chart.Of(cfg, "nothing", opts) != nil {
		t.Error("got a chart of a session that there is not")
	}
	return chart.Of(cfg, "s", opts)
}

func TestGroups(t *testing.T) {
	var got []string
	for _, g := range draw(t, scenario, chart.Options{Turns: true}).Groups {
		got = append(got, g.ID)
	}
	want := "session_s pattern_all pattern_talk agent_a agent_b"
	if strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestFormats(t *testing.T) {
	c := draw(t, scenario, chart.Options{})
	for format, tt := range map[string]struct{ text, want string }{
		"mermaid": {c.Mermaid(), `pattern_talk_2 -->|"≤ 4×, max_rounds"| pattern_talk_3`},
		"dot":     {c.DOT(), `pattern_talk_2 -> pattern_talk_3 [label = "≤ 4×, max_rounds"]`},
		"svg":     {c.SVG(), `≤ 4×, max_rounds</text>`},
	} {
		for _, want := range []string{tt.want, "every 2 turns", "finalize agent.a", "at most 6 turns"} {
			if !strings.Contains(tt.text, want) {
				t.Errorf("%s: got %s, want it to have %s", format, tt.text, want)
			}
		}
	}
}

// The picture is XML, every step lies within it, and no two steps of a panel
// cover each other.
func TestSVG(t *testing.T) {
	text := draw(t, scenario, chart.Options{Turns: true}).SVG()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	type rect struct{ x, y, w, h float64 }
	box := regexp.MustCompile(`<rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)"`)
	for _, panel := range strings.Split(text, "<g ")[1:] {
		var all []rect
		for _, m := range box.FindAllStringSubmatch(panel, -1) {
			var r rect
			if _, err := fmt.Sscan(strings.Join(m[1:], " "), &r.x, &r.y, &r.w, &r.h); err != nil {
				t.Fatal(err)
			}
			for _, o := range all {
				if r.x < o.x+o.w && o.x < r.x+r.w && r.y < o.y+o.h && o.y < r.y+r.h {
					t.Errorf("%v covers %v", r, o)
				}
			}
			if r.x < 0 || r.y < 0 {
				t.Errorf("%v is outside", r)
			}
			all = append(all, r)
		}
		if len(all) < 3 {
			t.Errorf("got %d steps in a panel, want 3 at least", len(all))
		}
	}
}

// A pattern of a thousand agents is drawn soon.
func TestLargeChart(t *testing.T) {
	var b strings.Builder
	b.WriteString("provider \"scripted\" \"p\" {}\n")
	var names []string
	for i := range 1000 {
		fmt.Fprintf(&b, "agent \"a%d\" { provider = provider.p }\n", i)
		names = append(names, fmt.Sprintf("agent.a%d", i))
	}
	fmt.Fprintf(&b, "pattern \"round_robin\" \"r\" {\n  participants = [%s]\n  max_rounds = 2\n}\nsession \"s\" {\n  pattern = pattern.r\n  opening = \"Begin.\"\n}\n", strings.Join(names, ", "))
	c := draw(t, b.String(), chart.Options{})
	start := time.Now()
	if n := len(c.SVG()) + len(c.DOT()) + len(c.Mermaid()); n < 100_000 {
		t.Errorf("got %d bytes", n)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the drawing took %s", took)
	}
}

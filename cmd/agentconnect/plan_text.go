package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/specs"
	"github.com/agentconnect-dev/agentconnect/specs/chart"
)

// planWriter writes plans, and explorations, for a person.
type planWriter struct {
	out   strings.Builder
	theme screen.Theme
}

// writeEach writes what there is to tell of each session for a person.
func writeEach[T any](a *app, list []T, write func(*planWriter, T)) error {
	w := &planWriter{theme: a.con.theme(a.con.outTTY)}
	for i, of := range list {
		if i > 0 {
			w.out.WriteByte('\n')
		}
		write(w, of)
	}
	_, err := io.WriteString(a.con.out, w.out.String())
	return err
}

func (w *planWriter) line(format string, args ...any) { fmt.Fprintf(&w.out, format+"\n", args...) }

func (w *planWriter) plan(p *planView) {
	c := p.Certificate
	w.line("%s  %s, %s", w.theme.Bold("session."+p.Session), p.Type, p.Runs)
	w.title("At most")
	if c.PerMessage {
		w.line("  for each message of a person, unless it says of the session:")
	}
	t := &table{}
	t.add("  turns", c.Turns.Text(), strings.Join(c.Because, "; "))
	t.add("  calls", c.Calls.Text(), " ")
	t.add("  tokens", c.Tokens.Text(), c.Reasons["tokens"])
	t.add("  cost", c.Cost.USD(), c.Reasons["cost"])
	t.add("  time", spanText(c.Seconds), c.Reasons["seconds"])
	w.table(t)

	w.title("Agents")
	t = newTable("  AGENT", "MODEL", "USD PER MILLION IN / OUT", "TURNS", "CALLS", "TOKENS", "COST")
	for i, share := range c.Agents {
		for k, m := range p.Agents[i].Models {
			if k == 0 {
				t.add("  "+share.Address, m.Kind+" "+m.Model, m.priceText(), share.Turns.Text(), share.Calls.Text(), share.Tokens.Text(), share.Cost.USD())
			} else {
				t.add("    or", m.Kind+" "+m.Model, m.priceText(), " ", " ", " ", " ")
			}
		}
	}
	w.table(t)
	w.shares("Patterns", "  PATTERN", c.Patterns, true)
	w.shares("Providers", "  PROVIDER", c.Providers, false)
	w.course(p.Graph)
	if len(p.Stops) > 0 {
		w.title("Conditions that end it")
		t = &table{}
		for _, s := range p.Stops {
			t.add("  "+s.Stop, s.Outcome+", "+s.Action, s.Condition, fmt.Sprintf("%s:%d", s.File, s.Line))
		}
		w.table(t)
	}
	w.list("Hosts", p.Hosts)
	w.list("Commands", p.Commands)
	w.list("Assumptions", c.Assumptions)
}

// courseMost is how many edges of a block are written.
const courseMost = 40

// course writes the edges of the control graph with what bounds them.
func (w *planWriter) course(c *chart.Chart) {
	w.title("Course, each time the block is entered")
	for i := range c.Groups {
		g := &c.Groups[i]
		w.line("  %s", screen.Line(g.Title))
		t := &table{}
		for _, e := range g.Edges[:min(len(g.Edges), courseMost)] {
			t.add("    "+g.Nodes[e.From].Lines[0]+" → "+g.Nodes[e.To].Lines[0], e.Label)
		}
		w.table(t)
		if more := len(g.Edges) - courseMost; more > 0 {
			w.line("    … and %s more; agentconnect graph draws them", screen.Plural(more, "edge"))
		}
	}
}

func (w *planWriter) title(text string) { w.line("\n%s", w.theme.Bold(text)) }

func (w *planWriter) table(t *table) { _ = t.write(&w.out, w.theme) } // a Builder takes everything

func (w *planWriter) shares(title, first string, list []specs.Share, turns bool) {
	if len(list) == 0 {
		return
	}
	w.title(title)
	t := newTable(first, "TURNS", "CALLS", "TOKENS", "COST")
	if !turns {
		t = newTable(first, "CALLS", "TOKENS", "COST")
	}
	for _, s := range list {
		row := []string{"  " + s.Address}
		if turns {
			row = append(row, s.Turns.Text())
		}
		t.add(append(row, s.Calls.Text(), s.Tokens.Text(), s.Cost.USD())...)
	}
	w.table(t)
}

func (w *planWriter) list(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	w.title(title)
	for _, l := range lines {
		w.line("  %s", screen.Line(l))
	}
}

func (m *planModel) priceText() string {
	if m.Price == nil {
		return "not known"
	}
	text := number(m.Price.Input) + " / " + number(m.Price.Output)
	if m.Price.Read != "" {
		text += " as of " + m.Price.Read
	}
	return text
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func spanText(a specs.Amount) string {
	if !a.Bounded() || a > 1e9 {
		return a.Text()
	}
	return (time.Duration(float64(a)*1e3) * time.Millisecond).String()
}

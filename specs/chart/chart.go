// Package chart draws what a session does: its control graph, with what each
// step takes at most and what bounds each way back. [Of] makes a [Chart] from a
// checked scenario; [Chart.Mermaid], [Chart.DOT] and [Chart.SVG] write it.
//
// Concurrency: a Chart is immutable.
package chart

import (
	"fmt"
	"math"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// Options say what is drawn.
type Options struct {
	// Turns draws the course of each agent's turn too: calls, tools, retries.
	Turns bool
}

// A Chart is a drawing of a session.
type Chart struct {
	Title  string  `json:"title"`
	Groups []Group `json:"groups"`
}

// A Group is a block with its steps; their numbers are those in the group.
type Group struct {
	// ID is the block's address with _ for what is not a letter or digit.
	ID    string `json:"id"`
	Title string `json:"title"`
	Nodes []Node `json:"nodes"`
	Edges []Edge `json:"edges"`
}

// A Node is a step.
type Node struct {
	Kind specs.StepKind `json:"kind"`
	// Lines are what is written in it.
	Lines []string `json:"lines"`
	// Into is the ID of the group that says more of the step, or empty.
	Into string `json:"into,omitempty"`
}

// An Edge is a way from a step to another.
type Edge struct {
	From int `json:"from"`
	To   int `json:"to"`
	// Most is how often it is taken at most each time the group is entered.
	Most specs.Amount `json:"most"`
	// Label says when, how often at most, and what bounds that.
	Label string `json:"label,omitempty"`
}

// Of draws a session of a checked scenario; nil when there is no such session.
func Of(cfg *specs.Config, session string, opts Options) *Chart {
	flows := specs.Flows(cfg, session)
	if flows == nil {
		return nil
	}
	c := &Chart{Title: "session." + session}
	known := map[string]bool{}
	for _, f := range flows {
		if f.Kind != "turn" || opts.Turns {
			known[f.Address] = true
		}
	}
	for _, f := range flows {
		if known[f.Address] {
			c.Groups = append(c.Groups, group(f, known))
		}
	}
	if cert := specs.Certify(cfg, session); cert != nil {
		c.Title += ": " + Summary(cert)
	}
	return c
}

// Summary is a certificate in a line.
func Summary(c *specs.Certificate) string {
	var parts []string
	add := func(a specs.Amount, text string) {
		if a.Bounded() {
			parts = append(parts, text)
		}
	}
	add(c.Turns, c.Turns.Text()+" turns")
	add(c.Calls, c.Calls.Text()+" calls")
	add(c.Tokens, c.Tokens.Text()+" tokens")
	add(c.Cost, c.Cost.USD())
	add(c.Seconds, c.Seconds.Text()+" s")
	s := "at most " + strings.Join(parts, ", ")
	if c.PerMessage {
		s += ", for each message of a person"
	}
	return s
}

func group(f *specs.Flow, known map[string]bool) Group {
	kind := f.Kind + " "
	g := Group{ID: id(f.Address), Title: kind + f.Address}
	for i := range f.Nodes {
		g.Nodes = append(g.Nodes, node(&f.Nodes[i], known))
	}
	seen := map[Edge]bool{}
	for i := range f.Edges {
		e := &f.Edges[i]
		if e.Passed() {
			continue // beside the way after a turn, to the same step
		}
		drawn := Edge{From: e.From, To: e.To, Most: most(e.Takes), Label: label(e)}
		if !seen[drawn] {
			seen[drawn] = true
			g.Edges = append(g.Edges, drawn)
		}
	}
	return g
}

// label is what is written at an edge: last.content == 'no', ≤ 3×, max_visits.
func label(e *specs.FlowEdge) string {
	var parts []string
	if e.Label != "" {
		parts = append(parts, e.Label)
	}
	if a := most(e.Takes); a.Bounded() {
		parts = append(parts, "≤ "+a.Text()+"×")
	}
	switch c := e.Counter; {
	case c == nil:
	case e.Takes <= c.Bound:
		parts = append(parts, c.Name)
	default: // it begins again
		parts = append(parts, c.String())
	}
	return strings.Join(parts, ", ")
}

// most is a number of times; the largest one is no bound.
func most(n int) specs.Amount {
	if n == math.MaxInt {
		return specs.Unbounded()
	}
	return specs.Amount(n)
}

func node(n *specs.FlowNode, known map[string]bool) Node {
	out := Node{Kind: n.Kind, Lines: []string{n.Label}}
	switch n.Kind {
	case specs.StepEnter:
		out.Lines = []string{"start"}
		return out
	case specs.StepLeave:
		out.Lines = []string{"end"}
		return out
	case specs.StepChoice, specs.StepWait:
		return out
	default:
	}
	times := "any number of times"
	if n.Visits < math.MaxInt {
		times = fmt.Sprintf("≤ %s×", specs.Amount(n.Visits).Text())
	}
	switch n.Calls {
	case 0:
	case 1:
		times += ", 1 call each"
	default:
		times += fmt.Sprintf(", %s calls each", most(n.Calls).Text())
	}
	out.Lines = append(out.Lines, times)
	address := string(n.Ref.Kind) + "." + n.Ref.Name
	if known[address] {
		out.Into = id(address)
	}
	return out
}

// id is an address as a name that all formats take.
func id(address string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' {
			return c
		}
		return '_'
	}, address)
}

func (g *Group) nodeID(n int) string { return fmt.Sprintf("%s_%d", g.ID, n) }

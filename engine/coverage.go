package engine

import (
	"cmp"
	"slices"
)

// What a [Point] is about.
const (
	// CoverParticipant is that a participant has a turn.
	CoverParticipant = "participant"
	// CoverPath is a way that a pattern may take: a participant that it runs, a
	// role that it asks for, an edge, a route, a handover, one of its ends.
	CoverPath = "path"
	// CoverStop is that a stop condition is true.
	CoverStop = "stop"
	// CoverLimit is that a limit which the scenario sets is reached.
	CoverLimit = "limit"
	// CoverTool is that a tool gives a result, or is allowed.
	CoverTool = "tool"
	// CoverError is what is done about a failure: a retry, a fallback, a mended
	// answer, on_error, on_timeout, a tool that fails or is not allowed.
	CoverError = "error"
)

// coverKinds are the kinds in the order in which they are told.
func coverKinds() []string {
	return []string{CoverParticipant, CoverPath, CoverStop, CoverLimit, CoverTool, CoverError}
}

// Point is something that sessions of a template may do.
type Point struct {
	Kind string `json:"kind"`
	// Name is the address of what it belongs to: agent.writer, pattern.desk.
	Name string `json:"name"`
	// What it is, empty where the name says it: the edge from draft to review.
	What string `json:"what,omitempty"`
	// File and Line are where the scenario has it.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Count is how often it happened.
	Count int `json:"count"`
}

func (p *Point) compare(o *Point) int {
	kinds := coverKinds()
	return cmp.Or(
		cmp.Compare(slices.Index(kinds, p.Kind), slices.Index(kinds, o.Kind)),
		cmp.Compare(p.File, o.File), cmp.Compare(p.Line, o.Line), cmp.Compare(p.Name, o.Name), cmp.Compare(p.What, o.What),
	)
}

// Coverage is what sessions have done of all that a session's template lets them
// do. It is not safe for concurrent use.
type Coverage struct {
	// Session is the name of the session block.
	Session string `json:"session"`
	// Sessions is how many logs were added.
	Sessions int `json:"sessions"`
	// Points are ordered by kind, then by their places in the scenario.
	Points []Point `json:"points"`
}

// Share is how much of the points of a kind has happened.
type Share struct {
	Kind    string `json:"kind"`
	Covered int    `json:"covered"`
	Of      int    `json:"of"`
}

// NewCoverage is the coverage of a template of which nothing has run yet.
func NewCoverage(t *Template) *Coverage {
	c := &Coverage{Session: t.Name}
	t.points(func(p Point) { c.count(p, 0) })
	return c
}

// count counts a point, which is new when it is not there.
func (c *Coverage) count(p Point, n int) {
	i := c.find(p.Kind, p.Name, p.What)
	if i >= 0 {
		c.Points[i].Count += n
		return
	}
	p.Count = n
	i, _ = slices.BinarySearchFunc(c.Points, p, func(a, b Point) int { return a.compare(&b) })
	c.Points = slices.Insert(c.Points, i, p)
}

// find is where a point is, or -1.
func (c *Coverage) find(kind, name, what string) int {
	return slices.IndexFunc(c.Points, func(o Point) bool { return o.Kind == kind && o.Name == name && o.What == what })
}

// happened says whether what is known by its kind and name alone has happened.
func (c *Coverage) happened(kind, name string) bool {
	i := c.find(kind, name, "")
	return i >= 0 && c.Points[i].Count > 0
}

// Merge adds what others have covered of the same session block, with other
// variables perhaps.
func (c *Coverage) Merge(o *Coverage) {
	c.Sessions += o.Sessions
	for _, p := range o.Points {
		c.count(p, p.Count)
	}
}

// Summary tells how much of each kind has happened, without the kinds of which
// there is nothing.
func (c *Coverage) Summary() []Share {
	var list []Share
	for _, kind := range coverKinds() {
		s := Share{Kind: kind}
		for i := range c.Points {
			if p := &c.Points[i]; p.Kind == kind {
				s.Of++
				s.Covered += min(p.Count, 1)
			}
		}
		if s.Of > 0 {
			list = append(list, s)
		}
	}
	return list
}

// Missing are the points that have not happened.
func (c *Coverage) Missing() []Point {
	var list []Point
	for _, p := range c.Points {
		if p.Count == 0 {
			list = append(list, p)
		}
	}
	return list
}

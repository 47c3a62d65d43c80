package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// explored is what came of a session's exploration.
type explored struct {
	Session string `json:"session"`
	// Complete says that every path was followed; Sure, that all values were
	// tried, too.
	Complete bool `json:"complete"`
	Sure     bool `json:"sure"`
	// Cut is what cut the search off: states, depth, memory or interrupted.
	Cut    string `json:"cut,omitempty"`
	States int    `json:"states"`
	Depth  int    `json:"depth"`
	// Most is what a path took at most, and no path takes more where it is
	// Measured; Certificate is what may be taken.
	Most        engine.Taken       `json:"most"`
	Measured    bool               `json:"measured"`
	MeasuredCut string             `json:"measured_cut,omitempty"`
	Certificate *specs.Certificate `json:"certificate"`
	Findings    []exploredFinding  `json:"findings"`
	Ends        []exploredEnd      `json:"ends"`
	// Unseen are participants and conditions of which it is not certain that they
	// never come about.
	Unseen []string `json:"unseen"`
}

// The kinds of findings beside those of the engine.
const (
	foundSilent  = "silent"
	foundUnfired = "unfired"
	foundUntaken = "untaken"
)

type exploredFinding struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
	// File and Line are where what it is about is written.
	File string          `json:"file,omitempty"`
	Line int             `json:"line,omitempty"`
	Path []engine.Choice `json:"path,omitempty"`
	// Run is a run block that fails until it is mended.
	Run string `json:"run,omitempty"`

	at specs.Range // the block that it is about; of one with a path, the session
}

type exploredEnd struct {
	engine.End
	// Run is a run block that comes to this end.
	Run string `json:"run"`
}

func newExplored(cfg *specs.Config, s *specs.Session, t *engine.Template, o *engine.ExploreOptions, r *engine.Report) (*explored, error) {
	x := &explored{
		Session: s.Name, Complete: r.Complete, Sure: r.Sure(), Cut: r.Cut, States: r.States, Depth: r.Depth, Most: r.Most,
		Measured: r.Measured, MeasuredCut: r.MeasuredCut,
		Certificate: o.Certificate, Findings: []exploredFinding{}, Ends: []exploredEnd{}, Unseen: []string{},
	}
	w := &runWriter{cfg: cfg, session: s, several: len(cfg.Sessions) > 1, certificate: o.Certificate}
	for _, f := range r.Findings {
		found := exploredFinding{Kind: f.Kind, Text: f.Text, Path: f.Path, at: s.Range}
		if f.Kind != engine.FoundPanic {
			scene, err := engine.Retrace(t, *o, f.Path)
			if err != nil {
				return nil, err
			}
			found.Run = w.finding(&f, scene)
		}
		x.Findings = append(x.Findings, found)
	}
	for _, e := range r.Ends {
		scene, err := engine.Retrace(t, *o, e.Path)
		if err != nil {
			return nil, err
		}
		x.Ends = append(x.Ends, exploredEnd{End: e, Run: w.end(&e, scene)})
	}
	x.absent(cfg, r)
	return x, nil
}

// absent tells of what was never seen: findings, where that is certain.
func (x *explored) absent(cfg *specs.Config, r *engine.Report) {
	for _, name := range r.Silent {
		b := participant(cfg, name)
		x.never(r.Sure(), b, foundSilent, b.address+" never speaks, whatever the others do")
	}
	unsure := map[string]bool{}
	for _, address := range r.Unsure {
		unsure[address] = true
	}
	for _, address := range r.Unfired {
		b := declared{address: address}
		for _, s := range cfg.Stops {
			if "stop."+s.Name == address {
				b.at = s.Range
			}
		}
		x.never(r.Sure() && !unsure[address], b, foundUnfired, address+" is never true, whatever is said")
	}
	for _, p := range r.Untaken {
		if from, _, ok := strings.Cut(p.What, " hands over"); ok && slices.Contains(r.Silent, from) {
			continue // that was said
		}
		at := specs.Range{Filename: p.File, Start: specs.Pos{Line: p.Line}}
		x.never(r.Sure() && !r.UnsureWays, declared{p.Name + ": " + p.What, at}, foundUntaken, neverTaken(&p))
	}
}

// neverTaken tells of a way that a pattern does not take.
func neverTaken(p *engine.Point) string {
	switch {
	case strings.HasPrefix(p.What, "it ends"):
		return p.Name + " never ends as it is meant to, only by its bounds"
	case strings.HasPrefix(p.What, "from "):
		return p.Name + " never takes the edge " + p.What
	case strings.HasPrefix(p.What, "the route"):
		return p.Name + " never takes " + p.What
	default:
		return "in " + p.Name + " " + strings.Replace(p.What, " hands", " never hands", 1)
	}
}

func (x *explored) never(sure bool, b declared, kind, text string) {
	if !sure {
		x.Unseen = append(x.Unseen, b.address)
		return
	}
	x.Findings = append(x.Findings, exploredFinding{Kind: kind, Text: text, File: b.at.Filename, Line: b.at.Start.Line, at: b.at})
}

// declared is a block with its place.
type declared struct {
	address string
	at      specs.Range
}

// participant finds the block of an agent or a human.
func participant(cfg *specs.Config, name string) declared {
	for _, h := range cfg.Humans {
		if h.Name == name {
			return declared{"human." + name, h.Range}
		}
	}
	for _, g := range cfg.Agents {
		if g.Name == name {
			return declared{"agent." + name, g.Range}
		}
	}
	return declared{address: name}
}

// far says how far an exploration went, and what would have it go farther.
func (x *explored) far() string {
	switch {
	case !x.Complete:
		return "not every path was followed: " + allowsMore(x.Cut)
	case x.Sure:
		return "every path was followed"
	case !x.Measured:
		return "every path was followed, but not with everything that could be taken"
	default:
		return "every path was followed, but not with everything that could be said"
	}
}

// allowsMore says what cut a search off.
func allowsMore(cut string) string {
	if cut == engine.CutInterrupted {
		return "the search was interrupted"
	}
	return "--" + cut + " allows more"
}

// explored writes an exploration.
func (w *planWriter) explored(x *explored) {
	w.line("%s  %s, up to %s deep; %s", w.theme.Bold("session."+x.Session), screen.Plural(x.States, "state"), screen.Plural(x.Depth, "choice"), x.far())
	w.title("Ends")
	t := newTable("  OUTCOME", "BY", "AFTER")
	for _, e := range x.Ends {
		t.add("  "+string(e.Outcome), e.Stop, screen.Plural(len(e.Path), "choice"))
	}
	w.table(t)
	most := "At most"
	if !x.Measured {
		most += " (of the paths that were measured; " + allowsMore(x.MeasuredCut) + ")"
	}
	w.title(most)
	t = newTable("  ", "EXPLORED", "CERTIFIED")
	c, per := x.Certificate, ""
	if c.PerMessage {
		per = " for each message"
	}
	t.add("  turns", fmt.Sprint(x.Most.Turns), c.Turns.Text()+per)
	t.add("  calls", fmt.Sprint(x.Most.Calls), c.Calls.Text()+per)
	t.add("  tokens", specs.Amount(x.Most.Tokens).Text(), c.Tokens.Text()+per)
	t.add("  cost", specs.Amount(x.Most.Cost).USD(), c.Cost.USD()+per)
	w.table(t)
	w.list("Not seen", x.Unseen)
	if len(x.Findings) > 0 {
		w.title("Findings")
	}
	for i := range x.Findings {
		w.finding(&x.Findings[i])
	}
}

func (w *planWriter) finding(f *exploredFinding) {
	at := ""
	if f.File != "" {
		at = fmt.Sprintf(" (%s:%d)", f.File, f.Line)
	}
	w.line("  %s %s: %s%s", w.theme.Bad("Error:"), f.Kind, screen.Clean(f.Text), at)
	for i := range f.Path {
		w.line("    %2d. %s", i+1, f.Path[i].String())
	}
}

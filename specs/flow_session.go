package specs

import "fmt"

// Flows are the control graphs of a session of a checked scenario: the session's
// own, those of its patterns, each after all that use it, and those of its
// agents' turns. It is nil when the scenario has no such session. It may be
// called concurrently.
func Flows(cfg *Config, session string) []*Flow {
	for _, s := range cfg.Sessions {
		if s.Name == session {
			return newProver(cfg).flowsOf(s)
		}
	}
	return nil
}

func (pr *prover) flowsOf(s *Session) []*Flow {
	l, proven := pr.session(s)
	if p := pr.patterns[s.Pattern]; p != nil {
		pr.patternLoad(p)
	}
	out := []*Flow{pr.sessionFlow(s, l)}
	d := &divider{prover: pr}
	for _, name := range d.order(s.Pattern) {
		f := pr.flows[name]
		if c := pr.rounded[name]; c != nil && name == s.Pattern {
			f = c.flow
			f.settle()
		}
		out = append(out, f)
	}
	if proven && !l.waits {
		for _, f := range out {
			f.within(l.tries)
		}
	}
	who := pr.cast(s)
	for _, a := range pr.cfg.Agents {
		if who.agents[a.Name] {
			f := pr.turnFlow(a, given{}, 0)
			f.settle()
			out = append(out, f)
		}
	}
	return out
}

// settle notes how often each step and each edge is taken: an edge no more often
// than the step that it leaves, the one that it leads to, and its counter, where
// nothing sets that back.
func (f *Flow) settle() {
	for i, n := range newSolver(f).visits() {
		f.Nodes[i].Visits = n
	}
	back := map[*Counter]bool{f.passed: true}
	for i := range f.Edges {
		for _, c := range f.Edges[i].resets {
			back[c] = true
		}
	}
	for i := range f.Edges {
		e := &f.Edges[i]
		e.Takes = min(f.Nodes[e.From].Visits, f.Nodes[e.To].Visits)
		if e.Counter != nil && !back[e.Counter] {
			e.Takes = min(e.Takes, e.Counter.Bound)
		}
	}
}

// within notes that no turn is taken more often than all of them together.
func (f *Flow) within(tries int) {
	turns := func(n *FlowNode) bool { return n.Kind == StepTurn || n.Kind == StepPerson }
	for i := range f.Nodes {
		if n := &f.Nodes[i]; turns(n) {
			n.Visits = min(n.Visits, tries)
		}
	}
	for i := range f.Edges {
		if e := &f.Edges[i]; turns(&f.Nodes[e.From]) || turns(&f.Nodes[e.To]) {
			e.Takes = min(e.Takes, tries)
		}
	}
}

// sessionFlow is the course of a session: its pattern, the judges of its stop
// conditions, and its last turn.
func (pr *prover) sessionFlow(s *Session, l load) *Flow {
	b := pr.newFlow("session."+s.Name, s.Type, s.Range)
	top := b.top(s, l)
	for _, stop := range pr.stopsOf(s) {
		if stop.Judge == nil {
			continue
		}
		every := max(stop.Judge.Every, 1)
		judge := b.decide(Ref{Kind: RefAgent, Name: stop.Judge.Agent, Range: stop.Range}, "stop."+stop.Name+" asks")
		asked := &Counter{Name: fmt.Sprintf("turns / %d", every), Bound: l.turns / every, Range: stop.Range, Resets: "nothing"}
		b.edge(FlowEdge{From: top, To: judge, Label: fmt.Sprintf("every %s", plural(every, "turn")), Counter: asked})
		b.plain(judge, top)
	}
	end := top
	if f := s.Finalize; f != nil {
		final := turnLoad(pr.turnOf(f.Agent, given{}), pr.answerOf(f.Agent))
		end = b.node(StepFinalizer, "finalize agent."+f.Agent, Ref{Kind: RefAgent, Name: f.Agent}, final)
		b.plain(top, end)
	}
	b.plain(end, leave)
	b.flow.settle()
	b.flow.Nodes[top].Visits = 1 // judges are asked while it goes on
	return b.flow
}

// top is the step that a session consists of.
func (b *flowBuilder) top(s *Session, l load) int {
	if s.Agent != "" {
		wait := b.node(StepWait, "a person's message", Ref{}, load{})
		n := b.step(Ref{Kind: RefAgent, Name: s.Agent})
		b.plain(enter, wait)
		b.plain(wait, n)
		b.plain(n, wait)
		return wait
	}
	l.people = true // nothing is known of the calls between its judges
	n := b.node(StepBlock, "pattern."+s.Pattern, Ref{Kind: RefPattern, Name: s.Pattern}, l)
	b.plain(enter, n)
	return n
}

// Passed says that the edge is taken when a turn was passed over.
func (e *FlowEdge) Passed() bool { return e.passed }

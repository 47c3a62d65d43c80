package engine

import (
	"fmt"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// router takes one branch: the first route whose condition is true, else the
// one that a classifier names, else the default.
type router struct {
	routes     []route
	classifier int // slot, or -1
	fallback   int // slot
}

type route struct {
	name, describe string
	when           *specs.Expr
	to             int // slot
}

// noRoute is what a classifier answers when no route fits.
const noRoute = "none"

func (c *compiler) router(n *node) Pattern {
	a := n.spec.Router
	p := router{classifier: -1, fallback: c.place(n, a.Default)}
	names := []string{}
	for _, r := range a.Routes {
		p.routes = append(p.routes, route{name: r.Name, describe: r.Describe, when: r.When, to: c.place(n, r.To)})
		if r.When == nil {
			names = append(names, r.Name)
		}
	}
	if a.Classifier != nil && len(names) > 0 {
		p.classifier = c.office(n, *a.Classifier)
		f := answerForm(map[string]any{"route": textOf(), "reason": textOf()}, map[string]any{"route": oneOf(append(names, noRoute))}, "reason")
		n.ask(roleClassifier, ask{form: f, decides: true})
	}
	return p
}

// Next implements [Pattern].
func (p router) Next(st *State, f *Frame) Move {
	switch {
	case len(f.open) > 0:
		return Move{}
	case f.ended >= 0:
		return done(leftDone)
	}
	r, classified := f.passed[p.classifier]
	if classified {
		return p.classified(st, f, r)
	}
	for i := range p.routes {
		if p.routes[i].when == nil {
			continue
		}
		switch ok, err := p.routes[i].when.Bool(st.envAt(f)); {
		case err != nil:
			return Move{Err: err}
		case ok:
			return p.take(st, f, &p.routes[i], Chosen{By: "route"})
		}
	}
	if p.classifier >= 0 {
		return asked(p.classifier, roleClassifier, p.question())
	}
	return p.otherwise(st, f, "no route's condition is true")
}

// question is what the classifier is asked.
func (p router) question() string {
	var b strings.Builder
	b.WriteString("Decide where this belongs. Answer with a JSON object in which route is one of these names, or " + noRoute + " when none fits:")
	for _, r := range p.routes {
		if r.when == nil {
			b.WriteString("\n- " + r.name + ": " + r.describe)
		}
	}
	return b.String()
}

// classified takes the branch that the classifier has named.
func (p router) classified(st *State, f *Frame, r stepResult) Move {
	var answer struct{ Route, Reason string }
	if !r.ok || !fields(r.data, &answer) {
		return p.otherwise(st, f, "the classifier gave no answer")
	}
	for i := range p.routes {
		if p.routes[i].name == answer.Route && p.routes[i].when == nil {
			return p.take(st, f, &p.routes[i], Chosen{By: roleClassifier, Why: answer.Reason})
		}
	}
	return p.otherwise(st, f, fmt.Sprintf("the classifier chose %q", clip(answer.Route, maxTold)))
}

func (p router) take(st *State, f *Frame, r *route, how Chosen) Move {
	if !st.active(&f.node.slots[r.to]) {
		return p.otherwise(st, f, fmt.Sprintf("route %s: %s has taken all its turns", r.name, f.node.slots[r.to].name))
	}
	how.Route = r.name
	return choose(f, r.to, how)
}

// otherwise takes the default branch.
func (p router) otherwise(st *State, f *Frame, why string) Move {
	if !st.active(&f.node.slots[p.fallback]) {
		return done(leftDone)
	}
	return choose(f, p.fallback, Chosen{By: "default", Why: why})
}

package specs

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// Assertion is a condition that must be true at the end of a run.
type Assertion struct {
	// Text is the label: what is asserted.
	Text string
	// Range is the block's header.
	Range     Range
	Condition *Expr

	parts []conditionPart
	// conjuncts are those that must all be true.
	conjuncts []*Expr
}

// A conditionPart is a condition that another one is made of.
type conditionPart struct {
	expr *Expr
	// operands are those of its sides that are computed.
	operands []*Expr
}

// TrialFacts are what the condition of an assert reads besides an [Env]: events,
// speakers, stop, reason, result and plan, as JSON has them.
type TrialFacts map[string]any

// trialNames are the types of these names.
func trialNames() *Type {
	text, number, list := &Type{kind: kindString}, &Type{kind: kindNumber}, func(of *Type) *Type { return &Type{kind: kindList, elem: of} }
	event := &Type{kind: kindObject, fields: map[string]*Type{
		"seq": number, "at": number, "type": text, "turn": number, "agent": text, "pattern": text, "data": {},
	}}
	plan := &Type{kind: kindObject, fields: map[string]*Type{"turns": number, "calls": number, "tokens": number, "cost": number, "seconds": number}}
	return &Type{kind: kindObject, fields: map[string]*Type{
		"events": list(event), "speakers": list(text), "stop": text, "reason": text, "result": {}, "plan": plan,
	}}
}

// buildAssertion has a condition compiled, and the parts that it is made of.
func (l *loader) buildAssertion(n *node) {
	a := &Assertion{Text: n.name, Range: l.rng(n.header)}
	l.joined.trial.Asserts = append(l.joined.trial.Asserts, a)
	arg := n.args["condition"]
	if arg == nil || arg.value == nil {
		return
	}
	l.pending = append(l.pending, pendingExpr{
		node: n, arg: arg, want: wantBool, facts: trialNames(),
		set: func(e *Expr) {
			a.Condition = e
			l.idleNames(n, arg, e)
			if e.reads == 0 {
				l.about(n, codeConstant, arg.expr.Range(), "Nothing in the condition depends on the run, so that the assert tests nothing. It reads turns, last, events and the like.")
			}
		},
		take: func(src source, scope *exprScope) { a.parts, a.conjuncts = splitCondition(&src, scope) },
	})
}

// idleNames reports what a condition reads that is never there with the run's
// command, so that it would be true or false whatever happens.
func (l *loader) idleNames(n *node, arg *arg, e *Expr) {
	planned := l.joined.trial.Command == "plan"
	for _, p := range e.paths {
		switch {
		case planned && p.root != "plan":
			l.about(n, codeRunNeeds, arg.expr.Range(), "%s has no meaning here: nothing is run for a plan. The condition reads plan.turns, plan.calls, plan.tokens, plan.cost and plan.seconds.", p.root)
			return
		case !planned && p.root == "plan":
			l.about(n, codeRunNeeds, arg.expr.Range(), "plan has no meaning here: it is there with command = \"plan\".")
			return
		}
	}
}

// splitCondition compiles the conditions that and and or join, those inside of a
// not, too, and what is joined by and at the top. There are none where the
// condition is not made of others in that way.
func splitCondition(src *source, scope *exprScope) (parts []conditionPart, conjuncts []*Expr) {
	tree, ds := parseExpr(src)
	if ds.HasErrors() {
		return nil, nil
	}
	s := splitter{resolver: newResolver(src, scope)}
	root := s.resolve(tree)
	s.visit(root)
	if joins(root, "&&", "and") {
		conjuncts = s.joined(root)
	}
	return s.parts, conjuncts
}

// A splitter takes a condition apart.
type splitter struct {
	*resolver
	parts []conditionPart
}

func (s *splitter) visit(n ast.Node) {
	if joins(n, "&&", "and", "||", "or") {
		b := n.(*ast.BinaryNode)
		s.visit(b.Left)
		s.visit(b.Right)
		return
	}
	if p, ok := s.part(n); ok {
		s.parts = append(s.parts, p)
	}
	if not, ok := n.(*ast.UnaryNode); ok && joins(not.Node, "&&", "and", "||", "or") {
		s.visit(not.Node)
	}
}

func joins(n ast.Node, operators ...string) bool {
	b, ok := n.(*ast.BinaryNode)
	return ok && slices.Contains(operators, b.Operator)
}

// joined are the conditions that and joins.
func (s *splitter) joined(n ast.Node) []*Expr {
	if b, ok := n.(*ast.BinaryNode); ok && joins(n, "&&", "and") {
		return append(s.joined(b.Left), s.joined(b.Right)...)
	}
	if e := s.sub(n, wantBool); e != nil {
		return []*Expr{e}
	}
	return nil
}

// sub compiles a node by itself.
func (s *splitter) sub(n ast.Node, want exprWant) *Expr {
	e, ds := compileExpr(s.src.piece(s.bracketed(spanOf(s.spans, n.Location().From))), want, s.scope)
	if ds.HasErrors() {
		return nil
	}
	return e
}

// bracketed is a piece of the text with the brackets that it has one half of:
// a node ends where its last name does.
func (r *resolver) bracketed(at span) span {
	for from, end := range r.closes {
		if from = clampedAt(r.bytes, from); from >= at.from && from < at.to || end > at.from && end <= at.to {
			at = at.with(span{from, end})
		}
	}
	return at
}

func (s *splitter) part(n ast.Node) (conditionPart, bool) {
	p := conditionPart{expr: s.sub(n, wantBool)}
	if p.expr == nil {
		return p, false
	}
	b, ok := n.(*ast.BinaryNode)
	if !ok {
		return p, true
	}
	for _, side := range []ast.Node{b.Left, b.Right} {
		if !computed(side) {
			continue
		}
		if e := s.sub(side, wantAny); e != nil && e.reads != 0 {
			p.operands = append(p.operands, e)
		}
	}
	return p, true
}

// computed says whether n is neither a name nor a path of constant keys, whose
// values are shown anyway.
func computed(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ChainNode:
		return computed(n.Node)
	case *ast.MemberNode:
		return constantKey(n.Property) == nil || computed(n.Node)
	case *ast.BuiltinNode, *ast.CallNode, *ast.BinaryNode, *ast.ConditionalNode, *ast.SliceNode:
		return true
	default:
		return false
	}
}

// piece is a part of an expression's text as an expression of its own.
func (s *source) piece(at span) source {
	at = span{max(at.from, 0), min(at.to, len(s.text))}
	if at.to <= at.from {
		return *s
	}
	p := source{text: s.text[at.from:at.to], whole: s.span(at), file: s.file}
	if s.units != nil {
		p.units = s.units[at.from:at.to]
	}
	return p
}

// Reads says whether the condition reads a name.
func (a *Assertion) Reads(name string) bool {
	return slices.ContainsFunc(a.Condition.paths, func(p exprPath) bool { return p.root == name })
}

// Check evaluates the condition. Where it is false, at are the characters that
// are to blame, and values what they saw.
func (a *Assertion) Check(env *Env, facts TrialFacts) (ok bool, at Range, values []SnippetValue, err error) {
	ok, err = a.Condition.decide(env, facts)
	if ok || err != nil {
		return ok, a.Condition.Range(), nil, err
	}
	var details []SnippetValue
	add := func(to []SnippetValue, name, statement string) []SnippetValue {
		v := SnippetValue{name, statement}
		if slices.Contains(to, v) || slices.Contains(values, v) {
			return to
		}
		return append(to, v)
	}
	at = a.blamed(env, facts)
	for _, p := range a.parts {
		holds, failed := p.expr.decide(env, facts)
		if len(a.parts) > 1 {
			verdict := "is false"
			switch {
			case failed != nil:
				verdict = "cannot be evaluated"
			case holds:
				verdict = "is true"
			}
			values = add(values, oneLine(p.expr.Text()), verdict)
		}
		for _, o := range p.operands {
			if v, failed := o.run(env, facts); failed == nil {
				details = add(details, oneLine(o.Text()), "is "+shown(v))
			}
		}
	}
	for _, s := range a.Condition.seen(env, facts) {
		details = add(details, s.Name, "is "+s.Value)
	}
	return false, at, append(values, details...), nil
}

// blamed is the first of what must be true that is not.
func (a *Assertion) blamed(env *Env, facts TrialFacts) Range {
	for _, e := range a.conjuncts {
		if holds, _ := e.decide(env, facts); !holds {
			return e.inner()
		}
	}
	return a.Condition.inner()
}

// decide evaluates a condition over facts, too.
func (e *Expr) decide(env *Env, facts TrialFacts) (bool, error) {
	out, err := e.run(env, facts)
	b, _ := out.(bool)
	return b, err
}

// inner is where the expression's text is, quotes aside.
func (e *Expr) inner() Range {
	if len(e.src.units) == 0 {
		return e.src.whole
	}
	return e.src.span(span{0, len(e.src.text)})
}

// oneLine is a text without its line breaks, cut to what fits.
func oneLine(text string) string { return shorten(strings.Join(strings.Fields(text), " "), maxSeen) }

// JSONValue is a value as conditions read it.
func JSONValue(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var out any
	_ = json.Unmarshal(text, &out) // it was written just now
	return out
}

// fact says whether a name is one of a test's own.
func (s *exprScope) fact(name string) bool { return s.facts != nil && s.facts.fields[name] != nil }

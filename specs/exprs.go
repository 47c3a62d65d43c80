package specs

import (
	"slices"
	"strings"
	"unicode"

	"github.com/zclconf/go-cty/cty"
)

// A pendingExpr is an expression that is compiled when everything it may refer
// to is known.
type pendingExpr struct {
	node *node
	arg  *arg
	want exprWant
	// here says that it sees the pattern's own view, script that it is part of
	// a script; input is what a tool takes.
	here, script bool
	input        *Type
	board        *Blackboard // whose entries it sees
	set          func(*Expr)
	// facts are further names, in the conditions of tests; take, if set, gets the
	// text of a condition that was compiled.
	facts *Type
	take  func(source, *exprScope)
}

// expr has an argument compiled as an expression, where it is written.
func (l *loader) expr(n *node, name string, want exprWant, set func(*Expr)) {
	l.exprHere(n, name, want, n.schema.byArg[name].here, set)
}

func (l *loader) exprHere(n *node, name string, want exprWant, here bool, set func(*Expr)) {
	if a := n.args[name]; a != nil && a.value != nil {
		script := n.schema.name == "reply" || n.schema.name == "fail"
		l.pending = append(l.pending, pendingExpr{node: n, arg: a, want: want, here: here, script: script, set: set})
	}
}

// exprOn is expr for a condition on a board.
func (l *loader) exprOn(b *Blackboard, n *node, name string, set func(*Expr)) {
	before := len(l.pending)
	l.expr(n, name, wantBool, set)
	for i := before; i < len(l.pending); i++ {
		l.pending[i].board = b
	}
}

// exprOver is expr for the result of a tool.
func (l *loader) exprOver(n *node, name string, want exprWant, input *Type, set func(*Expr)) {
	if a := n.args[name]; a != nil && a.value != nil {
		l.pending = append(l.pending, pendingExpr{node: n, arg: a, want: want, input: input, set: set})
	}
}

// compileExprs compiles all expressions.
func (l *loader) compileExprs(cfg *Config) {
	base := exprScope{data: l.outputTypes(cfg), participants: participantNames(cfg), vars: l.exprValues("var"), locals: l.exprValues("local")}
	l.exprBase, l.exprInputs = base, map[string]*Type{}
	for _, p := range l.pending {
		if l.stopped() {
			return
		}
		if p.input != nil {
			l.exprInputs[p.node.address] = p.input
		}
		scope := base
		scope.here, scope.script, scope.input = p.here, p.script, p.input
		scope.board, scope.facts = p.board.types(cfg), p.facts
		text, _ := p.arg.value.(string)
		var file []byte
		if f := l.sources[p.arg.expr.Range().Filename]; f != nil {
			file = f.text
		}
		src := newSource(p.arg.expr, text, file)
		scope.data = mentioned(base.data, text)
		e, found := compileExpr(src, p.want, &scope)
		if len(found) > 0 { // what is meant may be any of them
			scope.data = base.data
			e, found = compileExpr(src, p.want, &scope)
		}
		for _, d := range found {
			l.adoptExpr(p, d)
		}
		if e != nil {
			p.set(e)
		}
		if e != nil && p.take != nil {
			p.take(src, &scope)
		}
	}
}

// mentioned are the types that an expression can read: those whose names it
// has. Describing a thousand agents to each of a thousand expressions would
// take longer than all the rest.
func mentioned(data map[string]*Type, text string) map[string]*Type {
	if strings.Contains(text, "data[") { // a name may be computed
		return data
	}
	out := map[string]*Type{}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if t, ok := data[word]; ok {
			out[word] = t
		}
	}
	return out
}

// adoptExpr takes over a finding about an expression, unless it only says
// again that something is not declared.
func (l *loader) adoptExpr(p pendingExpr, d Diagnostic) {
	if d.Severity == SeverityError {
		p.node.fail()
	}
	if l.syntaxErrors && slices.Contains([]string{codeExprParticipant, codeExprNoOutput, codeExprVariable}, d.Code) {
		return
	}
	d.Address = p.node.address
	l.ds = append(l.ds, d)
}

// exprValues are the values that expressions may use. A name without a value
// is unknown to them, as its declaration was reported.
func (l *loader) exprValues(kind string) map[string]cty.Value {
	out := map[string]cty.Value{}
	for _, name := range l.declared(kind) {
		if v, ok := l.named(kind, name); ok {
			out[name] = v
		} else {
			out[name] = cty.DynamicVal
		}
	}
	return out
}

func participantNames(cfg *Config) []string {
	var out []string
	for _, a := range cfg.Agents {
		out = append(out, a.Name)
	}
	for _, h := range cfg.Humans {
		out = append(out, h.Name)
	}
	for _, p := range cfg.Patterns {
		out = append(out, p.Name)
	}
	return out
}

// outputTypes are the types of structured answers by agent: those that agents
// declare, and those that patterns ask for.
func (l *loader) outputTypes(cfg *Config) map[string]*Type {
	out := map[string]*Type{}
	for _, p := range cfg.Patterns {
		if p.Loop != nil && p.Loop.Critic != nil {
			out[p.Loop.Critic.Name] = criticType()
		}
		if p.PlanExecute != nil {
			out[p.PlanExecute.Planner.Name] = planType()
		}
		if p.Manager != nil {
			p.Manager.answers(p, out)
		}
		if p.Vote != nil {
			for _, ref := range p.Participants {
				out[ref.Name] = ballotType(p.Vote)
			}
		}
	}
	for _, a := range cfg.Agents {
		if a.Output != nil {
			out[a.Name] = a.Output.Type
		}
	}
	return out
}

// criticType is what a loop asks of its critic.
func criticType() *Type {
	return TypeOf(cty.Object(map[string]cty.Type{"accept": cty.Bool, "feedback": cty.String, "score": cty.Number}))
}

// ballotType is what a vote asks of its participants.
func ballotType(v *Vote) *Type {
	if v.Strategy == "average" {
		return TypeOf(cty.Object(map[string]cty.Type{"score": cty.Number, "reason": cty.String}))
	}
	return TypeOf(cty.Object(map[string]cty.Type{"choice": cty.String, "reason": cty.String}))
}

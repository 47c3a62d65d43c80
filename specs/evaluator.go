package specs

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Evaluator computes expressions with the names of a scenario, for who tries
// them out. It is not safe for concurrent use. Close it.
type Evaluator struct {
	l   *loader
	cfg *Config
}

// NewEvaluator loads a scenario as [Load] does; without its errors there is an
// Evaluator of it.
func NewEvaluator(path string, opts Options) (*Evaluator, *Config, Diagnostics) {
	l := newLoader(opts)
	cfg := l.guarded(path)
	ds := l.finish()
	if ds.HasErrors() {
		l.close()
		return nil, nil, ds
	}
	return &Evaluator{l: l, cfg: cfg}, cfg, ds
}

// Close gives back the scenario's directory.
func (e *Evaluator) Close() { e.l.close() }

// The names that texts have in findings.
const (
	expressionName = "expression"
	conditionName  = "condition"
)

// Eval computes an HCL expression and writes its value as HCL. A reference
// alone stands for its block: agent.writer lists its arguments, and
// agent.writer.max_tokens is one of them. Secrets are not shown.
func (e *Evaluator) Eval(text string) (string, Diagnostics) {
	e.begin(expressionName, text)
	value := e.eval(text)
	return value, e.end()
}

// begin forgets what was found before, and takes a text as a file.
func (e *Evaluator) begin(name, text string) {
	l := e.l
	l.ds, l.values, l.hiddenRanges, l.hints = nil, nil, nil, 0
	l.sources[name] = newSourceFile(name, []byte(text))
}

// end is what was found.
func (e *Evaluator) end() Diagnostics {
	ds := e.l.finish()
	for i := range ds {
		ds[i].Address = ""
	}
	return ds
}

func (e *Evaluator) eval(text string) (value string) {
	defer e.recovered(&value)
	if len(text) > maxFileSize {
		e.l.report(codeTooLarge, "", hcl.Range{}, "The expression has %s; %s are allowed.", sizeText(len(text)), sizeText(maxFileSize))
		return ""
	}
	if !e.l.guard([]byte(text), expressionName, syntaxExpression, "") {
		return ""
	}
	expr, found := hclsyntax.ParseExpression([]byte(text), expressionName, hcl.InitialPos)
	for _, d := range found {
		e.l.adopt(codeSyntax, "", d)
	}
	if found.HasErrors() {
		return ""
	}
	if n, rest := e.block(expr); n != nil {
		return e.blockValue(n, rest)
	}
	return e.value(expr)
}

func (e *Evaluator) recovered(value *string) {
	if r := recover(); r != nil {
		*value = ""
		e.l.report(codeInternal, "", hcl.Range{}, "The expression cannot be evaluated: %v.", r)
	}
}

// value computes an expression as an argument of the scenario would be.
func (e *Evaluator) value(expr hcl.Expression) string {
	n := &node{schema: e.l.root.schema}
	a := &arg{schema: &argSchema{name: "the expression", typ: typeValue}, expr: expr}
	for _, t := range expr.Variables() {
		e.l.checkRef(n, a, t)
	}
	if e.l.ds.HasErrors() {
		return ""
	}
	v, _, ok := e.l.eval(expr, n)
	if !ok {
		return ""
	}
	return valueText(v)
}

// block is the block that a reference stands for, and what follows in it; nil
// for what is not only a reference to a block.
func (e *Evaluator) block(expr hcl.Expression) (*node, hcl.Traversal) {
	ref, ok := expr.(*hclsyntax.ScopeTraversalExpr)
	if !ok {
		return nil, nil
	}
	kind, name, ok := splitRef(ref.Traversal)
	if !ok || kind == "var" || kind == "local" || !e.l.isDeclared(kind, name) {
		return nil, nil
	}
	return e.l.names[nameSpace(kind)][name], ref.Traversal[2:]
}

// blockValue is a block, or what a path leads to in it.
func (e *Evaluator) blockValue(n *node, path hcl.Traversal) string {
	for i, step := range path {
		name, ok := step.(hcl.TraverseAttr)
		if !ok {
			e.noSuch(n, path[i].SourceRange(), "")
			return ""
		}
		if a := n.args[name.Name]; a != nil {
			return e.argValue(a, path[i+1:])
		}
		inner := n.one(name.Name)
		if inner == nil {
			e.noSuch(n, name.SrcRange, name.Name)
			return ""
		}
		n = inner
	}
	return e.nodeText(n, "")
}

func (e *Evaluator) argValue(a *arg, path hcl.Traversal) string {
	if secretive(a) {
		return secretText
	}
	if a.raw == cty.NilVal {
		return e.source(a)
	}
	v, found := path.TraverseRel(a.raw)
	for _, d := range found {
		e.l.adopt(codeEval, "", d)
	}
	if found.HasErrors() {
		return ""
	}
	return valueText(v)
}

// noSuch reports a name that is not written in a block.
func (e *Evaluator) noSuch(n *node, at hcl.Range, name string) {
	var written []string
	for _, a := range sortedArgs(n) {
		written = append(written, a.schema.name)
	}
	for _, inner := range n.blocks {
		if inner.name == "" && !slices.Contains(written, inner.schema.name) {
			written = append(written, inner.schema.name)
		}
	}
	if len(written) == 0 {
		e.l.report(codeEval, "", at, "Nothing is written in it.")
		return
	}
	d := e.l.report(codeEval, "", at, "It has no %q; what is written in it is %s.", name, listed(written))
	e.l.rename(d, at, nearest(name, written))
}

// source is an argument as it is written, for types.
func (e *Evaluator) source(a *arg) string {
	r := a.expr.Range()
	f := e.l.sources[r.Filename]
	if f == nil || r.Start.Byte < 0 || r.End.Byte > len(f.text) {
		return "null"
	}
	return string(f.text[r.Start.Byte:r.End.Byte])
}

// Condition compiles an expression of a running session, such as a stop has,
// of any type. It sees the view of the pattern with that name as here, and the
// whole session's where it is empty.
func (e *Evaluator) Condition(text, pattern string) (*Expr, Diagnostics) {
	e.begin(conditionName, text)
	scope := e.l.exprBase
	scope.here, scope.board = true, e.board(pattern)
	x, found := compileExpr(textSource(conditionName, text), wantAny, &scope)
	e.l.ds = found
	return x, e.end()
}

// board are the entries that here.data has in a pattern.
func (e *Evaluator) board(pattern string) map[string]*Type {
	for _, p := range e.cfg.Patterns {
		if p.Name == pattern {
			return p.Blackboard.types(e.cfg)
		}
	}
	return nil
}

// textSource is a text that is a file by itself.
func textSource(name, text string) source {
	s := source{text: text, file: []byte(text)}
	for i, c := range text {
		size := len(string(c))
		for range size {
			s.units = append(s.units, span{i, min(i+size, len(text))})
		}
	}
	s.whole = Range{Filename: name, Start: Pos{Line: 1, Column: 1}}
	s.whole.End = s.pos(len(text))
	return s
}

// Names are the names of a kind that the scenario declares.
func (e *Evaluator) Names(kind string) []string { return e.l.declared(kind) }

// ReferenceKinds are the words that references begin with.
func ReferenceKinds() []string { return refKinds() }

// ConditionNames are what an expression of a running session can begin with.
func ConditionNames() []string { return (&exprScope{here: true}).names() }

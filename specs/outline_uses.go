package specs

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// stringOf is a known text.
func stringOf(v cty.Value) (string, bool) {
	v, _ = v.Unmark()
	if v == cty.NilVal || !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return "", false
	}
	return v.AsString(), true
}

// arg adds what an argument speaks of: by references, by bare names, and in
// its expression.
func (w *outliner) arg(n *node, a *arg) {
	if a.schema.typ == typeConstraint {
		return
	}
	for _, t := range a.expr.Variables() {
		w.traversal(t)
	}
	switch a.schema.typ { //nolint:exhaustive // the others speak of nothing beyond their references
	case typeNumberMap, typeRefMap:
		w.keys(a.expr)
	case typeRefOrName:
		w.bareName(n, a)
	case typeRefsOrNames:
		w.list(a.expr)
	case typeAny:
		if n.schema.name == "run" && a.schema.name == "say" {
			w.saidBy(a.expr)
		}
	case typeString:
		w.nodeName(n, a)
		if n.schema.name == "tool_call" && a.schema.name == "name" {
			w.toolName(a)
		}
	case typeCondition, typeSpeaker, typeItems, typeResult:
		w.expression(a)
	}
}

// traversal notes a reference: agent.writer, agent["writer"].
func (w *outliner) traversal(t hcl.Traversal) {
	kind, name, ok := splitRef(t)
	if !ok || !slices.Contains(refKinds(), kind) {
		return
	}
	at := t[1].SourceRange()
	switch step := t[1].(type) {
	case hcl.TraverseAttr:
		if at.End.Byte-at.Start.Byte == len(name)+1 { // with its dot
			at.Start.Byte++
			at.Start.Column++
		}
	case hcl.TraverseIndex:
		at = hcl.Range{Filename: step.SrcRange.Filename, Start: step.SrcRange.Start, End: step.SrcRange.End}
		at.Start.Byte, at.Start.Column = at.Start.Byte+1, at.Start.Column+1 // the bracket
		at.End.Byte, at.End.Column = at.End.Byte-1, at.End.Column-1
		at = unquoted(at, name)
	}
	w.use(kind+"."+name, at)
}

// keys notes the participants that are the keys of an object, and those that
// its lists name in quotes.
func (w *outliner) keys(expr hcl.Expression) {
	object, ok := unwrapParens(expr).(*hclsyntax.ObjectConsExpr)
	if !ok {
		return
	}
	for _, item := range object.Items {
		if name := hcl.ExprAsKeyword(item.KeyExpr); name != "" {
			w.participant(name, item.KeyExpr.Range())
		} else if key, ok := item.KeyExpr.(*hclsyntax.ObjectConsKeyExpr); ok {
			w.quotedName(key.Wrapped)
		}
		w.list(item.ValueExpr)
	}
}

// list notes the participants that a list names in quotes.
func (w *outliner) list(expr hcl.Expression) {
	if list, ok := unwrapParens(expr).(*hclsyntax.TupleConsExpr); ok {
		for _, e := range list.Exprs {
			w.quotedName(e)
		}
	}
}

// saidBy notes who says something in a test: { text = "…", from = "boss" }.
func (w *outliner) saidBy(expr hcl.Expression) {
	list, ok := unwrapParens(expr).(*hclsyntax.TupleConsExpr)
	if !ok {
		return
	}
	for _, e := range list.Exprs {
		if from := keyExprs(e)["from"]; from != nil {
			w.quotedName(from)
		}
	}
}

// quotedName notes a participant whose name is written in quotes.
func (w *outliner) quotedName(expr hcl.Expression) {
	if text, ok := literalText(expr); ok {
		w.participant(text, unquoted(expr.Range(), text))
	}
}

// bareName notes the text of start and of tie.
func (w *outliner) bareName(n *node, a *arg) {
	text, ok := literalText(a.expr)
	if !ok {
		return
	}
	if n.kind == "graph" {
		w.use(n.address+".node."+text, unquoted(a.expr.Range(), text))
		return
	}
	if kind := a.schema.refs[0]; kind == "stop" || kind == "session" {
		if w.isDeclared(kind, text) {
			w.use(kind+"."+text, unquoted(a.expr.Range(), text))
		}
		return
	}
	w.participant(text, unquoted(a.expr.Range(), text))
}

// nodeName notes the ends of an edge.
func (w *outliner) nodeName(n *node, a *arg) {
	if n.schema.name != "edge" || a.schema.name != "from" && a.schema.name != "to" {
		return
	}
	if text, ok := literalText(a.expr); ok {
		w.use(n.address+".node."+text, unquoted(a.expr.Range(), text))
	}
}

// toolName notes the tool that a script calls, and whom it hands over to.
func (w *outliner) toolName(a *arg) {
	text, ok := literalText(a.expr)
	if !ok {
		return
	}
	at := unquoted(a.expr.Range(), text)
	if w.isDeclared("tool", text) {
		w.use("tool."+text, at)
	} else if name, ok := strings.CutPrefix(text, transferTo); ok && at.End.Byte-at.Start.Byte == len(text) {
		at.Start.Byte += len(transferTo)
		at.Start.Column += len(transferTo)
		w.participant(name, at)
	}
}

// expression notes the names in an expression. One that is computed, or that
// cannot be parsed, has none.
func (w *outliner) expression(a *arg) {
	text, ok := literalText(a.expr)
	f := w.sources[a.expr.Range().Filename]
	if !ok || f == nil {
		return
	}
	src := newSource(a.expr, text, f.text)
	if src.units == nil {
		return
	}
	tree, found := parseExpr(&src)
	if found.HasErrors() {
		return
	}
	v := &exprUses{outliner: w, src: &src, bytes: runeOffsets(text), speaker: a.schema.typ == typeSpeaker}
	ast.Walk(&tree, v)
}

// exprUses finds names in a parsed expression.
type exprUses struct {
	*outliner
	src   *source
	bytes []int
	// speaker says that texts are names of participants.
	speaker bool
}

// Visit looks at a node.
func (v *exprUses) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.MemberNode:
		v.member(n)
	case *ast.BinaryNode:
		if n.Operator == "==" || n.Operator == "!=" {
			v.compared(n.Left, n.Right)
			v.compared(n.Right, n.Left)
		}
	case *ast.StringNode:
		if v.speaker {
			v.named(n)
		}
	}
}

// member notes var.x, local.x, agents['x'], data.x and here.data.x.
func (v *exprUses) member(n *ast.MemberNode) {
	key, ok := n.Property.(*ast.StringNode)
	if !ok {
		return
	}
	switch base := n.Node.(type) {
	case *ast.IdentifierNode:
		switch base.Value {
		case "var", "local":
			v.note(base.Value+"."+key.Value, key)
		case "agents", "data":
			v.named(key)
		}
	case *ast.MemberNode:
		root, isRoot := base.Node.(*ast.IdentifierNode)
		field, isField := base.Property.(*ast.StringNode)
		if isRoot && isField && root.Value == "here" && field.Value == "data" {
			v.named(key)
		}
	}
}

// compared notes a text that is compared with who said something.
func (v *exprUses) compared(a, b ast.Node) {
	text, ok := b.(*ast.StringNode)
	if !ok || v.speaker {
		return
	}
	switch n := a.(type) {
	case *ast.IdentifierNode:
		ok = n.Value == "agent"
	case *ast.MemberNode:
		key, isText := n.Property.(*ast.StringNode)
		ok = isText && key.Value == "agent"
	default:
		ok = false
	}
	if ok {
		v.named(text)
	}
}

func (v *exprUses) named(key *ast.StringNode) {
	if n := v.names["participant"][key.Value]; n != nil {
		v.note(n.address, key)
	}
}

// note adds a use at a name, which may be in quotes.
func (v *exprUses) note(address string, key *ast.StringNode) {
	loc := key.Location()
	at := span{clampedAt(v.bytes, loc.From), clampedAt(v.bytes, loc.To)}
	if at.to-at.from == len(key.Value)+2 {
		at = span{at.from + 1, at.to - 1}
	}
	if at.to > len(v.src.text) || v.src.text[at.from:at.to] != key.Value {
		return
	}
	v.out.Uses = append(v.out.Uses, Use{Address: address, Range: v.src.span(at)})
}

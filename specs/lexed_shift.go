package specs

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A shift says how far a piece of a text has moved. Columns stay, since pieces
// begin with a line.
type shift struct{ bytes, lines int }

func (s shift) pos(p hcl.Pos) hcl.Pos {
	return hcl.Pos{Line: p.Line + s.lines, Column: p.Column, Byte: p.Byte + s.bytes}
}

func (s shift) rng(r hcl.Range) hcl.Range {
	return hcl.Range{Filename: r.Filename, Start: s.pos(r.Start), End: s.pos(r.End)}
}

// A mover copies syntax trees of pieces that have moved.
type mover struct {
	shift
	// items are the copies of what splat expressions call their item.
	items map[*hclsyntax.AnonSymbolExpr]*hclsyntax.AnonSymbolExpr
	// lost says that there was something that cannot be copied.
	lost bool
}

func (m *mover) body(b *hclsyntax.Body) *hclsyntax.Body {
	out := &hclsyntax.Body{SrcRange: m.rng(b.SrcRange), EndRange: m.rng(b.EndRange)}
	if b.Attributes != nil {
		out.Attributes = make(hclsyntax.Attributes, len(b.Attributes))
	}
	for name, a := range b.Attributes {
		out.Attributes[name] = m.attribute(a)
	}
	if b.Blocks != nil {
		out.Blocks = make(hclsyntax.Blocks, len(b.Blocks))
	}
	for i, inner := range b.Blocks {
		out.Blocks[i] = m.block(inner)
	}
	return out
}

func (m *mover) attribute(a *hclsyntax.Attribute) *hclsyntax.Attribute {
	return &hclsyntax.Attribute{
		Name: a.Name, Expr: m.expr(a.Expr), SrcRange: m.rng(a.SrcRange), NameRange: m.rng(a.NameRange), EqualsRange: m.rng(a.EqualsRange),
	}
}

func (m *mover) block(b *hclsyntax.Block) *hclsyntax.Block {
	out := &hclsyntax.Block{
		Type: b.Type, Labels: b.Labels, Body: m.body(b.Body), TypeRange: m.rng(b.TypeRange),
		OpenBraceRange: m.rng(b.OpenBraceRange), CloseBraceRange: m.rng(b.CloseBraceRange),
	}
	if b.LabelRanges != nil {
		out.LabelRanges = make([]hcl.Range, len(b.LabelRanges))
	}
	for i, r := range b.LabelRanges {
		out.LabelRanges[i] = m.rng(r)
	}
	return out
}

// expr copies an expression. There is none where a for has no key or condition.
func (m *mover) expr(expr hclsyntax.Expression) hclsyntax.Expression {
	switch e := expr.(type) {
	case nil:
		return nil
	case *hclsyntax.LiteralValueExpr:
		return &hclsyntax.LiteralValueExpr{Val: e.Val, SrcRange: m.rng(e.SrcRange)}
	case *hclsyntax.TemplateExpr:
		return &hclsyntax.TemplateExpr{Parts: m.exprs(e.Parts), SrcRange: m.rng(e.SrcRange)}
	case *hclsyntax.ScopeTraversalExpr:
		return &hclsyntax.ScopeTraversalExpr{Traversal: m.traversal(e.Traversal), SrcRange: m.rng(e.SrcRange)}
	case *hclsyntax.TupleConsExpr:
		return &hclsyntax.TupleConsExpr{Exprs: m.exprs(e.Exprs), SrcRange: m.rng(e.SrcRange), OpenRange: m.rng(e.OpenRange)}
	case *hclsyntax.ObjectConsExpr:
		return m.object(e)
	case *hclsyntax.ObjectConsKeyExpr:
		return &hclsyntax.ObjectConsKeyExpr{Wrapped: m.expr(e.Wrapped), ForceNonLiteral: e.ForceNonLiteral}
	case *hclsyntax.FunctionCallExpr:
		return &hclsyntax.FunctionCallExpr{
			Name: e.Name, Args: m.exprs(e.Args), ExpandFinal: e.ExpandFinal,
			NameRange: m.rng(e.NameRange), OpenParenRange: m.rng(e.OpenParenRange), CloseParenRange: m.rng(e.CloseParenRange),
		}
	case *hclsyntax.ParenthesesExpr:
		return &hclsyntax.ParenthesesExpr{Expression: m.expr(e.Expression), SrcRange: m.rng(e.SrcRange)}
	case *hclsyntax.TemplateWrapExpr:
		return &hclsyntax.TemplateWrapExpr{Wrapped: m.expr(e.Wrapped), SrcRange: m.rng(e.SrcRange)}
	case *hclsyntax.TemplateJoinExpr:
		return &hclsyntax.TemplateJoinExpr{Tuple: m.expr(e.Tuple)}
	default:
		return m.operation(expr)
	}
}

// operation copies the expressions that compute something.
func (m *mover) operation(expr hclsyntax.Expression) hclsyntax.Expression {
	switch e := expr.(type) {
	case *hclsyntax.BinaryOpExpr:
		return &hclsyntax.BinaryOpExpr{LHS: m.expr(e.LHS), Op: e.Op, RHS: m.expr(e.RHS), SrcRange: m.rng(e.SrcRange)}
	case *hclsyntax.UnaryOpExpr:
		return &hclsyntax.UnaryOpExpr{Op: e.Op, Val: m.expr(e.Val), SrcRange: m.rng(e.SrcRange), SymbolRange: m.rng(e.SymbolRange)}
	case *hclsyntax.ConditionalExpr:
		return &hclsyntax.ConditionalExpr{
			Condition: m.expr(e.Condition), TrueResult: m.expr(e.TrueResult), FalseResult: m.expr(e.FalseResult), SrcRange: m.rng(e.SrcRange),
		}
	case *hclsyntax.ForExpr:
		return &hclsyntax.ForExpr{
			KeyVar: e.KeyVar, ValVar: e.ValVar, CollExpr: m.expr(e.CollExpr), KeyExpr: m.expr(e.KeyExpr), ValExpr: m.expr(e.ValExpr),
			CondExpr: m.expr(e.CondExpr), Group: e.Group,
			SrcRange: m.rng(e.SrcRange), OpenRange: m.rng(e.OpenRange), CloseRange: m.rng(e.CloseRange),
		}
	case *hclsyntax.IndexExpr:
		return &hclsyntax.IndexExpr{
			Collection: m.expr(e.Collection), Key: m.expr(e.Key),
			SrcRange: m.rng(e.SrcRange), OpenRange: m.rng(e.OpenRange), BracketRange: m.rng(e.BracketRange),
		}
	case *hclsyntax.RelativeTraversalExpr:
		return &hclsyntax.RelativeTraversalExpr{Source: m.expr(e.Source), Traversal: m.traversal(e.Traversal), SrcRange: m.rng(e.SrcRange)}
	case *hclsyntax.SplatExpr:
		item := m.item(e.Item)
		return &hclsyntax.SplatExpr{
			Source: m.expr(e.Source), Each: m.expr(e.Each), Item: item, SrcRange: m.rng(e.SrcRange), MarkerRange: m.rng(e.MarkerRange),
		}
	case *hclsyntax.AnonSymbolExpr:
		return m.item(e)
	default: // what stands for a mistake, or what HCL has had since
		m.lost = true
		return expr
	}
}

// item copies the item of a splat expression, which several places speak of.
func (m *mover) item(e *hclsyntax.AnonSymbolExpr) *hclsyntax.AnonSymbolExpr {
	if out := m.items[e]; out != nil {
		return out
	}
	if m.items == nil {
		m.items = map[*hclsyntax.AnonSymbolExpr]*hclsyntax.AnonSymbolExpr{}
	}
	out := &hclsyntax.AnonSymbolExpr{SrcRange: m.rng(e.SrcRange)}
	m.items[e] = out
	return out
}

func (m *mover) exprs(all []hclsyntax.Expression) []hclsyntax.Expression {
	if all == nil {
		return nil
	}
	out := make([]hclsyntax.Expression, len(all))
	for i, e := range all {
		out[i] = m.expr(e)
	}
	return out
}

func (m *mover) object(e *hclsyntax.ObjectConsExpr) *hclsyntax.ObjectConsExpr {
	out := &hclsyntax.ObjectConsExpr{SrcRange: m.rng(e.SrcRange), OpenRange: m.rng(e.OpenRange)}
	if e.Items != nil {
		out.Items = make([]hclsyntax.ObjectConsItem, len(e.Items))
	}
	for i, item := range e.Items {
		out.Items[i] = hclsyntax.ObjectConsItem{KeyExpr: m.expr(item.KeyExpr), ValueExpr: m.expr(item.ValueExpr)}
	}
	return out
}

func (m *mover) traversal(t hcl.Traversal) hcl.Traversal {
	if t == nil {
		return nil
	}
	out := make(hcl.Traversal, len(t))
	for i, step := range t {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			step.SrcRange = m.rng(step.SrcRange)
			out[i] = step
		case hcl.TraverseAttr:
			step.SrcRange = m.rng(step.SrcRange)
			out[i] = step
		case hcl.TraverseIndex:
			step.SrcRange = m.rng(step.SrcRange)
			out[i] = step
		default:
			m.lost = true
			out[i] = step
		}
	}
	return out
}

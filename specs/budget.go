package specs

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// What one value may cost to compute. Loops and functions can multiply a small
// file into any amount of time and memory.
const (
	maxSteps     = 1_000_000
	maxWork      = 16 << 20 // bytes that pass through functions and templates
	maxText      = 1 << 20  // bytes of a value
	maxElements  = 10_000   // of a collection
	maxAllValues = 200_000  // values inside of a value
)

// A budget is what remains of it.
type budget struct {
	steps, work int
}

func (b *budget) reset() { b.steps, b.work = maxSteps, maxWork }

func (b *budget) spend(steps, work int) bool {
	b.steps -= steps
	b.work -= work
	return b.steps >= 0 && b.work >= 0
}

func (b *budget) spent() bool { return b.steps < 0 || b.work < 0 }

const tooCostly = "computing the value takes more than a million steps or 16 MiB of text; make the lists or texts smaller"

// A metered expression is evaluated only while the budget lasts.
type metered struct {
	hclsyntax.Expression
	budget *budget
}

// Value evaluates the expression inside.
func (m metered) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if m.budget.spent() {
		return cty.DynamicVal, nil
	}
	v, found := m.Expression.Value(ctx)
	if !m.budget.spend(10, textSize(v)) {
		found = append(found, &hcl.Diagnostic{
			Severity: hcl.DiagError, Detail: upperFirst(tooCostly) + ".", Subject: m.Expression.Range().Ptr(), Extra: evalExtra{codeEvalCost},
		})
	}
	return v, found
}

// evalExtra gives a finding of HCL a code of ours.
type evalExtra struct{ code string }

// textSize is the length of a text, 0 for anything else.
func textSize(v cty.Value) int {
	v, _ = v.Unmark()
	if v.IsKnown() && !v.IsNull() && v.Type() == cty.String {
		return len(v.AsString())
	}
	return 0
}

// meter puts the bodies of loops and the parts of templates under the budget.
func (l *loader) meter(node hclsyntax.Node) {
	_ = hclsyntax.Walk(node, &meterWalk{&l.budget})
}

type meterWalk struct{ budget *budget }

// Enter does nothing.
func (*meterWalk) Enter(hclsyntax.Node) hcl.Diagnostics { return nil }

// metered wraps an expression. The parentheses are a node that walks over
// expressions can see into.
func (w *meterWalk) metered(e hclsyntax.Expression) hclsyntax.Expression {
	return metered{&hclsyntax.ParenthesesExpr{Expression: e, SrcRange: e.Range()}, w.budget}
}

// Exit wraps the parts of a node whose own parts are wrapped.
func (w *meterWalk) Exit(node hclsyntax.Node) hcl.Diagnostics {
	switch x := node.(type) {
	case *hclsyntax.ForExpr:
		x.ValExpr = w.metered(x.ValExpr)
		if x.KeyExpr != nil {
			x.KeyExpr = w.metered(x.KeyExpr)
		}
	case *hclsyntax.TemplateExpr:
		for i, part := range x.Parts {
			if _, literal := part.(*hclsyntax.LiteralValueExpr); !literal {
				x.Parts[i] = w.metered(part)
			}
		}
	}
	return nil
}

// sizeOf measures a value; it reports what is too large about it, or nothing.
func sizeOf(v cty.Value) string {
	m := &sizer{}
	m.walk(v, 0)
	return m.excess
}

type sizer struct {
	text, values int
	excess       string
}

func (m *sizer) walk(v cty.Value, depth int) {
	v, _ = v.Unmark()
	m.values++
	if m.excess != "" || !v.IsKnown() || v.IsNull() {
		return
	}
	switch {
	case depth > maxDepth:
		m.excess = "Lists and objects may be nested 64 deep; here they are deeper."
		return
	case v.Type() == cty.String:
		m.text += len(v.AsString())
	case v.CanIterateElements():
		if v.LengthInt() > maxElements {
			m.excess = "A collection may have 10,000 elements; this one has more."
			return
		}
		for it := v.ElementIterator(); it.Next() && m.excess == ""; {
			_, e := it.Element()
			m.walk(e, depth+1)
		}
	}
	switch {
	case m.text > maxText:
		m.excess = "A value may have 1 MiB of text; this one has more."
	case m.values > maxAllValues:
		m.excess = "A value may have 200,000 values inside; this one has more."
	}
}

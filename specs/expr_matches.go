package specs

import (
	"errors"
	"regexp"
	"regexp/syntax"

	"github.com/expr-lang/expr/ast"
)

// pattern is a regular expression with what a step of it costs at most.
type pattern struct {
	re   *regexp.Regexp
	size int
}

// The limits of regular expressions. Matching takes up to size × length steps,
// of some ten nanoseconds each.
const (
	maxPatternText  = 1 << 10
	maxPatternSize  = 2_000
	maxPatternSteps = 5_000_000
)

// pattern checks a pattern that is written out.
func (r *resolver) pattern(n *ast.StringNode) ast.Node {
	_, problem := newPattern(n.Value)
	if problem == "" {
		return n
	}
	at := spanOf(r.spans, n.Location().From)
	r.report(codeExprPattern, at, "%s", problem)
	c, _ := r.unknown(at)
	return c
}

// matches compiles a pattern that is written out, once.
func (w *rewriter) matches(n *ast.BinaryNode, negated bool) ast.Node {
	text, _ := w.value(n.Left)
	right, _ := w.value(n.Right)
	name := "matches"
	if negated {
		name = "not matches"
	}
	if s, ok := n.Right.(*ast.StringNode); ok {
		if p, problem := newPattern(s.Value); problem == "" {
			right = as(&ast.ConstantNode{Value: p}, n.Right)
		}
	}
	return bounded(n, name, []ast.Node{text, right})
}

// newPattern compiles a regular expression, or says what is wrong with it.
func newPattern(text string) (*pattern, string) {
	if len(text) > maxPatternText {
		return nil, "The regular expression is longer than 1024 bytes. Split it with or."
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, invalidPattern(err)
	}
	size := patternSize(tree)
	if size > maxPatternSize {
		return nil, "The regular expression repeats so much that it would take too long. Use smaller counts."
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, invalidPattern(err)
	}
	return &pattern{re, size}, ""
}

func invalidPattern(err error) string {
	reason, at := err.Error(), ""
	if e, ok := errors.AsType[*syntax.Error](err); ok {
		reason, at = e.Code.String(), " at "+shorten(e.Expr, 40)
	}
	return "The regular expression is not valid: " + reason + at + "."
}

// patternSize estimates the instructions that a pattern compiles to.
func patternSize(re *syntax.Regexp) int {
	size := 1 + len(re.Rune)/2
	for _, sub := range re.Sub {
		size = min(size+patternSize(sub), maxPatternSize+1)
	}
	if re.Op == syntax.OpRepeat {
		size = min(size*max(re.Min, re.Max, 1), maxPatternSize+1)
	}
	return size
}

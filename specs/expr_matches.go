package specs

import (
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

// matches compiles a pattern that is written out, once.
func (w *rewriter) matches(n *ast.BinaryNode, negated bool) ast.Node {
	text, _ := w.value(n.Left)
	right, _ := w.value(n.Right)
	name := "matches"
	if negated {
		name = "not matches"
	}
	if s, ok := n.Right.(*ast.StringNode); ok {
		p, problem := newPattern(s.Value)
		if problem != "" {
			w.report(codeExprPattern, spanOf(w.spans, n.Right.Location().From), "%s", problem)
		}
		right = as(&ast.ConstantNode{Value: p}, n.Right)
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
		return nil, "The regular expression is not valid: " + err.Error() + "."
	}
	size := patternSize(tree)
	if size > maxPatternSize {
		return nil, "The regular expression repeats so much that it would take too long. Use smaller counts."
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, "The regular expression is not valid: " + err.Error() + "."
	}
	return &pattern{re, size}, ""
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

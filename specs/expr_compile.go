package specs

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// The limits of an expression.
const (
	maxExprText  = 4 << 10 // bytes
	maxExprNodes = 500
	maxNesting   = 2 // of predicates
	maxFindings  = 20
)

// compileExpr checks an expression and compiles it. There is no Expr when the
// diagnostics have an error; they are all the errors that can be told apart.
//
// The stages: parse; names, which also puts in the values of var and local
// (see resolver); types, over the environment that scope describes (see
// typer); absence, which makes what may be missing safe (see rewriter); and
// the bytecode.
func compileExpr(src source, want exprWant, scope *exprScope) (e *Expr, ds Diagnostics) {
	defer func() {
		if r := recover(); r != nil {
			e = nil
			ds = append(ds, src.finding(codeExprSyntax, src.whole, fmt.Sprintf("The expression cannot be compiled: %v.", r)))
		}
	}()
	tree, ds := parseExpr(&src)
	if ds.HasErrors() {
		return nil, ds
	}
	r := newResolver(&src, scope)
	root := r.resolve(tree)
	sought := r.seek(root)
	counts, logic := r.counts(root)
	t := &typer{resolver: r, root: root}
	t.check(want)
	w := &rewriter{typer: t}
	root = w.root(t.root, want)
	if r.ds.HasErrors() {
		return nil, r.sorted()
	}
	if e, ds = compileTree(r, root); e != nil {
		e.sought, e.counts, e.logic = sought, counts, logic
	}
	return e, ds
}

// parseExpr reads the text, within its limits.
func parseExpr(src *source) (ast.Node, Diagnostics) {
	if src.interpolated {
		return nil, Diagnostics{src.finding(codeExprTemplate, src.whole,
			"Expressions take no ${}: they are compiled when the scenario is loaded and evaluated while the session runs. Write var.x or local.x as it is; its value is put in.")}
	}
	if len(src.text) > maxExprText {
		return nil, Diagnostics{src.finding(codeExprLong, src.whole,
			fmt.Sprintf("The expression has %d bytes; %d are allowed. Let an agent or a tool decide what takes so many words.", len(src.text), maxExprText))}
	}
	if strings.TrimSpace(src.text) == "" {
		return nil, Diagnostics{src.finding(codeExprEmpty, src.whole, "There is nothing to evaluate. Write an expression, or leave the argument out.")}
	}
	config := &conf.Config{MaxNodes: maxExprNodes} // the parser reads neither functions nor an environment of it
	tree, err := parser.ParseWithConfig(src.text, config)
	if err != nil {
		return nil, Diagnostics{src.syntaxError(err)}
	}
	return tree.Node, nil
}

func (s *source) syntaxError(err error) Diagnostic {
	at, message := span{0, len(s.text)}, err.Error()
	if fe, ok := errors.AsType[*file.Error](err); ok {
		bytes := runeOffsets(s.text)
		at = span{clampedAt(bytes, fe.From), clampedAt(bytes, fe.To)}
		if end := len(strings.TrimRight(s.text, " \t\r\n")); at.from >= end {
			at = span{clampedBefore(bytes, end), end}
		}
		message = fe.Message
	}
	if i := strings.Index(s.text, "${"); i >= 0 {
		return s.finding(codeExprTemplate, s.span(span{i, i + 2}), "Expressions take no ${}. Write var.x or local.x as it is; its value is put in.")
	}
	if strings.Contains(message, "maximum allowed nodes") {
		return s.finding(codeExprLong, s.whole, tooManyNodes)
	}
	return s.finding(codeExprSyntax, s.span(at), parseMessage(message))
}

const tooManyNodes = "The expression has more than 500 names, values and operators. Split it over several stops joined by any or all."

// compileTree makes the bytecode of a tree that has been checked.
func compileTree(r *resolver, root ast.Node) (*Expr, Diagnostics) {
	config := runtimeConfig()
	tree := &parser.Tree{Node: root, Source: file.NewSource(r.src.text)}
	if err := finalCheck(tree, config); err != nil {
		return nil, Diagnostics{r.located(err)}
	}
	program, err := compiler.Compile(tree, config)
	if err != nil {
		return nil, Diagnostics{r.located(err)}
	}
	return &Expr{src: *r.src, program: program, spans: r.spans, reads: r.reads, paths: uniquePaths(r.paths), probes: r.probes}, nil
}

// located is a finding of a later stage, whose locations are the numbers that
// the resolver gave to nodes.
func (r *resolver) located(err error) Diagnostic {
	at, message := 0, firstLine(err.Error())
	if fe, ok := errors.AsType[*file.Error](err); ok {
		at, message = fe.From, fe.Message
	}
	return r.src.finding(codeExprType, r.src.span(spanOf(r.spans, at)), typeMessage(message))
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// finding is an error in the expression.
func (s *source) finding(code string, at Range, detail string) Diagnostic {
	return Diagnostic{Severity: SeverityError, Code: code, Summary: exprSummary(code), Detail: detail, Range: &at}
}

// spanOf is the piece of text that a numbered node stands for.
func spanOf(spans []span, id int) span {
	if id < 0 || id >= len(spans) {
		id = 0
	}
	return spans[id]
}

// runeOffsets has the byte at which each character of the text starts, and
// the end. The parser counts characters.
func runeOffsets(text string) []int {
	offsets := make([]int, 0, len(text)+1)
	for i := range text {
		offsets = append(offsets, i)
	}
	return append(offsets, len(text))
}

func clampedAt(offsets []int, i int) int {
	return offsets[min(max(i, 0), len(offsets)-1)]
}

// clampedBefore is the start of the character that ends at a byte.
func clampedBefore(offsets []int, end int) int {
	i, _ := slices.BinarySearch(offsets, end)
	return clampedAt(offsets, i-1)
}

package specs

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	typecheck "github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/checker/nature"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// typer checks types. The library's checker stops at its first error; typer
// reports that, puts something of unknown type in the place, and goes on.
type typer struct {
	*resolver
	root   ast.Node
	config *conf.Config
}

func (t *typer) check(want exprWant) {
	t.config = conf.CreateNew()
	t.config.WithEnv(t.scope.env())
	tree := &parser.Tree{Node: t.root, Source: file.NewSource(t.src.text)}
	for range maxFindings {
		_, err := typecheck.Check(tree, t.config)
		if err == nil {
			break
		}
		fe, ok := errors.AsType[*file.Error](err)
		if !ok || !t.mend(&tree.Node, fe) {
			t.ds = append(t.ds, t.located(err))
			break
		}
	}
	t.root = tree.Node
	t.result(want)
}

// mend reports an error and replaces its node, so that the next one shows.
func (t *typer) mend(root *ast.Node, fe *file.Error) bool {
	f := &slotFinder{id: fe.From}
	ast.Walk(root, f)
	if f.slot == nil || isAnything(*f.slot) {
		return false
	}
	at := spanOf(t.spans, fe.From)
	if key := listKey(f.member, fe.Message); key != nil {
		t.fieldOfList(f.member, key)
		*f.whole, _ = t.unknown(spanOf(t.spans, f.member.Location().From))
		return true
	}
	if f.member != nil && fieldMissing(fe.Message) {
		t.missingField(f.member)
	} else {
		t.report(codeExprType, at, "%s", t.typeMessage(*f.slot, fe.Message))
	}
	slot := f.slot
	if p, ok := (*slot).(*ast.PredicateNode); ok {
		slot = &p.Node
		if isAnything(*slot) {
			return false
		}
	}
	*slot, _ = t.unknown(at)
	return true
}

// typeMessage says what is wrong with a node. Where a function has several
// forms, the checker's message is about the last of them alone.
func (t *typer) typeMessage(n ast.Node, message string) string {
	call, ok := n.(*ast.BuiltinNode)
	if !ok || !strings.Contains(message, " arguments to call ") || len(builtin.Builtins[builtin.Index[call.Name]].Types) < 2 || len(call.Arguments) == 0 {
		return typeMessage(message)
	}
	kinds := make([]string, len(call.Arguments))
	for i, arg := range call.Arguments {
		kinds[i] = typeName(arg.Nature().String())
	}
	return call.Name + "() does not take " + strings.Join(kinds, " and ") + "."
}

// slotFinder finds the place of the node with a number, and the member that it
// is or is the key of.
type slotFinder struct {
	id     int
	slot   *ast.Node
	member *ast.MemberNode
	whole  *ast.Node // the place of the member
}

func (f *slotFinder) Visit(node *ast.Node) {
	if m, ok := (*node).(*ast.MemberNode); ok && (m.Location().From == f.id || m.Property.Location().From == f.id) {
		f.member, f.whole = m, node
	}
	if f.slot == nil && (*node).Location().From == f.id {
		f.slot = node
	}
}

func fieldMissing(message string) bool {
	return strings.HasPrefix(message, "unknown field ") || strings.Contains(message, " has no field ")
}

// missingField reports a field that is not there, at its name.
func (t *typer) missingField(m *ast.MemberNode) {
	key, ok := m.Property.(*ast.StringNode)
	at := spanOf(t.spans, m.Property.Location().From)
	base := m.Node.Nature()
	fields := t.fields(base)
	if !ok {
		t.report(codeExprField, at, "%s has no such field.", upperFirst(typeName(base.String())))
		return
	}
	detail := fmt.Sprintf("%s has no field %s.", t.describe(m.Node), quoteName(key.Value))
	if len(fields) > 0 {
		detail += " Its fields are " + strings.Join(fields, ", ") + "."
	}
	d := t.report(codeExprField, at, "%s", detail)
	t.suggestKey(d, at, key.Value, fields)
}

// describe names the thing that was to have a field.
func (t *typer) describe(n ast.Node) string {
	at := spanOf(t.spans, n.Location().From)
	if text := t.src.text[at.from:at.to]; len(text) > 0 && len(text) <= 40 {
		return text
	}
	return upperFirst(typeName(n.Nature().String()))
}

func (t *typer) fields(base *nature.Nature) []string {
	names := sortedKeys(base.All(&t.config.NtCache))
	return slices.DeleteFunc(names, func(n string) bool { return n == "" })
}

// result checks the kind of the whole expression.
func (t *typer) result(want exprWant) {
	n := t.root.Nature()
	if isAnything(t.root) || t.ds.HasErrors() && n.IsUnknown(&t.config.NtCache) {
		return
	}
	whole := t.trimmed()
	unknown := n.IsUnknown(&t.config.NtCache)
	switch {
	case want == wantBool && n.Kind != reflect.Bool && !unknown:
		t.report(codeExprWant, whole, "A condition must be true or false; this is %s. Compare it with something.", typeName(n.String()))
	case want == wantString && unknown:
		t.report(codeExprWant, whole, "A string is wanted, and this may be anything. Write string(%s), or read a field that the agent's output declares.", shorten(t.src.text[whole.from:whole.to], 60))
	case want == wantString && n.Kind != reflect.String:
		t.report(codeExprWant, whole, "A string is wanted; this is %s. Write string(…) around it.", typeName(n.String()))
	case want == wantList && !unknown && !n.IsArray():
		t.report(codeExprWant, whole, "A list is wanted; this is %s.", typeName(n.String()))
	}
}

// trimmed is the text without the space around it.
func (t *typer) trimmed() span {
	text := t.src.text
	from := len(text) - len(strings.TrimLeft(text, " \t\r\n"))
	return span{from, from + len(strings.TrimSpace(text))}
}

// finalCheck types the finished tree over the environment that the bytecode
// runs in.
func finalCheck(tree *parser.Tree, config *conf.Config) error {
	_, err := typecheck.Check(tree, config)
	return err
}

// plain checks the types without mending, and says whether they are right.
func (t *typer) plain() bool {
	t.config.WithEnv(t.scope.env())
	tree := &parser.Tree{Node: t.root, Source: file.NewSource(t.src.text)}
	_, err := typecheck.Check(tree, t.config)
	t.root = tree.Node
	return err == nil && !t.ds.HasErrors()
}

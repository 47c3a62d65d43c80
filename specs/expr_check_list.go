package specs

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// listKey is the name that is asked of a list as if it were a field of it, nil
// when a message of the checker is about something else.
func listKey(m *ast.MemberNode, message string) *ast.StringNode {
	if m == nil || !strings.HasPrefix(message, "array elements can only be selected ") {
		return nil
	}
	key, _ := m.Property.(*ast.StringNode)
	return key
}

// fieldOfList reports a field of a list, at its name.
func (t *typer) fieldOfList(m *ast.MemberNode, key *ast.StringNode) {
	at, whole := spanOf(t.spans, key.Location().From), spanOf(t.spans, m.Location().From)
	list := t.describe(m.Node)
	d := t.report(codeExprField, at, "%s is a list and has no field %s: len(%s) is how many elements it has, %s[0] is the first and %s[-1] the last of them.",
		list, quoteName(key.Value), list, list, list)
	var mended string
	switch {
	case slices.Contains([]string{"count", "length", "len", "size"}, key.Value):
		mended = "len(" + list + ")"
	case key.Value == "first":
		mended = list + "[0]"
	case key.Value == "last":
		mended = list + "[-1]"
	}
	if mended != "" && t.src.units != nil && whole.to == at.to {
		d.Fix = &Fix{Message: "Write " + mended, Edits: []Edit{{Range: t.src.span(whole), NewText: mended}}}
	}
}

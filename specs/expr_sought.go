package specs

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// Sought is a text that an expression looks for in a message: 'DONE' in
// last.content contains 'DONE'.
type Sought struct {
	// Field is the part of the message that is looked at: content or agent.
	Field string
	// Op is how: ==, !=, contains, startsWith, endsWith, or in for one of a list.
	Op   string
	Text string
	// Folded says that the case of the message does not matter: lower(…).
	Folded bool
	// Negated says that it stands under a not.
	Negated bool
	Range   Range
}

// Sought are the texts that the expression looks for, in their order.
func (e *Expr) Sought() []Sought { return e.sought }

// seeker collects the comparisons of a tree whose names are resolved.
type seeker struct {
	r *resolver
	// only says that the lists of the expression are of messages: it reads no
	// structured answers, which may have fields of the same names.
	only    bool
	negated []ast.Node
	out     []Sought
}

// seek finds what an expression looks for.
func (r *resolver) seek(root ast.Node) []Sought {
	if r.scope.input != nil {
		return nil
	}
	structured := slices.ContainsFunc(r.paths, func(p exprPath) bool {
		return p.root == "data" || p.root == "here" && slices.Contains(p.keys, any("data"))
	})
	s := &seeker{r: r, only: !structured}
	ast.Walk(&root, &negations{s})
	ast.Walk(&root, s)
	slices.SortStableFunc(s.out, func(a, b Sought) int { return a.Range.Start.Byte - b.Range.Start.Byte })
	return s.out
}

// negations marks the comparisons that stand under a not.
type negations struct{ *seeker }

func (n *negations) Visit(node *ast.Node) {
	not, ok := (*node).(*ast.UnaryNode)
	if !ok || not.Operator != "not" && not.Operator != "!" {
		return
	}
	inner := not.Node
	ast.Walk(&inner, &under{n.seeker})
}

// under notes the comparisons below a node. One that stands below two is as if
// it stood below none.
type under struct{ *seeker }

func (u *under) Visit(node *ast.Node) {
	if _, ok := (*node).(*ast.BinaryNode); !ok {
		return
	}
	if i := slices.Index(u.negated, *node); i >= 0 {
		u.negated = slices.Delete(u.negated, i, i+1)
		return
	}
	u.negated = append(u.negated, *node)
}

// Visit looks at one comparison.
func (s *seeker) Visit(node *ast.Node) {
	n, ok := (*node).(*ast.BinaryNode)
	if !ok || !slices.Contains([]string{"==", "!=", "contains", "startsWith", "endsWith", "in"}, n.Operator) {
		return
	}
	field, folded := s.messageField(n.Left)
	text := n.Right
	if field == "" && (n.Operator == "==" || n.Operator == "!=") {
		field, folded = s.messageField(n.Right)
		text = n.Left
	}
	if field == "" {
		return
	}
	for _, t := range literals(text) {
		at := s.r.src.span(spanOf(s.r.spans, t.Location().From))
		s.out = append(s.out, Sought{field, n.Operator, t.Value, folded, slices.Contains(s.negated, *node), at})
	}
}

// literals are the constant texts that a node is or lists.
func literals(n ast.Node) []*ast.StringNode {
	switch n := n.(type) {
	case *ast.StringNode:
		return []*ast.StringNode{n}
	case *ast.ArrayNode:
		var out []*ast.StringNode
		for _, elem := range n.Nodes {
			out = append(out, literals(elem)...)
		}
		return out
	default:
		return nil
	}
}

// messageField is content or agent where a node is that field of a message.
func (s *seeker) messageField(n ast.Node) (field string, folded bool) {
	switch n := n.(type) {
	case *ast.ChainNode:
		return s.messageField(n.Node)
	case *ast.BuiltinNode:
		if len(n.Arguments) == 0 || !slices.Contains([]string{"lower", "upper", "trim"}, n.Name) {
			return "", false
		}
		field, folded = s.messageField(n.Arguments[0])
		return field, folded || n.Name != "trim"
	case *ast.MemberNode:
		key, ok := n.Property.(*ast.StringNode)
		if ok && (key.Value == "content" || key.Value == "agent") && s.ofMessage(n.Node) {
			return key.Value, false
		}
	}
	return "", false
}

// ofMessage says whether a node is a message: last, first, here.last,
// agents.x.last, an element of messages or of a predicate.
func (s *seeker) ofMessage(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value == "last" || n.Value == "first"
	case *ast.PointerNode:
		return n.Name == "" && s.only
	case *ast.ChainNode:
		return s.ofMessage(n.Node)
	case *ast.MemberNode:
		if list, ok := n.Node.(*ast.IdentifierNode); ok && list.Value == "messages" {
			return true
		}
		key, ok := n.Property.(*ast.StringNode)
		return ok && key.Value == "last" && !fromData(n.Node)
	default:
		return false
	}
}

// fromData says whether a chain begins with a structured answer.
func fromData(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value == "data"
	case *ast.ChainNode:
		return fromData(n.Node)
	case *ast.MemberNode:
		key, ok := n.Property.(*ast.StringNode)
		return ok && key.Value == "data" || fromData(n.Node)
	default:
		return false
	}
}

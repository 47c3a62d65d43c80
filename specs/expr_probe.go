package specs

import (
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// Probes are what an expression compares with: whoever wants to see it true,
// or to know which values it cannot tell apart, tries these.
type Probes struct {
	// Texts are texts that the expression has, with the values of var and local,
	// and texts that its regular expressions match.
	Texts []string
	// Numbers likewise.
	Numbers []float64
	// Contents are all questions about the contents of messages, unless Whole:
	// then contents are read in other ways, too.
	Contents []TextTest
	Whole    bool
}

// maxProbes bounds the texts and numbers of an expression that are noted.
const maxProbes = 32

// TextTest is a question about a text that an expression asks.
type TextTest struct {
	fold, op, text string
	re             *regexp.Regexp
}

// Of says whether a text has what is asked for.
func (t *TextTest) Of(text string) bool {
	switch t.fold {
	case "lower":
		text = strings.ToLower(text)
	case "upper":
		text = strings.ToUpper(text)
	case "trim":
		text = strings.TrimSpace(text)
	}
	switch t.op {
	case "contains":
		return strings.Contains(text, t.text)
	case "startsWith":
		return strings.HasPrefix(text, t.text)
	case "endsWith":
		return strings.HasSuffix(text, t.text)
	case "matches":
		return t.re.MatchString(text)
	default:
		return text == t.text
	}
}

// Probes are what the expression compares with.
func (e *Expr) Probes() *Probes { return e.probes }

// prober walks through an expression whose names are resolved.
type prober struct {
	Probes
	texts    []*ast.StringNode
	keys     map[ast.Node]bool // texts that are names of fields
	contents []*ast.MemberNode
	asked    map[ast.Node]bool // contents that a test asks about
}

func probesOf(root ast.Node) *Probes {
	p := &prober{keys: map[ast.Node]bool{}, asked: map[ast.Node]bool{}}
	ast.Walk(&root, p)
	for _, n := range p.texts {
		if !p.keys[n] {
			p.text(n.Value)
		}
	}
	for _, n := range p.contents {
		p.Whole = p.Whole || !p.asked[n]
	}
	return &p.Probes
}

// Visit implements [ast.Visitor]: it comes to a node after its parts.
func (p *prober) Visit(n *ast.Node) {
	switch n := (*n).(type) {
	case *ast.StringNode:
		p.texts = append(p.texts, n)
	case *ast.IntegerNode:
		p.number(float64(n.Value))
	case *ast.FloatNode:
		p.number(n.Value)
	case *ast.ConstantNode:
		if list, ok := n.Value.([]string); ok {
			for _, text := range list {
				p.text(text)
			}
		}
	case *ast.MemberNode:
		p.member(n)
	case *ast.BinaryNode:
		p.compare(n)
	case *ast.BuiltinNode:
		p.given(n.Arguments)
	case *ast.CallNode:
		p.given(n.Arguments)
	}
}

func (p *prober) text(text string) {
	if text != "" && len(p.Texts) < maxProbes && !slices.Contains(p.Texts, text) {
		p.Texts = append(p.Texts, text)
	}
}

func (p *prober) number(x float64) {
	if len(p.Numbers) < maxProbes && !slices.Contains(p.Numbers, x) {
		p.Numbers = append(p.Numbers, x)
	}
}

func (p *prober) member(n *ast.MemberNode) {
	switch key := n.Property.(type) {
	case *ast.StringNode:
		p.keys[key] = true
		if key.Value == "content" {
			p.contents = append(p.contents, n)
		}
	case *ast.IntegerNode, *ast.UnaryNode: // an element
	default:
		p.Whole = true
	}
}

// compare notes what a comparison asks of a content.
func (p *prober) compare(n *ast.BinaryNode) {
	text, ok := n.Right.(*ast.StringNode)
	subject, fold := folding(n.Left)
	if m := content(subject); ok && m != nil {
		if t, ok := testOf(fold, n.Operator, text.Value); ok {
			p.asked[m] = true
			p.Contents = append(p.Contents, t)
		}
		if n.Operator == "matches" {
			p.keys[text] = true
			example := matching(text.Value)
			p.text(example)
			p.Whole = p.Whole || example == ""
		}
	}
	if entire(n.Left) && !plainly(n.Right) || entire(n.Right) && !plainly(n.Left) {
		p.Whole = true
	}
}

// given notes that a function is given an entire message.
func (p *prober) given(arguments []ast.Node) {
	p.Whole = p.Whole || slices.ContainsFunc(arguments, entire)
}

// folding is what a test looks at, and how it is changed before.
func folding(n ast.Node) (subject ast.Node, fold string) {
	if f, ok := n.(*ast.BuiltinNode); ok && len(f.Arguments) == 1 && slices.Contains([]string{"lower", "upper", "trim"}, f.Name) {
		return f.Arguments[0], f.Name
	}
	return n, ""
}

// content is a message's content, nil when n is something else.
func content(n ast.Node) *ast.MemberNode {
	if c, ok := n.(*ast.ChainNode); ok {
		n = c.Node
	}
	if m, ok := n.(*ast.MemberNode); ok {
		if key, ok := m.Property.(*ast.StringNode); ok && key.Value == "content" {
			return m
		}
	}
	return nil
}

func testOf(fold, op, text string) (t TextTest, ok bool) {
	t = TextTest{fold: fold, op: op, text: text}
	switch op {
	case "==", "!=", "contains", "startsWith", "endsWith":
		return t, true
	case "matches":
		re, err := regexp.Compile(text)
		t.re = re
		return t, err == nil
	default:
		return t, false
	}
}

// entire says whether n may be a message as a whole.
func entire(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value == "last" || n.Value == "first" || envNames()[n.Value] == 0 // of let
	case *ast.PointerNode, *ast.ConditionalNode:
		return true
	case *ast.ChainNode:
		return entire(n.Node)
	case *ast.MemberNode:
		key, named := n.Property.(*ast.StringNode)
		return !named || key.Value == "last" || key.Value == "here"
	default:
		return false
	}
}

// plainly says whether n is a value that no message is.
func plainly(n ast.Node) bool {
	switch n.(type) {
	case *ast.NilNode, *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.StringNode, *ast.ConstantNode, *ast.ArrayNode, *ast.BinaryNode:
		return true
	default:
		return false
	}
}

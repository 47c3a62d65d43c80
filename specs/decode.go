package specs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// read turns a body into a node's arguments and inner blocks, and reports what
// does not belong there.
func (l *loader) read(n *node, body hcl.Body) {
	attrs, blocks := l.items(n, body)
	n.args = make(map[string]*arg, len(attrs))
	for _, attr := range attrs {
		l.readArg(n, attr)
	}
	for _, block := range blocks {
		l.readBlock(n, block)
	}
	for i := range n.schema.args {
		a := &n.schema.args[i]
		if a.required && a.has(n.kind) && n.args[a.name] == nil && !n.misplaced[a.name] {
			l.about(n, codeMissingArg, n.header, "%s needs %s: %s", n.title(), a.name, strings.ToLower(a.doc[:1])+a.doc[1:])
		}
	}
}

// items lists what is written in a body, in order. Names that a JSON body has
// and the schema has not come as attributes.
func (l *loader) items(n *node, body hcl.Body) ([]*hcl.Attribute, []*hcl.Block) {
	var attrs []*hcl.Attribute
	var blocks []*hcl.Block
	if native, ok := body.(*hclsyntax.Body); ok {
		for _, attr := range native.Attributes {
			attrs = append(attrs, attr.AsHCLAttribute())
		}
		for _, block := range native.Blocks {
			blocks = append(blocks, block.AsHCLBlock())
		}
	} else {
		content, rest, found := body.PartialContent(n.schema.bodySchema(n.kind))
		more, restFound := rest.JustAttributes()
		for _, d := range append(found, restFound...) {
			n.fail()
			l.adopt(jsonCode(d.Summary), n.address, d)
		}
		for _, attr := range content.Attributes {
			attrs = append(attrs, l.jsonAttr(n, attr))
		}
		for _, attr := range more {
			attrs = append(attrs, attr)
		}
		blocks = content.Blocks
	}
	slices.SortFunc(attrs, func(a, b *hcl.Attribute) int { return cmp.Compare(a.NameRange.Start.Byte, b.NameRange.Start.Byte) })
	return attrs, blocks
}

// jsonCode is the code of a finding of HCL about the structure of a JSON body.
func jsonCode(summary string) string {
	switch {
	case strings.HasPrefix(summary, "Duplicate"):
		return codeDuplicateArg
	case strings.HasPrefix(summary, "Missing block label"):
		return codeLabels
	default:
		return codeSyntax
	}
}

// jsonAttr lets references be written as plain strings in JSON, "agent.x",
// where an argument takes references.
func (l *loader) jsonAttr(n *node, attr *hcl.Attribute) *hcl.Attribute {
	schema := n.schema.byArg[attr.Name]
	if schema == nil || schema.typ != typeRef && schema.typ != typeRefs {
		return attr
	}
	out := *attr
	if t, ok := jsonRef(attr.Expr); ok {
		out.Expr = t
		return &out
	}
	list, found := hcl.ExprList(attr.Expr)
	if found.HasErrors() {
		return attr
	}
	tuple := &hclsyntax.TupleConsExpr{SrcRange: attr.Expr.Range(), OpenRange: attr.Expr.StartRange()}
	for _, e := range list {
		t, ok := jsonRef(e)
		if !ok {
			return attr
		}
		tuple.Exprs = append(tuple.Exprs, t)
	}
	out.Expr = tuple
	return &out
}

func jsonRef(expr hcl.Expression) (*hclsyntax.ScopeTraversalExpr, bool) {
	t, found := hcl.AbsTraversalForExpr(expr)
	if found.HasErrors() || len(t) < 2 {
		return nil, false
	}
	return &hclsyntax.ScopeTraversalExpr{Traversal: t, SrcRange: expr.Range()}, true
}

func (l *loader) readArg(n *node, attr *hcl.Attribute) {
	if n.schema.free {
		n.args[attr.Name] = &arg{schema: &argSchema{name: attr.Name, typ: typeValue}, expr: attr.Expr, name: attr.NameRange}
		return
	}
	schema := n.schema.byArg[attr.Name]
	switch {
	case schema != nil && schema.has(n.kind):
		n.args[attr.Name] = &arg{schema: schema, expr: attr.Expr, name: attr.NameRange}
	case n.schema.inner[attr.Name] != nil && n.schema.inner[attr.Name].has(n.kind):
		n.misplace(attr.Name)
		l.about(n, codeBlockOrArg, attr.NameRange, "%s is a block: write %s { … } without =.", attr.Name, attr.Name)
	case schema != nil:
		l.about(n, codeOtherKind, attr.NameRange, "%s belongs to %s of kind %s; this one is of kind %s.",
			attr.Name, n.schema.name, listed(schema.only), n.kind)
	default:
		l.unknown(n, codeUnknownArg, "argument", attr.Name, attr.NameRange)
	}
}

// unknown reports a name that a block does not have, and what was meant.
func (l *loader) unknown(n *node, code, what, name string, at hcl.Range) {
	candidates := n.schema.items(n.kind)
	place := n.title() + " has"
	if n.parent == nil {
		place = "A file has"
	}
	d := l.about(n, code, at, "%s no %s %q.%s", place, what, name, l.meant(name, candidates))
	l.rename(d, at, nearest(name, candidates))
}

// items are the names that may be written in a block of a kind.
func (b *blockSchema) items(kind string) []string {
	var out []string
	for i := range b.args {
		if b.args[i].has(kind) {
			out = append(out, b.args[i].name)
		}
	}
	for _, inner := range b.blocks {
		if inner.has(kind) {
			out = append(out, inner.name)
		}
	}
	return out
}

func (l *loader) readBlock(n *node, block *hcl.Block) {
	schema := n.schema.inner[block.Type]
	switch {
	case schema != nil && schema.has(n.kind):
		inner := &node{schema: schema, parent: n, address: n.address, header: block.DefRange, whole: wholeRange(block)}
		l.readLabels(inner, block)
		l.checkOnce(n, inner)
		n.blocks = append(n.blocks, inner)
		if !inner.opaque {
			l.read(inner, block.Body)
		}
	case n.schema.byArg[block.Type] != nil && n.schema.byArg[block.Type].has(n.kind):
		n.misplace(block.Type)
		l.about(n, codeBlockOrArg, block.TypeRange, "%s is an argument: write %s = ….", block.Type, block.Type)
	case schema != nil:
		l.about(n, codeOtherKind, block.TypeRange, "The block %s belongs to %s of kind %s; this one is of kind %s.",
			block.Type, n.schema.name, listed(schema.only), n.kind)
	default:
		l.unknown(n, codeUnknownBlock, "block", block.Type, block.TypeRange)
	}
}

func (l *loader) checkOnce(n, inner *node) {
	if !inner.schema.once {
		return
	}
	if first := n.one(inner.schema.name); first != nil {
		d := l.about(inner, codeOnce, inner.header, "%s has one block %s; put everything into it.", n.title(), inner.schema.name)
		l.related(d, first.header, "the first one")
	}
}

// readLabels takes a block's kind and name, and reports what is wrong with
// them.
func (l *loader) readLabels(n *node, block *hcl.Block) {
	want := n.schema.labels
	n.labels = block.LabelRanges
	for i, label := range block.Labels {
		if i >= len(want) {
			l.about(n, codeLabels, block.LabelRanges[i], "%s takes %s; remove %q.", n.schema.name, n.schema.labelCount(), label)
			continue
		}
		if want[i] == "kind" {
			n.kind = label
			l.checkKind(n, block.LabelRanges[i])
			continue
		}
		n.name = label
		if want[i] != "text" && !hclsyntax.ValidIdentifier(label) {
			l.about(n, codeName, block.LabelRanges[i], "%q is not a name: names begin with a letter or _ and go on with letters, digits, _ and -.", label)
		}
	}
	if n.parent.parent == nil && n.name != "" {
		n.address = n.schema.refKind() + "." + n.name
	}
	if missing := len(want) - len(block.Labels); missing > 0 {
		n.opaque = true
		l.about(n, codeLabels, n.header, "%s takes %s: %s.", n.schema.name, n.schema.labelCount(), n.schema.usage())
	}
}

func (l *loader) checkKind(n *node, at hcl.Range) {
	kinds := n.schema.kindNames()
	if slices.Contains(kinds, n.kind) {
		return
	}
	n.opaque = true
	d := l.about(n, codeKind, at, "There is no %s of kind %q.%s", n.schema.name, n.kind, l.meant(n.kind, kinds))
	if near := nearest(n.kind, kinds); near != "" {
		l.rename(d, at, fmt.Sprintf("%q", near))
	}
}

func (b *blockSchema) labelCount() string {
	switch len(b.labels) {
	case 0:
		return "no name"
	case 1:
		return "one name"
	default:
		return "a kind and a name"
	}
}

// usage shows a block's header.
func (b *blockSchema) usage() string {
	var out strings.Builder
	out.WriteString(b.name)
	for _, label := range b.labels {
		fmt.Fprintf(&out, " \"<%s>\"", label)
	}
	return out.String() + " { … }"
}

// refKind is the word that references to such blocks begin with.
func (b *blockSchema) refKind() string {
	if b.name == "variable" {
		return "var"
	}
	return b.name
}

// title names a block in a sentence: agent "writer", the block limits.
func (n *node) title() string {
	if n.name == "" {
		return "The block " + n.schema.name
	}
	return fmt.Sprintf("%s %q", n.schema.name, n.name)
}

func (n *node) misplace(name string) {
	if n.misplaced == nil {
		n.misplaced = map[string]bool{}
	}
	n.misplaced[name] = true
}

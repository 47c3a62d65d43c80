package specs

import (
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// An Outline is what a scenario declares and where it speaks of that, whether
// or not it is sound. Files that cannot be parsed are in it as far as they go.
type Outline struct {
	// Files are the files that were read, by the names that diagnostics use.
	Files []string
	// Scenario is, for a test file, the path of the scenario that it tests.
	Scenario string
	// Symbols are sorted by file and position.
	Symbols []Symbol
	// Uses are all mentions of symbols and of what is not declared.
	Uses []Use
	// Incomplete says that a part of a file could not be read, so that what is
	// not declared here may be declared there.
	Incomplete bool
	// Duplicates says that two files declare the same name.
	Duplicates bool
}

// A Symbol is something that has a name.
type Symbol struct {
	// Address is agent.writer, var.topic, or for a node of a graph or a route
	// of a router pattern.review.node.draft.
	Address string
	Name    string
	// Block is the block that declares it: agent, variable, locals, node, ….
	Block string
	// Kind is the label of patterns and providers.
	Kind        string
	Description string
	// NameRange is the name without quotes, Range the whole block, or the
	// argument for a local.
	NameRange, Range Range
}

// A Use is a place that speaks of a symbol, the declaration itself included.
type Use struct {
	Address string
	// Range are the characters of the name alone.
	Range Range
	// Declares says that the name is declared here.
	Declares bool
}

// ReadOutline reads a scenario as [Load] does, but evaluates nothing: it is
// quick, and what is wrong with values does not matter to it.
func ReadOutline(path string, opts Options) *Outline {
	l := newLoader(opts)
	defer l.close()
	return l.outlined(path)
}

// outlined reads the files, for which a fault in a library is no news.
func (l *loader) outlined(path string) (out *Outline) {
	defer func() {
		if recover() != nil {
			out = &Outline{Incomplete: true}
		}
	}()
	l.looksOnly = true
	files, ok := l.open(path)
	if !ok {
		return &Outline{Incomplete: true}
	}
	for _, name := range files {
		l.loadFile(name, nil)
	}
	l.declareAll()
	return l.outline()
}

// outline describes what was declared.
func (l *loader) outline() *Outline {
	w := &outliner{loader: l, out: &Outline{Files: slices.Clone(l.files), Incomplete: l.syntaxErrors}}
	for _, n := range l.root.blocks {
		w.block(n)
	}
	slices.SortStableFunc(w.out.Symbols, func(a, b Symbol) int { return inOrder(a.NameRange, b.NameRange) })
	slices.SortStableFunc(w.out.Uses, func(a, b Use) int { return inOrder(a.Range, b.Range) })
	w.out.Uses = slices.CompactFunc(w.out.Uses, func(a, b Use) bool { return a.Range == b.Range && a.Address == b.Address })
	w.out.Duplicates = l.duplicates()
	return w.out
}

// inOrder compares places by file and position.
func inOrder(a, b Range) int {
	return cmp.Or(cmp.Compare(a.Filename, b.Filename), cmp.Compare(a.Start.Byte, b.Start.Byte), cmp.Compare(a.End.Byte, b.End.Byte))
}

// duplicates says whether files differ on who has a name.
func (l *loader) duplicates() bool {
	return slices.ContainsFunc(l.ds, func(d Diagnostic) bool {
		return d.Code == codeDuplicate && d.Range != nil && len(d.Related) > 0 && d.Related[0].Range.Filename != d.Range.Filename
	})
}

// An outliner walks over blocks.
type outliner struct {
	*loader
	out *Outline
}

// block adds what a block declares and speaks of.
func (w *outliner) block(n *node) {
	switch {
	case n.schema.free:
		for _, a := range sortedArgs(n) {
			w.symbol(Symbol{
				Address: "local." + a.schema.name, Name: a.schema.name, Block: "locals",
				NameRange: w.rng(a.name), Range: w.rng(hcl.RangeBetween(a.name, a.expr.Range())),
			})
		}
	case n.schema.name == "mock" && len(n.labels) == 1:
		w.use("provider."+n.name, unquoted(n.labels[0], n.name))
	case (n.schema.name == "mock_tool" || n.schema.name == "approve") && len(n.labels) == 1:
		w.use("tool."+n.name, unquoted(n.labels[0], n.name))
	case n.schema.name == "run" || n.schema.name == "assert": // their labels are sentences
	case n.name != "" && len(n.labels) == len(n.schema.labels):
		w.symbol(Symbol{
			Address: w.addressOf(n), Name: n.name, Block: n.schema.name, Kind: n.kind, Description: n.constant("description"),
			NameRange: w.rng(unquoted(n.labels[len(n.labels)-1], n.name)), Range: w.rng(n.whole),
		})
	}
	for _, a := range sortedArgs(n) {
		w.arg(n, a)
	}
	for _, inner := range n.blocks {
		w.block(inner)
	}
}

// addressOf is a block's address, also for one inside of a pattern.
func (w *outliner) addressOf(n *node) string {
	if n.parent == w.root {
		return n.address
	}
	return n.address + "." + n.schema.name + "." + n.name
}

func (w *outliner) symbol(s Symbol) {
	w.out.Symbols = append(w.out.Symbols, s)
	w.out.Uses = append(w.out.Uses, Use{Address: s.Address, Range: s.NameRange, Declares: true})
}

// use notes that the scenario speaks of an address.
func (w *outliner) use(address string, at hcl.Range) {
	w.out.Uses = append(w.out.Uses, Use{Address: address, Range: w.rng(at)})
}

// participant notes a participant's bare name, if there is such a one.
func (w *outliner) participant(name string, at hcl.Range) {
	if n := w.names["participant"][name]; n != nil {
		w.use(n.address, at)
	}
}

// constant is the text of an argument that is written out.
func (n *node) constant(name string) string {
	if a := n.args[name]; a != nil {
		text, _ := literalText(a.expr)
		return text
	}
	return ""
}

// literalText is the text of a string without anything to evaluate.
func literalText(expr hcl.Expression) (string, bool) {
	switch e := unwrapParens(expr).(type) {
	case *hclsyntax.TemplateExpr:
		if !literalParts(e) {
			return "", false
		}
	case hclsyntax.Expression: // has to be computed, or is no text
		return "", false
	default: // of JSON
		if len(expr.Variables()) > 0 {
			return "", false
		}
	}
	v, found := expr.Value(nil)
	if found.HasErrors() {
		return "", false
	}
	return stringOf(v)
}

// unquoted is a name's range without its quotes.
func unquoted(r hcl.Range, name string) hcl.Range {
	if r.End.Byte-r.Start.Byte == len(name)+2 {
		r.Start.Byte++
		r.Start.Column++
		r.End.Byte--
		r.End.Column--
	}
	return r
}

// wholeRange is a block with its body.
func wholeRange(block *hcl.Block) hcl.Range {
	if body, ok := block.Body.(*hclsyntax.Body); ok {
		return hcl.RangeBetween(block.TypeRange, body.Range())
	}
	return block.DefRange
}

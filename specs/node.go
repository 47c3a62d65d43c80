package specs

import (
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A node is a block as it is written: its header, its arguments, and the
// blocks inside. Decoding gives each argument a Go value.
type node struct {
	schema *blockSchema
	parent *node
	// kind and name are the labels.
	kind, name string
	// address is that of the block at the top: agent.writer.
	address string
	header  hcl.Range
	whole   hcl.Range // from the header to the end of the body
	labels  []hcl.Range
	args    map[string]*arg
	blocks  []*node
	// misplaced are arguments written as blocks, and the other way round.
	misplaced map[string]bool
	// opaque says that nothing is known of what the block should have in it.
	opaque bool
	// broken says that a finding is about the block or one inside of it.
	broken bool
}

// An arg is an argument as it is written.
type arg struct {
	schema *argSchema
	expr   hcl.Expression
	name   hcl.Range
	// value is the Go value, by the argument's type; nil while there is none.
	value any
	// raw is the value before it was converted.
	raw cty.Value
	// bad says that a finding is about it, so that it has no value.
	bad bool
}

// fail marks the block and those around it.
func (n *node) fail() {
	for ; n != nil; n = n.parent {
		n.broken = true
	}
}

// written says whether the argument is there and not null.
func (n *node) written(name string) bool {
	a := n.args[name]
	return a != nil && (a.bad || a.value != nil)
}

// get is an argument's value, or its default, or the zero value.
func get[T any](n *node, name string) T {
	var zero T
	if n == nil {
		return zero
	}
	if a := n.args[name]; a != nil && a.value != nil {
		v, _ := a.value.(T)
		return v
	}
	if s := n.schema.byArg[name]; s != nil && s.def != nil {
		if v, ok := s.def.(T); ok {
			return v
		}
	}
	return zero
}

func (n *node) str(name string) string       { return get[string](n, name) }
func (n *node) int(name string) int          { return get[int](n, name) }
func (n *node) number(name string) float64   { return get[float64](n, name) }
func (n *node) bool(name string) bool        { return get[bool](n, name) }
func (n *node) strings(name string) []string { return get[[]string](n, name) }
func (n *node) ref(name string) Ref          { return get[Ref](n, name) }
func (n *node) refs(name string) []Ref       { return get[[]Ref](n, name) }

// duration is an argument's time; defaults are written as in the language.
func (n *node) duration(name string) time.Duration {
	if n == nil {
		return 0
	}
	if a := n.args[name]; a != nil && a.value != nil {
		return get[time.Duration](n, name)
	}
	if s := n.schema.byArg[name]; s != nil && s.def != nil {
		d, err := time.ParseDuration(fmt.Sprint(s.def))
		if err == nil {
			return d
		}
	}
	return 0
}

// optRef is a reference that may be left out.
func (n *node) optRef(name string) *Ref {
	if ref := n.ref(name); ref.Name != "" {
		return &ref
	}
	return nil
}

// one is the inner block of a name, or nil.
func (n *node) one(name string) *node {
	for _, inner := range n.blocks {
		if inner.schema.name == name {
			return inner
		}
	}
	return nil
}

// all are the inner blocks of a name, in order.
func (n *node) all(name string) []*node {
	var out []*node
	for _, inner := range n.blocks {
		if inner.schema.name == name {
			out = append(out, inner)
		}
	}
	return out
}

// block is what every block of a Config has.
func (l *loader) block(n *node) Block {
	b := Block{Name: n.name, Description: n.str("description"), Range: l.rng(n.header), Args: map[string]Range{}}
	l.argRanges(n, "", b.Args)
	return b
}

// argRanges collects the ranges of a block's arguments. Inner blocks come as
// limits.max_turns, named ones as node.draft.run, repeated ones as
// edge.0.when.
func (l *loader) argRanges(n *node, prefix string, out map[string]Range) {
	for name, a := range n.args {
		if a.bad || a.value != nil {
			out[prefix+name] = l.rng(a.expr.Range())
		}
	}
	counts := map[string]int{}
	for _, inner := range n.blocks {
		name := inner.schema.name
		switch {
		case inner.name != "":
			l.argRanges(inner, prefix+name+"."+inner.name+".", out)
		case inner.schema.once:
			l.argRanges(inner, prefix+name+".", out)
		default:
			l.argRanges(inner, fmt.Sprintf("%s%s.%d.", prefix, name, counts[name]), out)
			counts[name]++
		}
	}
}

package engine

import (
	"encoding/json"
	"fmt"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// mapping lets a copy of its participant work on each item of a list. It has a
// slot for each copy that there may be.
type mapping struct {
	items       *specs.Expr
	most        int
	size        int // of an item, in bytes
	concurrency int
}

func (c *compiler) mapping(n *node) Pattern {
	a := n.spec.Map
	p := mapping{items: a.Items, most: a.MaxItems, size: a.ItemSize(), concurrency: a.MaxItems}
	if a.Concurrency > 0 {
		p.concurrency = min(a.Concurrency, a.MaxItems)
	}
	one := n.slots[0]
	n.slots = make([]slot, p.most)
	for i := range n.slots {
		n.slots[i] = slot{name: fmt.Sprintf("%s[%d]", one.name, i), agent: one.agent, human: one.human, node: one.node}
	}
	return p
}

// copyOf is the name of the copy in a slot, empty where none was made.
func (n *node) copyOf(slot int) string {
	if _, ok := n.pattern.(mapping); ok && slot >= 0 {
		return n.slots[slot].name
	}
	return ""
}

// holds implements [gatherer].
func (p mapping) holds(slot int) bool { return slot >= 0 }

// Next implements [Pattern].
func (p mapping) Next(st *State, f *Frame) Move {
	if f.rounds > 0 {
		return done(leftDone)
	}
	if !f.course.Listed {
		return p.list(st, f)
	}
	okay, over := 0, 0
	for slot := range f.course.Items {
		switch r, ok := f.passed[slot]; {
		case ok:
			over++
			if r.ok {
				okay++
			}
		case !f.running(slot) && !st.active(&f.node.slots[slot]):
			over++
		}
	}
	switch {
	case over < len(f.course.Items):
		return p.start(st, f)
	case okay == 0 && len(f.pass) > 0:
		return Move{Err: errNobody}
	case f.merged < okay:
		return Move{Merge: f.unmerged(len(f.course.Items))}
	default:
		return Move{Round: true, Done: leftDone}
	}
}

// list finds out what the items are.
func (p mapping) list(st *State, f *Frame) Move {
	list, err := p.items.List(st.envAt(f))
	if err != nil {
		return Move{Err: err}
	}
	if len(list) > p.most {
		return Move{Err: fmt.Errorf("pattern %q: there are %d items, and max_items is %d", f.node.name, len(list), p.most)}
	}
	items, size := make([]json.RawMessage, len(list)), 0
	for i, x := range list {
		if items[i], err = json.Marshal(x); err != nil {
			return Move{Err: fmt.Errorf("pattern %q: item %d: %w", f.node.name, i, err)}
		}
		if n := len(itemText(items[i])); n > p.size { // cutting it would leave work undone without a word
			return Move{Err: fmt.Errorf("pattern %q: item %d has %d bytes, and max_item_size is %d", f.node.name, i, n, p.size)}
		}
		if size += len(items[i]); size > specs.MaxItemsSize {
			return Move{Err: fmt.Errorf("pattern %q: the items are longer than %d KiB in all", f.node.name, specs.MaxItemsSize>>10)}
		}
	}
	return Move{Course: Course{Items: &Items{Frame: f.id, Items: items}}}
}

// start begins as many copies as may run at once. Each sees its item alone.
func (p mapping) start(st *State, f *Frame) Move {
	var m Move
	room := p.concurrency - len(f.open)
	for slot := 0; slot < len(f.course.Items) && room > 0; slot++ {
		if st.toCome(f, slot) {
			m.Steps = append(m.Steps, Step{Slot: slot, Note: itemText(f.course.Items[slot]), Answers: -1, Context: &[]int{}})
			room--
		}
	}
	return m
}

// itemText is an item as its copy is told it: a text as it is, else JSON.
func itemText(item json.RawMessage) string {
	var text string
	if json.Unmarshal(item, &text) == nil && text != "" {
		return text
	}
	return string(item)
}

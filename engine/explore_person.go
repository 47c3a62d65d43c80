package engine

import "slices"

// persons are what persons may do while it is nobody's turn.
func (x *exploration) persons(w *world) (list []Choice) {
	st := w.st
	if st.paused {
		return []Choice{{Do: DoResume}}
	}
	if !st.waitsForMessage() || st.inputClosed || st.final != nil {
		return nil
	}
	if w.says < x.o.Says {
		list = append(list, x.words("", nil)...)
	} else {
		x.cut = true // more could be said
	}
	return append(list, Choice{Do: DoCloseInput})
}

// words are what a person may say, in a turn or to everybody: anything, a text
// that a condition looks for, what can be voted for, and the name of an agent
// that answers when it is named.
func (x *exploration) words(who string, t *turn) (list []Choice) {
	texts := append([]string{exploredShort}, x.texts...)
	n := 0
	if t != nil {
		n = t.n
		if v := t.frame.node.spec.Vote; v != nil {
			texts = append(texts, v.Choices...)
		}
	} else if root := x.t.root; root.kind == "chat" && len(root.slots) > 1 {
		for i := range root.slots {
			texts = append(texts, root.slots[i].name)
		}
	}
	for _, text := range texts {
		c := Choice{Do: DoSay, Turn: n, Who: who, Text: text}
		if !slices.ContainsFunc(list, func(o Choice) bool { return o.Text == text }) {
			list = append(list, c)
		}
	}
	return list
}

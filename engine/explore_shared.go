package engine

import (
	"cmp"
	"fmt"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// choices are those of a world. Worlds share the lists of what models may answer,
// in which no turn is named.
type choices []shared

type shared struct {
	turn int
	list []Choice
}

func (c choices) count() (n int) {
	for i := range c {
		n += len(c[i].list)
	}
	return n
}

func (c choices) at(i int) Choice {
	for k := range c {
		if i < len(c[k].list) {
			x := c[k].list[i]
			x.Turn = cmp.Or(x.Turn, c[k].turn)
			return x
		}
		i -= len(c[k].list)
	}
	return Choice{}
}

// replies are what a model may answer, worked out once for all turns that are
// asked for the same.
func (x *exploration) replies(st *State, t *turn) []Choice {
	f, offered := st.form(t), []providers.ToolSpec(nil)
	key := fmt.Appendf(nil, "%q %q %t %d %t %q", t.name, t.role, t.summing, t.longest(), f.check != nil, f.schema)
	if !t.summing {
		offered = st.offered(t)
	}
	for i := range offered {
		key = fmt.Appendf(key, " %q %t %q", offered[i].Name, t.given(offered[i].Name), offered[i].Schema)
	}
	list, ok := x.known[string(key)]
	if !ok {
		list = x.newReplies(t, f, offered)
		x.known[string(key)] = list
	}
	return list
}

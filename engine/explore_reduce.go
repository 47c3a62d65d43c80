package engine

import (
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// stateKey tells states apart.
type stateKey [16]byte

// weights are what a state has of what only grows and decides nothing: what was
// taken, and how long the texts are of which prompts are made. Of two states with
// the same key, the one that has more of each comes to everything that the other
// comes to, and takes at least as much.
type weights []float64

// atMost says whether no number is above the other's.
func (w weights) atMost(o weights) bool {
	if len(w) != len(o) {
		return false
	}
	for i := range w {
		if w[i] > o[i] {
			return false
		}
	}
	return true
}

// key is a hash of all that decides what may follow: not the times, and not
// where an event stands in the log.
func (r *relevance) key(w *world) (stateKey, weights) {
	m := &measurer{relevance: r, w: w}
	if d := w.st.ended; d != nil && !r.all {
		return m.end(d)
	}
	s := w.st.saved(Mark{})
	m.numbers = make(map[int]int, len(s.Turns))
	for i := range s.Turns {
		m.numbers[s.Turns[i].Turn] = i + 1
	}
	s.timeless()
	list := slices.Clone(w.st.messages)
	for i := range list {
		list[i].seq = 0
	}
	inputs, hungry, levels := w.inputs, w.hungry, []int(nil)
	if !r.all {
		levels = r.levels(w.st)
		m.state(s)
		m.messages(list)
		for _, n := range slices.Sorted(maps.Keys(inputs)) {
			m.add(float64(inputs[n]))
		}
		if inputs = nil; !r.story {
			hungry = m.forget(s, list)
		}
	}
	h := sha256.New()
	_ = json.NewEncoder(h).Encode(s) // a snapshot is JSON
	_, _ = h.Write(appendMessages(nil, list))
	_ = json.NewEncoder(h).Encode([]any{w.ready, hungry, inputs, w.says, levels})
	return stateKey(h.Sum(nil)[:16]), m.list
}

// measurer takes out of what is saved what does not matter, and keeps its
// weights.
type measurer struct {
	*relevance
	w    *world
	list weights
	ids  map[string]string // of tool calls
	// numbers are those of open turns, one after the other.
	numbers map[int]int
}

func (m *measurer) add(x ...float64) { m.list = append(m.list, x...) }

// size leaves of a text whether there is one.
func (m *measurer) size(text *string) {
	if *text == "" {
		return
	}
	m.add(float64(len(*text)))
	*text = "…"
}

// end is the key of a session that is over: nothing follows any more.
func (m *measurer) end(d *Ended) (stateKey, weights) {
	env := &m.w.st.env
	m.add(float64(env.Turns), float64(env.Calls), float64(env.Usage.TotalTokens), env.Usage.Cost)
	sum := sha256.Sum256([]byte(string(d.Outcome) + "\x00" + d.Reason.Stop + "\x00" + strconv.Itoa(m.w.says)))
	return stateKey(sum[:16]), m.list
}

func (m *measurer) state(s *savedState) {
	s.Marks = nil
	s.PauseReason = bare(s.PauseReason)
	if s.Final != nil {
		s.Final = &Finalizing{Outcome: s.Final.Outcome, Reason: *bare(&s.Final.Reason)}
	}
	if s.RootDone != nil {
		left := *s.RootDone
		left.Reason = bare(left.Reason)
		s.RootDone = &left
	}
	if s.FinalErr != "" {
		s.FinalErr = "…"
	}
	m.counts(&s.Counts)
	s.Judged = maps.Clone(s.Judged)
	for at, j := range s.Judged {
		j.Why = ""
		s.Judged[at] = j
	}
	m.number(s)
	for _, name := range slices.Sorted(maps.Keys(s.Use)) {
		u := s.Use[name]
		u.Tokens, u.Spent = 0, nil
		m.size(&u.Summary)
		s.Use[name] = u
	}
	for i := range s.Turns {
		m.turn(&s.Turns[i])
	}
	for i := range s.Frames {
		m.frame(&s.Frames[i])
	}
}

func (m *measurer) counts(c *savedCounts) {
	m.add(float64(c.Usage.InputTokens), float64(c.Usage.OutputTokens), float64(c.Usage.TotalTokens), c.Usage.Cost)
	c.Usage = specs.EnvUsage{}
	if !m.calls {
		m.add(float64(c.Calls))
		c.Calls = 0
	}
	if !m.toolCalls {
		c.ToolCalls = 0
	}
}

// number gives calls of tools numbers that say nothing of those before.
func (m *measurer) number(s *savedState) {
	m.ids = map[string]string{"": ""}
	for i := range s.Turns {
		for k := range s.Turns[i].Pending {
			m.ids[s.Turns[i].Pending[k].Call.ID] = strconv.Itoa(len(m.ids))
		}
	}
}

func (m *measurer) turn(t *savedTurn) {
	t.Mark = 0
	if !m.calls {
		t.Call = min(t.Call, 1)
	}
	t.For = m.ids[t.For]
	m.size(&t.Note)
	m.add(float64(weightOf("", t.Extra, nil, 0).Bytes), float64(t.Cap))
	t.Extra, t.Cap, t.Claim = nil, 0, claim{}
	for i := range t.Pending {
		p := &t.Pending[i]
		p.Call.ID = m.ids[p.Call.ID]
		m.size(&p.Result)
	}
}

func (m *measurer) frame(f *savedFrame) {
	m.unorder(f)
	m.size(&f.Note)
	f.Call = m.ids[f.Call]
	f.Course = f.Course.clone()
	c := &f.Course
	c.Plan, c.Items = slices.Clone(c.Plan), slices.Clone(c.Items)
	c.Why = ""
	m.size(&c.Trouble)
	for i := range c.Plan {
		m.size(&c.Plan[i].Task)
	}
	for i := range c.Items {
		m.add(float64(len(c.Items[i])))
		c.Items[i] = nil
	}
	for _, slot := range slices.Sorted(maps.Keys(f.Passed)) {
		r := f.Passed[slot]
		if text, ok := r.Data.(string); ok {
			m.add(float64(len(text)))
			r.Data = m.textOf(text, false, true)
		}
		if r.Held != nil {
			m.add(float64(len(r.Held.Content)))
			held := *r.Held
			held.Content, held.Metadata = m.textOf(held.Content, held.Structured, true), nil
			r.Held = &held
		}
		f.Passed[slot] = r
	}
	if !m.data {
		f.Data = nil
	}
}

// textOf is what matters of a text.
func (m *measurer) textOf(text string, data, kept bool) string {
	switch {
	case m.texts, kept && data && m.data:
		return text
	case kept:
		return m.class(text)
	default:
		return ""
	}
}

// messages leaves of messages what matters.
func (m *measurer) messages(list []message) {
	keep := m.kept(m.w)
	for i := range list {
		x := &list[i]
		m.add(float64(len(x.content)))
		if x.person && m.persons {
			continue
		}
		x.content = m.textOf(x.content, x.data, keep[i])
	}
}

// bare leaves of a reason what decided.
func bare(r *Reason) *Reason {
	if r == nil {
		return nil
	}
	return &Reason{Stop: r.Stop}
}

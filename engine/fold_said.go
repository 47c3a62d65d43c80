package engine

import (
	"cmp"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// envWindow is how many messages expressions see.
const envWindow = 200

func (st *State) foldSaid(e *Event, d *Said) {
	i := len(st.messages)
	person := d.Role == "user"
	if t := st.turns[e.Turn]; t != nil {
		t.said = true
	}
	m := message{
		seq: e.Seq, sender: d.Sender, copied: d.Copy, receiver: d.Receiver, role: d.Role, content: d.Content,
		tagged: tag(cmp.Or(d.Copy, d.Sender), d.Content), turn: e.Turn, person: person, data: d.Structured, tokens: estimate(len(d.Content)),
	}
	st.messages = append(st.messages, m)
	em := m.env()
	em.Data = m.output()
	st.remember(em)
	if ea, ok := st.env.Agents[d.Sender]; ok {
		ea.Last = em
		st.env.Agents[d.Sender] = ea
		st.changed |= specs.PartAgents
	}
	if em.Data != nil {
		st.env.Data[d.Sender] = em.Data
		st.changed |= specs.PartData
	}
	if u := st.use[d.Sender]; u != nil {
		u.own = append(u.own, i)
		u.said++
	}
	st.accept(d, accepted{Seq: e.Seq})
	st.foldRepeat(e, d, i)
	if f := st.frames[d.Frame]; f != nil {
		st.foldSaidIn(f, e, d, i, em.Data)
		return
	}
	st.foldSaidToAll(i, person)
}

// accept notes that a client's message was taken, so that it is taken once.
func (st *State) accept(d *Said, a accepted) {
	if d.ClientID == "" {
		return
	}
	key := d.Sender + "\x00" + d.ClientID
	if before, ok := st.clients[key]; !ok || before.Held {
		st.clients[key] = a
	}
}

// known finds a message by its client id. The person's side speaks for every
// person, who may be the one whose turn it completed.
func (st *State) known(m Message) (accepted, bool) {
	if m.ClientID == "" {
		return accepted{}, false
	}
	if a, ok := st.clients[m.Sender+"\x00"+m.ClientID]; ok || m.Sender != userName {
		return a, ok
	}
	for name := range st.t.humans {
		if a, ok := st.clients[name+"\x00"+m.ClientID]; ok {
			return a, true
		}
	}
	return accepted{}, false
}

// tag is a message's text as other agents see it.
func tag(sender, content string) string { return "[" + sender + "]: " + content }

// env is the message as expressions see it, without its data.
func (m *message) env() specs.EnvMessage {
	return specs.EnvMessage{Exists: true, Content: m.content, Agent: m.sender, Role: m.role, Type: "text", Turn: m.turn}
}

// foldSaidIn takes in a message that belongs to a frame.
func (st *State) foldSaidIn(f *Frame, e *Event, d *Said, i int, data any) {
	f.view = append(f.view, i)
	if e.Turn == 0 {
		f.spoke(i)
	}
	for slot, r := range f.passed {
		if r.held != nil && r.turn == e.Turn {
			r.messages, r.held = []int{i}, nil
			f.passed[slot] = r
			f.merged++
			break
		}
	}
	for g := f; g != nil; g = g.parent {
		g.lastMsg = i
		if data != nil {
			if g.data == nil {
				g.data = map[string]any{}
			}
			g.data[d.Sender] = data
		}
	}
	st.changed |= specs.PartHere
}

// spoke notes what the pattern itself has said: that it is over, in other
// words, or anything else.
func (f *Frame) spoke(i int) {
	if r, over := f.passed[summarySlot]; over && r.ok {
		f.summary = i
	} else {
		f.said = i
	}
}

// foldSaidToAll takes in a message that every active pattern sees.
func (st *State) foldSaidToAll(i int, person bool) {
	st.messages[i].public = true
	if len(st.frames) == 0 {
		st.lobby = append(st.lobby, i)
		return
	}
	inner := map[int]bool{}
	for _, f := range st.frames {
		if f.parent != nil {
			inner[f.parent.id] = true
		}
		if person && f.node.chats() {
			f.pending = append(f.pending, i)
		}
	}
	for _, f := range st.frames {
		if !inner[f.id] {
			f.view = append(f.view, i)
		}
	}
}

// remember puts a message into the window that expressions see.
func (st *State) remember(m specs.EnvMessage) {
	env := &st.env
	if len(env.Messages) == envWindow {
		if cap(env.Messages) == envWindow {
			grown := make([]specs.EnvMessage, envWindow, 2*envWindow)
			copy(grown, env.Messages)
			env.Messages = grown
		}
		env.Messages = env.Messages[1:]
	}
	env.Messages = append(env.Messages, m)
	if !env.First.Exists {
		env.First = m
	}
	env.Last = m
	st.changed |= specs.PartMessages
}

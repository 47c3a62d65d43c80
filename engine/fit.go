package engine

import "fmt"

// take takes in an event of a log that nobody has checked: one that does not
// follow from those before it, or does not fit the template, is refused.
func (st *State) take(e *Event) (err error) {
	if e.Seq != st.head+1 {
		return fmt.Errorf("session %s: event %d is missing: %w", e.Session, st.head+1, ErrDamaged)
	}
	if no := st.refuses(e); no != "" {
		return fmt.Errorf("session %s: event %d: %s: %w", e.Session, e.Seq, no, ErrTemplate)
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("session %s: event %d does not fit those before it: %w", e.Session, e.Seq, ErrDamaged)
		}
	}()
	st.fold(e)
	return nil
}

// refuses says why an event cannot be one of the template's, or nothing.
func (st *State) refuses(e *Event) string {
	switch d := e.Data.(type) {
	case *Created:
		if d.SessionType != st.t.Type {
			return fmt.Sprintf("the session is of type %s, and the template's is of type %s", d.SessionType, st.t.Type)
		}
	case *Entered:
		return st.refusesEntered(d)
	case *TurnStarted:
		return st.refusesTurn(e, d)
	case *Ballot:
		if f := st.frames[d.Frame]; f != nil && (f.node.kind != "vote" || d.Slot < 0 || d.Slot >= len(f.node.slots)) {
			return fmt.Sprintf("%s votes in pattern.%s, where the template has no voter", e.Agent, f.node.name)
		}
	case *ModelCalled:
		if t := st.turns[e.Turn]; t != nil && t.agent == nil {
			return fmt.Sprintf("a model speaks for %s, who is a person in the template", t.name)
		}
	}
	return ""
}

func (st *State) refusesEntered(d *Entered) string {
	n := st.t.root
	if d.Parent != 0 {
		f := st.frames[d.Parent]
		if f == nil {
			return fmt.Sprintf("pattern.%s begins within a pattern that is not active", d.Name)
		}
		if d.Slot < 0 || d.Slot >= len(f.node.slots) || f.node.slots[d.Slot].node == nil {
			return fmt.Sprintf("pattern.%s begins at place %d of pattern.%s, where the template has no pattern", d.Name, d.Slot+1, f.node.name)
		}
		n = f.node.slots[d.Slot].node
	}
	if n.name != d.Name || n.kind != d.Kind {
		return fmt.Sprintf("the %s pattern %q begins, where the template has the %s pattern %q", d.Kind, d.Name, n.kind, n.name)
	}
	return ""
}

func (st *State) refusesTurn(e *Event, d *TurnStarted) string {
	known := st.t.agents[e.Agent] != nil || st.t.humans[e.Agent] != nil
	switch f := st.frames[d.Frame]; {
	case !known:
		return fmt.Sprintf("%s takes a turn, who is not a participant of the template", e.Agent)
	case d.Final && st.t.agents[e.Agent] == nil:
		return fmt.Sprintf("%s takes the finalizing turn, who is a person in the template", e.Agent)
	case d.Final:
		return ""
	case d.Stop != "":
		return st.refusesJudge(e, d)
	case d.Asker != 0:
		return st.refusesQuestion(e, d)
	case f == nil:
		return fmt.Sprintf("%s takes a turn in a pattern that is not active", e.Agent)
	case !f.node.has(d.Slot) || f.node.at(d.Slot).node != nil:
		return fmt.Sprintf("%s takes a turn at place %d of pattern.%s, where the template has nobody", e.Agent, d.Slot+1, f.node.name)
	case f.node.at(d.Slot).who() != e.Agent:
		return fmt.Sprintf("%s takes a turn at place %d of pattern.%s, where the template has %s", e.Agent, d.Slot+1, f.node.name, f.node.at(d.Slot).who())
	default:
		return ""
	}
}

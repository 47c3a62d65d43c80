package engine

import "fmt"

// take takes in an event of a log that nobody has checked: one that does not
// follow from those before it, or does not fit the template, is refused.
func (st *State) take(e *Event) (err error) {
	if e.Seq != st.head+1 {
		return fmt.Errorf("session %s: event %d is missing: %w", e.Session, st.head+1, ErrDamaged)
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("session %s: event %d does not fit those before it: %w", e.Session, e.Seq, ErrDamaged)
		}
	}()
	st.fold(e)
	return nil
}

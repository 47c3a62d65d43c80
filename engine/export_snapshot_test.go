package engine

// EncodeState and DecodeState write and read snapshots.
func EncodeState(st *State, m Mark) ([]byte, error) { return st.encode(m) }

// DecodeState reads what EncodeState wrote.
func DecodeState(t *Template, session string, b []byte) (*State, Mark, error) {
	return decodeState(t, session, b)
}

// CloneState copies a state.
func CloneState(st *State) *State { return st.clone() }

// FoldOn folds further events.
func FoldOn(st *State, events []Event) {
	for i := range events {
		st.fold(&events[i])
	}
}

// LoadState folds a session's log as waking does; saved is where its snapshot
// ended, 0 without one.
func (e *Engine) LoadState(t *Template, id string) (st *State, saved uint64, err error) {
	return e.load(e.ctx, t, id)
}

// Held says how many sessions and hubs an engine has.
func (e *Engine) Held() (sessions, hubs int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.sessions), len(e.hubs)
}

// SavedFields are the types that a snapshot is made of.
func SavedFields() []any {
	return []any{State{}, message{}, accepted{}, broken{}, agentUse{}, spent{}, Frame{}, course{}, floor{}, stepResult{}, ballot{}, turn{}, toolRun{}, remembered{}, repeats{}, repeated{}, judged{}}
}

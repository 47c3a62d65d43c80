package engine

// snapshots is how a session's states are written beside its log.
type snapshots struct {
	busy bool // one is being written
}

// snapshot writes a state when enough events are new.
func (s *Session) snapshot() {}

// snapshotFirst begins the snapshot that is worth making before the session
// rests, and says whether it did.
func (s *Session) snapshotFirst() bool { return false }

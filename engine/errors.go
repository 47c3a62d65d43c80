package engine

import "errors"

// What a caller can be told.
var (
	// ErrNotFound says that there is no such session.
	ErrNotFound = errors.New("session not found")
	// ErrEnded says that the session has ended.
	ErrEnded = errors.New("session has ended")
	// ErrBusy says that an agent is at work and the session takes no messages
	// meanwhile, or that too many commands are waiting.
	ErrBusy = errors.New("session is busy")
	// ErrClosed says that the engine is closing.
	ErrClosed = errors.New("engine is closed")
	// ErrConflict says that somebody else has appended to the session.
	ErrConflict = errors.New("session was written by another owner")
	// ErrOwned says that another node runs the session.
	ErrOwned = errors.New("session is run by another node")
	// ErrPassive says that the session waits and was let go of until something
	// arrives for it.
	ErrPassive = errors.New("session waits in its log")
	// ErrJournal says that the session's journal could not be written.
	ErrJournal = errors.New("journal cannot be written")
	// ErrDamaged says that a session's log has a hole.
	ErrDamaged = errors.New("log is damaged")
	// ErrTemplate says that a session was started from another template.
	ErrTemplate = errors.New("session was started from another template")
	// ErrNoApproval says that no tool call of this id waits for a person.
	ErrNoApproval = errors.New("no tool call of this id waits to be allowed")
	// ErrUnknownParticipant says that a message names nobody of the session.
	ErrUnknownParticipant = errors.New("unknown participant")
)

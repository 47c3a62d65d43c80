package server

import "time"

// The codes with which a WebSocket closes, besides closeDeleted.
const (
	closeNormal      = 1000
	closeDraining    = 1001
	closeNotUTF8     = 1007
	closeTooBig      = 1009
	closeSlow        = 1013
	closeAgain       = 1013 // the store is away: come again
	closeGeneric     = 4000
	closeNoSession   = 4001
	closeAuth        = 4003
	closeRateLimited = 4004
)

// closeTime is how long a closing connection has to take what is left and to
// close its side.
const closeTime = 2 * time.Second

// errorFrame tells one client what is wrong.
func errorFrame(code, text string, details map[string]any) *Frame {
	f := &Frame{Type: frameError, Content: text, Timestamp: timestamp(time.Now()), Metadata: map[string]any{"code": code}}
	if details != nil {
		f.Metadata["details"] = details
	}
	return f
}

// closeName is the code of the error frame before a close.
func closeName(code int) string {
	switch code {
	case closeNoSession:
		return "INVALID_SESSION"
	case closeDeleted:
		return "SESSION_EXPIRED"
	case closeAuth:
		return "AUTHENTICATION_FAILED"
	case closeRateLimited:
		return "RATE_LIMITED"
	default:
		return "ERROR"
	}
}

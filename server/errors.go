package server

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// apiError is an error as a client sees it. Detail and errors are public.
type apiError struct {
	status       int
	code, detail string
	errors       []fieldError
	retryAfter   time.Duration // 0: time does not cure it
	header       http.Header   // further headers of the answer
	cause        error         // for the log alone
}

// Error gives the public text.
func (e *apiError) Error() string { return e.code + ": " + e.detail }

// Unwrap gives the cause, which no client sees.
func (e *apiError) Unwrap() error { return e.cause }

// because is the same answer with a cause for the log.
func (e *apiError) because(cause error) *apiError {
	c := *e
	c.cause = cause
	return &c
}

// fieldError is what is wrong at one place of a request.
type fieldError struct {
	Loc  []any  `json:"loc"` // "body", then keys and indexes
	Msg  string `json:"msg"`
	Type string `json:"type"`
}

// invalid is the answer to a request that is well-formed but not valid.
func invalid(errs ...fieldError) *apiError {
	return &apiError{status: http.StatusUnprocessableEntity, code: "VALIDATION_ERROR", detail: "the request is not valid; see errors", errors: errs}
}

// badBody is the answer to a body that is not what its media type says.
func badBody(detail string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "INVALID_BODY", detail: detail}
}

// drainWait is when a client may come back to a server that drains or has lost
// its store.
const drainWait = 5 * time.Second

// The answers that carry nothing of their request.
var (
	errNotFound     = &apiError{status: http.StatusNotFound, code: "NOT_FOUND", detail: "there is nothing here by this name"}
	errForbidden    = &apiError{status: http.StatusForbidden, code: "FORBIDDEN", detail: "this belongs to somebody else"}
	errMethod       = &apiError{status: http.StatusMethodNotAllowed, code: "METHOD_NOT_ALLOWED", detail: "this path does not take this method; see the Allow header"}
	errEnded        = &apiError{status: http.StatusConflict, code: "SESSION_ENDED", detail: "the session has ended"}
	errDamaged      = &apiError{status: http.StatusConflict, code: "SESSION_DAMAGED", detail: "the session's log is damaged behind this place; what comes before it can be read"}
	errBusy         = &apiError{status: http.StatusConflict, code: "SESSION_BUSY", detail: "the session is at work and takes nothing now"}
	errTooLarge     = &apiError{status: http.StatusRequestEntityTooLarge, code: "BODY_TOO_LARGE", detail: "the body has more than 1 MiB"}
	errDraining     = &apiError{status: http.StatusServiceUnavailable, code: "DRAINING", detail: "the server is shutting down; try again, it or another will answer", retryAfter: drainWait}
	errStore        = &apiError{status: http.StatusServiceUnavailable, code: "STORE_UNAVAILABLE", detail: "the store cannot be reached now", retryAfter: drainWait}
	errProvider     = &apiError{status: http.StatusServiceUnavailable, code: "PROVIDER_UNAVAILABLE", detail: "the model's provider does not answer now", retryAfter: drainWait}
	errParticipant  = &apiError{status: http.StatusUnprocessableEntity, code: "UNKNOWN_PARTICIPANT", detail: "the session has no such participant"}
	errApproval     = &apiError{status: http.StatusNotFound, code: "APPROVAL_NOT_FOUND", detail: "no tool call of this call_id waits to be allowed"}
	errInternal     = &apiError{status: http.StatusInternalServerError, code: "INTERNAL_ERROR"}
	errNoToken      = &apiError{status: http.StatusUnauthorized, code: "NOT_AUTHENTICATED", detail: "send Authorization: Bearer <token>; POST /auth/login gives one"}
	errBadToken     = &apiError{status: http.StatusUnauthorized, code: "INVALID_TOKEN", detail: "the token is not valid"}
	errTokenExpired = &apiError{status: http.StatusUnauthorized, code: "TOKEN_EXPIRED", detail: "the token has expired; log in again"}
	errNotAToken    = &apiError{status: http.StatusUnauthorized, code: "MALFORMED_TOKEN", detail: "the bearer value is not a JWT"}
	errCredentials  = &apiError{status: http.StatusUnauthorized, code: "INVALID_CREDENTIALS", detail: "the user name or the password is wrong"}
)

// answerOf is what one of the engine's errors is to a client.
type answerOf struct {
	kind   error
	answer *apiError
}

func kinds() []answerOf {
	return []answerOf{
		{engine.ErrNotFound, errNotFound},
		{engine.ErrEnded, errEnded},
		{engine.ErrBusy, errBusy},
		{engine.ErrClosed, errDraining},
		{engine.ErrConflict, errStore},
		{engine.ErrOwned, errStore},
		{engine.ErrPassive, errStore},
		{engine.ErrDamaged, errDamaged},
		{engine.ErrJournal, errStore},
		{engine.ErrUnknownParticipant, errParticipant},
		{engine.ErrNoApproval, errApproval},
		{context.DeadlineExceeded, errStore},
	}
}

// public finds the answer for an error: its own, that of its kind, or 500.
func public(err error) *apiError {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errTooLarge
	}
	if e, ok := errors.AsType[*providers.Error](err); ok {
		return fromProvider(e)
	}
	for _, k := range kinds() {
		if errors.Is(err, k.kind) {
			return k.answer.because(err)
		}
	}
	return errInternal.because(err)
}

// fromProvider tells what time cures from what it does not.
func fromProvider(e *providers.Error) *apiError {
	switch e.Kind {
	case providers.RateLimited, providers.Overloaded, providers.TimedOut, providers.Cut:
		answer := errProvider.because(e)
		answer.retryAfter = max(answer.retryAfter, e.RetryAfter)
		return answer
	default:
		return errInternal.because(e)
	}
}

// errorBody is the one shape of all errors.
type errorBody struct {
	Detail    string       `json:"detail"`
	Code      string       `json:"code"`
	Timestamp string       `json:"timestamp"`
	Errors    []fieldError `json:"errors,omitempty"`
}

// fail writes an error as a client may see it, and logs what it may not.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	e, info := public(err), infoOf(r)
	if info.head { // too late: the head is out
		s.log.WarnContext(r.Context(), "request broke off", "request", info.id, "error", err)
		return
	}
	body := errorBody{Detail: e.detail, Code: e.code, Timestamp: timestamp(time.Now()), Errors: e.errors}
	if e.status >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.log.ErrorContext(r.Context(), "request failed", "request", info.id, "error", cause(e))
	}
	if e.status == http.StatusInternalServerError {
		body.Detail = "internal error; the log tells more about request " + info.id
	}
	h := w.Header()
	maps.Copy(h, e.header)
	if e.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	if e.retryAfter > 0 {
		h.Set("Retry-After", seconds(e.retryAfter))
	}
	writeJSON(w, e.status, body)
}

// publicCause is the cause of an error that has one, for the log.
func publicCause(err error) error {
	if e, ok := errors.AsType[*apiError](err); ok {
		return cause(e)
	}
	return err
}

func cause(e *apiError) error {
	if e.cause != nil {
		return e.cause
	}
	return e
}

// writeJSON writes a value as an answer. What cannot be written is a client
// that is gone.
func writeJSON(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil { // a value of ours that is no JSON is a mistake of ours
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n'))
}

// seconds are whole ones, never too few.
func seconds(d time.Duration) string {
	return strconv.Itoa(int(math.Ceil(d.Seconds())))
}

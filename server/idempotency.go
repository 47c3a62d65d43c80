package server

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// The rules of repeats.
const (
	idempotencyLife   = 24 * time.Hour
	maxIdempotencyKey = 255 // bytes
	// answerLease is how long a first request of which nothing is heard counts
	// as under way: its node may be gone. answerRenew is how often it is said
	// that it still is.
	answerLease = 30 * time.Second
	answerRenew = 10 * time.Second
)

// task is the work of a request. With a key it has an id for what it makes: the
// same one when the work is done again, since whoever began it has died.
type task func(body json.RawMessage, id string) (reply, error)

// answers remembers the first answer to each idempotency key in a table of the
// store, for all nodes and beyond a restart. It is safe for concurrent use.
type answers struct {
	table engine.Table
	node  string // who we are in records of what is under way
	alone bool   // no other node uses the store: what another began is over
	log   *slog.Logger
	index *answerIndex
}

type answerKey struct{ user, scope, key string }

// name is the key's key in the table.
func (k answerKey) name() string {
	return recordKey(k.user + "\x00" + k.scope + "\x00" + k.key)
}

// firstAnswer is a record: a request that is under way, or its answer.
type firstAnswer struct {
	User  string          `json:"user"`
	Sum   []byte          `json:"sum"`  // of the request's body
	Node  string          `json:"node"` // that does the work
	ID    string          `json:"id"`   // of what the work makes, so that it is made once
	Begun time.Time       `json:"begun"`
	Done  bool            `json:"done,omitempty"`
	Code  int             `json:"status,omitempty"`
	Body  json.RawMessage `json:"body,omitempty"`
}

// over says that the record counts no more.
func (f *firstAnswer) over(now time.Time) bool { return !now.Before(f.Begun.Add(idempotencyLife)) }

func newAnswers(table engine.Table, node string, alone bool, log *slog.Logger) *answers {
	return &answers{table: table, node: node, alone: alone, log: log, index: newAnswerIndex()}
}

// once does the work of a request, or answers as its first time did: a repeat
// with the same Idempotency-Key by the same person within 24 hours. A repeat
// while the first is under way waits for it.
func (s *Server) once(w http.ResponseWriter, r *http.Request, scope string, do task) error {
	var body json.RawMessage
	if err := decode(r, &body); err != nil {
		return err
	}
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		got, err := do(body, "")
		if err != nil {
			return err
		}
		got.write(w)
		return nil
	}
	if !keyHeader(key) {
		return invalid(fieldError{Loc: []any{"header", "Idempotency-Key"}, Type: "idempotency_key", Msg: "must have 1 to 255 visible ASCII characters"})
	}
	got, err := s.answers.once(r.Context(), answerKey{caller(r).Name, scope, key}, body, do)
	if err != nil {
		return err
	}
	got.write(w)
	return nil
}

func (a *answers) once(ctx context.Context, key answerKey, body json.RawMessage, do task) (reply, error) {
	sum, name := sha256.Sum256(body), key.name()
	silent := uint64(0) // the revision of which nothing was heard for a lease
	for {
		changed, stop := a.index.notice(name)
		old, revision, err := a.look(ctx, name)
		switch {
		case err != nil:
		case old == nil, !old.Done && (revision == silent || a.alone && old.Node != a.node):
			first := &firstAnswer{User: key.user, Sum: sum[:], Node: a.node, ID: engine.NewID(sessionPrefix), Begun: time.Now().UTC()}
			if old != nil && !bytes.Equal(old.Sum, sum[:]) {
				err = errKeyReused
				break
			}
			if old != nil {
				first.ID = cmp.Or(old.ID, first.ID)
			}
			revision, err = a.store(ctx, name, first, revision)
			if err == nil {
				stop()
				return a.work(ctx, &firstWork{a: a, name: name, record: first, revision: revision}, body, do)
			}
			if errors.Is(err, engine.ErrConflict) {
				err = nil
			}
		case !bytes.Equal(old.Sum, sum[:]):
			err = errKeyReused
		case old.Done:
			stop()
			return old.reply()
		default:
			silent, err = heardOf(ctx, changed, revision)
		}
		stop()
		if err != nil {
			return reply{}, err
		}
	}
}

// heardOf waits until a record has changed; when it has not for the time of a
// lease it gives the record's revision.
func heardOf(ctx context.Context, changed <-chan struct{}, revision uint64) (silent uint64, err error) {
	t := time.NewTimer(answerLease)
	defer t.Stop()
	select {
	case <-changed:
		return 0, nil
	case <-t.C:
		return revision, nil
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

// look finds a record that counts; the revision is also that of one which does
// not.
func (a *answers) look(ctx context.Context, name string) (*firstAnswer, uint64, error) {
	e, err := a.table.Get(ctx, name)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("idempotency key: %w", err)
	}
	var f firstAnswer
	if err := json.Unmarshal(e.Value, &f); err != nil {
		a.log.ErrorContext(ctx, "the answer to an idempotency key is damaged", "record", name, "error", err)
		return nil, e.Revision, nil
	}
	if f.over(time.Now()) {
		return nil, e.Revision, nil
	}
	return &f, e.Revision, nil
}

// reply is the answer again, if it was not too large to be kept.
func (f *firstAnswer) reply() (reply, error) {
	if f.Body == nil {
		return reply{}, errAnswerLarge
	}
	return reply{f.Code, f.Body}, nil
}

// store writes a record whose revision still is the one given.
func (a *answers) store(ctx context.Context, name string, f *firstAnswer, revision uint64) (uint64, error) {
	text, err := json.Marshal(f)
	if err != nil {
		return 0, err
	}
	if len(text) > engine.MaxValue {
		short := *f
		short.Body = nil
		return a.store(ctx, name, &short, revision)
	}
	revision, err = a.table.Update(ctx, name, text, revision)
	if err != nil {
		return 0, fmt.Errorf("idempotency key: %w", err)
	}
	a.index.note(name, f, len(text), revision)
	return revision, nil
}

// errAnswerLarge is what a repeat is told whose first answer could not be kept.
var errAnswerLarge = &apiError{
	status: http.StatusConflict, code: "ANSWER_NOT_KEPT",
	detail: "this was done already, and its answer was too large to be kept; look for what it made",
}

func keyHeader(key string) bool {
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return false
		}
	}
	return len(key) <= maxIdempotencyKey
}

package server

import (
	"container/list"
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// The bounds of what is remembered for repeats.
const (
	idempotencyLife    = 24 * time.Hour
	maxIdempotencyKey  = 255      // bytes
	maxUserAnswers     = 1000     // of one person
	maxUserAnswerBytes = 4 << 20  // of one person
	maxAnswerBytes     = 64 << 20 // of all
)

// answers remembers the first answer to each idempotency key. It is safe for
// concurrent use.
type answers struct {
	mu    sync.Mutex // guards what follows
	byKey map[answerKey]*list.Element
	order *list.List // of *kept, oldest first
	bytes int
	users map[string]*userAnswers
}

type userAnswers struct{ count, bytes int }

type answerKey struct{ user, scope, key string }

// kept is a first answer, or a request that is under way.
type kept struct {
	key    answerKey
	body   [sha256.Size]byte
	done   chan struct{} // closed when the request is over
	ok     bool          // with an answer; guarded by the mutex until done
	answer reply
	until  time.Time
}

func newAnswers() *answers {
	return &answers{byKey: map[answerKey]*list.Element{}, order: list.New(), users: map[string]*userAnswers{}}
}

// begin finds the first request with a key, or makes this one the first.
func (a *answers) begin(key answerKey, body [sha256.Size]byte, now time.Time) (k *kept, first bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.expire(now)
	if e := a.byKey[key]; e != nil {
		return e.Value.(*kept), false //nolint:forcetypeassert // the list holds nothing else
	}
	k = &kept{key: key, body: body, done: make(chan struct{}), until: now.Add(idempotencyLife)}
	a.byKey[key] = a.order.PushBack(k)
	u := a.users[key.user]
	if u == nil {
		u = &userAnswers{}
		a.users[key.user] = u
	}
	u.count++
	return k, true
}

// finish keeps the answer of a first request; one that failed is forgotten, so
// that a repeat tries again.
func (a *answers) finish(k *kept, r reply, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer close(k.done)
	if !ok {
		a.drop(a.byKey[k.key])
		return
	}
	k.answer, k.ok = r, true
	a.bytes += len(r.body)
	a.users[k.key.user].bytes += len(r.body)
	a.shrink(k.key.user)
}

// shrink drops the oldest answers: a person's own while the person has too
// many, anybody's while all are too large.
func (a *answers) shrink(user string) {
	for e := a.order.Front(); e != nil; {
		next := e.Next()
		k := e.Value.(*kept) //nolint:forcetypeassert // the list holds nothing else
		u := a.users[user]
		tooMany := u != nil && (u.count > maxUserAnswers || u.bytes > maxUserAnswerBytes)
		switch {
		case !tooMany && a.bytes <= maxAnswerBytes:
			return
		case k.ok && (a.bytes > maxAnswerBytes || k.key.user == user):
			a.drop(e)
		}
		e = next
	}
}

func (a *answers) expire(now time.Time) {
	for e := a.order.Front(); e != nil; e = a.order.Front() {
		k := e.Value.(*kept) //nolint:forcetypeassert // the list holds nothing else
		if !k.ok || now.Before(k.until) {
			return
		}
		a.drop(e)
	}
}

func (a *answers) drop(e *list.Element) {
	k := a.order.Remove(e).(*kept) //nolint:forcetypeassert // the list holds nothing else
	delete(a.byKey, k.key)
	a.bytes -= len(k.answer.body)
	u := a.users[k.key.user]
	u.count--
	u.bytes -= len(k.answer.body)
	if u.count == 0 {
		delete(a.users, k.key.user)
	}
}

// once does the work of a request, or answers as its first time did: a repeat
// with the same Idempotency-Key by the same person within 24 hours. A repeat
// while the first is under way waits for it.
func (s *Server) once(w http.ResponseWriter, r *http.Request, scope string, do func(body json.RawMessage) (reply, error)) error {
	var body json.RawMessage
	if err := decode(r, &body); err != nil {
		return err
	}
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		got, err := do(body)
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

func (a *answers) once(ctx context.Context, key answerKey, body json.RawMessage, do func(json.RawMessage) (reply, error)) (reply, error) {
	sum := sha256.Sum256(body)
	for {
		k, first := a.begin(key, sum, time.Now())
		if first {
			return a.work(k, body, do)
		}
		if k.body != sum {
			return reply{}, errKeyReused
		}
		select {
		case <-k.done:
		case <-ctx.Done():
			return reply{}, context.Cause(ctx)
		}
		if k.ok {
			return k.answer, nil
		}
	}
}

// work does what a first request asks for; a panic leaves no one waiting.
func (a *answers) work(k *kept, body json.RawMessage, do func(json.RawMessage) (reply, error)) (got reply, err error) {
	ok := false
	defer func() { a.finish(k, got, ok) }()
	got, err = do(body)
	ok = err == nil
	return got, err
}

func keyHeader(key string) bool {
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return false
		}
	}
	return len(key) <= maxIdempotencyKey
}

package server

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// keepTries is how often the answer of a first request is offered to a store
// that does not take it.
const keepTries = 3

// firstWork is a first request that is under way here.
type firstWork struct {
	a      *answers
	name   string
	record *firstAnswer

	mu       sync.Mutex // guards what follows
	revision uint64     // of the record; 0 when it is another's by now
}

// work does what a first request asks for and keeps the answer; one that
// failed is forgotten, so that a repeat tries again. A panic leaves no one
// waiting.
func (a *answers) work(ctx context.Context, w *firstWork, body json.RawMessage, do task) (got reply, err error) {
	ctx = context.WithoutCancel(ctx) // a client that is gone may ask again
	renewing, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { w.renew(renewing) })
	ok := false
	defer func() {
		stop()
		wg.Wait()
		if ok {
			w.keep(ctx, got)
		} else {
			w.forget(ctx)
		}
	}()
	got, err = do(body, w.record.ID)
	ok = err == nil
	return got, err
}

// renew says again and again that the work is still under way.
func (w *firstWork) renew(ctx context.Context) {
	for pause(ctx, answerRenew) {
		if err := w.save(ctx); errors.Is(err, engine.ErrConflict) {
			w.a.log.WarnContext(ctx, "a request with an idempotency key was taken over by another node", "record", w.name)
			return
		}
	}
}

// save writes the record, unless it has become another's.
func (w *firstWork) save(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.revision == 0 {
		return engine.ErrConflict
	}
	revision, err := w.a.store(ctx, w.name, w.record, w.revision)
	if err == nil || errors.Is(err, engine.ErrConflict) {
		w.revision = revision
	}
	return err
}

// keep stores the answer.
func (w *firstWork) keep(ctx context.Context, r reply) {
	w.record.Done, w.record.Code, w.record.Body = true, r.status, r.body
	var err error
	for range keepTries {
		if err = w.save(ctx); err == nil || errors.Is(err, engine.ErrConflict) {
			break
		}
		pause(ctx, 100*time.Millisecond)
	}
	if err != nil {
		w.a.log.WarnContext(ctx, "the answer to an idempotency key could not be kept", "record", w.name, "error", err)
	}
}

// forget removes the record, if it is still this request's.
func (w *firstWork) forget(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.a.remove(ctx, w.name, w.revision); err != nil {
		w.a.log.WarnContext(ctx, "an idempotency key could not be freed; a repeat waits until its time is over", "record", w.name, "error", err)
	}
}

// remove removes a record that still has a revision.
func (a *answers) remove(ctx context.Context, name string, revision uint64) error {
	err := a.table.Remove(ctx, name, revision)
	switch {
	case errors.Is(err, engine.ErrConflict): // it is another's, or gone
		return nil
	case err != nil:
		return err
	}
	a.index.gone(name, revision)
	return nil
}

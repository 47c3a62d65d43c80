package server

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// The bounds of what is remembered for repeats.
const (
	maxUserAnswers     = 1000     // of one person
	maxUserAnswerBytes = 4 << 20  // of one person
	maxAnswers         = 200_000  // of all
	maxAnswerBytes     = 64 << 20 // of all
	answerSweep        = time.Minute
)

// answerIndex knows which answers the table has, and who waits for one. It is
// safe for concurrent use.
type answerIndex struct {
	over chan struct{} // has something when there may be too many

	mu      sync.Mutex // guards what follows
	notes   map[string]answerNote
	users   map[string]map[string]struct{} // names by user
	sizes   map[string]int                 // bytes by user
	bytes   int
	waiting map[string]*answerWait
}

// answerNote is what is known of a record.
type answerNote struct {
	name, user string
	size       int // bytes
	begun      time.Time
	done       bool
	revision   uint64
}

// answerWait is a record that somebody waits for.
type answerWait struct {
	changed chan struct{}
	waiters int
}

func newAnswerIndex() *answerIndex {
	return &answerIndex{
		over: make(chan struct{}, 1), notes: map[string]answerNote{}, users: map[string]map[string]struct{}{},
		sizes: map[string]int{}, waiting: map[string]*answerWait{},
	}
}

// notice gives a channel that closes when a record changes, until stop.
func (x *answerIndex) notice(name string) (changed <-chan struct{}, stop func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	w := x.waiting[name]
	if w == nil {
		w = &answerWait{changed: make(chan struct{})}
		x.waiting[name] = w
	}
	w.waiters++
	return w.changed, func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		if w.waiters--; w.waiters == 0 && x.waiting[name] == w {
			delete(x.waiting, name)
		}
	}
}

// note takes note of a record, unless something newer is known.
func (x *answerIndex) note(name string, f *firstAnswer, size int, revision uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.notes[name].revision >= revision {
		return
	}
	x.drop(name)
	n := answerNote{name: name, user: f.User, size: size, begun: f.Begun, done: f.Done, revision: revision}
	x.notes[name] = n
	if x.users[n.user] == nil {
		x.users[n.user] = map[string]struct{}{}
	}
	x.users[n.user][name] = struct{}{}
	x.sizes[n.user] += size
	x.bytes += size
	x.wake(name)
	if len(x.users[n.user]) > maxUserAnswers || x.sizes[n.user] > maxUserAnswerBytes || len(x.notes) > maxAnswers || x.bytes > maxAnswerBytes {
		select {
		case x.over <- struct{}{}:
		default: // it is known already
		}
	}
}

// gone takes note that a record of a revision or an older one is gone.
func (x *answerIndex) gone(name string, revision uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.notes[name].revision <= revision {
		x.drop(name)
		x.wake(name)
	}
}

func (x *answerIndex) wake(name string) {
	if w := x.waiting[name]; w != nil {
		close(w.changed)
		delete(x.waiting, name)
	}
}

func (x *answerIndex) drop(name string) {
	n, known := x.notes[name]
	if !known {
		return
	}
	delete(x.notes, name)
	delete(x.users[n.user], name)
	x.sizes[n.user] -= n.size
	x.bytes -= n.size
	if len(x.users[n.user]) == 0 {
		delete(x.users, n.user)
		delete(x.sizes, n.user)
	}
}

// surplus are the records whose time is over, and the oldest answers of those
// who have too many, or of all when all are too many.
func (x *answerIndex) surplus(now time.Time) []answerNote {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list, rest []answerNote
	perUser := map[string][2]int{} // what goes of a person's count and bytes
	all := make([]answerNote, 0, len(x.notes))
	for _, n := range x.notes {
		all = append(all, n)
	}
	slices.SortFunc(all, func(a, b answerNote) int { return a.begun.Compare(b.begun) })
	count, size := len(all), x.bytes
	out := func(n answerNote) {
		list = append(list, n)
		u := perUser[n.user]
		perUser[n.user] = [2]int{u[0] + 1, u[1] + n.size}
		count, size = count-1, size-n.size
	}
	for _, n := range all {
		u := perUser[n.user]
		switch {
		case !now.Before(n.begun.Add(idempotencyLife)),
			n.done && (len(x.users[n.user])-u[0] > maxUserAnswers || x.sizes[n.user]-u[1] > maxUserAnswerBytes):
			out(n)
		default:
			rest = append(rest, n)
		}
	}
	for _, n := range rest {
		if n.done && (count > maxAnswers || size > maxAnswerBytes) {
			out(n)
		}
	}
	return list
}

// follow keeps the index as the table is, until the context ends.
func (a *answers) follow(ctx context.Context) {
	followTable(ctx, a.table, func(e *engine.Entry, err error) {
		switch {
		case err != nil:
			a.log.WarnContext(ctx, "answers to idempotency keys cannot be followed", "error", err)
		case e.Key == "":
		case e.Deleted:
			a.index.gone(e.Key, e.Revision)
		default:
			var f firstAnswer
			if err := json.Unmarshal(e.Value, &f); err != nil {
				f = firstAnswer{Begun: time.Now()} // it goes when its time is over
			}
			a.index.note(e.Key, &f, len(e.Value), e.Revision)
		}
	})
}

// sweep removes what is too old or too much, until the context ends.
func (a *answers) sweep(ctx context.Context) {
	tick := time.NewTicker(answerSweep)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-a.index.over:
		case <-ctx.Done():
			return
		}
		for _, n := range a.index.surplus(time.Now()) {
			if err := a.remove(ctx, n.name, n.revision); err != nil {
				a.log.WarnContext(ctx, "old answers to idempotency keys cannot be removed", "error", err)
				break
			}
		}
	}
}

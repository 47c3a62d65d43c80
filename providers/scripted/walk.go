package scripted

import (
	"strconv"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// A mark says what a call used up: a version, a letter, and for replies and
// failures their place in the script.
const (
	markReply   = "1:r"
	markFail    = "1:f"
	markDefault = "1:d" // an answer was composed
	markNothing = "1:n" // nothing was left, or a condition could not be evaluated
)

// walk is how far a session has come in a script. The order of past calls does
// not matter, only their number and what they used up.
type walk struct {
	calls   int
	used    []int // by reply; nil before the first use
	failed  []int // by fail; nil before the first use
	unspent int   // the plain replies before this one are used up
}

// turn is what is due at a call. Exactly one of reply, err and compose is set;
// fail, if set, comes instead of the reply or cuts it in the middle.
type turn struct {
	script  *script
	call    int
	mark    string
	reply   *reply
	compose bool
	fail    *fail
	err     error
	due     Due
}

func (w *walk) next(s *script, req *providers.Request) turn {
	w.calls++
	t := turn{script: s, call: w.calls, due: Due{Reply: -1, Fail: -1}}
	f, err := w.failDue(s, req)
	switch {
	case err != nil:
		t.fails(err)
	case f >= 0:
		w.useFail(s, f)
		t.due.Fail = f
		t.failWith(w, req, &s.fails[f])
	default:
		w.answer(&t, req)
	}
	return t
}

// answer finds the reply that is due and uses it up.
func (w *walk) answer(t *turn, req *providers.Request) {
	r, err := w.replyDue(t.script, req)
	switch {
	case err != nil:
		t.fails(err)
	case r >= 0:
		w.useReply(t.script, r)
		t.due.Reply, t.reply, t.mark = r, &t.script.replies[r], t.script.replies[r].mark
		t.fail = t.reply.fail
	case t.script.strict:
		t.fails(w.nothingLeft(t.script, req))
	default:
		t.compose, t.mark = true, markDefault
	}
}

// fails ends the turn with an error that used nothing up.
func (t *turn) fails(err error) {
	t.mark, t.due.Err = markNothing, err
	t.err = t.script.fault(err, t.mark)
}

// failWith makes the turn fail; a cut one begins with what would have been said.
func (t *turn) failWith(w *walk, req *providers.Request, f *fail) {
	t.mark = f.mark
	if f.Kind != providers.Cut {
		t.err = t.script.failure(f)
		return
	}
	t.fail = f
	if r, err := w.replyDue(t.script, req); err == nil && r >= 0 {
		t.due.Reply, t.reply = r, &t.script.replies[r]
		return
	}
	t.compose = true
}

// failDue is the first failure that is due at this call, or -1.
func (w *walk) failDue(s *script, req *providers.Request) (int, error) {
	for i := range s.fails {
		f := &s.fails[i]
		if f.Call > 0 && (w.calls < f.Call || w.calls >= f.Call+max(f.Times, 1)) {
			continue
		}
		if f.Call <= 0 && f.Times > 0 && spent(w.failed, i) >= f.Times {
			continue
		}
		due, err := holds(f.When, f.Label, req, w.calls)
		if err != nil {
			return 0, err
		}
		if due {
			return i, nil
		}
	}
	return -1, nil
}

// replyDue is the reply that is due at this call, or -1.
func (w *walk) replyDue(s *script, req *providers.Request) (int, error) {
	for _, i := range s.when {
		r := &s.replies[i]
		if !r.isFor(req) || w.usedUp(r, i) {
			continue
		}
		due, err := holds(r.When, r.Label, req, w.calls)
		if err != nil {
			return 0, err
		}
		if due {
			return i, nil
		}
	}
	for _, i := range s.plain[w.unspent:] {
		if r := &s.replies[i]; r.isFor(req) && !w.usedUp(r, i) {
			return i, nil
		}
	}
	return -1, nil
}

func (r *reply) isFor(req *providers.Request) bool {
	return r.Agent == "" || r.Agent == req.Agent
}

func (w *walk) usedUp(r *reply, i int) bool {
	return r.times > 0 && spent(w.used, i) >= r.times
}

func (w *walk) useReply(s *script, i int) {
	if w.used == nil {
		w.used = make([]int, len(s.replies))
	}
	w.used[i]++
	for w.unspent < len(s.plain) && w.usedUp(&s.replies[s.plain[w.unspent]], s.plain[w.unspent]) {
		w.unspent++
	}
}

func (w *walk) useFail(s *script, i int) {
	if w.failed == nil {
		w.failed = make([]int, len(s.fails))
	}
	w.failed[i]++
}

// restore counts a past call by its mark.
func (w *walk) restore(s *script, mark string) {
	w.calls++
	if i, ok := place(mark, markReply, len(s.replies)); ok {
		w.useReply(s, i)
	}
	if i, ok := place(mark, markFail, len(s.fails)); ok {
		w.useFail(s, i)
	}
}

func place(mark, prefix string, n int) (int, bool) {
	text, ok := strings.CutPrefix(mark, prefix)
	if !ok {
		return 0, false
	}
	i, err := strconv.Atoi(text)
	return i, err == nil && 0 <= i && i < n
}

func spent(used []int, i int) int {
	if used == nil {
		return 0
	}
	return used[i]
}

// holds asks a condition; none always holds.
func holds(when When, label string, req *providers.Request, call int) (bool, error) {
	if when == nil {
		return true, nil
	}
	ok, err := when(req, call)
	if err != nil {
		return false, &conditionError{label: label, call: call, err: err}
	}
	return ok, nil
}

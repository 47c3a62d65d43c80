package remote

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// What a Talk does by itself.
const (
	minBackoff = 200 * time.Millisecond
	maxBackoff = 15 * time.Second
	patience   = 10 * time.Minute
	floodWait  = 30 * time.Second // after too many messages over the limit
	maxGaps    = 3
)

// JoinConfig says how to follow a session.
type JoinConfig struct {
	Session string
	// After is the seq behind which to begin; 0 is the beginning.
	After uint64
	// Detail is messages, turns or deltas.
	Detail string
	// LogIn gets another token once this one has expired; nil is nobody who
	// could.
	LogIn func(context.Context) error
	// Patience is how long to try without a connection; 0 is ten minutes.
	Patience time.Duration
	// MinBackoff and MaxBackoff bound the wait between two tries; 0 stands for
	// 200 ms and 15 s.
	MinBackoff, MaxBackoff time.Duration
}

// An Update is what happened in a Talk. Exactly one field is set, but for those
// of Refused and Lost.
type Update struct {
	// Frame is what came; frames of the log come in order, each once.
	Frame *Frame
	// Own is a message of this client, where it stands in the log.
	Own *Frame
	// Live says that there is a connection, and all that was stored has come.
	Live bool
	// Lost says why there is none, and Wait when it is tried again.
	Lost error
	// Refused is a message that the server did not take, and Why.
	Refused string
	Why     error
	// Delayed says that a message is over the limit, and sent again after Wait.
	Delayed bool
	Wait    time.Duration
}

// Talk follows a session and speaks in it. Read its updates until they end.
type Talk struct {
	c       *Client
	cfg     JoinConfig
	updates chan Update
	cancel  context.CancelFunc
	wg      sync.WaitGroup
	box     outbox

	// What follows is owned by the goroutine that runs the Talk.

	seq   uint64 // the last frame of the log that was passed on
	ended bool   // its stop frame came
	jump  bool   // the next frame need not follow the last
	fails int    // tries since the last connection that was live
	gaps  int
	err   error
}

var (
	// ErrGone says that the server has no such session, or not of this user.
	ErrGone = errors.New("the server has no such session of yours (any more)")

	errGap = errors.New("frames are missing")
)

// Join begins to follow a session. Close the Talk.
func (c *Client) Join(ctx context.Context, cfg JoinConfig) *Talk {
	or := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	or(&cfg.Patience, patience)
	or(&cfg.MinBackoff, minBackoff)
	or(&cfg.MaxBackoff, maxBackoff)
	ctx, cancel := context.WithCancel(ctx)
	t := &Talk{c: c, cfg: cfg, updates: make(chan Update), cancel: cancel, seq: cfg.After}
	t.box.wake = make(chan struct{}, 1)
	t.wg.Go(func() {
		defer close(t.updates)
		t.run(ctx)
	})
	return t
}

// Updates are closed when the session has ended or cannot be followed any more;
// see [Talk.Err].
func (t *Talk) Updates() <-chan Update { return t.updates }

// Err is why the updates ended: nil when the session did. Call it after that.
func (t *Talk) Err() error { return t.err }

// Close leaves the session, which goes on, and waits for all that the Talk has
// started.
func (t *Talk) Close() {
	t.cancel()
	for range t.updates { // nobody reads them any more
	}
	t.wg.Wait()
}

// Say says something. It does not wait; false says that too much waits already.
func (t *Talk) Say(text string) bool { return t.box.add(text) }

// Waiting says how many messages are not acknowledged yet.
func (t *Talk) Waiting() int { return t.box.len() }

// run connects until the session or the patience ends.
func (t *Talk) run(ctx context.Context) {
	alone := time.Now()
	for {
		lived, err := t.connect(ctx)
		if lived {
			alone, t.fails = time.Now(), 0
		}
		wait, fatal := t.judge(ctx, err)
		switch {
		case ctx.Err() != nil:
			t.err = ctx.Err()
			return
		case t.ended, fatal != nil:
			t.err = fatal
			return
		case time.Since(alone)+wait > t.cfg.Patience:
			t.err = fmt.Errorf("there was no connection for %s: %w", t.cfg.Patience, err)
			return
		}
		if !t.tell(ctx, Update{Lost: err, Wait: wait}) || !sleep(ctx, wait) {
			t.err = ctx.Err()
			return
		}
	}
}

// judge decides what the end of a connection means: when to try again, or why
// not to.
func (t *Talk) judge(ctx context.Context, err error) (time.Duration, error) {
	wait := t.backoff()
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		switch closed.Code {
		case closeNormal:
			t.ended = true
			return 0, nil
		case closeNoSession:
			return 0, ErrGone
		case closeDeleted:
			if t.ended {
				return 0, nil
			}
			return 0, ErrGone
		case closeAuth:
			return wait, t.logIn(ctx)
		case closeRateLimited:
			return wait + floodWait, nil
		}
	}
	if answer, ok := errors.AsType[*Error](err); ok && answer.Status < 500 && answer.Status != 429 {
		return 0, err
	}
	if errors.Is(err, errGap) {
		if t.gaps++; t.gaps >= maxGaps {
			return 0, err
		}
	}
	return wait, nil
}

// logIn gets another token. That the server cannot be reached now is no reason
// to give up.
func (t *Talk) logIn(ctx context.Context) error {
	if t.cfg.LogIn == nil {
		return ErrUnauthorized
	}
	err := t.cfg.LogIn(ctx)
	if answer, ok := errors.AsType[*Error](err); ok && answer.Status < 500 && answer.Status != 429 {
		return err
	}
	return nil
}

// backoff is how long to wait before the next try: twice as long each time, and
// not the same for all who lost the same server.
func (t *Talk) backoff() time.Duration {
	d := t.cfg.MinBackoff << min(t.fails, 16)
	t.fails++
	d = min(d, t.cfg.MaxBackoff)
	return d/2 + rand.N(d/2+1)
}

// tell passes an update on; false says that nobody wants it any more.
func (t *Talk) tell(ctx context.Context, u Update) bool {
	select {
	case t.updates <- u:
		return true
	case <-ctx.Done():
		return false
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

package jetstream

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Codes with which a server refuses a message.
const (
	codeWrongSequence        = 10071
	codeWrongSequencePending = 10164
	codeResources            = 10023
	codeStorage              = 10047
)

// attempt is how long one attempt to write waits for an answer.
const attempt = 2 * time.Second

// write is a message to be stored once.
type write struct {
	stream string
	msg    *nats.Msg // with an id of its own in its header
	// after is the fence: the sequence that the subject's last message must
	// have; nil is none.
	after *uint64
}

// send stores a message and gives its sequence. While the store does not answer
// it is tried again, for the time of [Config.Retry]; an outcome that was not
// heard is looked up. [engine.ErrConflict] says that the fence refused it.
func (j *Journal) send(ctx context.Context, w *write) (uint64, error) {
	tries, cancel := context.WithTimeoutCause(ctx, j.cfg.Retry, fmt.Errorf("no answer within %s", j.cfg.Retry))
	defer cancel()
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		seq, err := j.try(tries, w)
		if err == nil {
			err = j.settle(tries, w.stream, seq)
		}
		switch {
		case err == nil || errors.Is(err, engine.ErrConflict) || errors.Is(err, engine.ErrDamaged):
			return seq, err
		case ctx.Err() != nil:
			return 0, context.Cause(ctx)
		case !j.mayPass(err):
			return 0, j.trouble(w.stream, err)
		}
		select {
		case <-time.After(wait):
		case <-tries.Done():
		}
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		if tries.Err() != nil {
			return 0, j.trouble(w.stream, fmt.Errorf("%w (last: %w)", context.Cause(tries), err))
		}
	}
}

// try sends a message once and, when the fence refuses it, sees whether it was
// this message's own earlier attempt that came first.
func (j *Journal) try(ctx context.Context, w *write) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	opts := []jetstream.PublishOpt{jetstream.WithRetryAttempts(0)}
	if w.after != nil {
		opts = append(opts, jetstream.WithExpectLastSequencePerSubject(*w.after))
	}
	ack, err := j.writer(w.stream).js.PublishMsg(ctx, w.msg, opts...)
	if err == nil {
		return ack.Sequence, nil
	}
	if w.after == nil || !wrongSequence(err) {
		return 0, err
	}
	last, lastErr := j.last(ctx, w.stream, w.msg.Subject)
	switch {
	case lastErr != nil:
		return 0, lastErr
	case last.header.Get(headerAppend) == w.msg.Header.Get(headerAppend):
		return last.stream, nil
	case last.stream == *w.after: // what is in the way is not stored yet, and may be an earlier attempt of this one
		return 0, errPending
	default:
		return 0, engine.ErrConflict
	}
}

// errPending says that another message of the subject waits to be stored.
var errPending = errors.New("another message is about to be stored")

// writer is the connection that writes to a stream: always the same one, so that
// a stream's writes keep their order.
func (j *Journal) writer(stream string) lane {
	list := j.writers
	if j.embedded != nil && !isEvents(stream) {
		list = list[lanesEmbedded:]
	} else if j.embedded != nil {
		list = list[:lanesEmbedded]
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(stream))
	return list[int(h.Sum32()%uint32(len(list)))] //nolint:gosec // a few lanes
}

// conn is the connection that reads a stream and asks for it.
func (j *Journal) conn(stream string) lane {
	if isEvents(stream) {
		return j.events
	}
	return j.main
}

func wrongSequence(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == codeWrongSequence || api.ErrorCode == codeWrongSequencePending)
}

// mayPass says whether it helps to try again: the error is one that time cures,
// and a store of our own is at work.
func (j *Journal) mayPass(err error) bool {
	return passing(err) && (j.embedded == nil || !j.embedded.ill())
}

// passing says whether a message may be stored when it is sent again.
func passing(err error) bool {
	if api, ok := errors.AsType[*jetstream.APIError](err); ok {
		return api.Code == 503 && api.ErrorCode != codeResources && api.ErrorCode != codeStorage
	}
	for _, is := range []error{
		context.DeadlineExceeded, nats.ErrTimeout, nats.ErrNoResponders, jetstream.ErrNoStreamResponse, errPending, nats.ErrConnectionReconnecting,
		nats.ErrDisconnected, nats.ErrReconnectBufExceeded,
	} {
		if errors.Is(err, is) {
			return true
		}
	}
	return false
}

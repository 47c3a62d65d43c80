package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Codes with which a server refuses a fenced append.
const (
	codeWrongSequence        = 10071
	codeWrongSequencePending = 10164
)

// Append implements [engine.Journal]. While the store does not answer it is
// tried again for 15 s; a repeated append is stored once.
func (j *Journal) Append(ctx context.Context, session string, expect uint64, events []engine.Event) error {
	h, err := j.head(ctx, session)
	if err != nil {
		return err
	}
	if h.last != expect {
		return engine.ErrConflict
	}
	id := j.node + "." + strconv.FormatUint(j.appends.Add(1), 10)
	m, next, err := encode(session, id, h, events)
	if err != nil {
		return err
	}
	if next.stream, err = j.publish(ctx, session, id, m, h.stream); err != nil {
		j.forget(session) // another owner, or not known: look again next time
		return err
	}
	j.mu.Lock()
	j.heads[session] = next
	j.mu.Unlock()
	return nil
}

// publish sends a record until it is known whether it is stored, and gives its
// sequence.
func (j *Journal) publish(ctx context.Context, session, id string, m *nats.Msg, after uint64) (uint64, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, giveUp, fmt.Errorf("the journal did not answer within %s", giveUp))
	defer cancel()
	wait := 10 * time.Millisecond
	for {
		ack, err := j.js.PublishMsg(ctx, m, jetstream.WithExpectLastSequencePerSubject(after), jetstream.WithRetryAttempts(0))
		if err == nil {
			return ack.Sequence, nil
		}
		if wrongSequence(err) {
			return j.mine(ctx, session, id)
		}
		if !passing(err) {
			return 0, err
		}
		select {
		case <-time.After(wait):
			wait = min(2*wait, time.Second)
		case <-ctx.Done():
			return 0, fmt.Errorf("%w (last: %w)", context.Cause(ctx), err)
		}
	}
}

// mine says whether the session's last record is that of an append whose
// acknowledgement was lost; if not, there is another writer.
func (j *Journal) mine(ctx context.Context, session, id string) (uint64, error) {
	r, err := j.lastRecord(ctx, session)
	if err != nil {
		return 0, err
	}
	if r.id != id {
		return 0, engine.ErrConflict
	}
	return r.stream, nil
}

func wrongSequence(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == codeWrongSequence || api.ErrorCode == codeWrongSequencePending)
}

// passing says whether an append may succeed when it is tried again.
func passing(err error) bool {
	return errors.Is(err, nats.ErrTimeout) || errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrNoStreamResponse) ||
		errors.Is(err, nats.ErrConnectionReconnecting) || errors.Is(err, nats.ErrDisconnected)
}

// head is the end of a session's log: remembered, or read from its stream.
func (j *Journal) head(ctx context.Context, session string) (head, error) {
	j.mu.Lock()
	h, ok := j.heads[session]
	j.mu.Unlock()
	if ok {
		return h, nil
	}
	r, err := j.lastRecord(ctx, session)
	return r.head, err
}

func (j *Journal) forget(session string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.heads, session)
}

// lastRecord asks the stream's leader, since a direct get may be stale; the
// zero record stands for an empty log.
func (j *Journal) lastRecord(ctx context.Context, session string) (record, error) {
	resp, err := j.nc.RequestWithContext(ctx, fmt.Sprintf("$JS.API.STREAM.MSG.GET.%s", streamName(shardOf(session))),
		fmt.Appendf(nil, `{"last_by_subj":%q}`, subject(session)))
	if err != nil {
		return record{}, err
	}
	return lastOf(resp.Data)
}

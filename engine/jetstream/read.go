package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// A read asks for so many records and bytes at once.
const (
	readRecords = 256
	readBytes   = 4 << 20
	readWithin  = 10 * time.Second
	// codeNotFound is how a server says that there is no such message.
	codeNotFound = 10037
)

// lastOf reads a server's answer to a request for one message.
func lastOf(data []byte) (record, error) {
	var resp struct {
		Error *struct {
			Code        int    `json:"err_code"`
			Description string `json:"description"`
		} `json:"error"`
		Message struct {
			Seq     uint64 `json:"seq"`
			Headers []byte `json:"hdrs"`
			Data    []byte `json:"data"`
		} `json:"message"`
	}
	if err := json.Unmarshal(data, &resp); err != nil {
		return record{}, err
	}
	if e := resp.Error; e != nil {
		if e.Code == codeNotFound {
			return record{}, nil
		}
		return record{}, fmt.Errorf("journal: %s (%d)", e.Description, e.Code)
	}
	header, err := nats.DecodeHeadersMsg(resp.Message.Headers)
	if err != nil {
		return record{}, fmt.Errorf("%w: %w", engine.ErrDamaged, err)
	}
	return decode(header, resp.Message.Data, resp.Message.Seq)
}

// Read implements [engine.Journal]. A hole or a changed record ends it with
// [engine.ErrDamaged].
func (j *Journal) Read(ctx context.Context, session string, after uint64) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		h, _, ok := j.readFrom(ctx, session, head{}, after, yield)
		if ok && h.last == 0 {
			yield(engine.Event{}, engine.ErrNotFound)
		}
	}
}

// readFrom yields the events behind a head whose numbers are above after, and
// gives the new head and the last record, nil when there was none. It is false
// when the reader has left or there was an error.
func (j *Journal) readFrom(
	ctx context.Context, session string, h head, after uint64, yield func(engine.Event, error) bool,
) (head, *record, bool) {
	var last *record
	for {
		records, more, err := j.batch(ctx, session, h.stream+1)
		if err != nil {
			return h, last, yield(engine.Event{}, err) && false
		}
		for i := range records {
			r := &records[i]
			if err := r.follows(h); err != nil {
				return h, last, yield(engine.Event{}, fmt.Errorf("session %s: %w", session, err)) && false
			}
			h, last = r.head, r
			if !give(r, after, yield) {
				return h, last, false
			}
		}
		if !more {
			return h, last, true
		}
	}
}

// give yields a record's events above a number.
func give(r *record, after uint64, yield func(engine.Event, error) bool) bool {
	if r.last <= after {
		return true
	}
	events, err := r.events()
	if err != nil {
		return yield(engine.Event{}, err) && false
	}
	for _, e := range events {
		if e.Seq > after && !yield(e, nil) {
			return false
		}
	}
	return true
}

// batch reads the next records of a session from a stream sequence on.
func (j *Journal) batch(ctx context.Context, session string, from uint64) (records []record, more bool, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, readWithin, fmt.Errorf("the journal did not answer within %s", readWithin))
	defer cancel()
	inbox := j.nc.NewRespInbox()
	sub, err := j.nc.SubscribeSync(inbox)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = sub.Unsubscribe() }() // the connection may be gone
	req := fmt.Appendf(nil, `{"seq":%d,"next_by_subj":%q,"batch":%d,"max_bytes":%d}`, from, subject(session), readRecords, readBytes)
	if err := j.nc.PublishRequest("$JS.API.DIRECT.GET."+streamName(shardOf(session)), inbox, req); err != nil {
		return nil, false, err
	}
	for {
		m, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			return nil, false, errors.Join(context.Cause(ctx), err)
		}
		switch status := m.Header.Get("Status"); status {
		case "":
			r, err := decode(m.Header, m.Data, streamSequence(m))
			if err != nil {
				return nil, false, fmt.Errorf("session %s: %w", session, err)
			}
			records = append(records, r)
		case "204": // the end of the batch
			return records, m.Header.Get("Nats-Num-Pending") != "0" && len(records) > 0, nil
		case "404":
			return records, false, nil
		default:
			return nil, false, fmt.Errorf("journal: %s %s", status, m.Header.Get("Description"))
		}
	}
}

// streamSequence is a message's sequence in its stream, 0 when it does not say.
func streamSequence(m *nats.Msg) uint64 {
	seq, err := strconv.ParseUint(m.Header.Get("Nats-Sequence"), 10, 64)
	if err != nil {
		return 0
	}
	return seq
}

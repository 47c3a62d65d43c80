package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// A read asks for so many messages and bytes at once.
const (
	readMessages = 4096
	readBytes    = 4 << 20
	readWithin   = 10 * time.Second
	// codeNotFound is how a server says that there is no such message.
	codeNotFound = 10037
	// allSubjects is the filter that costs a server least: with any other it
	// counts the subjects that match anew for each batch.
	allSubjects = ">"
)

// stored is a message of a stream.
type stored struct {
	subject string
	header  nats.Header
	data    []byte
	stream  uint64 // its sequence
}

// batch reads the next messages of a stream whose subjects match, from a
// sequence on. Any server that has a copy answers, which may be behind.
func (j *Journal) batch(ctx context.Context, stream, filter string, from uint64) (list []stored, more bool, err error) {
	err = j.patiently(ctx, func() (err error) {
		list, more, err = j.oneBatch(ctx, stream, filter, from)
		return err
	})
	return list, more, err
}

func (j *Journal) oneBatch(ctx context.Context, stream, filter string, from uint64) (list []stored, more bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	within := j.answerWithin()
	silence := time.AfterFunc(within, func() { cancel(fmt.Errorf("no answer within %s: %w", within, nats.ErrTimeout)) })
	defer silence.Stop()
	nc := j.conn(stream).nc
	inbox := nc.NewRespInbox()
	sub, err := nc.SubscribeSync(inbox)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = sub.Unsubscribe() }() // the connection may be gone
	req := fmt.Appendf(nil, `{"seq":%d,"next_by_subj":%q,"batch":%d,"max_bytes":%d}`, max(1, from), filter, readMessages, readBytes)
	if err := nc.PublishRequest("$JS.API.DIRECT.GET."+stream, inbox, req); err != nil {
		return nil, false, err
	}
	for {
		m, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			return nil, false, errors.Join(context.Cause(ctx), err)
		}
		silence.Reset(within)
		switch status := m.Header.Get("Status"); status {
		case "":
			list = append(list, stored{m.Header.Get("Nats-Subject"), m.Header, m.Data, streamSequence(m)})
		case "204": // the end of the batch
			return list, m.Header.Get("Nats-Num-Pending") != "0" && len(list) > 0, nil
		case "404":
			return list, false, nil
		default:
			return nil, false, fmt.Errorf("%s %s", status, m.Header.Get("Description"))
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

// last asks a stream's leader for a subject's last message, since a direct get
// may be stale. The zero message stands for none.
func (j *Journal) last(ctx context.Context, stream, subject string) (stored, error) {
	return j.leader(ctx, stream, fmt.Appendf(nil, `{"last_by_subj":%q}`, subject))
}

// next asks a stream's leader for a subject's first message from a sequence on.
func (j *Journal) next(ctx context.Context, stream, subject string, from uint64) (stored, error) {
	return j.leader(ctx, stream, fmt.Appendf(nil, `{"seq":%d,"next_by_subj":%q}`, from, subject))
}

// at asks a stream's leader for the message with a sequence.
func (j *Journal) at(ctx context.Context, stream string, seq uint64) (stored, error) {
	return j.leader(ctx, stream, fmt.Appendf(nil, `{"seq":%d}`, seq))
}

// leader asks a stream's leader, again while there is none.
func (j *Journal) leader(ctx context.Context, stream string, request []byte) (m stored, err error) {
	err = j.patiently(ctx, func() error {
		within := j.answerWithin()
		ctx, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("no answer within %s", within))
		defer cancel()
		resp, err := j.conn(stream).nc.RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+stream, request)
		if err == nil {
			m, err = messageOf(resp.Data)
		}
		return err
	})
	return m, err
}

// answerWithin is how long a server may take to say something. One of a cluster
// may have died, and there are others.
func (j *Journal) answerWithin() time.Duration {
	if j.embedded == nil {
		return attempt
	}
	return readWithin
}

// errSilent says that the embedded server answers nobody.
var errSilent = errors.New("the embedded store has given up")

// patiently reads again what could not be read while a new leader is elected.
func (j *Journal) patiently(ctx context.Context, read func() error) error {
	for start := time.Now(); ; {
		if j.embedded != nil && j.embedded.silent() {
			return errSilent
		}
		err := read()
		if err == nil || ctx.Err() != nil || time.Since(start) > j.cfg.Retry || !j.mayPass(err) {
			return err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// messageOf reads a server's answer to a request for one message.
func messageOf(data []byte) (stored, error) {
	var resp struct {
		Error   *jetstream.APIError `json:"error"`
		Message struct {
			Subject string `json:"subject"`
			Seq     uint64 `json:"seq"`
			Headers []byte `json:"hdrs"`
			Data    []byte `json:"data"`
		} `json:"message"`
	}
	if err := json.Unmarshal(data, &resp); err != nil {
		return stored{}, err
	}
	if e := resp.Error; e != nil {
		if e.ErrorCode == codeNotFound {
			return stored{}, nil
		}
		return stored{}, e
	}
	m := stored{subject: resp.Message.Subject, data: resp.Message.Data, stream: resp.Message.Seq}
	if len(resp.Message.Headers) == 0 {
		return m, nil
	}
	var err error
	if m.header, err = nats.DecodeHeadersMsg(resp.Message.Headers); err != nil {
		return stored{}, fmt.Errorf("%w: %w", engine.ErrDamaged, err)
	}
	return m, nil
}

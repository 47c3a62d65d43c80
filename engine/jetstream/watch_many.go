package jetstream

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
)

// many reads what is behind the watcher up to a sequence, by a consumer: where
// there is much to read that takes half the work of asking for batches, whose
// messages are written anew for each answer. It is for an embedded server, whose
// word is the last one; what goes wrong is left to [watcher.read].
func (w *watcher) many(ctx context.Context, end uint64) (err error) {
	js, err := w.t.j.main.nc.JetStream()
	if err != nil {
		return err
	}
	sub, err := js.SubscribeSync(w.t.subject(">"), nats.OrderedConsumer(), nats.BindStream(w.t.stream), nats.StartSequence(w.last+1))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sub.Unsubscribe()) }()
	for w.last < end && !w.left {
		more, err := w.one(ctx, sub)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// one takes the next message of a consumer and says whether there are more.
func (w *watcher) one(ctx context.Context, sub *nats.Subscription) (more bool, err error) {
	m, err := sub.NextMsg(time.Millisecond)
	if errors.Is(err, nats.ErrTimeout) { // contexts cost, and are for the times when there is nothing
		wait, cancel := context.WithTimeout(ctx, readWithin)
		defer cancel()
		m, err = sub.NextMsgWithContext(wait)
	}
	if err != nil {
		return false, err
	}
	at, err := m.Metadata()
	if err != nil {
		return false, err
	}
	if seq := at.Sequence.Stream; seq > w.last {
		w.give(&stored{subject: m.Subject, header: m.Header, data: m.Data, stream: seq})
	}
	return at.NumPending > 0, nil
}

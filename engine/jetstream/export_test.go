package jetstream

import (
	"context"
	"strconv"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Forge stores events behind a session's end as if those between were there.
func Forge(ctx context.Context, j *Journal, session string, events []engine.Event) error {
	h, err := j.end(ctx, session)
	if err != nil {
		return err
	}
	h.last = events[0].Seq - 1
	m, _, err := encode(session, "forged", h, events)
	if err != nil {
		return err
	}
	_, err = j.js.PublishMsg(ctx, m)
	return err
}

// Lose takes a session's records away behind the journal's back.
func Lose(ctx context.Context, j *Journal, session string) error {
	s, err := j.js.Stream(ctx, streamOf(session))
	if err != nil {
		return err
	}
	return s.Purge(ctx, jetstream.WithPurgeSubject(subject(session)))
}

// Leader is the server that leads a session's stream.
func Leader(ctx context.Context, j *Journal, session string) (string, error) {
	s, err := j.js.Stream(ctx, streamOf(session))
	if err != nil {
		return "", err
	}
	return s.CachedInfo().Cluster.Leader, nil
}

// SendTwice appends as if the first acknowledgement had been lost.
func SendTwice(ctx context.Context, j *Journal, session string, events []engine.Event) error {
	h, err := j.end(ctx, session)
	if err != nil {
		return err
	}
	m, _, err := encode(session, j.nextID(), h, events)
	if err != nil {
		return err
	}
	w := &write{stream: streamOf(session), msg: m, after: &h.stream}
	first, err := j.send(ctx, w)
	if err != nil {
		return err
	}
	second, err := j.send(ctx, w)
	if err == nil && second != first {
		err = engine.ErrConflict
	}
	j.forget(session)
	return err
}

// Neighbor is a session of the same stream as another.
func Neighbor(session string, n int) string {
	for i := 0; ; i++ {
		id := "neighbor" + strconv.Itoa(i)
		if shardOf(id) == shardOf(session) {
			if n--; n == 0 {
				return id
			}
		}
	}
}

// GiveUp has the embedded server store nothing more, as it does after a disk
// failed under it.
func GiveUp(j *Journal) error {
	j.embedded.mu.Lock()
	defer j.embedded.mu.Unlock()
	return j.embedded.server.DisableJetStream()
}

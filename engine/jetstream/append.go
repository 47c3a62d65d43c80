package jetstream

import (
	"context"
	"strconv"
	"sync"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Append implements [engine.Journal]. While the store does not answer it is
// tried again for the time of [Config.Retry]; a repeated append is stored once.
func (j *Journal) Append(ctx context.Context, session string, expect uint64, events []engine.Event) error {
	epoch, err := j.mayWrite(session)
	if err != nil {
		return err
	}
	h, err := j.head(ctx, session)
	if err != nil {
		return err
	}
	if h.last != expect {
		return engine.ErrConflict
	}
	m, next, err := encode(session, j.nextID(), h, events)
	if err != nil {
		return err
	}
	m.Header.Set(headerEpoch, strconv.FormatUint(epoch, 10))
	next.stream, err = j.send(ctx, &write{stream: streamOf(session), msg: m, after: &h.stream})
	if err != nil {
		j.forget(session) // another owner, or not known: look again next time
		return err
	}
	j.heads.set(session, next)
	if j.tails != nil {
		j.tails.note(shardOf(session), next.stream)
	}
	return nil
}

// nextID is unique over all messages of all nodes.
func (j *Journal) nextID() string { return j.node + "." + strconv.FormatUint(j.appends.Add(1), 10) }

// mayWrite gives the epoch in which this node owns a session; 0 where nobody
// else can.
func (j *Journal) mayWrite(session string) (uint64, error) {
	if err := checkSession(session); err != nil {
		return 0, err
	}
	if j.cluster == nil {
		return 0, nil
	}
	return j.cluster.epoch(session)
}

// head is the end of a session's log: remembered, or read from its stream.
func (j *Journal) head(ctx context.Context, session string) (head, error) {
	if h, ok := j.heads.of(session); ok {
		return h, nil
	}
	return j.end(ctx, session)
}

func (j *Journal) forget(session string) { j.heads.remove(session) }

// headsKept is how many heads a generation of [heads] has.
const headsKept = 1 << 15

// heads are those of the sessions that were used last. When the young
// generation is full it becomes the old one, and the old one is dropped.
type heads struct {
	mu         sync.Mutex
	young, old map[string]head
}

func (s *heads) of(session string) (head, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h, ok := s.young[session]; ok {
		return h, true
	}
	h, ok := s.old[session]
	return h, ok
}

func (s *heads) set(session string, h head) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.young == nil || len(s.young) >= headsKept {
		s.young, s.old = map[string]head{}, s.young
	}
	s.young[session] = h
}

func (s *heads) remove(session string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.young, session)
	delete(s.old, session)
}

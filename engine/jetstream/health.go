package jetstream

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/agentconnect-dev/agentconnect/engine"
)

const (
	probeFirst = 100 * time.Millisecond
	probeMost  = 5 * time.Second
	// probeWithin bounds one probe.
	probeWithin = 2 * time.Second
	// probeSize is what must fit into a store that is said to be writable.
	probeSize = 4 << 10
)

func probeSubject(stream string) string { return "probe." + stream }

// health is what is known of the store. While it is ill a goroutine probes it
// until it can be written again.
type health struct {
	j      *Journal
	ctx    context.Context //nolint:containedctx // the probes' life, which is the journal's
	cancel context.CancelFunc
	probes sync.WaitGroup
	now    chan struct{}

	mu      sync.Mutex // nothing probes anew once the life is over
	err     error
	streams map[string]bool // which failed
}

func (h *health) start(j *Journal) {
	h.j, h.now, h.streams = j, make(chan struct{}, 1), map[string]bool{}
	h.ctx, h.cancel = context.WithCancel(context.Background())
}

func (h *health) stop() {
	h.mu.Lock()
	h.cancel()
	h.mu.Unlock()
	h.probes.Wait()
}

// fail notes that a stream could not be written, or that the connection is
// gone.
func (h *health) fail(stream string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ctx.Err() != nil {
		return
	}
	if stream == "" {
		stream = streamName(0)
	}
	h.streams[stream] = true
	if h.err != nil {
		return
	}
	h.err = fmt.Errorf("%w: %w", engine.ErrJournal, err)
	h.j.cfg.Logger.Error("the journal cannot be written", "error", err)
	h.probes.Go(h.probe)
}

// look probes at once.
func (h *health) look() {
	select {
	case h.now <- struct{}{}:
	default:
	}
}

// probe runs until each stream that failed was written again.
func (h *health) probe() {
	for wait := probeFirst; ; wait = min(2*wait, probeMost) {
		select {
		case <-time.After(wait):
		case <-h.now:
		case <-h.ctx.Done():
			return
		}
		err := h.try()
		h.mu.Lock()
		if err == nil && len(h.streams) == 0 {
			h.err = nil
			h.mu.Unlock()
			h.j.cfg.Logger.Info("the journal can be written again")
			return
		}
		if err != nil {
			h.err = fmt.Errorf("%w: %w", engine.ErrJournal, err)
		}
		h.mu.Unlock()
	}
}

// try writes to each stream that failed.
func (h *health) try() error {
	h.mu.Lock()
	streams := slices.Collect(maps.Keys(h.streams))
	h.mu.Unlock()
	if e := h.j.embedded; e != nil && e.ill() {
		if err := e.restart(); err != nil {
			return err
		}
	}
	for _, s := range streams {
		if err := h.write(s); err != nil {
			return fmt.Errorf("stream %s: %w", s, err)
		}
		h.mu.Lock()
		delete(h.streams, s)
		h.mu.Unlock()
	}
	return nil
}

func (h *health) write(stream string) error {
	ctx, cancel := context.WithTimeout(h.ctx, probeWithin)
	defer cancel()
	m := nats.NewMsg(probeSubject(stream))
	m.Header.Set("Nats-Rollup", "sub")
	m.Data = make([]byte, probeSize)
	_, err := h.j.conn(stream).js.PublishMsg(ctx, m)
	if err != nil {
		return err
	}
	return h.j.settle(ctx, stream, 0)
}

// Err implements [engine.Store].
func (j *Journal) Err() error {
	j.health.mu.Lock()
	defer j.health.mu.Unlock()
	return j.health.err
}

// trouble is the error of a store that could not be read or written, and has
// the store probed until it can.
func (j *Journal) trouble(stream string, err error) error {
	err = redact(err, j.cfg.URL)
	j.health.fail(stream, err)
	return fmt.Errorf("%w: %w", engine.ErrJournal, err)
}

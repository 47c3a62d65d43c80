package providertest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

func (s *suite) atOnce() {
	t, h := s.t, s.h
	ctx, cancel := context.WithCancel(t.Context())
	m := h.Model(t, Reply{Silent: true})
	start := time.Now()
	seq := m.Stream(ctx, ask("Take your time."))
	within(t, "Stream", start)
	cancel()
	r := Collect(t, seq)
	r.wantCanceled(t)
}

// A sequence that nobody ranges over costs nothing; run sees the goroutines.
func (s *suite) neverRanged() {
	t, h := s.t, s.h
	m := h.Model(t, Reply{Text: "Nobody hears this."})
	if seq := m.Stream(t.Context(), ask("Anybody there?")); seq == nil {
		t.Error("got a nil sequence")
	}
}

func (s *suite) earlyBreak() {
	t, h := s.t, s.h
	m := h.Model(t, Reply{Text: longText()}, Reply{Text: "Still here."})
	for chunk, err := range m.Stream(t.Context(), ask("Say a lot.")) {
		if err != nil || chunk.Text == "" && chunk.Thought == "" {
			t.Errorf("got chunk %+v and error %v, want a piece of text first", chunk, err)
		}
		break
	}
	r := Collect(t, m.Stream(t.Context(), ask("And now?")))
	r.wantStop(t, "Still here.")
}

func (s *suite) canceledBefore() {
	t, h := s.t, s.h
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m := h.Model(t, Reply{Text: longText()})
	r := Collect(t, m.Stream(ctx, ask("Too late.")))
	r.wantCanceled(t)
	if r.Text != "" {
		t.Errorf("got text %q from a call that was canceled before", r.Text)
	}
}

func (s *suite) canceledWaiting() {
	t, h := s.t, s.h
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	m := h.Model(t, Reply{Silent: true})
	var canceled time.Time
	timer := time.AfterFunc(20*time.Millisecond, func() {
		canceled = time.Now()
		cancel(errEnough)
	})
	defer timer.Stop()
	r := Collect(t, m.Stream(ctx, ask("Wait.")))
	r.wantCanceled(t)
	if !errors.Is(r.Err, errEnough) && !errors.Is(r.Err, context.Canceled) {
		t.Errorf("got error %v, want the context's cause in its chain", r.Err)
	}
	within(t, "ending after the cancel", canceled)
}

var errEnough = errors.New("enough")

func (s *suite) canceledMidStream() {
	t, h := s.t, s.h
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	m := h.Model(t, Reply{Text: longText()}, Reply{Text: "Still here."})
	var canceled time.Time
	seq := m.Stream(ctx, ask("Say a lot."))
	r := Collect(t, func(yield func(providers.Chunk, error) bool) {
		for chunk, err := range seq {
			if chunk.Text != "" && canceled.IsZero() {
				canceled = time.Now()
				cancel()
			}
			if !yield(chunk, err) {
				return
			}
		}
	})
	r.wantCanceled(t)
	within(t, "ending after the cancel", canceled)
	if r.Text == "" || r.Text == longText() {
		t.Errorf("got %d bytes of text, want some of %d", len(r.Text), len(longText()))
	}
	r = Collect(t, m.Stream(t.Context(), ask("And now?")))
	r.wantStop(t, "Still here.")
}

func (r *Result) wantCanceled(t *testing.T) {
	t.Helper()
	if r.Err == nil || providers.KindOf(r.Err) != providers.Canceled {
		t.Errorf("got error %v, want kind %s", r.Err, providers.Canceled)
	}
}

func (s *suite) concurrent() {
	t, h := s.t, s.h
	const n = 16
	replies := numbered(n)
	m := h.Model(t, replies...)
	results := make([]Result, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { results[i] = Collect(t, m.Stream(t.Context(), ask("All at once."))) })
	}
	wg.Wait()
	got := map[string]int{}
	for _, r := range results {
		if r.Err != nil {
			t.Errorf("got error %v", r.Err)
		}
		got[r.Text]++
	}
	for _, reply := range replies {
		if got[reply.Text] != 1 {
			t.Errorf("got %q %d times, want it once", reply.Text, got[reply.Text])
		}
	}
}

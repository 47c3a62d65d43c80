package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// halt is how a person or the system stops the program: the first time it ends
// what runs in good order, the second time at once.
type halt struct {
	ctx    context.Context //nolint:containedctx // the program's life
	cancel context.CancelCauseFunc
	exit   func(status int)

	signals chan os.Signal
	pipe    chan os.Signal // nobody reads it
	done    chan struct{}
	wg      sync.WaitGroup

	mu    sync.Mutex // guards what follows
	count int
	last  map[int]func() // to be done before an exit at once
	next  int
}

// stopError is why the program stops: Ctrl-C or SIGTERM.
type stopError struct{ by string }

// Error says who asked.
func (s *stopError) Error() string { return "stopped by " + s.by }

// newHalt listens to signals until close.
func newHalt(exit func(status int)) *halt {
	h := &halt{exit: exit, signals: make(chan os.Signal, 4), pipe: make(chan os.Signal, 1), done: make(chan struct{}), last: map[int]func(){}}
	h.ctx, h.cancel = context.WithCancelCause(context.Background())
	signal.Notify(h.signals, os.Interrupt, syscall.SIGTERM)
	signal.Notify(h.pipe, syscall.SIGPIPE) // taken, so that writing fails instead
	h.wg.Go(h.listen)
	return h
}

func (h *halt) listen() {
	for {
		select {
		case s := <-h.signals:
			if s == os.Interrupt {
				h.request("Ctrl-C")
			} else {
				h.request(s.String())
			}
		case <-h.done:
			return
		}
	}
}

// request stops the program; the second request ends it at once.
func (h *halt) request(by string) {
	h.mu.Lock()
	h.count++
	again := h.count > 1
	var last []func()
	for _, do := range h.last {
		last = append(last, do)
	}
	h.mu.Unlock()
	h.cancel(&stopError{by})
	if !again {
		return
	}
	for _, do := range last {
		do()
	}
	h.exit(statusInterrupted)
}

// atOnce registers what must be done before an exit at once: it may be called
// from another goroutine, at any time. The result takes it back.
func (h *halt) atOnce(do func()) (forget func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.next++
	n := h.next
	h.last[n] = do
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.last, n)
	}
}

// by is who asked to stop, or empty.
func (h *halt) by() string {
	if s, ok := errors.AsType[*stopError](context.Cause(h.ctx)); ok {
		return s.by
	}
	return ""
}

func (h *halt) close() {
	signal.Stop(h.signals)
	signal.Stop(h.pipe)
	close(h.done)
	h.wg.Wait()
	h.cancel(nil)
}

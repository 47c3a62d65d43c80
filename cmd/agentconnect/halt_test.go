package main

import (
	"context"
	"errors"
	"testing"
)

func TestHalt(t *testing.T) {
	var exited []int
	h := newHalt(func(status int) { exited = append(exited, status) })
	defer h.close()
	done, forgotten := 0, 0
	h.atOnce(func() { done++ })
	h.atOnce(func() { forgotten++ })()
	if h.by() != "" || h.ctx.Err() != nil {
		t.Fatalf("got stopped by %q before anybody asked", h.by())
	}
	h.request("Ctrl-C")
	if h.by() != "Ctrl-C" || !errors.Is(h.ctx.Err(), context.Canceled) || len(exited) > 0 || done > 0 {
		t.Errorf("first: got by %q, exits %v, done %d; want a cancelled context alone", h.by(), exited, done)
	}
	h.request("terminated")
	if h.by() != "Ctrl-C" || len(exited) != 1 || exited[0] != statusInterrupted || done != 1 || forgotten != 0 {
		t.Errorf("second: got by %q, exits %v, done %d and %d; want an exit with 130 after what is to be done", h.by(), exited, done, forgotten)
	}
}

package main

import (
	"context"
	"sync"

	"github.com/muesli/cancelreader"
	"golang.org/x/term"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/lineedit"
)

// Switches bracketed paste, in which a terminal marks what was pasted.
const (
	pasteOn  = "\x1b[?2004h"
	pasteOff = "\x1b[?2004l"
)

// keyboard gives the keys that are pressed on a terminal in raw mode.
type keyboard struct {
	keys   chan lineedit.Key // closed when the terminal has gone
	cancel func()
	forget func()
	wg     sync.WaitGroup
	once   sync.Once
	reset  func()
}

// openKeyboard puts the terminal into raw mode. Close it.
func openKeyboard(ctx context.Context, h *halt, con *stdio) (*keyboard, error) {
	fd := int(con.in.Fd())
	reader, err := cancelreader.NewReader(con.in)
	if err != nil {
		return nil, usageError("the terminal cannot be read: %v", err)
	}
	before, err := term.MakeRaw(fd)
	if err != nil {
		_ = reader.Close()
		return nil, usageError("the terminal cannot be read: %v", err)
	}
	_, _ = con.out.WriteString(pasteOn)
	ctx, cancel := context.WithCancel(ctx)
	k := &keyboard{keys: make(chan lineedit.Key)}
	k.cancel = func() { cancel(); reader.Cancel() }
	k.reset = func() {
		_, _ = con.out.WriteString(pasteOff)
		_ = term.Restore(fd, before)
	}
	k.forget = h.atOnce(k.restore)
	k.wg.Go(func() {
		defer close(k.keys)
		defer reader.Close() //nolint:errcheck // it was only read from
		k.read(ctx, reader)
	})
	return k, nil
}

func (k *keyboard) read(ctx context.Context, r cancelreader.CancelReader) {
	var decoder lineedit.Decoder
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		for _, key := range decoder.Decode(buf[:n]) {
			select {
			case k.keys <- key:
			case <-ctx.Done():
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// restore puts the terminal back as it was, once.
func (k *keyboard) restore() { k.once.Do(k.reset) }

// close gives the terminal back and waits until nobody reads from it.
func (k *keyboard) close() {
	if k == nil {
		return
	}
	k.cancel()
	k.wg.Wait()
	k.restore()
	k.forget()
}

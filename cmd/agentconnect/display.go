package main

import (
	"bufio"
	"encoding/json"
	"io"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
)

// display shows a session's events to whoever is there to see them.
type display interface {
	// Event takes the next event, in order.
	Event(e engine.Event)
	// Draw brings the output up to date; it is called when nothing is about to
	// follow. It returns the first error of writing.
	Draw() error
	// Close removes what does not stay.
	Close()
}

var (
	_ display = (*screen.Plain)(nil)
	_ display = (*screen.Terminal)(nil)
)

// nothing is the display of --quiet.
type nothing struct{}

func (nothing) Event(engine.Event) {}
func (nothing) Draw() error        { return nil }
func (nothing) Close()             {}

// ndjson writes each event as a line of JSON.
type ndjson struct {
	out *bufio.Writer
	err error
}

func newNDJSON(w io.Writer) *ndjson { return &ndjson{out: bufio.NewWriter(w)} }

func (n *ndjson) Event(e engine.Event) {
	line, err := json.Marshal(e)
	if err == nil {
		_, err = n.out.Write(append(line, '\n'))
	}
	if n.err == nil {
		n.err = err
	}
}

func (n *ndjson) Draw() error {
	if err := n.out.Flush(); n.err == nil {
		n.err = err
	}
	return n.err
}

func (n *ndjson) Close() {}

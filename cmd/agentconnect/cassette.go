package main

import (
	"bufio"
	"os"

	"github.com/spf13/pflag"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// maxCassette bounds a cassette that is played, in bytes.
const maxCassette = 1 << 30

// callOptions say what becomes of the calls to vendors.
type callOptions struct{ record, replay string }

func (o *callOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.record, "record-calls", "", "write the calls to vendors and their answers to `FILE`; keys are left out, the conversation is in it")
	f.StringVar(&o.replay, "replay-calls", "", "answer calls to vendors from `FILE`, written by --record-calls: no key, no network")
}

// check finds flags that contradict each other.
func (o *callOptions) check(simulate bool) error {
	switch {
	case o.record != "" && o.replay != "":
		return usageError("--record-calls and --replay-calls exclude each other")
	case simulate && (o.record != "" || o.replay != ""):
		return usageError("with --simulate no vendor is called: leave out --record-calls and --replay-calls")
	}
	return nil
}

// tape is a file that calls are being recorded to.
type tape struct {
	vendors *vendors
	file    *output
	buf     *bufio.Writer
}

// openCalls puts a cassette in the place of the network, or a recorder before
// it. The tape is nil when nothing is recorded.
func (a *app) openCalls(o *callOptions) (*tape, error) {
	switch {
	case o.replay != "":
		return nil, a.play(o.replay)
	case o.record == "":
		return nil, nil
	}
	file, err := createFile(a.halt, "--record-calls", o.record, 0o600)
	if err != nil {
		return nil, err
	}
	t := &tape{vendors: a.vendors, file: file, buf: bufio.NewWriter(file)}
	a.vendors.record = t.buf
	return t, nil
}

// play reads a cassette.
func (a *app) play(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return usageError("--replay-calls: %v", err)
	}
	defer file.Close() //nolint:errcheck // read-only
	if info, err := file.Stat(); err != nil || info.Size() > maxCassette {
		return usageError("--replay-calls: %s is longer than %d MiB", path, maxCassette>>20)
	}
	a.vendors.player, err = providers.NewPlayer(file)
	if err != nil {
		return usageError("--replay-calls: %s: %v", path, err)
	}
	return nil
}

// finish gives the cassette its name, whatever became of the session; without
// any call there is nothing to keep. It returns err, or else its own.
func (t *tape) finish(err error) error {
	if t == nil {
		return err
	}
	if t.vendors.recorder == nil {
		_ = t.file.finish(silent(statusOK)) // it has no name yet
		return err
	}
	own := t.vendors.recorded()
	if own == nil {
		own = t.buf.Flush()
	}
	if own != nil {
		own = t.file.trouble(own)
	}
	return firstError(err, t.file.finish(own))
}

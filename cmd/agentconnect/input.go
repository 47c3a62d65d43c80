package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/muesli/cancelreader"
	"golang.org/x/term"
)

// maxMessage bounds what a person says at once, in bytes, as the engine does.
const maxMessage = 256 << 10

// lines are what a person says, one message after the other. A message is read
// when it is received.
type lines struct {
	next chan string // closed at the end
	err  error       // why it ended, to be read after that; nil at the end of input

	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// given are messages of the command line.
func given(messages []string) *lines {
	l := &lines{next: make(chan string, len(messages)), cancel: func() {}}
	for _, m := range messages {
		l.next <- m
	}
	close(l.next)
	return l
}

// linesOf reads a file line by line. Close it.
func linesOf(file *os.File) (*lines, error) {
	reader, err := cancelable(file)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	l := &lines{next: make(chan string), cancel: func() { cancel(); reader.Cancel() }}
	l.wg.Go(func() {
		defer close(l.next)
		defer reader.Close() //nolint:errcheck // it was only read from
		l.read(ctx, reader)
	})
	return l, nil
}

// cancelable reads a file so that waiting for it can be given up. Files that
// nobody waits for, and /dev/null, are read as they are.
func cancelable(file *os.File) (cancelreader.CancelReader, error) {
	info, err := file.Stat()
	waits := err == nil && !info.Mode().IsRegular() && (info.Mode()&os.ModeDevice == 0 || term.IsTerminal(int(file.Fd())))
	var reader cancelreader.CancelReader
	if waits {
		reader, err = cancelreader.NewReader(file)
	} else {
		reader, err = cancelreader.NewReader(struct{ io.Reader }{file})
	}
	if err != nil {
		return nil, usageError("standard input: %v", err)
	}
	return reader, nil
}

func (l *lines) read(ctx context.Context, r io.Reader) {
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, maxMessage)
	for scan.Scan() {
		select {
		case l.next <- strings.ToValidUTF8(scan.Text(), "\uFFFD"):
		case <-ctx.Done():
			return
		}
	}
	switch err := scan.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		l.err = usageError("standard input: a line is longer than a message may be, %d KiB", maxMessage>>10)
	case err != nil && !errors.Is(err, cancelreader.ErrCanceled):
		l.err = usageError("standard input: %v", err)
	}
}

// close ends the reading and waits for it.
func (l *lines) close() {
	if l == nil {
		return
	}
	l.cancel()
	l.wg.Wait()
}

// first receives the first message that is not empty.
func (l *lines) first(ctx context.Context) (string, error) {
	for {
		select {
		case line, ok := <-l.next:
			if !ok {
				return "", l.err
			}
			if strings.TrimSpace(line) != "" {
				return line, nil
			}
		case <-ctx.Done():
			return "", silent(statusInterrupted)
		}
	}
}

// readAll reads a file to its end as one message.
func readAll(ctx context.Context, file *os.File) (string, error) {
	reader, err := cancelable(file)
	if err != nil {
		return "", err
	}
	defer reader.Close() //nolint:errcheck // it was only read from
	stop := context.AfterFunc(ctx, func() { reader.Cancel() })
	defer stop()
	text, err := io.ReadAll(io.LimitReader(reader, maxMessage+1))
	switch {
	case errors.Is(err, cancelreader.ErrCanceled):
		return "", silent(statusInterrupted)
	case err != nil:
		return "", usageError("standard input: %v", err)
	case len(text) > maxMessage:
		return "", usageError("standard input: it is longer than a message may be, %d KiB", maxMessage>>10)
	}
	return strings.ToValidUTF8(strings.TrimRight(string(text), "\r\n"), "\uFFFD"), nil
}

package lsp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

const (
	// maxMessage bounds a message, in bytes. The largest is a file that is
	// opened, and no scenario has a file of more than 256 KiB.
	maxMessage = 16 << 20
	// maxHeader bounds a line of the header of a message.
	maxHeader = 4 << 10
)

// A stream frames messages as the protocol says: a header with their length,
// an empty line, and JSON. Send and Recv may be called at the same time.
type stream struct {
	in    *bufio.Reader
	close func() error

	mu  sync.Mutex // guards out
	out io.Writer
}

func newStream(in io.Reader, out io.Writer) *stream {
	closeIn := func() error { return nil }
	if c, ok := in.(io.Closer); ok {
		closeIn = c.Close
	}
	return &stream{in: bufio.NewReaderSize(in, maxHeader), out: out, close: closeIn}
}

// Send writes a message.
func (s *stream) Send(message []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := fmt.Fprintf(s.out, "Content-Length: %d\r\n\r\n%s", len(message), message)
	return err
}

// Recv reads a message.
func (s *stream) Recv() ([]byte, error) {
	length := -1
	for {
		line, err := s.in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, fmt.Errorf("a header of more than %d bytes", maxHeader)
		}
		if err != nil {
			return nil, err
		}
		text := strings.TrimRight(string(line), "\r\n")
		if text == "" {
			break
		}
		name, value, _ := strings.Cut(text, ":")
		if strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return nil, fmt.Errorf("a length that is no number: %q", value)
			}
		}
	}
	if length < 0 || length > maxMessage {
		return nil, fmt.Errorf("a message of %d bytes; at most %d are read", length, maxMessage)
	}
	message := make([]byte, length)
	_, err := io.ReadFull(s.in, message)
	return message, err
}

// Close ends reading where the input can be closed.
func (s *stream) Close() error { return s.close() }

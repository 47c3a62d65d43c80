package providers

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

// maxEvent bounds one event of a stream, in bytes.
const maxEvent = 1 << 20

// ServerEvent is an event of a text/event-stream.
type ServerEvent struct {
	// Name is the event's type, often empty.
	Name string
	// Data is valid until the sequence goes on.
	Data []byte
}

// ServerEvents reads the events of a stream, whatever its line ends. Comments
// and unknown fields are passed over; a line that begins with { is an event by
// itself, since there are servers that leave the rest out. The sequence ends
// with the stream, or with the first error.
func ServerEvents(r io.Reader) iter.Seq2[ServerEvent, error] {
	return func(yield func(ServerEvent, error) bool) {
		s := &eventReader{in: bufio.NewReaderSize(r, 4<<10)}
		for {
			event, err := s.next()
			if len(event.Data) > 0 && !yield(event, nil) {
				return
			}
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(ServerEvent{}, err)
				return
			}
		}
	}
}

type eventReader struct {
	in         *bufio.Reader
	line, data []byte
	name       string // of the last event that had one: they repeat
}

// next reads an event to its end, which may be that of the stream.
func (s *eventReader) next() (ServerEvent, error) {
	var e ServerEvent
	s.data = s.data[:0]
	for {
		line, err := s.readLine()
		switch name, value := field(line); {
		case len(line) == 0 && err == nil && len(s.data) > 0:
			e.Data = s.data
			return e, nil
		case len(line) == 0 && err == nil:
			e.Name = ""
		case bytes.HasPrefix(line, []byte("{")) && len(s.data) == 0:
			e.Data = line
			return e, err
		case name == "event":
			if string(value) != s.name {
				s.name = string(value)
			}
			e.Name = s.name
		case name == "data":
			if len(s.data) > 0 {
				s.data = append(s.data, '\n')
			}
			s.data = append(s.data, value...)
		}
		if len(s.data) > maxEvent {
			return ServerEvent{}, errEventTooLong()
		}
		if err != nil {
			e.Data = s.data
			return e, err
		}
	}
}

// readLine is a line without its end; it is nil with an error that nothing came
// before.
func (s *eventReader) readLine() ([]byte, error) {
	s.line = s.line[:0]
	for {
		part, err := s.in.ReadSlice('\n')
		if err == nil && len(s.line) == 0 {
			return bytes.TrimRight(part, "\r\n"), nil
		}
		s.line = append(s.line, part...)
		if len(s.line) > maxEvent {
			return nil, errEventTooLong()
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			if err != nil && len(s.line) == 0 {
				return nil, err
			}
			return bytes.TrimRight(s.line, "\r\n"), err
		}
	}
}

func errEventTooLong() error {
	return &Error{Kind: Other, Message: fmt.Sprintf("an event of the stream is longer than %d MiB", maxEvent>>20)}
}

func field(line []byte) (name string, value []byte) {
	before, value, found := bytes.Cut(line, []byte(":"))
	if !found {
		return "", nil
	}
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(bytes.TrimPrefix(before, []byte("\uFEFF"))) {
	case "data":
		return "data", value
	case "event":
		return "event", value
	default:
		return "", nil
	}
}

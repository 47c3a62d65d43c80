package server

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// ReadArchive reads the first line of a session's archive; its events are read
// as they are ranged over, in bounded memory. A file that is none gives
// [ErrArchive].
func ReadArchive(r io.Reader) (*Archive, error) {
	a := &Archive{lines: bufio.NewReaderSize(r, 64<<10), sum: sha256.New()}
	line, err := a.line(maxArchiveHead)
	if err != nil {
		return nil, badArchive(1, err)
	}
	a.sum.Write(line)
	var h archiveHead
	if err := decodeNumbers(line, &h); err != nil {
		return nil, badArchive(1, err)
	}
	switch {
	case h.Kind != archiveKind:
		return nil, badArchive(1, errors.New("it does not begin with {\"agentconnect\":\"session\""))
	case h.Version != archiveVersion:
		return nil, badArchive(1, fmt.Errorf("it has version %d, and this version of agentconnect reads %d", h.Version, archiveVersion))
	}
	if err := h.check(); err != nil {
		return nil, badArchive(1, err)
	}
	a.take(&h)
	return a, nil
}

func badArchive(line uint64, err error) error {
	return fmt.Errorf("line %d: %w: %w", line, ErrArchive, err)
}

func (a *Archive) take(h *archiveHead) {
	a.ID, a.Owner, a.Template = h.ID, h.Head.Owner, h.Head.Template
	a.SessionType, a.Status, a.Created, a.Ended = h.Head.SessionType, h.Head.Status, h.Head.Created, h.Head.Ended
	a.Outcome, a.Stop, a.ForkedFrom, a.Metadata = h.Doc.Outcome, h.Doc.Stop, h.Doc.ForkedFrom, h.Doc.Metadata
	a.Agents = detailAgents(h.Doc)
	a.doc, a.sources = h.Doc, h.Sources
	a.doc.head = docHead{
		owner: a.Owner, template: a.Template, sessionType: a.SessionType, status: a.Status,
		created: a.Created.UTC(), ended: a.Ended.UTC(), direct: h.Head.Direct,
	}
	if a.Ended.IsZero() {
		a.doc.head.ended = a.Ended
	}
}

// check sees that the first line holds together.
func (h *archiveHead) check() error {
	switch {
	case h.Doc == nil:
		return errors.New("it has no doc")
	case engine.CheckRecord(h.ID, nil) != nil || !strings.HasPrefix(h.ID, sessionPrefix) || len(h.ID) > maxSessionID:
		return fmt.Errorf("%q is not the id of a session", brief(h.ID))
	case h.Head.SessionType != humanAgent && h.Head.SessionType != agentAgent:
		return fmt.Errorf("%q is not a type of sessions", brief(h.Head.SessionType))
	case h.Head.Owner == "" || len(h.Head.Owner) > maxSubject:
		return errors.New("it has no owner")
	case !inYears(h.Head.Created.Year()) || !h.Head.Ended.IsZero() && !inYears(h.Head.Ended.Year()):
		return errors.New("its times are of another age")
	case len(h.Doc.Agents) > maxAgents*2:
		return errors.New("it has too many agents")
	case len(h.Sources) > maxSources:
		return errors.New("it has too many scenarios")
	}
	for _, bp := range h.Doc.Blueprint.origins() {
		src, there := h.Sources[bp.Source]
		if !there || src.Texts == nil && len(src.Sealed) == 0 {
			return fmt.Errorf("the texts of scenario %q are missing", brief(bp.Source))
		}
		if src.Texts == nil {
			continue
		}
		if err := src.Texts.check(); err != nil {
			return err
		}
	}
	return nil
}

// inYears says whether a year can be stored.
func inYears(year int) bool { return year >= 1970 && year < 2200 }

// Parts of the ids of sessions.
const (
	sessionPrefix = "session_"
	maxSessionID  = 64 // bytes
)

// line reads a line with its end, of at most so many bytes.
func (a *Archive) line(most int) ([]byte, error) {
	var line []byte
	for {
		part, err := a.lines.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > most:
			return nil, fmt.Errorf("it has more than %d bytes", most)
		case err == nil:
			return line, nil
		case errors.Is(err, io.EOF):
			return nil, io.ErrUnexpectedEOF
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// Events gives the session's events, which can be ranged over once. An error
// is the last that it gives: when an event is missing or cannot be read, or
// when, behind the last, the file does not add up.
func (a *Archive) Events() iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		if a.read {
			yield(engine.Event{}, errors.New("the events of an archive can be read once"))
			return
		}
		a.read = true
		for {
			e, more, err := a.next()
			if err != nil {
				yield(engine.Event{}, badArchive(a.count+2, err))
				return
			}
			if !more || !yield(e, nil) {
				return
			}
		}
	}
}

// next reads an event; there is no more behind the last line.
func (a *Archive) next() (e engine.Event, more bool, err error) {
	line, err := a.line(maxArchiveLine)
	if err != nil {
		return e, false, err
	}
	if bytes.HasPrefix(line, []byte(`{"events":`)) {
		return e, false, a.end(line)
	}
	a.sum.Write(line)
	if err := e.UnmarshalJSON(line); err != nil {
		return e, false, err
	}
	switch {
	case e.Seq != a.count+1:
		return e, false, fmt.Errorf("event %d stands where event %d should", e.Seq, a.count+1)
	case e.Session != a.ID:
		return e, false, fmt.Errorf("event %d is of session %q", e.Seq, brief(e.Session))
	case (e.Seq == 1) != (e.Type() == engine.TypeCreated):
		return e, false, fmt.Errorf("event %d is %s", e.Seq, e.Type())
	}
	a.count++
	return e, true, nil
}

// end checks the last line.
func (a *Archive) end(line []byte) error {
	var tail archiveTail
	if err := decodeNumbers(line, &tail); err != nil {
		return err
	}
	switch sum := sumPrefix + hex.EncodeToString(a.sum.Sum(nil)); {
	case tail.Events == nil || *tail.Events != a.count:
		return fmt.Errorf("it says another number of events than the %d that there are", a.count)
	case tail.Sum != sum:
		return errors.New("it was changed: its lines do not add up to its sum")
	case a.count == 0:
		return errors.New("it has no event")
	}
	if _, err := a.lines.ReadByte(); !errors.Is(err, io.EOF) {
		return errors.New("there is something behind the last line")
	}
	return nil
}

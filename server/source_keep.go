package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// sourceTries is how often it is tried to store a source that others store or
// remove at the same time.
const sourceTries = 8

// keepSource stores a source, if it is not there, and gives its key. From then
// on it stays for as long as a session needs it, and for a day at least.
func (s *Server) keepSource(ctx context.Context, src *source) (string, error) {
	key, text, err := s.keyOf(src)
	if err != nil || s.made.knows(key) {
		return key, err
	}
	for range sourceTries {
		if err = s.haveSource(ctx, key, text, src.Secret); !errors.Is(err, engine.ErrConflict) {
			break
		}
	}
	if errors.Is(err, engine.ErrConflict) {
		err = fmt.Errorf("texts of the scenario: %w: others write and remove them all the time", engine.ErrJournal)
	}
	if err != nil {
		return "", err
	}
	s.made.know(key)
	return key, nil
}

// haveSource sees that a source is there and not about to be removed. On
// [engine.ErrConflict] somebody else was at it.
func (s *Server) haveSource(ctx context.Context, key string, text []byte, secret bool) error {
	first, err := s.sources.Get(ctx, key)
	if errors.Is(err, engine.ErrNotFound) {
		return s.putSource(ctx, key, text, secret)
	}
	if err != nil {
		return err
	}
	head, _, err := sourceFirst(first.Value)
	if err == nil && head.idle.IsZero() {
		return nil
	}
	if err == nil {
		err = renewSource(ctx, s.sources, key, &first)
	}
	if errors.Is(err, engine.ErrNotFound) || errors.Is(err, errDoc) { // a part is missing
		return s.putSource(ctx, key, text, secret)
	}
	return err
}

// renewSource writes each record of a source again as it is, so that whoever is
// about to remove them finds others; the first comes last and is no longer idle.
func renewSource(ctx context.Context, table engine.Table, key string, first *engine.Entry) error {
	head, value, err := sourceFirst(first.Value)
	if err != nil {
		return err
	}
	for i := head.parts - 1; i > 0; i-- {
		part, err := table.Get(ctx, partKey(key, i))
		if err != nil {
			return err
		}
		if _, err := table.Update(ctx, part.Key, part.Value, part.Revision); err != nil {
			return err
		}
	}
	_, err = table.Update(ctx, key, sourceHead{parts: head.parts}.before(value), first.Revision)
	return err
}

// putSource stores a text in as many records as it takes. The first, which says
// how many, comes last: where it is, the others are.
func (s *Server) putSource(ctx context.Context, key string, text []byte, secret bool) error {
	value := pack(text)
	if secret {
		value = s.seal.seal(sourcePlace(key), value)
	}
	parts := (len(value) + maxSourcePart - 1) / maxSourcePart
	if parts > maxSourceParts {
		return fmt.Errorf("the scenario's texts have %d bytes when compressed; at most %d can be stored", len(value), maxSourceParts*maxSourcePart)
	}
	for i := parts - 1; i >= 0; i-- {
		part := value[i*maxSourcePart : min((i+1)*maxSourcePart, len(value))]
		if i == 0 {
			part = sourceHead{parts: parts}.before(part)
		}
		if _, err := s.sources.Put(ctx, partKey(key, i), part); err != nil {
			return err
		}
	}
	return nil
}

// sourceHead begins the first record of a source: how many records it has, and
// since when no session is known to need it.
type sourceHead struct {
	parts int       // 0 when there is nothing to read
	idle  time.Time // zero when nobody has looked, or one needs it
}

// before is the head as it is stored, and behind it a value.
func (h sourceHead) before(value []byte) []byte {
	b := strconv.AppendInt(nil, int64(h.parts), 10)
	if !h.idle.IsZero() {
		b = strconv.AppendInt(append(b, ' '), h.idle.Unix(), 10)
	}
	return append(append(b, '\n'), value...)
}

// sourceFirst reads the first record of a source.
func sourceFirst(record []byte) (h sourceHead, value []byte, err error) {
	line, value, found := bytes.Cut(record, []byte{'\n'})
	count, since, idle := bytes.Cut(line, []byte{' '})
	h.parts, err = strconv.Atoi(string(count))
	if err == nil && idle {
		var seconds int64
		seconds, err = strconv.ParseInt(string(since), 10, 64)
		h.idle = time.Unix(seconds, 0)
	}
	if err != nil || !found || h.parts < 1 || h.parts > maxSourceParts {
		return h, nil, fmt.Errorf("texts of the scenario: %w", errDoc)
	}
	return h, value, nil
}

func sourcePlace(key string) string { return "source/" + key }

func partKey(key string, i int) string {
	if i == 0 {
		return key
	}
	return key + "." + strconv.Itoa(i)
}

package jetstream

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/nats-io/nats.go"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// The headers of a record.
const (
	headerAppend = "Ac-Append" // id of the append
	headerFirst  = "Ac-First"  // number of the first event
	headerCount  = "Ac-Count"  // number of events
	headerSum    = "Ac-Sum"    // checksum of this record and all before it
	headerBefore = "Ac-Before" // the sum of the record before it
	headerEpoch  = "Ac-Epoch"  // of the owner that wrote it
)

// head is the end of a session's log.
type head struct {
	stream uint64 // sequence of the last record in its stream, 0 for none
	last   uint64 // number of the last event
	sum    string // checksum of the last record
}

// record is one message of a session's subject.
type record struct {
	head
	id     string
	before string
	first  uint64
	data   []byte
}

// encode makes the message that follows a head.
func encode(session, id string, h head, events []engine.Event) (*nats.Msg, head, error) {
	data, err := json.Marshal(events)
	if err != nil {
		return nil, head{}, err
	}
	if len(data) > maxRecord {
		return nil, head{}, fmt.Errorf("%d events of session %s take %d bytes, more than %d", len(events), session, len(data), maxRecord)
	}
	next := head{last: h.last + uint64(len(events)), sum: checksum(h.sum, data)}
	m := nats.NewMsg(subject(session))
	m.Data = data
	m.Header.Set(headerAppend, id)
	m.Header.Set(headerFirst, strconv.FormatUint(h.last+1, 10))
	m.Header.Set(headerCount, strconv.Itoa(len(events)))
	m.Header.Set(headerSum, next.sum)
	m.Header.Set(headerBefore, h.sum)
	return m, next, nil
}

// checksum chains a record to the one before it: 128 bits of SHA-256.
func checksum(before string, data []byte) string {
	h := sha256.New()
	h.Write([]byte(before))
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// decode reads a record's headers.
func decode(header nats.Header, data []byte, stream uint64) (record, error) {
	first, err1 := strconv.ParseUint(header.Get(headerFirst), 10, 64)
	count, err2 := strconv.ParseUint(header.Get(headerCount), 10, 64)
	if err1 != nil || err2 != nil || first == 0 || count == 0 || count > maxRecord || first > math.MaxUint64-count {
		return record{}, fmt.Errorf("a record has no numbers: %w", engine.ErrDamaged)
	}
	return record{
		head: head{stream: stream, last: first + count - 1, sum: header.Get(headerSum)}, id: header.Get(headerAppend),
		before: header.Get(headerBefore), first: first, data: data,
	}, nil
}

// follows checks that a record is whole and comes right behind a head.
func (r *record) follows(h head) error {
	switch {
	case r.first != h.last+1:
		return fmt.Errorf("events %d to %d are missing: %w", h.last+1, r.first-1, engine.ErrDamaged)
	case checksum(h.sum, r.data) != r.sum:
		return fmt.Errorf("events %d to %d are not what was stored: %w", r.first, r.last, engine.ErrDamaged)
	default:
		return nil
	}
}

// whole checks a record by itself.
func (r *record) whole() error {
	if checksum(r.before, r.data) != r.sum {
		return fmt.Errorf("events %d to %d are not what was stored: %w", r.first, r.last, engine.ErrDamaged)
	}
	return nil
}

// events are what the record holds.
func (r *record) events() ([]engine.Event, error) {
	var list []engine.Event
	if err := json.Unmarshal(r.data, &list); err != nil {
		return nil, fmt.Errorf("%w: %w", engine.ErrDamaged, err)
	}
	if uint64(len(list)) != r.last-r.first+1 || list[0].Seq != r.first || list[len(list)-1].Seq != r.last {
		return nil, fmt.Errorf("a record's events are not those of its numbers: %w", engine.ErrDamaged)
	}
	return list, nil
}

// ends says whether the record holds the end of its session.
func (r *record) ends() bool {
	events, err := r.events()
	return err == nil && len(events) > 0 && events[len(events)-1].Type() == engine.TypeEnded
}

package jetstream

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/agentconnect-dev/agentconnect/engine"
)

const (
	headerOperation = "KV-Operation"
	headerTTL       = "Nats-TTL"
	headerMarker    = "Nats-Marker-Reason"
	// goneFor is how long it stays known that a record was removed: a watcher
	// that is away for longer may miss it.
	goneFor = 7 * 24 * time.Hour
)

// table is an [engine.Table] as a JetStream key-value bucket: a stream with one
// message per key. Its messages are published again on "table.<name>.<key>".
type table struct {
	j      *Journal
	stream string
	name   string
}

// Table implements [engine.Store].
func (j *Journal) Table(ctx context.Context, name string) (engine.Table, error) {
	if err := engine.CheckTable(name); err != nil {
		return nil, fmt.Errorf("table %q: %w", name, err)
	}
	if name == tableNodes || name == tableOwners {
		return nil, fmt.Errorf("table %q is the journal's own", name)
	}
	t, err := j.table(ctx, name, 0)
	if err != nil {
		return nil, redact(err, j.cfg.URL)
	}
	return t, nil
}

// table opens a table; with a time, a record of which nothing was heard for so
// long can be removed by the server.
func (j *Journal) table(ctx context.Context, name string, expire time.Duration) (*table, error) {
	j.mu.Lock()
	t := j.tables[name]
	j.mu.Unlock()
	if t != nil {
		return t, nil
	}
	t = &table{j: j, stream: tableStream(name), name: name}
	if _, err := j.createStream(ctx, tableConfig(name, j.cfg, expire)); err != nil {
		return nil, fmt.Errorf("table %s: %w: %w", name, engine.ErrJournal, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.tables[name] = t
	return t, nil
}

const tablePrefix = "KV_"

func tableStream(name string) string { return tablePrefix + name }

func tableConfig(name string, cfg Config, expire time.Duration) jetstream.StreamConfig {
	all := tableSubject(name, ">")
	return jetstream.StreamConfig{
		Name: tableStream(name), Subjects: []string{all, probeSubject(tableStream(name))}, Storage: jetstream.FileStorage,
		Replicas: max(1, cfg.Replicas), MaxMsgsPerSubject: 1, AllowDirect: true, AllowRollup: true, DenyDelete: true,
		AllowMsgTTL: true, SubjectDeleteMarkerTTL: expire, Discard: jetstream.DiscardNew, MaxMsgSize: engine.MaxValue + 4<<10,
		RePublish: &jetstream.RePublish{Source: all, Destination: changeSubject(name, ">")},
	}
}

// tableSubject is where a table's records are stored, and changeSubject where
// they are published again.
func tableSubject(name, key string) string { return "$KV." + name + "." + key }

func changeSubject(name, key string) string { return "table." + name + "." + key }

func (t *table) subject(key string) string { return tableSubject(t.name, key) }

// Get implements [engine.Table].
func (t *table) Get(ctx context.Context, key string) (engine.Entry, error) {
	e, err := t.get(ctx, key)
	if err == nil && (e.Deleted || e.Revision == 0) {
		return engine.Entry{}, engine.ErrNotFound
	}
	return e, err
}

// get gives a record that may be removed, and one with revision 0 for a key
// that nothing is known of.
func (t *table) get(ctx context.Context, key string) (engine.Entry, error) {
	if err := engine.CheckRecord(key, nil); err != nil {
		return engine.Entry{}, err
	}
	m, err := t.j.last(ctx, t.stream, t.subject(key))
	if err != nil {
		return engine.Entry{}, t.j.readTrouble(ctx, t.stream, err)
	}
	return entryOf(key, &m), nil
}

func entryOf(key string, m *stored) engine.Entry {
	e := engine.Entry{Key: key, Revision: m.stream}
	if m.header.Get(headerOperation) != "" || m.header.Get(headerMarker) != "" {
		e.Deleted = true
	} else {
		e.Value = m.data
	}
	return e
}

// Put implements [engine.Table].
func (t *table) Put(ctx context.Context, key string, value []byte) (uint64, error) {
	return t.put(ctx, key, value, nil)
}

// put stores a value, with a fence where after is not nil.
func (t *table) put(ctx context.Context, key string, value []byte, after *uint64) (uint64, error) {
	if err := engine.CheckRecord(key, value); err != nil {
		return 0, err
	}
	m := nats.NewMsg(t.subject(key))
	m.Data = value
	return t.send(ctx, m, after)
}

func (t *table) send(ctx context.Context, m *nats.Msg, after *uint64) (uint64, error) {
	m.Header.Set(headerAppend, t.j.nextID())
	return t.j.send(ctx, &write{stream: t.stream, msg: m, after: after})
}

// Update implements [engine.Table].
func (t *table) Update(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	seq, err := t.put(ctx, key, value, &revision)
	if err == nil || revision != 0 || !isConflict(err) {
		return seq, err
	}
	e, err := t.get(ctx, key) // what stands in the way may be the note of a removal
	if err != nil {
		return 0, err
	}
	if !e.Deleted {
		return 0, engine.ErrConflict
	}
	return t.put(ctx, key, value, &e.Revision)
}

// Delete implements [engine.Table].
func (t *table) Delete(ctx context.Context, key string) error {
	e, err := t.get(ctx, key)
	if err != nil || e.Deleted || e.Revision == 0 {
		return err
	}
	_, err = t.send(ctx, t.removal(key), nil)
	return err
}

// Remove implements [engine.Table].
func (t *table) Remove(ctx context.Context, key string, revision uint64) error {
	e, err := t.get(ctx, key)
	if err != nil {
		return err
	}
	if e.Deleted || e.Revision == 0 || e.Revision != revision {
		return engine.ErrConflict
	}
	_, err = t.send(ctx, t.removal(key), &revision)
	return err
}

// removal is the note that a record is gone.
func (t *table) removal(key string) *nats.Msg {
	m := nats.NewMsg(t.subject(key))
	m.Header.Set(headerOperation, "DEL")
	m.Header.Set(headerTTL, goneFor.String())
	return m
}

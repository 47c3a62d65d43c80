package engine

import (
	"context"
	"iter"
	"time"
)

// Store is a [Journal] with what a server keeps beside the events. It is safe
// for concurrent use.
type Store interface {
	Journal
	// Delete removes a session's events for good. One that is not there is no
	// error. A read of a store with replicas may see them a moment longer.
	Delete(ctx context.Context, session string) error
	// Table opens a named set of small records and makes it when it is missing.
	// A name has lower-case letters only.
	Table(ctx context.Context, name string) (Table, error)
	// Err is nil while the store answers and can be written, as far as is known
	// without waiting.
	Err() error
	// Cluster is the line to other nodes that share the store; nil when no
	// other process can use it.
	Cluster() Cluster
}

// Marker is a [Journal] that reads on from a place without reading what is
// before it.
type Marker interface {
	// Mark is the end of a session's log.
	Mark(ctx context.Context, session string) (Mark, error)
	// ReadFrom gives the events behind a mark, up to the last one stored. A
	// mark that does not fit the log, since it is another log's, gives
	// [ErrDamaged] before any event.
	ReadFrom(ctx context.Context, session string, m Mark) iter.Seq2[Event, error]
}

// Mark is a place in a session's log, behind an append.
type Mark struct {
	// Seq is the last event before it.
	Seq uint64 `json:"seq"`
	// Place is the journal's own note of it.
	Place string `json:"place,omitempty"`
}

// Table is a set of records by key. It is safe for concurrent use. A key has 1
// to 256 letters, digits, dots, dashes, underscores and equal signs, and does
// not begin or end with a dot; a value has at most 1 MiB.
type Table interface {
	// Get gives a record as it is now, or [ErrNotFound].
	Get(ctx context.Context, key string) (Entry, error)
	// Put stores a value, whatever was there.
	Put(ctx context.Context, key string, value []byte) (revision uint64, err error)
	// Update stores a value where the record's revision still is the one given,
	// 0 where there must be none; else it gives [ErrConflict].
	Update(ctx context.Context, key string, value []byte, revision uint64) (uint64, error)
	// Delete removes a record. One that is not there is no error.
	Delete(ctx context.Context, key string) error
	// Remove removes a record whose revision still is the one given; else it
	// gives [ErrConflict].
	Remove(ctx context.Context, key string, revision uint64) error
	// Watch gives every record, then one entry without a key, then each change
	// as it happens, until the context ends, which is not an error. Of several
	// changes of a record that come fast, only the last may be given. It heals
	// by itself after the store was away.
	Watch(ctx context.Context) iter.Seq2[Entry, error]
}

// Entry is a record of a [Table].
type Entry struct {
	Key   string
	Value []byte
	// Revision grows with each change of the record.
	Revision uint64
	// Deleted says that it is gone.
	Deleted bool
}

// Cluster is the line between the nodes that share a store. It is safe for
// concurrent use.
type Cluster interface {
	// Node is this process's name, another one at each start.
	Node() string
	// Join takes the lease and renews it until Leave, or until it is lost: the
	// channel closes when this node must let go of all that it runs. info is
	// what others see of it.
	Join(ctx context.Context, info []byte) (lost <-chan struct{}, err error)
	// Leave gives the lease back.
	Leave(ctx context.Context) error
	// Nodes gives the nodes whose lease holds and then their changes, as
	// [Table.Watch] does: the key is the node's name, the value its info.
	Nodes(ctx context.Context) iter.Seq2[Entry, error]

	// Claim makes this node the owner of a session, which it must be before it
	// appends to it: [ErrOwned] while another node owns it whose lease holds.
	// Whoever owned it before finds its appends refused from the first append
	// that follows.
	Claim(ctx context.Context, session string) error
	// Release gives a session up. A session that is another's is no error.
	Release(ctx context.Context, session string) error
	// Owner is the node that owns a session, empty when none does. Its lease
	// may be out.
	Owner(ctx context.Context, session string) (node string, err error)
	// Ask sends a request to the node that answers for a session and waits for
	// its answer; [ErrNotFound] when no node does.
	Ask(ctx context.Context, session string, request []byte) ([]byte, error)
	// Answer answers what other nodes ask about a session, until stop. It is
	// called concurrently.
	Answer(session string, fn func(ctx context.Context, request []byte) []byte) (stop func(), err error)
	// Tell sends a message about a session to those on other nodes that listen.
	// It may be lost. It does not wait.
	Tell(session string, message []byte)
	// Listen hears what others tell about a session, until stop. fn must not
	// wait.
	Listen(session string, fn func(message []byte)) (stop func(), err error)
}

// Lease times of a [Cluster].
const (
	// LeaseTime is how long a node that says nothing keeps what it runs.
	LeaseTime = 30 * time.Second
	// RenewTime is how often it says something.
	RenewTime = 5 * time.Second
)

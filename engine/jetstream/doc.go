// Package jetstream keeps sessions' events in NATS JetStream: in a server that
// is embedded in the process, without an open port, or in an external one.
//
// [Open] gives a [Journal]. Sessions are spread over a fixed number of streams;
// a session's events are the messages of one subject, each message a record of
// one or more events. An append carries the stream sequence that the subject
// must have, so two writers cannot both succeed, and an id of its own, so a
// repeated append is recognised. Records are numbered by their events and
// chained by checksums: what is read back is whole or is reported as damaged.
//
// An embedded journal has two servers, one for tables and one for events. Where
// the file system allows, the second one only writes, and a sync for each
// stream brings to disk what all who wait have written; nobody reads or
// hears of a record before.
//
// # Concurrency
//
// A Journal is safe for concurrent use; appends to one session come from one
// goroutine at a time. Append returns when the record is stored (and, with sync
// always, on disk). A slow follower delays nobody: what it cannot take in time
// is read from the stream later.
package jetstream

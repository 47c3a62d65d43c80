// Package google calls the Gemini API. Its differences from other dialects are
// in four places: contents.go says how a conversation must be laid out,
// signatures.go keeps what the service wants back with a tool call, reply.go
// reads the stream, and failure.go tells a limit of the minute from one of the
// day.
//
// # Concurrency
//
// A [Model] is safe for concurrent use.
package google

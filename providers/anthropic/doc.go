// Package anthropic calls Anthropic's Messages API. Its differences from other
// dialects are in three places: table.go says what depends on the model,
// messages.go how a conversation must be laid out, and reply.go reads the
// stream.
//
// # Concurrency
//
// A [Model] is safe for concurrent use and keeps nothing between calls.
package anthropic

// Package providers is the vocabulary in which the engine speaks with language
// models: a [Model] streams a reply to a [Request] as [Chunk] values, failures
// are [Error] values with a small [Kind], and a [Registry] holds the configured
// models by name.
//
// What lies between a dialect and its vendor is the same for all: a [Wire] keeps
// to the limits and time-outs of a provider block, stops calling a vendor that
// is down, and makes every failure an [Error] without secrets. It does not
// repeat calls; who keeps the session's log does, by a [Retry] policy. A
// [Recorder] and a [Player] stand in the place of the network.
//
// Whoever waits because it was told to, as a script does, waits by [Sleep]: a
// session that is rehearsed counts that time and spends none.
//
// The sub-packages each implement one wire dialect; providertest holds the
// contract that all of them must pass.
//
// # Concurrency
//
// Models and registries are safe for concurrent use. [Model.Stream] returns at
// once and does no I/O: work begins when the sequence is ranged over and is
// cleaned up when the range ends, for whatever reason. A sequence may be ranged
// over once. Cancelling the context ends the sequence with an [Error] of kind
// [Canceled].
package providers

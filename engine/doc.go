// Package engine compiles checked scenarios into templates and runs sessions
// of them.
//
// [Compile] turns a [specs.Session] with all it refers to into a [Template].
// [Engine.Start] makes a [Session] of it. A session is an append-only list of
// numbered [Event] values in a [Journal]; its [State] is the fold of that list
// and nothing else is remembered. A [Pattern] is a pure function from state to
// the next [Move], a stop condition one from state to a [Reason].
//
// A session that waits may be let go of until something arrives for it
// ([Config.Passive]); [Engine.Wake] goes on with it. [Engine.Resume] goes on
// with one that a crash cut short. Both read its log, from a snapshot of its
// state on if there is one. [Engine.Drain] and [Engine.Close] stop an engine.
//
// [Replay] decides a log again without any model and tells where it differs,
// [Engine.Fork] goes on with a copy, [Explain] says why a session ended or how
// far each of its limits is. [Rehearse] runs a session at once, by a clock of its
// own, and [Coverage] tells what sessions have done of all that they may do.
// A [Store] is a journal with tables beside the
// events, which a server needs; its [Cluster] is the line to other nodes, of
// which one runs a session at a time.
//
// # Concurrency
//
// Templates and the engine are safe for concurrent use. A session's state is
// owned by one goroutine at a time: the one that handles the session's inbox,
// which exists only while there is something in it. Calls to models and tools
// run in goroutines of their own that only report back. Events are appended to
// the journal before they have any effect, so what a follower sees is what is
// stored. A session never waits for a follower: [Session.Follow] reads from
// the journal at the reader's own speed. Snapshots are written beside the loop.
// [Engine.Close] waits for every goroutine.
package engine

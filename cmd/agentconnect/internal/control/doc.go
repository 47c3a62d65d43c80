// Package control lets administrative commands act on a running server, through
// a socket in its data directory that only its owner can open.
//
// [Serve] offers a [Users] on the socket, and [Dial] gives one that acts
// through it. The protocol is HTTP with JSON and is private to one version of
// the program.
//
// # Concurrency
//
// Commands are done one after the other. [Listener.Close] waits for the one
// that is under way.
package control

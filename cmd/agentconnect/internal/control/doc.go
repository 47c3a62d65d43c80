// Package control lets administrative commands act on a running server, through
// a socket in its data directory that only its owner can open.
//
// [Serve] offers a [Target] on the socket, its users, its sessions and a backup
// of all, and [Dial] gives one that acts through it. The protocol is HTTP with
// JSON and is private to one version of the program. What has no bounded size,
// an archive or a backup, is a stream that takes as long as it goes on; how it
// ended stands in trailers.
//
// # Concurrency
//
// Users are changed one command after the other; all else is done at the same
// time. [Listener.Close] breaks streams off and waits for the other commands
// that are under way.
package control

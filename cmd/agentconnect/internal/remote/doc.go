// Package remote talks to a server as its clients do: by its REST routes and
// its WebSocket.
//
// A [Client] logs in, creates sessions and finds them. [Client.Join] makes a
// [Talk], which follows a session over as many connections as it takes: it
// comes back with backoff and jitter after a loss, asks for what came after the
// last frame that it has seen, and sends again what was not acknowledged, under
// the same client_id. So nothing is lost and nothing comes twice.
//
// # Concurrency
//
// A Client is safe for concurrent use. A Talk's updates are read by one
// goroutine; a reader that is slow delays the connection, which the server then
// cuts, and nothing is lost. [Talk.Close] waits for all that the Talk started.
package remote

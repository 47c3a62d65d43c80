// Package server offers session templates over HTTP: REST, server-sent events
// and WebSocket, as the wire contract of AgentConnect says.
//
// [New] makes a [Server] from a [Config]; it is an http.Handler that serves
// every route twice, as written and below /api.
//
// # Concurrency
//
// A Server is safe for concurrent use. [Server.Drain] refuses new work and
// tells sockets to go elsewhere; [Server.Close] waits for everything that the
// server has started. The engine is the caller's to close, after that.
package server

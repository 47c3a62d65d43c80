// Package server offers session templates over HTTP: REST, server-sent events
// and WebSocket, as the wire contract of AgentConnect says.
//
// [New] makes a [Server] from a [Config]; it is an http.Handler that serves
// every route twice, as written and below /api. What must outlive the process,
// or be seen by other nodes, is in tables of the store.
//
// # Concurrency
//
// A Server is safe for concurrent use. [Server.Drain] refuses new work and
// tells sockets to go elsewhere; [Server.Close] waits for everything that the
// server has started. The engine, the store and the users are the caller's to
// close, after that.
package server

import "time"

// The tables that a server keeps in its store.
const (
	tableSessions  = "sessions"  // doc by session id
	tableSources   = "sources"   // what scenarios were loaded from, by hash
	tableAgents    = "agents"    // registered agents by id
	tableAnswers   = "answers"   // idempotency keys
	tableUsers     = "users"     // accounts by name
	tableSnapshots = "snapshots" // states, a cache of the engine's
	tableTalks     = "talks"     // ids of the direct talks, by their agents
	tableSpent     = "spent"     // what was taken of each user's day
)

// doc is what is stored of a session beside its events: what lists and answers
// show of it without reading them, and what it was started from.
type doc struct {
	head docHead

	Agents []docAgent `json:"agents"`
	// People are the bare names of the persons that the template declares.
	People     []string       `json:"people,omitempty"`
	Modes      []string       `json:"modes,omitempty"`
	Metadata   map[string]any `json:"metadata,omitempty"`
	ForkedFrom string         `json:"forked_from,omitempty"`
	// Outcome and Stop are set once it has ended.
	Outcome string       `json:"outcome,omitempty"`
	Stop    string       `json:"stop,omitempty"`
	Usage   SessionUsage `json:"usage"`
	Seq     uint64       `json:"seq"`
	// Broken is why it cannot go on though its log has no end: damaged,
	// template or error.
	Broken string `json:"broken,omitempty"`
	// Activity is what the participants have done, by bare name.
	Activity map[string]docActivity `json:"activity,omitempty"`
	// Blueprint is what it was started from.
	Blueprint blueprint `json:"blueprint"`
}

// docHead is the part of a doc that stays in memory for each session; a value
// begins with it, so that a million are read fast.
type docHead struct {
	owner, template, sessionType, status string
	created                              time.Time
	ended                                time.Time // zero while it lives
	wake                                 time.Time // when a resting session has something to do; zero is never
	direct                               bool      // a talk of two agents
	deleted                              bool      // its log goes when the retention time is over
	resting                              bool      // it waits in its log: until wake, or until something arrives
}

// docAgent is an agent of a session.
type docAgent struct {
	ID           string   `json:"id"`
	Key          string   `json:"key"`
	Name         string   `json:"name,omitempty"`
	Provider     string   `json:"provider"`
	Model        string   `json:"model"`
	Personality  string   `json:"personality,omitempty"`
	Capabilities []string `json:"capabilities,omitempty"`
	Modes        []string `json:"modes,omitempty"`
	// Removed says that its owner has unregistered it.
	Removed  bool           `json:"removed,omitempty"`
	Metadata map[string]any `json:"metadata,omitempty"`
}

// docActivity is what a participant has done, up to Seq.
type docActivity struct {
	Messages int       `json:"messages,omitempty"`
	Last     time.Time `json:"last,omitzero"`
	Cooldown time.Time `json:"cooldown,omitzero"`
}

// blueprint is what a session's template is made from again after a restart, or
// on another node.
type blueprint struct {
	// Source is the key of the scenario's texts in their table.
	Source string `json:"source"`
	// At is how diagnostics call the scenario's directory.
	At string `json:"at,omitempty"`
	// Builtin says that the scenario came with the program.
	Builtin bool `json:"builtin,omitempty"`
	// Session is the session block.
	Session string `json:"session"`
	// Request is what the request changed, without the values of sensitive
	// variables, which are encrypted in Sealed.
	Request storedRequest `json:"request"`
	Sealed  []byte        `json:"sealed,omitempty"`
	// Hash is that of the template.
	Hash string `json:"hash"`
}

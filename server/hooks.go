package server

import (
	"sync/atomic"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Hooks bring what an engine tells to the server above it, which is made after
// the engine. One value serves one engine and one server.
type Hooks struct {
	metrics *Metrics // or nil
	server  atomic.Pointer[Server]
}

// NewHooks makes hooks that also count in metrics, which may be nil.
func NewHooks(m *Metrics) *Hooks { return &Hooks{metrics: m} }

// Wire is an engine's configuration with the hooks in it.
func (h *Hooks) Wire(c engine.Config) engine.Config {
	c.Observe, c.OnRest, c.OnLive = h.observe, h.rest, h.live
	return c
}

func (h *Hooks) observe(events []engine.Event) {
	if h.metrics != nil {
		h.metrics.Observe(events)
	}
	if s := h.server.Load(); s != nil {
		s.observe(events)
	}
}

func (h *Hooks) rest(r engine.Rest) {
	if s := h.server.Load(); s != nil {
		s.rested(r)
	}
}

func (h *Hooks) live(e engine.Event) {
	if s := h.server.Load(); s != nil {
		s.generated(&e)
	}
}

// Node is what the servers that share a store see of each other.
type Node struct {
	// Listen is its address.
	Listen string `json:"listen,omitempty"`
	// Version is that of the program.
	Version string `json:"version,omitempty"`
}

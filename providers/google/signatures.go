package google

import (
	"sync"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Bounds of what is kept of signatures, in number and in bytes of one.
const (
	maxSignatures = 4096
	maxSignature  = 16 << 10
)

// signatures are what the service gave along with tool calls and wants back
// with them: what it thought, in its own writing. They are kept for as long as
// the process lives and there is room; the newest push out the oldest.
type signatures struct {
	mu    sync.Mutex
	known map[signed]string
	order []signed // a ring, once it is full
	next  int
}

// signed is a tool call of a session's agent.
type signed struct{ session, agent, call string }

func (s *signatures) of(req *providers.Request, call string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known[signed{req.Session, req.Agent, call}]
}

func (s *signatures) keep(req *providers.Request, call, signature string) {
	if signature == "" || len(signature) > maxSignature {
		return
	}
	key := signed{req.Session, req.Agent, call}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[signed]string{}
	}
	if _, again := s.known[key]; !again {
		if len(s.order) < maxSignatures {
			s.order = append(s.order, key)
		} else {
			delete(s.known, s.order[s.next])
			s.order[s.next] = key
			s.next = (s.next + 1) % maxSignatures
		}
	}
	s.known[key] = signature
}

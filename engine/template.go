package engine

import (
	"encoding/json"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// Template is a compiled session template. It is immutable and shared by all
// its sessions.
type Template struct {
	// Name and Type are those of the session block.
	Name, Type string
	// Description is the session block's.
	Description string
	// Hash is that of the scenario and its variables.
	Hash string
	// Participants are all agents and people, in the order of their first use.
	Participants []Participant
	// Bound is the proof that a session ends.
	Bound specs.Bound

	spec      *specs.Session
	variables map[string]json.RawMessage
	root      *node
	agents    map[string]*agent
	humans    map[string]*human
	order     []string // participants by name, as in Participants
	stops     []*stop
	finalize  *finalize
	limits    []limit
	reads     specs.EnvPart   // what any stop condition reads
	ticks     bool            // a stop condition reads the clock
	judges    []*stop         // conditions that a model decides
	watched   map[string]bool // patterns whose repetitions are counted; empty is the session
	judging   *ask            // what is asked of the judge of a stop condition
}

// Variables are the values of the variables that a template was compiled with,
// without the sensitive ones.
func (t *Template) Variables() map[string]json.RawMessage { return t.variables }

// agent is a participant that a model speaks for.
type agent struct {
	spec    *specs.Agent
	chain   []chainLink
	display string
	schema  *jsonschema.Resolved // of its structured output; nil when it has none
	system  string               // system prompt
	tools   []providers.ToolSpec
	runs    map[string]Tool   // by the name that the model uses
	blocks  map[string]string // names of tool blocks, by the names of their tools
	sets    []Tool            // whose tools are known when they are asked for
	window  window
	// summarizer sums up what falls out of the window, nil when nobody does
	summarizer *chainLink
}

// chainLink is one model of an agent's fallback chain.
type chainLink struct {
	entry providers.Entry
	model string
}

// human is a person as participant.
type human struct{ spec *specs.Human }

// node is a pattern with its participants; it may be active several times.
type node struct {
	name, kind string
	spec       *specs.Pattern
	slots      []slot
	pattern    Pattern
	skip       bool            // on_error = "skip"
	asks       map[string]*ask // by role
	sums       *slot           // who sums it up, nil when nobody does
	patience   int             // steps that may be passed over in a row
}

// slot is a place in a pattern: exactly one of agent, human and node is set.
type slot struct {
	name  string
	agent *agent
	human *human
	node  *node
}

// finalize is the last turn of a session that a limit ends.
type finalize struct {
	agent  *agent
	prompt string
}

// defaultFinalizeTimeout bounds the finalizing turn where the session has no
// turn_timeout.
const defaultFinalizeTimeout = 2 * time.Minute

// chats says whether the pattern waits for messages of persons and answers them.
func (n *node) chats() bool {
	p, ok := n.pattern.(handoff)
	return n.kind == "chat" || ok && p.waits()
}

func (n *node) slotNamed(name string) int {
	for i := range n.slots {
		if n.slots[i].name == name {
			return i
		}
	}
	return -1
}

// who is the participant's bare name, which in a graph is not the slot's.
func (s *slot) who() string {
	switch {
	case s.agent != nil:
		return s.agent.spec.Name
	case s.human != nil:
		return s.human.spec.Name
	default:
		return s.node.name
	}
}

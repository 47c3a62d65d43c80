package engine

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// State is the fold of a session's events. Patterns and stop conditions are
// pure functions of it. It is owned by the session's loop.
type State struct {
	t       *Template
	session string
	head    uint64 // seq of the last event
	last    time.Time

	created, started time.Time // zero until it happened
	paused           bool
	pausedAt         time.Time
	pauseReason      *Reason       // of the condition that paused it
	held             time.Duration // time spent in pauses since started
	inputClosed      bool
	stopAsked        *StopAsked
	final            *Finalizing
	ended            *Ended
	opening          string // of session.created
	history          int    // likewise
	copying          uint64 // how long the copied part of a log is that is not complete yet

	// What has begun and not come to its end, which follows at once unless the
	// log was cut.

	firing    *StopFired
	broken    *broken
	finalOver bool   // the finalizing turn was taken
	finalErr  string // why it failed

	messages []message
	lobby    []int // what was said to everybody while no pattern was active
	frames   map[int]*Frame
	lastID   int // number of the last frame
	rootDone *Left
	turns    map[int]*turn       // those that are open
	lastTurn int                 // number of the last turn
	marks    map[string][]string // of all calls, by provider
	use      map[string]*agentUse
	latched  map[remembered]bool
	judged   map[remembered]judged // what the judges of conditions have said
	// succeeded are the tools that were called with success, by their blocks
	succeeded map[remembered]bool
	pausedBy  map[remembered]bool // conditions that paused the session and are still true
	clients   map[string]accepted // by sender and client id
	repeat    *repeats            // nil unless the session watches repetitions

	owner  string
	lost   claim           // of calls of which nobody knows what they took
	warned map[string]bool // limits of which most is used

	env     specs.Env
	costly  bool          // a call's cost is not known
	changed specs.EnvPart // parts of env that changed since the conditions were looked at
}

// broken is a failure that the pattern does not pass over: its frame must fail.
// It is saved as it is, like all parts of a state whose fields have tags.
type broken struct {
	Frame int    `json:"frame"`
	Why   Reason `json:"why"`
	// Outcome is that of the session, when the failure ends it at once.
	Outcome Outcome `json:"outcome,omitempty"`
}

// message is an entry of the transcript.
type message struct {
	seq      uint64
	sender   string
	copied   string // what the sender is called, where it is a copy that a map made
	receiver string
	role     string
	content  string
	tagged   string // "[sender]: content"
	turn     int
	person   bool
	public   bool // said to everybody
	data     bool // its content is the structured output of an agent
	tokens   int  // estimate
}

// accepted is where a client's message stands in the log.
type accepted struct {
	Seq  uint64 `json:"seq"`
	Held bool   `json:"held,omitempty"` // by turn.finished, to be said later
}

// agentUse is what an agent has used, for its own limits.
type agentUse struct {
	spent     []spent // within the last hour; nil unless the agent has token limits
	coolUntil time.Time
	said      int       // messages
	active    time.Time // of its last event
	summary   string
	summedTo  int   // the last message that the summary covers
	own       []int // what it said and what made it speak
}

type spent struct {
	At     time.Time `json:"at"`
	Tokens int       `json:"tokens"`
}

// Frame is an activation of a pattern: what the pattern remembers between its
// moves.
type Frame struct {
	id, slot int
	node     *node
	parent   *Frame
	path     string
	context  *[]int // instead of what the parent sees
	note     string // what the parent wants of it
	from     int    // the message before which it began
	view     []int  // the messages of this frame, results of inner patterns included

	turns   int // finished turns, inner patterns included
	rounds  int
	idle    int // steps passed over in a row
	tries   int // decisions since the last round
	said    int // the message that the pattern itself has said, or -1
	summary int // the message that sums it up, or -1
	open    []int
	pass    []int // slots that finished since the last round, in order of arrival
	passed  map[int]stepResult
	visits  []int // how often each slot was started
	ended   int   // the slot that finished last, or -1
	result  []int // messages that the last step gave

	repeat  *repeats // nil unless a condition watches repetitions here
	ballots []ballot
	counted bool // the vote's verdict is told

	lastMsg int   // of this frame and its inner ones, or -1
	pending []int // persons' messages without an answer, where the pattern waits for them
	data    map[string]any
	merged  int // answers that were held back and are shown, in this pass

	course course // of patterns with a list, a plan, a ledger or a board

	// toolCall is the call in the parent that waits for the result, empty when
	// none does; delegated counts the steps here that were started for calls
	toolCall  string
	delegated int
	floor     *floor // handoff

	// loop: the last and the best draft's messages, or -1, and whether the
	// last was accepted
	lastDraft, best int
	bestScore       float64
	accepted        bool
}

// stepResult is how a step of a frame ended.
type stepResult struct {
	ok       bool
	messages []int
	held     *Said
	turn     int
	data     any // the structured answer of a step with a role
}

// turn is a participant's open turn.
type turn struct {
	n       int
	frame   *Frame // nil for the finalizing turn, a judge, and who is asked by another turn
	slot    int
	name    string
	agent   *agent
	human   *human
	role    string
	decides bool
	stop    remembered // whose judge it is, if it is one's
	note    string
	answers int
	context *[]int
	final   bool
	started time.Time // or taken over, or recovered: what its timeout counts from
	seq     uint64    // of turn.started

	toolCall string // of another turn, that waits for the answer; else empty
	asker    int    // the turn that has asked, outside of all frames; else 0

	link    int    // of the fallback chain
	attempt int    // at the same request
	call    int    // of the model, in flight; 0 is none
	callSeq uint64 // of model.called
	cap     int    // of the call's answer
	claim   claim  // of the call in flight
	mark    int    // where the call's mark stands among its provider's
	repairs int
	used    int // tool calls
	retryAt time.Time
	said    bool   // its message is in the transcript
	via     string // the provider of the last call
	cooling bool
	extra   []providers.Message
	pending []toolRun
	ready   []providers.Message // the prompt that the next call was reserved for

	summing, summed bool
	upTo            int // the last message that the summary shall cover
}

type toolRun struct {
	call   providers.ToolCall
	asked  bool // there is an event of it
	over   bool // it is more than the turn may call
	done   bool
	result string
	failed bool

	approval approval
	step     stepState
}

func newState(t *Template, session string) *State {
	st := &State{
		t: t, session: session,
		frames: map[int]*Frame{}, turns: map[int]*turn{}, marks: map[string][]string{},
		use: make(map[string]*agentUse, len(t.order)), latched: map[remembered]bool{},
		judged: map[remembered]judged{}, succeeded: map[remembered]bool{},
		pausedBy: map[remembered]bool{}, clients: map[string]accepted{}, warned: map[string]bool{},
	}
	st.use[userName] = &agentUse{}
	st.env.Agents = make(map[string]specs.EnvAgent, len(t.order))
	st.env.Data = map[string]any{}
	for _, name := range t.order {
		st.env.Agents[name] = specs.EnvAgent{}
		st.use[name] = &agentUse{}
	}
	if t.watched[""] {
		st.repeat = newRepeats()
	}
	return st
}

// elapsed is the running time up to the last event, without pauses.
func (st *State) elapsed(now time.Time) time.Duration {
	if st.started.IsZero() {
		return 0
	}
	if st.paused {
		now = st.pausedAt
	}
	return now.Sub(st.started) - st.held
}

// openTurns are the open turns in the order in which they began.
func (st *State) openTurns() []*turn {
	list := slices.AppendSeq(make([]*turn, 0, len(st.turns)), maps.Values(st.turns))
	slices.SortFunc(list, func(a, b *turn) int { return cmp.Compare(a.n, b.n) })
	return list
}

// openFrames are the active patterns, outer ones first.
func (st *State) openFrames() []*Frame {
	list := slices.AppendSeq(make([]*Frame, 0, len(st.frames)), maps.Values(st.frames))
	slices.SortFunc(list, func(a, b *Frame) int { return cmp.Compare(a.id, b.id) })
	return list
}

// closing says whether nothing begins any more but the finalizing turn.
func (st *State) closing() bool { return st.ended != nil || st.final != nil }

// active says whether a participant may still take turns.
func (st *State) active(s *slot) bool {
	if s.agent == nil || s.agent.spec.Limits.MaxTurns == 0 {
		return true
	}
	return st.env.Agents[s.who()].Turns < s.agent.spec.Limits.MaxTurns
}

// here is a frame's own view for expressions.
func (st *State) here(f *Frame) specs.EnvHere {
	h := specs.EnvHere{Turns: f.turns, Rounds: f.rounds, Data: f.data}
	if f.lastMsg >= 0 {
		h.Last = st.envMessage(f.lastMsg)
	}
	return h
}

// envAt is the environment with a frame's own view; it is valid until the next
// event.
func (st *State) envAt(f *Frame) *specs.Env {
	st.env.Here = specs.EnvHere{}
	if f != nil {
		st.env.Here = st.here(f)
	}
	return &st.env
}

func (st *State) envMessage(i int) specs.EnvMessage {
	m := &st.messages[i]
	e := m.env()
	if back := len(st.messages) - i; back <= len(st.env.Messages) {
		e.Data = st.env.Messages[len(st.env.Messages)-back].Data
	}
	return e
}

// working says whether an agent is at work.
func (st *State) working() bool {
	for _, t := range st.turns {
		if t.agent != nil && !t.waitsForSteps() {
			return true
		}
	}
	return false
}

// output decodes a structured output, which was checked before.
func (m *message) output() any {
	if !m.data {
		return nil
	}
	var v any
	if err := json.Unmarshal([]byte(m.content), &v); err != nil {
		return nil
	}
	return v
}

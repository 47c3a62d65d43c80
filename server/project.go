package server

import (
	"maps"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// detail is how much a reader wants to see.
type detail uint8

const (
	detailMessages detail = iota // the conversation
	detailTurns                  // also what happens within turns
	detailDeltas                 // also text as it is generated
)

// levels is the number of levels of detail that differ in stored frames.
const levels = 2

// level is the detail's level in what is stored; deltas are not.
func (d detail) level() int { return min(int(d), levels-1) }

func parseDetail(s string) (detail, bool) {
	switch s {
	case "", "messages":
		return detailMessages, true
	case "turns":
		return detailTurns, true
	case "deltas":
		return detailDeltas, true
	default:
		return 0, false
	}
}

// levelOf is the least detail at which an event is shown, -1 when it never is.
func levelOf(t engine.Type) int {
	switch t { // the others are not shown
	case engine.TypeSaid, engine.TypeStarted, engine.TypePaused, engine.TypeResumed, engine.TypeFinalizing, engine.TypeEnded,
		engine.TypeCooledDown, engine.TypeApprovalAsked, engine.TypeApprovalGiven, engine.TypeApprovalDenied:
		return 0
	case engine.TypeTurnStarted, engine.TypeTurnFinished, engine.TypeTurnFailed, engine.TypeToolRequested,
		engine.TypeToolFinished, engine.TypeToolFailed, engine.TypeModelRetried, engine.TypeModelFellBack,
		engine.TypeRecovered, engine.TypeBudgetWarned, engine.TypeStopFired, engine.TypeChosen, engine.TypeBallot, engine.TypeVerdict,
		engine.TypeHandoff, engine.TypeItems, engine.TypePlanned, engine.TypeReplanned, engine.TypeForked:
		return 1
	default:
		return -1
	}
}

// projector turns a session's events, in order, into frames.
type projector struct {
	rec   *record
	pos   uint64         // the last event that it has seen
	prev  [levels]uint64 // the last one shown at each level
	turns map[int]turnUse
	ended *engine.Ended
}

// turnUse is what the calls of a turn used, and who answered last.
type turnUse struct {
	provider, model string
	in, out         int
}

func (p *projector) clone() *projector {
	c := *p
	c.turns = maps.Clone(p.turns)
	return &c
}

// next takes in an event. With encode it returns its frame, nil when the event
// is not shown.
func (p *projector) next(e *engine.Event, encode bool) *shown {
	p.pos = e.Seq
	p.count(e)
	level := levelOf(e.Type())
	if level < 0 {
		return nil
	}
	var sh *shown
	if encode {
		f := p.frame(e)
		sh = &shown{seq: e.Seq, level: level, said: f.Type == frameText, stamp: f.Timestamp, prev: p.prev, body: f.encode()}
	}
	for l := level; l < levels; l++ {
		p.prev[l] = e.Seq
	}
	if said, ok := e.Data.(*engine.Said); ok && said.Role == "assistant" {
		delete(p.turns, e.Turn)
	}
	return sh
}

// count keeps what the frame of a turn's message will tell of its calls.
func (p *projector) count(e *engine.Event) {
	switch d := e.Data.(type) {
	case *engine.ModelAnswered:
		u := p.turns[e.Turn]
		u.provider, u.model = d.Provider, d.Model
		u.add(e.Usage)
		p.setTurn(e.Turn, u)
	case *engine.ModelFailed:
		if e.Usage != nil {
			u := p.turns[e.Turn]
			u.add(e.Usage)
			p.setTurn(e.Turn, u)
		}
	case *engine.TurnFailed:
		delete(p.turns, e.Turn)
	case *engine.Ended:
		p.ended = d
		p.turns = nil
	}
}

func (p *projector) setTurn(n int, u turnUse) {
	if p.turns == nil {
		p.turns = map[int]turnUse{}
	}
	p.turns[n] = u
}

func (u *turnUse) add(x *providers.Usage) {
	if x != nil {
		u.in += x.InputTokens
		u.out += x.OutputTokens
	}
}

// idOf is the public id of a participant's bare name: an agent's, or that of
// the person who owns the session.
func (r *record) idOf(name string) string {
	if name == "" {
		return ""
	}
	if a := r.agent(name); a != nil {
		return a.id
	}
	return userID(r.owner)
}

// agent finds an agent of the session by its bare name.
func (r *record) agent(name string) *agentRecord {
	for _, a := range r.agents {
		if a.key == name {
			return a
		}
	}
	return nil
}

// userID is the public id of a person.
func userID(name string) string { return userPrefix + name }

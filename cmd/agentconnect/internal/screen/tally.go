package screen

import (
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Tally counts what a session takes, from its events. The zero value is ready.
type Tally struct {
	Template     string
	Turns, Calls int
	ToolCalls    int
	Input        int // tokens
	Output       int // tokens
	// Cost is in USD; CostUnknown says that the price of some call is not known.
	Cost        float64
	CostUnknown bool
	// Simulated counts the answers that neither a model nor a script wrote.
	Simulated int
	// Ended is nil while the session goes on.
	Ended *engine.Ended

	participants []engine.Participant
	turnsOf      map[string]int
	began, last  time.Time
}

// Event takes the next event.
func (t *Tally) Event(e engine.Event) {
	if e.Seq == 0 {
		return
	}
	t.last = e.Time
	switch d := e.Data.(type) {
	case *engine.Created:
		t.began, t.Template, t.participants = e.Time, d.Template, d.Participants
		t.turnsOf = map[string]int{}
	case *engine.Said:
		if d.Simulated {
			t.Simulated++
		}
	case *engine.TurnFinished:
		if d.Decision == nil {
			t.Turns++
			t.turnsOf[e.Agent]++
		}
	case *engine.ToolRequested:
		t.ToolCalls++
	case *engine.ModelCalled:
		t.Calls++
	case *engine.ModelAnswered:
		t.charge(&e, d.Cost)
	case *engine.ModelFailed:
		t.charge(&e, d.Cost)
	case *engine.Ended:
		t.Ended = d
	}
}

func (t *Tally) charge(e *engine.Event, cost *float64) {
	if e.Usage != nil {
		t.Input += e.Usage.InputTokens
		t.Output += e.Usage.OutputTokens
	}
	if cost == nil {
		t.CostUnknown = true
		return
	}
	t.Cost += *cost
}

// Took is the time from the session's first event to its last.
func (t *Tally) Took() time.Duration { return t.last.Sub(t.began) }

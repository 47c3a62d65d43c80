package main

import (
	"encoding/json"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/remote"
	"github.com/agentconnect-dev/agentconnect/engine"
)

// maxCopies bounds how many copies a server can tell of.
const maxCopies = 10_000

// decided is what a frame shows of a pattern's way: who was chosen, how a vote
// goes, what is planned. It is nil for other frames.
func decided(m *remote.Metadata) engine.Data {
	switch m.Event {
	case "pattern_chosen":
		return &engine.Chosen{Name: m.Next, By: m.By, Why: m.Why, Route: m.Route}
	case "pattern_handoff":
		return &engine.Handoff{From: m.From, To: m.To, Why: m.Why}
	case "pattern_ballot":
		return &engine.Ballot{Choice: m.Choice, Score: m.Score, Reason: m.Reason, Casting: m.Casting, Spoiled: m.Spoiled}
	case "pattern_verdict":
		return &engine.Verdict{Outcome: m.Outcome, Score: m.Score, By: m.By, Ballots: m.Ballots}
	case "pattern_items":
		return &engine.Items{Items: make([]json.RawMessage, max(0, min(m.Items, maxCopies)))}
	case "pattern_planned":
		d := &engine.Planned{Number: m.Number}
		for _, s := range m.Steps {
			d.Steps = append(d.Steps, engine.PlanStep(s))
		}
		return d
	case "pattern_replanned":
		return &engine.Replanned{Number: m.Number, Why: m.Why}
	default:
		return nil
	}
}

package engine

import "encoding/json"

// Items is the list of which a map makes a copy each of its participant.
type Items struct {
	Frame int               `json:"frame"`
	Items []json.RawMessage `json:"items"`
}

// Planned says that a plan is carried out from now on.
type Planned struct {
	Frame int `json:"frame"`
	// Number counts the plans of a pattern from 1, those included that were not
	// carried out.
	Number int        `json:"number"`
	Steps  []PlanStep `json:"steps"`
}

// PlanStep is a step of a plan.
type PlanStep struct {
	// Agent is the bare name of who does it: an agent, a person or a pattern.
	Agent string `json:"agent"`
	Task  string `json:"task"`
}

// Replanned says that a plan is given up, and that there is to be another.
type Replanned struct {
	Frame int `json:"frame"`
	// Number counts how often that has happened, from 1.
	Number int    `json:"number"`
	Why    string `json:"why"`
}

// Type implements [Data].
func (*Items) Type() Type { return TypeItems }

// Type implements [Data].
func (*Planned) Type() Type { return TypePlanned }

// Type implements [Data].
func (*Replanned) Type() Type { return TypeReplanned }

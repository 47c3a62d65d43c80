package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

var (
	errNobodyAsked  = errors.New("agent is missing; say whom to ask")
	errNothingAsked = errors.New("question is missing; say what is asked")
)

// builtin is a tool that every session has.
func (t *Template) builtin(spec *specs.Tool) Tool {
	tool := absent(spec)
	if spec.Builtin == specs.BuiltinAskAgent {
		tool.asks, tool.Check = true, checkQuestion
		return tool
	}
	tool.Idempotent = true
	tool.Call = t.findAgents
	return tool
}

// foundAgent is what find_agents says of an agent.
type foundAgent struct {
	Name         string   `json:"name"`
	DisplayName  string   `json:"display_name,omitempty"`
	Description  string   `json:"description,omitempty"`
	Capabilities []string `json:"capabilities,omitempty"`
}

// findAgents lists the agents of the template but the one that calls.
func (t *Template) findAgents(ctx context.Context, arguments json.RawMessage) (string, error) {
	var args struct {
		Capability string `json:"capability"`
	}
	if err := json.Unmarshal(arguments, &args); err != nil {
		return "", fmt.Errorf("capability must be a text: %w", err)
	}
	caller := CallerOf(ctx)
	has := func(c string) bool { return strings.Contains(folded(c), folded(args.Capability)) }
	found := []foundAgent{}
	for _, name := range t.agentNames(caller.Agent) {
		a := t.agents[name].spec
		if args.Capability == "" || slices.ContainsFunc(a.Capabilities, has) {
			f := foundAgent{Name: name, Description: a.Description, Capabilities: a.Capabilities}
			if a.DisplayName != name {
				f.DisplayName = a.DisplayName
			}
			found = append(found, f)
		}
	}
	b, err := json.Marshal(found)
	return string(b), err
}

// agentNames are the agents but one, in the order of their first appearance.
func (t *Template) agentNames(but string) []string {
	var names []string
	for _, name := range t.order {
		if t.agents[name] != nil && name != but {
			names = append(names, name)
		}
	}
	return names
}

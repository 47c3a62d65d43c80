package engine

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

var errNoTools = errors.New("tools are not called here")

// absent stands for a tool where none are called: when a scenario is checked,
// simulated or replayed. It decides all that a session decides about a tool.
func absent(t *specs.Tool) Tool {
	tool := Tool{
		Spec:    providers.ToolSpec{Name: t.Name, Description: t.Description, Schema: t.Input},
		Timeout: t.Timeout, MaxResult: t.MaxResult, Idempotent: t.Idempotent, Approval: t.Approval == "always",
		Call: func(context.Context, json.RawMessage) (string, error) { return "", errNoTools },
	}
	if t.MCP != nil {
		tool.List = func(context.Context) ([]providers.ToolSpec, error) { return nil, nil }
	}
	return tool
}

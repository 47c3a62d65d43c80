package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// SetMark stands between the name of a set of tools and that of a tool in it.
const SetMark = "__"

// maxSetTools bounds how many tools of a set a model is offered.
const maxSetTools = 128

// tool is what a model means by a name.
func (a *agent) tool(name string) (Tool, bool) {
	if t, ok := a.runs[name]; ok {
		return t, true
	}
	for _, set := range a.sets {
		if strings.HasPrefix(name, set.Spec.Name+SetMark) {
			return set, true
		}
	}
	return Tool{}, false
}

// give lets an agent call a tool, or the tools of a set.
func (a *agent) give(t Tool) {
	if t.List != nil {
		a.sets = append(a.sets, t)
		// the longest name that fits is meant
		slices.SortStableFunc(a.sets, func(x, y Tool) int { return cmp.Compare(len(y.Spec.Name), len(x.Spec.Name)) })
		return
	}
	if a.runs == nil {
		a.runs = map[string]Tool{}
	}
	a.runs[t.Spec.Name] = t
	a.tools = append(a.tools, t.Spec)
}

// offer completes a request by the tools that sets have now. A set that cannot
// be listed is told to the model instead: its call goes on without.
func (s *Session) offer(c *call) {
	if len(c.sets) == 0 {
		return
	}
	tools := slices.Clone(c.request.Tools)
	for _, set := range c.sets {
		list, err := s.list(c.ctx, c.agent, set)
		if err != nil {
			c.request.System += fmt.Sprintf("\n\nThe tools of %s cannot be used now: %s.", set.Spec.Name, clip(err.Error(), maxTold))
			s.log.Warn("tools cannot be listed", "session", s.id, "tool", set.Spec.Name, "error", err)
			continue
		}
		for _, spec := range list[:min(len(list), maxSetTools)] {
			spec.Name = set.Spec.Name + SetMark + spec.Name
			tools = append(tools, spec)
		}
	}
	c.request.Tools = tools
}

func (s *Session) list(ctx context.Context, agent string, set Tool) ([]providers.ToolSpec, error) {
	timeout := cmp.Or(set.Timeout, defaultToolTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no list within %s", timeout))
	defer cancel()
	list, err := set.List(s.withCaller(ctx, Caller{Agent: agent}))
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	return list, err
}

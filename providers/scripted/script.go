package scripted

import (
	"errors"
	"fmt"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// FromProvider is the script of a provider block of kind scripted. Its
// conditions read the environment that [providers.Request.Env] gives, which
// must be a *[specs.Env].
func FromProvider(p *specs.Provider) Config {
	c := Config{Name: p.Name}
	if p.Script == nil {
		return c
	}
	c.Strict = p.Script.Strict
	for _, r := range p.Script.Replies {
		c.Replies = append(c.Replies, replyOf(r))
	}
	for _, f := range p.Script.Fails {
		c.Fails = append(c.Fails, failOf(f))
	}
	return c
}

func failOf(f *specs.ScriptFail) Fail {
	fail := Fail{
		Label: label(f.Range), Call: f.Call, When: whenOf(f.When), Times: f.Times,
		Kind: providers.Kind(f.Kind), RetryAfter: f.RetryAfter,
	}
	if f.Usage != nil {
		fail.Usage = &providers.Usage{InputTokens: f.Usage.InputTokens, OutputTokens: f.Usage.OutputTokens}
	}
	return fail
}

var errNoEnv = errors.New("a condition needs a session's environment, which this call has not")

func replyOf(r *specs.ScriptReply) Reply {
	reply := Reply{
		Label: label(r.Range), Agent: r.Agent, When: whenOf(r.When), Times: r.Times,
		Content: r.Content, Data: r.Data, Delay: r.Delay, Fail: providers.Kind(r.Fail),
	}
	if r.InputTokens >= 0 || r.OutputTokens >= 0 {
		reply.Usage = &providers.Usage{InputTokens: r.InputTokens, OutputTokens: r.OutputTokens}
	}
	for _, t := range r.ToolCalls {
		reply.ToolCalls = append(reply.ToolCalls, ToolCall{Name: t.Name, Arguments: t.Arguments})
	}
	return reply
}

func label(r specs.Range) string { return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line) }

// whenOf evaluates a condition over the session's environment with the number
// of the call set. A call without an environment is an error.
func whenOf(e *specs.Expr) When {
	if e == nil {
		return nil
	}
	return func(req *providers.Request, call int) (bool, error) {
		var env *specs.Env
		if req.Env != nil {
			env, _ = req.Env().(*specs.Env)
		}
		if env == nil {
			return false, errNoEnv
		}
		env.Call = call
		return e.Bool(env)
	}
}

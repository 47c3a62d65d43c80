package engine

import "context"

// Caller is who calls a tool.
type Caller struct {
	// Session is the session's id, Agent the agent's bare name.
	Session, Agent string
	// Tool is the name that the model has used; it is empty while a set of
	// tools is listed.
	Tool   string
	CallID string

	life context.Context //nolint:containedctx // the session's, which is longer than the call
}

type callerKey struct{}

// CallerOf tells who calls the tool that a context belongs to; it is zero
// outside of a call.
func CallerOf(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}

// Gone arranges that do is called in a goroutine of its own once the session
// has ended here or was let go. What stop gives is false when it is too late to
// take that back.
func (c Caller) Gone(do func()) (stop func() bool) {
	if c.life == nil {
		return func() bool { return true }
	}
	return context.AfterFunc(c.life, do)
}

func (s *Session) withCaller(ctx context.Context, c Caller) context.Context {
	c.Session, c.life = s.id, s.ctx
	return context.WithValue(ctx, callerKey{}, c)
}

// WithTool is a context as a tool's Call gets it, of a caller of whom nothing is
// known but the name that the tool is called by. It is for calls outside of a
// session.
func WithTool(ctx context.Context, tool string) context.Context {
	return context.WithValue(ctx, callerKey{}, Caller{Tool: tool})
}

package providers

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// DefaultTimeout is how long a call may take where a scenario says nothing.
const DefaultTimeout = time.Minute

// WireConfig says how a provider block reaches its vendor.
type WireConfig struct {
	// Provider is the block's name, Vendor its kind.
	Provider, Vendor string
	// Base makes the connections: the process's own [NewTransport], or a
	// [Recorder] or [Player]; nil stands for a transport of its own.
	Base http.RoundTripper
	// Headers are added to each request, over those of the dialect.
	Headers map[string]string
	// Secrets are kept out of every error: the key, and headers that are secret.
	Secrets []string
	// Key says where the key comes from, an environment variable for example;
	// it is named when the vendor refuses the key. Empty where there is none.
	Key    string
	Limits Limits
	// Timeout bounds a whole call, FirstTokenTimeout the wait for its first
	// chunk, both from when the limits let it pass. A Timeout of 0 stands for
	// [DefaultTimeout], a negative one and a FirstTokenTimeout of 0 for no bound.
	Timeout, FirstTokenTimeout time.Duration
	// Failure reads the answer to a call that failed; nil stands for [Failure].
	Failure func(status int, h http.Header, body []byte) *Error
}

// Wire is what lies between a dialect and its vendor, the same for all vendors:
// limits, time-outs, a circuit breaker, and errors that are an [Error] without
// secrets. It never repeats a call: the policy for that is [Retry], and who
// holds the session's log applies it.
//
// # Concurrency
//
// A wire is shared by all sessions. Calls that wait for its limits pass in the
// order in which a session makes them, sessions by turns.
type Wire struct {
	config  WireConfig
	client  *http.Client
	gate    *gate
	breaker *breaker
	redact  *Redactor
}

// NewWire makes a wire.
func NewWire(c WireConfig) *Wire {
	if c.Base == nil {
		c.Base = NewTransport()
	}
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Failure == nil {
		c.Failure = Failure
	}
	w := &Wire{config: c, gate: newGate(c.Limits), breaker: newBreaker(c.Provider), redact: NewRedactor(c.Secrets...)}
	w.client = &http.Client{Transport: &tripper{base: c.Base, headers: c.Headers, failure: c.Failure}}
	return w
}

// Client makes the requests of a dialect, one attempt each. An answer that is
// not a success comes as an error with an [Error] in its chain.
func (w *Wire) Client() *http.Client { return w.client }

// Stream makes a call: open gives the dialect's own sequence, which works on
// the context that it is given, and may end with any error. It is called when
// the range begins and the limits let the call pass. An empty chunk says that
// the reply has begun, where what it says is still kept back; it goes no
// further.
func (w *Wire) Stream(ctx context.Context, req *Request, open func(context.Context) iter.Seq2[Chunk, error]) iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) {
		c := &wireCall{Wire: w, estimate: w.estimate(req)}
		if err := c.run(ctx, req.Session, open, yield); err != nil {
			yield(Chunk{}, err)
		}
	}
}

// Error is a failure of a request beside [Wire.Stream], as the error of this
// provider and without secrets.
func (w *Wire) Error(ctx context.Context, err error) error {
	return (&wireCall{Wire: w}).named(ctx, ctx, err)
}

// wireCall is one call on its way.
type wireCall struct {
	*Wire

	estimate int         // tokens of the request
	started  atomic.Bool // something was said
	said     bool        // something other than thoughts
	used     Usage
	done     func(error)
}

// settle tells the breaker once how the call went: that something was said is
// enough.
func (c *wireCall) settle(err error) {
	if c.done != nil {
		c.done(err)
		c.done = nil
	}
}

// run makes the call. The error is what the sequence has still to end with.
func (c *wireCall) run(parent context.Context, session string, open func(context.Context) iter.Seq2[Chunk, error], yield func(Chunk, error) bool) error {
	if err := c.gate.enter(parent, session, c.estimate); err != nil {
		return c.named(parent, parent, err)
	}
	defer func() { c.gate.leave(c.used.Total() - c.estimate) }()
	done, err := c.breaker.allow()
	if err != nil {
		return c.named(parent, parent, err)
	}
	c.done = done
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	defer c.deadlines(cancel)()
	defer func() { c.settle(errCanceled) }() // when the consumer panics
	err = c.read(ctx, open(ctx), yield)
	if err != nil {
		err = c.named(parent, ctx, err)
	}
	c.settle(err)
	return err
}

// errCanceled tells the breaker nothing.
var errCanceled = &Error{Kind: Canceled}

// read passes chunks on until the reply ends or the consumer leaves.
func (c *wireCall) read(ctx context.Context, chunks iter.Seq2[Chunk, error], yield func(Chunk, error) bool) error {
	for chunk, err := range chunks {
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		c.started.Store(true)
		c.settle(nil)
		if chunk == (Chunk{}) {
			continue
		}
		c.said = c.said || chunk.Text != "" || chunk.ToolCall != nil
		if chunk.Usage != nil {
			c.used = *chunk.Usage
		}
		if chunk.Finish != "" && !c.said {
			return c.silent(chunk)
		}
		if !yield(chunk, nil) || chunk.Finish != "" {
			return nil
		}
	}
	return &Error{Kind: Cut, Message: "the stream ended without a proper end"}
}

// silent is the failure of a reply that ends without having said anything.
func (c *wireCall) silent(last Chunk) error {
	if last.Finish == FinishLength {
		return &Error{Kind: BadOutput, Usage: c.used, Message: fmt.Sprintf(
			"max_tokens was used up (%d tokens, %d of them for reasoning) before anything was said: raise max_tokens", c.used.OutputTokens, c.used.ReasoningTokens)}
	}
	return &Error{Kind: Cut, Usage: c.used, Message: "the reply is empty"}
}

// deadlines cancels a call that takes too long.
func (c *wireCall) deadlines(cancel context.CancelCauseFunc) (stop func()) {
	late := func(what string, d time.Duration) {
		cancel(&Error{Kind: TimedOut, Message: fmt.Sprintf("%s of %s is over", what, d)})
	}
	var timers []*time.Timer
	if d := c.config.Timeout; d > 0 {
		timers = append(timers, time.AfterFunc(d, func() { late("timeout", d) }))
	}
	if d := c.config.FirstTokenTimeout; d > 0 {
		timers = append(timers, time.AfterFunc(d, func() {
			if !c.started.Load() {
				late("first_token_timeout", d)
			}
		}))
	}
	return func() {
		for _, t := range timers {
			t.Stop()
		}
	}
}

// named is err as the error of this provider, without secrets. Parent is the
// caller's context, ctx the call's.
func (c *wireCall) named(parent, ctx context.Context, err error) error {
	var e Error
	late, ok := errors.AsType[*Error](context.Cause(ctx))
	own, known := errors.AsType[*Error](err)
	switch {
	case parent.Err() != nil:
		e = Error{Kind: Canceled, Err: context.Cause(parent)}
	case ok: // a deadline of the wire
		e = *late
	case known:
		e = *own
	default:
		e = *unreachable(err, c.started.Load())
	}
	e.Provider, e.Vendor = c.config.Provider, c.config.Vendor
	e.Message, e.Err = c.redact.Text(e.Message), c.redact.Error(e.Err)
	if from := "; the key is from " + c.config.Key; e.Kind == Auth && c.config.Key != "" && !strings.HasSuffix(e.Message, from) {
		e.Message += from
	}
	if e.Usage == (Usage{}) {
		e.Usage = c.used
	}
	return &e
}

// estimate is about how many tokens a request has, where that matters.
func (w *Wire) estimate(req *Request) int {
	if w.gate.tokens == nil {
		return 0
	}
	n := len(req.System) + len(req.Schema)
	for i := range req.Messages {
		n += len(req.Messages[i].Content)
		for _, call := range req.Messages[i].ToolCalls {
			n += len(call.Arguments)
		}
	}
	for _, t := range req.Tools {
		n += len(t.Description) + len(t.Schema)
	}
	return n/4 + 1
}

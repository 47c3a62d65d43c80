package tools

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/agentconnect-dev/agentconnect/providers"
)

const (
	// maxTools bounds what is read of a server's list.
	maxTools = 512
	// maxDescription and maxSchema bound what a server says of a tool, in bytes.
	maxDescription = 4 << 10
	maxSchema      = 64 << 10
	// maxName is the longest name of a tool that every vendor takes.
	maxName = 64
	// maxMessage bounds one message of a server, in bytes.
	maxMessage = 8 << 20
	// closeTime bounds the good-bye to a server.
	closeTime = 2 * time.Second
	// endTime bounds the wait for the end of one that has closed its connection.
	endTime = 5 * time.Second
)

var nameless = regexp.MustCompile(`[^a-zA-Z0-9_-]`)

// errNoAnswer says that a call's time was over before the server's answer.
var errNoAnswer = errors.New("no answer in time")

// remote is a tool of a server.
type remote struct {
	name  string // the server's
	spec  providers.ToolSpec
	check func(json.RawMessage) error // or nil
}

// client is a connection to a server, from its start to its end.
type client struct {
	pool    *Pool
	session *mcp.ClientSession
	kill    func()        // ends what the protocol's good-bye does not end
	gone    func() error  // waits for the end of what was started; or nil
	over    chan struct{} // closed when it has ended
	booked  chan struct{} // closed when the server knows that

	mu    sync.Mutex // guards what follows
	known []*remote
	asked int   // changes when known was asked for, from 1; 0 is never
	news  int   // changes of the server's tools, from 1
	ended bool  // we have ended it
	cause error // why it ended: ours, or the server's own
}

// hello connects by a transport. kill and gone are as in client.
func (p *Pool) hello(ctx context.Context, t mcp.Transport, kill func(), gone func() error) (*client, error) {
	c := &client{pool: p, kill: kill, gone: gone, over: make(chan struct{}), booked: make(chan struct{}), news: 1}
	options := &mcp.ClientOptions{
		Logger:       slog.New(slog.DiscardHandler),
		Capabilities: &mcp.ClientCapabilities{},
		ToolListChangedHandler: func(context.Context, *mcp.ToolListChangedRequest) {
			c.mu.Lock()
			c.news++
			c.mu.Unlock()
			p.log.Debug("a tool server has other tools")
		},
	}
	kit := mcp.NewClient(&mcp.Implementation{Name: "agentconnect", Version: "1"}, options)
	var err error
	c.session, err = within(ctx, p, func() (*mcp.ClientSession, error) { return kit.Connect(ctx, t, nil) })
	if err != nil {
		kill()
		if gone != nil {
			err = cmp.Or(gone(), err)
		}
		return nil, err
	}
	return c, nil
}

// within waits for a call of the kit, at most until its context ends: a server
// that does not read may hold the kit up.
func within[T any](ctx context.Context, p *Pool, do func() (T, error)) (v T, err error) {
	type result struct {
		v   T
		err error
	}
	done := make(chan result, 1)
	if !p.spawn(func() {
		v, err := do()
		done <- result{v, err}
	}) {
		return v, errClosed
	}
	select {
	case r := <-done:
		v, err = r.v, r.err
	case <-ctx.Done():
		err = errNoAnswer
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = fmt.Errorf("%w: %w", errNoAnswer, cause)
	}
	return v, err
}

// list gives the server's tools; it asks for them when they have changed.
func (c *client) list(ctx context.Context) ([]*remote, error) {
	c.mu.Lock()
	known, asked, news := c.known, c.asked, c.news
	c.mu.Unlock()
	if asked == news {
		return known, nil
	}
	list, err := within(ctx, c.pool, func() ([]*remote, error) { return c.ask(ctx) })
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if news >= c.asked {
		c.known, c.asked = list, news
	}
	return list, nil
}

func (c *client) ask(ctx context.Context) ([]*remote, error) {
	var list []*remote
	seen := map[string]bool{}
	for t, err := range c.session.Tools(ctx, nil) {
		if err != nil {
			return nil, err
		}
		r := remoteOf(t)
		if r == nil || seen[r.spec.Name] {
			continue
		}
		seen[r.spec.Name] = true
		if list = append(list, r); len(list) == maxTools {
			break
		}
	}
	return list, nil
}

// remoteOf is a tool as a model may see it, nil when no vendor would take it.
func remoteOf(t *mcp.Tool) *remote {
	schema, err := json.Marshal(t.InputSchema)
	if err != nil || len(schema) > maxSchema || t.Name == "" {
		return nil
	}
	if t.InputSchema == nil {
		schema = []byte(`{"type":"object"}`)
	}
	r := &remote{name: t.Name, spec: providers.ToolSpec{
		Name: nameless.ReplaceAllString(t.Name, "_"), Description: cut(cmp.Or(t.Description, t.Title), maxDescription), Schema: schema,
	}}
	r.check, _ = checkOf(schema) // one that we cannot read is the server's business
	return r
}

func (c *client) call(ctx context.Context, name string, arguments json.RawMessage) (*mcp.CallToolResult, error) {
	input, err := object(arguments)
	if err != nil {
		return nil, err
	}
	return within(ctx, c.pool, func() (*mcp.CallToolResult, error) {
		return c.session.CallTool(ctx, &mcp.CallToolParams{Name: name, Arguments: input})
	})
}

func (c *client) ping(ctx context.Context) error {
	_, err := within(ctx, c.pool, func() (struct{}, error) { return struct{}{}, c.session.Ping(ctx, nil) })
	return err
}

// end ends the connection, in its own time; why is nil when that is as it
// should be.
func (c *client) end(why error) {
	c.mu.Lock()
	first := !c.ended
	c.ended = true
	if first {
		c.cause = why
	}
	c.mu.Unlock()
	if !first {
		return
	}
	if why != nil {
		c.kill() // it would not hear a good-bye
	}
	bye := make(chan struct{})
	go func() {
		defer close(bye)
		_ = c.session.Close() // waits for calls under way
	}()
	for range 2 {
		select {
		case <-bye:
		case <-time.After(closeTime):
		}
		c.kill()
	}
}

// wait waits for the end and gives its cause, nil when we have ended it as it
// should be.
func (c *client) wait() error {
	err := c.session.Wait()
	c.kill()
	if c.gone != nil {
		err = cmp.Or(c.gone(), err)
	}
	c.mu.Lock()
	if !c.ended {
		c.ended = true
		c.cause = cmp.Or(err, errors.New("it closed the connection"))
	}
	cause := c.cause
	c.mu.Unlock()
	_ = c.session.Close() // what the kit still holds
	close(c.over)
	return cause
}

// ending says whether the connection ends, or has ended.
func (c *client) ending() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}

// died is why the server has ended by itself, nil when it lives. One that is
// just ending is waited for.
func (c *client) died() error {
	select {
	case <-c.over:
	case <-time.After(endTime):
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended {
		return nil
	}
	return c.cause
}

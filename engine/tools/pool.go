package tools

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// Config configures a [Pool].
type Config struct {
	// Logger defaults to slog's default logger.
	Logger *slog.Logger
	// Grace is how long a server may take to end by itself before it is
	// killed; 0 is two seconds.
	Grace time.Duration
}

// defaultGrace is Config.Grace by default.
const defaultGrace = 2 * time.Second

// errClosed is what a tool of a closed pool gives.
var errClosed = errors.New("the tools are closed")

// Pool holds the servers and connections that tools use. Close it.
type Pool struct {
	log    *slog.Logger
	grace  time.Duration
	client *http.Client
	ctx    context.Context //nolint:containedctx // the pool's life
	cancel context.CancelCauseFunc
	wg     sync.WaitGroup

	mu      sync.Mutex // guards what follows
	servers map[string]*server
	closed  bool
}

// Open makes a pool.
func Open(cfg Config) *Pool {
	p := &Pool{
		log: cfg.Logger, grace: cmp.Or(cfg.Grace, defaultGrace), client: newClient(), servers: map[string]*server{},
	}
	if p.log == nil {
		p.log = slog.Default()
	}
	p.ctx, p.cancel = context.WithCancelCause(context.Background())
	return p
}

// Of makes the tools of a scenario, by the names of their blocks. It starts and
// connects nothing. An error names the block that cannot be used.
func (p *Pool) Of(cfg *specs.Config) (map[string][]engine.Tool, error) {
	byName := make(map[string][]engine.Tool, len(cfg.Tools))
	var problems []error
	for _, t := range cfg.Tools {
		if t.Builtin != "" { // every session has it
			continue
		}
		tool, err := p.tool(cfg, t)
		if err != nil {
			problems = append(problems, fmt.Errorf("tool.%s: %w", t.Name, err))
			continue
		}
		byName[t.Name] = []engine.Tool{tool}
	}
	return byName, errors.Join(problems...)
}

func (p *Pool) tool(cfg *specs.Config, t *specs.Tool) (engine.Tool, error) {
	out := engine.Tool{
		Spec:    providers.ToolSpec{Name: t.Name, Description: t.Description, Schema: t.Input},
		Timeout: t.Timeout, MaxResult: t.MaxResult, Idempotent: t.Idempotent, Approval: t.Approval == "always",
	}
	if t.MCP != nil {
		set := p.set(cfg, t)
		out.List, out.Call = set.list, set.call
		return out, nil
	}
	check, err := checkOf(t.Input)
	if err != nil {
		return out, err
	}
	out.Check = check
	switch {
	case t.HTTP != nil:
		out.Call, err = p.http(t)
	case t.Expr != nil && t.Expr.Result != nil:
		out.Call = compute(t.Expr.Result)
	default:
		err = errors.New("it has none of the blocks mcp, http and expr")
	}
	return out, err
}

// compute is a tool that evaluates an expression over its arguments.
func compute(e *specs.Expr) func(context.Context, json.RawMessage) (string, error) {
	return func(_ context.Context, arguments json.RawMessage) (string, error) {
		input, err := object(arguments)
		if err != nil {
			return "", err
		}
		v, err := e.Call(input)
		if err != nil {
			return "", err
		}
		return textOf(v)
	}
}

// textOf is a value as a model reads it: a text as it is, others as JSON.
func textOf(v any) (string, error) {
	if s, ok := v.(string); ok {
		return s, nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// Close ends all servers and waits for them. Calls that are under way fail.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	servers := p.servers
	p.servers = map[string]*server{}
	p.mu.Unlock()
	var bye sync.WaitGroup
	for _, s := range servers {
		bye.Go(s.close) // at once, and before their connections are cut
	}
	bye.Wait()
	p.cancel(errClosed)
	p.wg.Wait()
	p.client.CloseIdleConnections()
}

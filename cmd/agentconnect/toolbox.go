package main

import (
	"log/slog"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/tools"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// pool holds what tools use, for the process. What a terminal shows is not
// disturbed by its log: a call that fails is an event.
func (v *vendors) pool(log *slog.Logger) *tools.Pool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.tools == nil {
		v.tools = tools.Open(tools.Config{Logger: log})
	}
	return v.tools
}

// toolsOf makes the tools of a scenario. Nothing is started or reached before a
// session uses it.
func (v *vendors) toolsOf(cfg *specs.Config) (map[string][]engine.Tool, error) {
	if len(cfg.Tools) == 0 {
		return nil, nil //nolint:nilnil // there are none
	}
	list, err := v.pool(slog.New(slog.DiscardHandler)).Of(cfg)
	if err != nil {
		return nil, &exitError{statusFailed, err.Error()}
	}
	return list, nil
}

// closeTools ends the servers that tools have started.
func (v *vendors) closeTools() {
	v.mu.Lock()
	pool := v.tools
	v.mu.Unlock()
	if pool != nil {
		pool.Close()
	}
}

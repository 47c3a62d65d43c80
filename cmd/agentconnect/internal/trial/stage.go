package trial

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"sync"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// missing are the providers and tools that were asked and have no mock.
type missing struct {
	mu    sync.Mutex
	names map[string]string // what to write, by address
}

func (m *missing) note(address, advice string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.names == nil {
		m.names = map[string]string{}
	}
	m.names[address] = advice
}

// models are the scenario's, mocked or scripted; any other one fails, and is
// noted.
func (c *check) models() providers.Registry {
	models := providers.Registry{}
	for _, p := range c.trial.Config.Providers {
		e := providers.Entry{Settings: c.o.Settings(p)}
		if p.Script != nil || p.Kind == "scripted" {
			e.Model = c.watched(p)
		} else {
			e.Model = absent{name: p.Name, kind: p.Kind, missing: &c.missing}
		}
		models[p.Name] = e
	}
	return models
}

// absent is a vendor's model without a mock.
type absent struct {
	name, kind string
	missing    *missing
}

// Stream implements [providers.Model].
func (a absent) Stream(_ context.Context, req *providers.Request) iter.Seq2[providers.Chunk, error] {
	a.missing.note("provider."+a.name, fmt.Sprintf("A call of agent.%s went to provider.%s (%s), which is not mocked; tests never use the network. Add:\n  mock %q {\n    reply { content = \"…\" }\n  }",
		req.Agent, a.name, a.kind, a.name))
	return func(yield func(providers.Chunk, error) bool) {
		yield(providers.Chunk{}, &providers.Error{Kind: providers.BadRequest, Provider: a.name, Vendor: a.kind, Message: "it is not mocked"})
	}
}

// tools are the scenario's: expressions as they are, all else mocked.
func (c *check) tools() (map[string][]engine.Tool, error) {
	cfg := c.trial.Config
	if len(cfg.Tools) == 0 {
		return map[string][]engine.Tool{}, nil
	}
	all, err := c.pool.Of(cfg)
	if err != nil {
		return nil, err
	}
	for _, t := range cfg.Tools {
		if t.HTTP == nil && t.MCP == nil {
			continue
		}
		list := all[t.Name]
		for i := range list {
			list[i] = c.mocked(t, list[i])
		}
	}
	return all, nil
}

// mocked is a tool that answers as the run says.
func (c *check) mocked(t *specs.Tool, own engine.Tool) engine.Tool {
	m := &toolMock{spec: t, mocks: c.trial.Tools[t.Name], missing: &c.missing}
	m.used = make([]int, len(m.mocks))
	c.toolMocks = append(c.toolMocks, m)
	own.Call = m.call
	if own.List != nil {
		own.List = m.list
	}
	return own
}

// toolMock answers calls of a tool, or of the tools of a server.
type toolMock struct {
	spec    *specs.Tool
	mocks   []*specs.ToolMock
	missing *missing

	mu   sync.Mutex
	used []int // by mock
}

// list are the tools of a server that have mocks, or that the scenario allows by
// name.
func (m *toolMock) list(context.Context) ([]providers.ToolSpec, error) {
	var out []providers.ToolSpec
	seen := map[string]bool{}
	add := func(name string) {
		if name != "" && !seen[name] {
			seen[name] = true
			out = append(out, providers.ToolSpec{Name: name, Description: "mocked", Schema: json.RawMessage(`{"type":"object"}`)})
		}
	}
	for _, mock := range m.mocks {
		add(mock.Tool)
	}
	for _, name := range m.spec.MCP.Allow {
		add(name)
	}
	return out, nil
}

func (m *toolMock) call(ctx context.Context, arguments json.RawMessage) (string, error) {
	name := ""
	if m.spec.MCP != nil {
		_, name, _ = strings.Cut(engine.CallerOf(ctx).Tool, engine.SetMark)
	}
	mock, err := m.due(name, arguments)
	switch {
	case err != nil:
		return "", err
	case mock == nil:
		m.noteMissing(name, arguments)
		return "", fmt.Errorf("it is not mocked")
	}
	if err := providers.Sleep(ctx, mock.Delay); err != nil {
		return "", err
	}
	if mock.Fail != "" {
		return "", fmt.Errorf("%s", mock.Fail)
	}
	return mock.Result, nil
}

// due is the mock that answers, used once more; nil when none fits.
func (m *toolMock) due(name string, arguments json.RawMessage) (*specs.ToolMock, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var input any
	_ = json.Unmarshal(arguments, &input) // what is no JSON has no fields
	for i, mock := range m.mocks {
		if mock.Tool != name || mock.Times > 0 && m.used[i] >= mock.Times {
			continue
		}
		if mock.When != nil {
			v, err := mock.When.Call(map[string]any{"input": input})
			if err != nil {
				return nil, err
			}
			if holds, _ := v.(bool); !holds {
				continue
			}
		}
		m.used[i]++
		return mock, nil
	}
	return nil, nil //nolint:nilnil // none fits
}

func (m *toolMock) noteMissing(name string, arguments json.RawMessage) {
	which, called := "", "tool."+m.spec.Name
	if name != "" {
		which, called = fmt.Sprintf("\n    tool   = %q", name), name+" of "+called
	}
	text := fmt.Sprintf("A call of %s with %s has no mock that answers.", called, shorten(string(arguments)))
	if len(m.mocks) == 0 {
		text += fmt.Sprintf(" Tests never use the network. Add:\n  mock_tool %q {%s\n    result = \"…\"\n  }", m.spec.Name, which)
	} else {
		text += " The candidates:\n" + strings.Join(m.candidates(name), "\n")
	}
	m.missing.note("tool."+m.spec.Name+"."+name, text)
}

// candidates says of each mock why it did not answer.
func (m *toolMock) candidates(name string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]string, len(m.mocks))
	for i, mock := range m.mocks {
		why := "its when is false"
		switch {
		case mock.Tool != name:
			why = "it is for the tool " + mock.Tool
		case mock.Times > 0 && m.used[i] >= mock.Times:
			why = fmt.Sprintf("used %d of %d times", m.used[i], mock.Times)
		}
		out[i] = fmt.Sprintf("  %s:%d  %s", mock.Range.Filename, mock.Range.Start.Line, why)
	}
	return out
}

// shorten cuts a text for a message.
func shorten(text string) string {
	return screen.Cut(strings.Join(strings.Fields(text), " "), maxShown)
}

// maxShown is how many characters of a value a message shows.
const maxShown = 160

package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// set are the tools of a server that a block allows.
type set struct {
	name   string
	allow  []string // by the server's names; nil is all
	most   int      // bytes of a result
	server *server
}

func (p *Pool) set(cfg *specs.Config, t *specs.Tool) *set {
	s := &set{name: t.Name, allow: t.MCP.Allow, most: t.MaxResult, server: p.server(cfg, t.MCP)}
	if s.most == 0 {
		s.most = defaultResult
	}
	return s
}

// list gives the tools that the server has now.
func (s *set) list(ctx context.Context) ([]providers.ToolSpec, error) {
	found, err := s.server.tools(ctx)
	if err != nil {
		return nil, s.server.redactor.Error(err)
	}
	var specs []providers.ToolSpec
	for _, t := range found {
		if s.allows(t) && len(s.name)+len(engine.SetMark)+len(t.spec.Name) <= maxName {
			specs = append(specs, t.spec)
		}
	}
	return specs, nil
}

func (s *set) allows(t *remote) bool {
	return s.allow == nil || slices.Contains(s.allow, t.name)
}

// call calls the tool that the model means.
func (s *set) call(ctx context.Context, arguments json.RawMessage) (string, error) {
	text, err := s.try(ctx, arguments)
	return s.server.redactor.Known(text), s.server.redactor.Error(err)
}

func (s *set) try(ctx context.Context, arguments json.RawMessage) (string, error) {
	called := engine.CallerOf(ctx).Tool
	name := strings.TrimPrefix(called, s.name+engine.SetMark)
	found, err := s.server.tools(ctx)
	if err != nil {
		return "", err
	}
	var meant *remote
	var names []string
	for _, t := range found {
		if !s.allows(t) {
			continue
		}
		if t.spec.Name == name {
			meant = t
		}
		names = append(names, s.name+engine.SetMark+t.spec.Name)
	}
	if meant == nil {
		return "", fmt.Errorf("there is no tool %q; there are %s", called, cut(strings.Join(names, ", "), maxComplaint))
	}
	if meant.check != nil {
		if err := meant.check(arguments); err != nil {
			return "", err
		}
	}
	r, err := s.server.call(ctx, meant.name, arguments)
	if err != nil {
		return "", err
	}
	text := said(r, s.most)
	if r.IsError {
		if text == "" {
			text = "the tool failed and does not say why"
		}
		return "", errors.New(text)
	}
	return text, nil
}

// said is a result as text. It stops where the engine would cut it anyway.
func said(r *mcp.CallToolResult, most int) string {
	var b strings.Builder
	for _, c := range r.Content {
		if b.Len() > most {
			break
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(contentOf(c))
	}
	if len(r.Content) == 0 && r.StructuredContent != nil {
		if text, err := textOf(r.StructuredContent); err == nil {
			b.WriteString(text)
		}
	}
	return b.String()
}

// contentOf is a piece of a result; what is no text is named.
func contentOf(c mcp.Content) string {
	switch c := c.(type) {
	case *mcp.TextContent:
		return c.Text
	case *mcp.ImageContent:
		return fmt.Sprintf("[image %s, %d bytes]", c.MIMEType, len(c.Data))
	case *mcp.AudioContent:
		return fmt.Sprintf("[audio %s, %d bytes]", c.MIMEType, len(c.Data))
	case *mcp.ResourceLink:
		return fmt.Sprintf("[resource %s: %s]", c.Name, c.URI)
	case *mcp.EmbeddedResource:
		switch r := c.Resource; {
		case r == nil:
			return "[resource]"
		case r.Text != "":
			return r.Text
		default:
			return fmt.Sprintf("[resource %s, %s, %d bytes]", r.URI, r.MIMEType, len(r.Blob))
		}
	default:
		return "[content of a kind that is not known]"
	}
}

package tools

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// started is a block with a server in a mode of [serve].
func started(tb testing.TB, mode string) *specs.Tool {
	tb.Helper()
	program, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	return &specs.Tool{
		Block: specs.Block{Name: "box"}, Timeout: 10 * time.Second,
		MCP: &specs.MCPTool{Command: []string{program}, Env: map[string]specs.Secret{"TOOL_SERVER": specs.NewSecret(mode)}},
	}
}

// serve is the program of a server.
func serve(mode string) {
	switch mode {
	case "mute":
		signal.Ignore(syscall.SIGTERM)
		time.Sleep(time.Hour)
		return
	case "broken":
		fmt.Fprintln(os.Stderr, "loading")
		fmt.Fprintln(os.Stderr, "cannot find its data")
		os.Exit(3)
	case "line": // without an end
		for block := strings.Repeat("x", 1<<16); ; {
			fmt.Print(block)
		}
	}
	s := offering()
	if mode == "child" {
		child := exec.Command("sleep", "3600") //nolint:noctx // its parent's end is its own
		if err := child.Start(); err == nil {
			fmt.Fprintln(os.Stderr, child.Process.Pid)
			_ = os.WriteFile(os.Getenv("PID_FILE"), []byte(strconv.Itoa(child.Process.Pid)), 0o600)
		}
	}
	_ = s.Run(context.Background(), &mcp.StdioTransport{})
}

type numbers struct {
	A int `json:"a"`
	B int `json:"b"`
}

// offering is a server with tools.
func offering() *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "box", Version: "1"}, nil)
	text := func(format string, args ...any) *mcp.CallToolResult {
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: fmt.Sprintf(format, args...)}}}
	}
	type none struct{}
	mcp.AddTool(s, &mcp.Tool{Name: "add", Description: "Adds"}, func(_ context.Context, _ *mcp.CallToolRequest, in numbers) (*mcp.CallToolResult, any, error) {
		return text("%d", in.A+in.B), nil, nil
	})
	mcp.AddTool(s, &mcp.Tool{Name: "fail.now"}, func(context.Context, *mcp.CallToolRequest, none) (*mcp.CallToolResult, any, error) {
		r := text("it cannot: %s", os.Getenv("TOOL_SERVER"))
		r.IsError = true
		return r, nil, nil
	})
	mcp.AddTool(s, &mcp.Tool{Name: "pid"}, func(context.Context, *mcp.CallToolRequest, none) (*mcp.CallToolResult, any, error) {
		return text("%d", os.Getpid()), nil, nil
	})
	mcp.AddTool(s, &mcp.Tool{Name: "env"}, func(context.Context, *mcp.CallToolRequest, none) (*mcp.CallToolResult, any, error) {
		return text("%s", strings.Join(os.Environ(), "\n")), nil, nil
	})
	mcp.AddTool(s, &mcp.Tool{Name: "die"}, func(context.Context, *mcp.CallToolRequest, none) (*mcp.CallToolResult, any, error) {
		fmt.Fprintln(os.Stderr, "out of paper")
		os.Exit(7)
		return nil, nil, nil
	})
	mcp.AddTool(s, &mcp.Tool{Name: "hang"}, func(context.Context, *mcp.CallToolRequest, none) (*mcp.CallToolResult, any, error) {
		time.Sleep(time.Hour)
		return nil, nil, nil
	})
	mcp.AddTool(s, &mcp.Tool{Name: "freeze"}, func(context.Context, *mcp.CallToolRequest, none) (*mcp.CallToolResult, any, error) {
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		time.Sleep(time.Hour)
		return nil, nil, nil
	})
	mcp.AddTool(s, &mcp.Tool{Name: "large"}, func(context.Context, *mcp.CallToolRequest, none) (*mcp.CallToolResult, any, error) {
		r := &mcp.CallToolResult{}
		for range 64 {
			r.Content = append(r.Content, &mcp.TextContent{Text: strings.Repeat("y", 1<<14)})
		}
		return r, nil, nil
	})
	mcp.AddTool(s, &mcp.Tool{Name: "huge"}, func(context.Context, *mcp.CallToolRequest, none) (*mcp.CallToolResult, any, error) {
		return text("%s", strings.Repeat("z", maxMessage+1)), nil, nil
	})
	mcp.AddTool(s, &mcp.Tool{Name: "picture"}, func(context.Context, *mcp.CallToolRequest, none) (*mcp.CallToolResult, any, error) {
		return &mcp.CallToolResult{Content: []mcp.Content{
			&mcp.TextContent{Text: "Look:"}, &mcp.ImageContent{Data: []byte("abc"), MIMEType: "image/png"},
		}}, nil, nil
	})
	mcp.AddTool(s, &mcp.Tool{Name: "grow"}, func(context.Context, *mcp.CallToolRequest, none) (*mcp.CallToolResult, any, error) {
		mcp.AddTool(s, &mcp.Tool{Name: "grown"}, func(context.Context, *mcp.CallToolRequest, none) (*mcp.CallToolResult, any, error) {
			return text("new"), nil, nil
		})
		return text("ok"), nil, nil
	})
	return s
}

// reached is a block with a server that is reached by its address, and wants a
// secret.
func reached(t *testing.T) *specs.Tool {
	t.Helper()
	s := offering()
	h := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s }, nil)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer open-sesame" {
			http.Error(w, "who are you, "+r.Header.Get("Authorization")+"?", http.StatusUnauthorized)
			return
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		web.CloseClientConnections()
		web.Close()
	})
	return &specs.Tool{
		Block: specs.Block{Name: "box"}, Timeout: 10 * time.Second,
		MCP: &specs.MCPTool{URL: web.URL, Headers: map[string]specs.Secret{"Authorization": specs.NewSecret("Bearer open-sesame")}},
	}
}

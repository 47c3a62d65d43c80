package tools

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// everything is the program of a server that others have written.
const everything = "node_modules/@modelcontextprotocol/server-everything/dist/index.js"

// installed installs the peer and gives its folder.
func installed(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("the peer is not installed in a short run")
	}
	for _, tool := range []string{"npm", "node"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is not there: the peer cannot be installed", tool)
			}
			t.Skipf("SKIPPED: %s is not there, so tools were NOT tested against an independent server", tool)
		}
	}
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, "sh", filepath.Join("testdata", "everything", "install.sh"), dir) //nolint:gosec // our own script
	if text, err := install.CombinedOutput(); err != nil {
		t.Fatalf("install.sh: %v\n%s", err, text)
	}
	return dir
}

// A server of others is started, and reached by its address.
func TestPeer(t *testing.T) {
	dir := installed(t)
	t.Run("stdio", func(t *testing.T) {
		speak(t, &specs.MCPTool{Command: []string{"node", filepath.Join(dir, everything), "stdio"}})
	})
	t.Run("streamable HTTP", func(t *testing.T) {
		port := free(t)
		cmd := exec.CommandContext(t.Context(), "node", "--import", "./local.mjs", everything, "streamableHttp") //nolint:gosec // our own
		cmd.Dir, cmd.Env = dir, append(environ(nil), "PORT="+port)
		out, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_, _ = io.Copy(io.Discard, out)
			_ = cmd.Wait()
		})
		late := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
		line, err := bufio.NewReader(out).ReadString('\n')
		late.Stop()
		if err != nil {
			t.Fatalf("the peer does not start: %q, %v", line, err)
		}
		until := time.Now().Add(20 * time.Second)
		for {
			c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", "127.0.0.1:"+port)
			if err == nil {
				_ = c.Close()
				break
			}
			if time.Now().After(until) {
				t.Fatal(err)
			}
			time.Sleep(50 * time.Millisecond)
		}
		speak(t, &specs.MCPTool{URL: "http://127.0.0.1:" + port + "/mcp"})
	})
}

func free(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // it was only asked for
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// speak uses the peer's tools.
func speak(t *testing.T, m *specs.MCPTool) {
	t.Helper()
	_, byName := open(t, &specs.Tool{Block: specs.Block{Name: "peer"}, Timeout: 30 * time.Second, MCP: m})
	tool := byName["peer"][0]
	have := names(t, tool)
	if len(have) < 5 || !slices.Contains(have, "echo") {
		t.Fatalf("the peer has the tools %v", have)
	}
	call := func(name, arguments string) (string, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		return tool.Call(engine.WithTool(ctx, "peer__"+name), json.RawMessage(arguments))
	}
	if got, err := call("echo", `{"message":"hello"}`); err != nil || !strings.Contains(got, "hello") {
		t.Errorf("echo: %q, %v", got, err)
	}
	if _, err := call("echo", `{"message":1}`); err == nil || !strings.Contains(err.Error(), "do not satisfy the schema") {
		t.Errorf("echo of a number: %v", err)
	}
	sum := "get-sum"
	if slices.Contains(have, "add") {
		sum = "add"
	}
	if got, err := call(sum, `{"a":20,"b":22}`); err != nil || !strings.Contains(got, strconv.Itoa(42)) {
		t.Errorf("sum: %q, %v", got, err)
	}
	if _, err := call("none", "{}"); err == nil {
		t.Error("a tool that does not exist answered")
	}
}

package peers_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/anthropic"
	"github.com/agentconnect-dev/agentconnect/providers/google"
	"github.com/agentconnect-dev/agentconnect/providers/openai"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
)

// How long the peer may take to be installed, and to start.
const (
	installTime = 4 * time.Minute
	startTime   = 30 * time.Second
)

// The dialects speak with a vendor's stand-in that others have written.
func TestAimock(t *testing.T) {
	far := start(t)
	for _, kind := range []string{"openai", "anthropic", "google"} {
		t.Run(kind, func(t *testing.T) {
			m := model(t, kind, far)
			for name, test := range map[string]func(*testing.T, providers.Model){
				"text": text, "tools": tools, "structured": structured, "thoughts": thoughts, "failures": failures, "cut": cut,
			} {
				t.Run(name, func(t *testing.T) { test(t, m) })
			}
		})
	}
}

// start installs and starts the peer, and gives its address.
func start(t *testing.T) string {
	t.Helper()
	for _, tool := range []string{"npm", "node"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is not there: the peers of the dialects cannot be installed", tool)
			}
			t.Skipf("SKIPPED: %s is not there, so the dialects were NOT tested against an independent peer", tool)
		}
	}
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), installTime)
	defer cancel()
	install := exec.CommandContext(ctx, "sh", filepath.Join("testdata", "aimock", "install.sh"), dir) //nolint:gosec // our own script
	if text, err := install.CombinedOutput(); err != nil {
		t.Fatalf("install.sh: %v\n%s", err, text)
	}
	return serve(t, dir)
}

// serve runs the peer until the test ends.
func serve(t *testing.T, dir string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", "serve.mjs")
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(startTime, func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	late.Stop()
	t.Cleanup(func() {
		_ = in.Close() // it ends with its input
		late := time.AfterFunc(startTime, func() { _ = cmd.Process.Kill() })
		defer late.Stop()
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
	})
	if err != nil {
		t.Fatalf("the peer does not start: %v\n%s", err, &stderr)
	}
	at, err := url.Parse(strings.TrimSpace(line))
	if err != nil || at.Hostname() != "127.0.0.1" {
		t.Fatalf("the peer is at %q, want 127.0.0.1", line)
	}
	return at.String()
}

func model(t *testing.T, kind, far string) providers.Model {
	t.Helper()
	base := providers.NewTransport()
	t.Cleanup(base.CloseIdleConnections)
	config := providers.WireConfig{Provider: "peer", Vendor: kind, Base: base, Secrets: []string{"mock-key"}}
	var m providers.Model
	var err error
	switch kind {
	case "anthropic":
		config.Failure = anthropic.Failure
		m, err = anthropic.New(anthropic.Config{APIKey: "mock-key", BaseURL: far, Wire: providers.NewWire(config)})
	case "google":
		config.Failure = google.Failure
		m, err = google.New(google.Config{APIKey: "mock-key", BaseURL: far, Wire: providers.NewWire(config)})
	default:
		m, err = openai.New(openai.Config{Kind: kind, APIKey: "mock-key", BaseURL: far + "/v1", Wire: providers.NewWire(config)})
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func ask(say string) *providers.Request {
	return &providers.Request{Model: "peer-model", Session: "s1", Agent: "ada", System: "You are Ada.", Messages: []providers.Message{{Role: providers.User, Content: say}}}
}

func text(t *testing.T, m providers.Model) {
	t.Helper()
	r := providertest.Collect(t, m.Stream(t.Context(), ask("Say hello.")))
	if r.Err != nil || r.Text != "Hello from a peer, streamed in several pieces." || r.Pieces < 2 || r.Last.Finish != providers.FinishStop {
		t.Errorf("got %+v, want the text in pieces", r)
	}
	if diff := cmp.Diff(&providers.Usage{InputTokens: 12, OutputTokens: 8}, r.Last.Usage); diff != "" {
		t.Errorf("usage (-want +got):\n%s", diff)
	}
}

func tools(t *testing.T, m providers.Model) {
	t.Helper()
	req := ask("How is the weather?")
	req.Tools = []providers.ToolSpec{
		{Name: "weather", Description: "Tells the weather.", Schema: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}}}`)},
		{Name: "clock", Description: "Tells the time."},
	}
	r := providertest.Collect(t, m.Stream(t.Context(), req))
	var got []string
	for _, c := range r.ToolCalls {
		got = append(got, c.Name+string(c.Arguments))
	}
	if diff := cmp.Diff([]string{`weather{"city":"Ulm","days":2}`, `clock{}`}, got); diff != "" || r.Err != nil || r.Last.Finish != providers.FinishToolCalls {
		t.Fatalf("got finish %q, error %v (-want +got):\n%s", r.Last.Finish, r.Err, diff)
	}
	req.Messages = append(req.Messages, providers.Message{Role: providers.Assistant, ToolCalls: r.ToolCalls})
	for i, c := range r.ToolCalls {
		req.Messages = append(req.Messages, providers.Message{Role: providers.ToolRole, ToolCallID: c.ID, Content: "rain", ToolError: i == 1})
	}
	if r := providertest.Collect(t, m.Stream(t.Context(), req)); r.Err != nil || r.Text != "It rains." {
		t.Errorf("got %+v, want the answer to the tools' results", r)
	}
}

func structured(t *testing.T, m providers.Model) {
	t.Helper()
	req := ask("Who wins?")
	req.Schema = json.RawMessage(`{"type":"object","properties":{"winner":{"type":"string"}},"required":["winner"],"additionalProperties":false}`)
	if r := providertest.Collect(t, m.Stream(t.Context(), req)); r.Err != nil || r.Text != `{"winner":"ada"}` {
		t.Errorf("got %+v, want the answer", r)
	}
}

func thoughts(t *testing.T, m providers.Model) {
	t.Helper()
	if r := providertest.Collect(t, m.Stream(t.Context(), ask("Think first."))); r.Err != nil || r.Text != "Done." || r.Thought != "Let me think." {
		t.Errorf("got thought %q, text %q, error %v; want both apart", r.Thought, r.Text, r.Err)
	}
}

func failures(t *testing.T, m providers.Model) {
	t.Helper()
	for say, want := range map[string]struct {
		kind  providers.Kind
		after time.Duration
	}{"Too fast.": {providers.RateLimited, 7 * time.Second}, "Break.": {providers.Overloaded, 0}} {
		r := providertest.Collect(t, m.Stream(t.Context(), ask(say)))
		e, ok := errors.AsType[*providers.Error](r.Err)
		if !ok || e.Kind != want.kind || e.RetryAfter != want.after {
			t.Errorf("%s: got error %v, want kind %s after %v", say, r.Err, want.kind, want.after)
		}
	}
}

func cut(t *testing.T, m providers.Model) {
	t.Helper()
	r := providertest.Collect(t, m.Stream(t.Context(), ask("Hang up.")))
	if providers.KindOf(r.Err) != providers.Cut || r.Text == "" {
		t.Errorf("got text %q, error %v; want some and kind cut", r.Text, r.Err)
	}
}

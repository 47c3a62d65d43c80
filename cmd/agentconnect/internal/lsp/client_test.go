package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creachadair/jrpc2"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// A client is an editor: it has its own copy of each text and speaks over
// pipes.
type client struct {
	t    testing.TB
	rpc  *jrpc2.Client
	dir  string
	utf8 bool
	done chan error

	mu       sync.Mutex
	texts    map[string]*text // by file name
	versions map[string]int
	told     map[string]publishParams // by URI
	news     chan struct{}
}

// files writes files into a directory that is the workspace.
func files(tb testing.TB, contents map[string]string) string {
	tb.Helper()
	dir, err := filepath.EvalSymlinks(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	for name, text := range contents {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	return dir
}

// connect starts an impatient server for a workspace and introduces an editor to
// it.
func connect(tb testing.TB, dir string, encodings ...string) *client {
	tb.Helper()
	return connectAt(tb, 5*time.Millisecond, dir, encodings...)
}

// connectAt starts a server that looks for findings after a delay.
func connectAt(tb testing.TB, delay time.Duration, dir string, encodings ...string) *client {
	tb.Helper()
	fromClient, toServer := io.Pipe()
	fromServer, toClient := io.Pipe()
	c := &client{
		t: tb, dir: dir, done: make(chan error, 1), texts: map[string]*text{}, versions: map[string]int{}, told: map[string]publishParams{},
		news: make(chan struct{}, 100),
	}
	go func() {
		c.done <- Serve(context.WithoutCancel(tb.Context()), fromClient, toClient, Config{Version: "1.2.3", Delay: delay, Log: testLog{tb}})
		_ = toClient.Close()
	}()
	c.rpc = jrpc2.NewClient(newStream(fromServer, toServer), &jrpc2.ClientOptions{
		OnNotify:   c.notified,
		OnCallback: func(context.Context, *jrpc2.Request) (any, error) { return nil, nil },
	})
	var answer struct {
		Capabilities struct {
			PositionEncoding string `json:"positionEncoding"`
		} `json:"capabilities"`
	}
	c.call("initialize", map[string]any{
		"workspaceFolders": []any{map[string]any{"uri": uriOf(dir), "name": "w"}},
		"capabilities": map[string]any{
			"general":      map[string]any{"positionEncodings": encodings},
			"textDocument": map[string]any{"completion": map[string]any{"completionItem": map[string]any{"snippetSupport": false}}},
		},
	}, &answer)
	c.utf8 = answer.Capabilities.PositionEncoding == "utf-8"
	c.note("initialized", map[string]any{})
	tb.Cleanup(func() {
		_ = toServer.Close()
		_ = fromServer.Close()
		<-c.done //nolint:errcheck // how it ended is looked at by the test of that
		_ = c.rpc.Close()
	})
	return c
}

type testLog struct{ t testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Errorf("the server's log: %s", p)
	return len(p), nil
}

func (c *client) notified(req *jrpc2.Request) {
	var p publishParams
	if req.Method() != "textDocument/publishDiagnostics" || req.UnmarshalParams(&p) != nil {
		return
	}
	c.mu.Lock()
	c.told[p.URI] = p
	c.mu.Unlock()
	select {
	case c.news <- struct{}{}:
	default:
	}
}

func (c *client) call(method string, params, answer any) {
	c.t.Helper()
	if err := c.rpc.CallResult(c.t.Context(), method, params, answer); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
}

func (c *client) note(method string, params any) {
	c.t.Helper()
	if err := c.rpc.Notify(c.t.Context(), method, params); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
}

func (c *client) uri(name string) string {
	return uriOf(filepath.Join(c.dir, filepath.FromSlash(name)))
}

// open opens a file of the workspace.
func (c *client) open(name string) {
	c.t.Helper()
	content, err := os.ReadFile(filepath.Join(c.dir, filepath.FromSlash(name)))
	if err != nil {
		c.t.Fatal(err)
	}
	c.openText(name, string(content))
}

func (c *client) openText(name, content string) {
	c.t.Helper()
	c.texts[name] = newText([]byte(content), c.utf8)
	c.versions[name] = 1
	c.note("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": c.uri(name), "languageId": "agentconnect", "version": 1, "text": content}})
}

// edit replaces a piece of an open file, as typing does.
func (c *client) edit(name, old, with string) {
	c.t.Helper()
	t := c.texts[name]
	at := strings.Index(string(t.bytes), old)
	if at < 0 {
		c.t.Fatalf("%s has no %q", name, old)
	}
	r := t.span(at, at+len(old))
	c.texts[name] = t.with(change{&r, with})
	c.versions[name]++
	c.note("textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": c.uri(name), "version": c.versions[name]},
		"contentChanges": []any{map[string]any{"range": r, "text": with}},
	})
}

// place is the position of a mark in a file: that of | in "provider.|fast".
func (c *client) place(name, mark string) map[string]any {
	c.t.Helper()
	before, after, _ := strings.Cut(mark, "|")
	at := strings.Index(string(c.texts[name].bytes), before+after)
	if at < 0 {
		c.t.Fatalf("%s has no %q", name, before+after)
	}
	return map[string]any{"textDocument": map[string]any{"uri": c.uri(name)}, "position": c.texts[name].position(at + len(before))}
}

// findings waits for those about the newest version of a file that fit.
func (c *client) findings(name string, fits func([]diagnostic) bool) []diagnostic {
	c.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		c.mu.Lock()
		p, ok := c.told[c.uri(name)]
		c.mu.Unlock()
		if ok && p.Version != nil && *p.Version == c.versions[name] && fits(p.Diagnostics) {
			return p.Diagnostics
		}
		select {
		case <-c.news:
		case <-deadline:
			text, _ := json.MarshalIndent(p, "", " ")
			c.t.Fatalf("no such findings about %s version %d; the last: %s", name, c.versions[name], text)
		}
	}
}

// covered is the piece of a file that a range is about.
func (c *client) covered(name string, r textRange) string {
	t := c.texts[name]
	return string(t.bytes[t.offset(r.Start):t.offset(r.End)])
}

// labels are the names that completion offers at a place.
func (c *client) labels(name, mark string) []string {
	c.t.Helper()
	var list completionList
	c.call("textDocument/completion", c.place(name, mark), &list)
	var out []string
	for _, it := range list.Items {
		out = append(out, it.Label)
	}
	return out
}

// apply makes edits in a copy of a file.
func (c *client) apply(name string, edits []textEdit) string {
	t := c.texts[name]
	for i := len(edits) - 1; i >= 0; i-- { // each in the text as it was: from the end
		for j := range edits[:i] {
			if later(edits[j].Range.Start, edits[i].Range.Start) {
				edits[i], edits[j] = edits[j], edits[i]
			}
		}
		t = t.with(change{&edits[i].Range, edits[i].NewText})
	}
	return string(t.bytes)
}

func later(a, b position) bool {
	return a.Line > b.Line || a.Line == b.Line && a.Character > b.Character
}

func none(ds []diagnostic) bool { return len(ds) == 0 }

func hasCode(code string) func([]diagnostic) bool {
	return func(ds []diagnostic) bool {
		for _, d := range ds {
			if d.Code == code {
				return true
			}
		}
		return false
	}
}

// load says that a text has no errors.
func loads(tb testing.TB, contents map[string]string) {
	tb.Helper()
	overlay := map[string][]byte{}
	for name, text := range contents {
		overlay["w/"+name] = []byte(text)
	}
	if _, ds := specs.Load("w", specs.Options{Overlay: overlay, OverlayOnly: true}); ds.HasErrors() {
		tb.Errorf("got %s, want no errors", fmt.Sprint(ds[0]))
	}
}

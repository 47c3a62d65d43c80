package providertest

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FarSide is a vendor's stand-in over real HTTP. It keeps what it is asked.
type FarSide struct {
	*httptest.Server

	handle http.HandlerFunc
	opened atomic.Int64

	mu      sync.Mutex
	bodies  [][]byte
	headers []http.Header
}

// Serve starts a far side that answers by handle until the test ends. The
// request's body has been read already.
func Serve(tb testing.TB, handle http.HandlerFunc) *FarSide {
	tb.Helper()
	f := &FarSide{handle: handle}
	f.Server = httptest.NewUnstartedServer(http.HandlerFunc(f.serve))
	f.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			f.opened.Add(1)
		}
	}
	f.Start()
	tb.Cleanup(f.Close)
	return f
}

func (f *FarSide) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	f.bodies, f.headers = append(f.bodies, body), append(f.headers, r.Header)
	f.mu.Unlock()
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	f.handle(w, r)
}

// Opened is the number of connections so far.
func (f *FarSide) Opened() int64 { return f.opened.Load() }

// Forget drops what was asked so far.
func (f *FarSide) Forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bodies, f.headers = f.bodies[:0], f.headers[:0]
}

// Asked is the body and the headers of a request, from 0.
func (f *FarSide) Asked(tb testing.TB, i int) ([]byte, http.Header) {
	tb.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if i >= len(f.bodies) {
		tb.Fatalf("got %d requests, want more than %d", len(f.bodies), i)
	}
	return f.bodies[i], f.headers[i]
}

// Events writes a text/event-stream.
type Events struct{ w http.ResponseWriter }

// Stream begins one.
func Stream(w http.ResponseWriter) *Events {
	w.Header().Set("Content-Type", "text/event-stream")
	return &Events{w}
}

// Raw writes bytes as they are and sends them off.
func (e *Events) Raw(text string) {
	_, _ = io.WriteString(e.w, text) // the other side may have left
	_ = http.NewResponseController(e.w).Flush()
}

// Data writes an event; name may be empty.
func (e *Events) Data(name string, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	if name != "" {
		name = "event: " + name + "\n"
	}
	e.Raw(name + "data: " + string(text) + "\n\n")
}

// Golden compares a JSON text with a file of the test's folder, or writes it
// when the test's flag -update is set.
func Golden(tb testing.TB, file string, body []byte) {
	tb.Helper()
	var text bytes.Buffer
	if err := json.Indent(&text, body, "", "  "); err != nil {
		tb.Fatalf("got %s: %v", body, err)
	}
	got := text.String() + "\n"
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil { //nolint:gosec // a folder of the tree
			tb.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil { //nolint:gosec // a file of the tree
			tb.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		tb.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

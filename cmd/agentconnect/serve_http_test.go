package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/config"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// A body must come within its time; what follows it, such as an answer that is
// a stream, has all the time.
func TestBodiesHaveTheirTime(t *testing.T) {
	const short = 100 * time.Millisecond
	read, lived := make(chan error, 1), make(chan bool, 1)
	web := httptest.NewServer(patientBodies(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
		_ = http.NewResponseController(w).Flush() // the client may be gone
		select {
		case <-r.Context().Done():
			lived <- false
		case <-time.After(3 * short):
			lived <- true
		}
	}), short))
	defer web.Close()
	send := func(body string) net.Conn {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(web.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		if _, err := fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n%s", body); err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := send("ab")
	if err := <-read; err != nil {
		t.Errorf("a whole body: %v", err)
	}
	if !<-lived {
		t.Error("the answer was cut when the time of the body was over")
	}
	w, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = w.Body.Close()

	send("a")
	select {
	case err := <-read:
		if err == nil {
			t.Error("half a body was taken for a whole one")
		}
	case <-time.After(patienceForBodies):
		t.Error("half a body is waited for")
	}
	<-lived
}

// patienceForBodies is how long the test waits for what takes a moment.
const patienceForBodies = 20 * time.Second

// A scenario that is served is what its files said when it was offered, also
// those that only its functions name.
func TestSnapshot(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	main := `
variable "tone" { type = string }
provider "scripted" "demo" {}
agent "ada" {
  provider     = provider.demo
  instructions = file("tones/${var.tone == "" ? "dry" : var.tone}.txt")
}
session "s" {
  type  = "human_agent"
  agent = agent.ada
}
`
	write("main.hcl", main)
	write("tones/dry.txt", "Be dry.")
	write("tones/warm.txt", "Be warm.")
	write(".hidden/secret.txt", "x")
	sc, ds, err := loadScenario(newVendors(), config.Path(dir))
	if err != nil || ds.HasErrors() {
		t.Fatal(err, ds)
	}
	write("main.hcl", "broken {")
	write("tones/warm.txt", "Be cold.")
	cfg, ds := sc.Load([]specs.VarInput{{Name: "tone", Text: "warm"}})
	if ds.HasErrors() {
		t.Fatal(ds)
	}
	if got := cfg.Agents[0].Instructions; got != "Be warm." {
		t.Errorf("got instructions %q, want those of the beginning", got)
	}
	if _, ds := sc.Load(nil); !ds.HasErrors() {
		t.Error("a variable without a value is not missed")
	}
	for path := range snapshot(sc.Config) {
		if strings.Contains(path, ".hidden") {
			t.Errorf("%s was read", path)
		}
	}
}

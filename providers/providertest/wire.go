package providertest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// HangsUp checks that whoever cancels, leaves or has no time left hangs up at
// once, whatever the service is doing. Begin writes the beginning of a reply
// that says something; model makes the model whose far side is f, over a wire
// that change has changed.
func HangsUp(t *testing.T, begin func(http.ResponseWriter), model func(t *testing.T, f *FarSide, change func(*providers.WireConfig)) providers.Model) {
	t.Helper()
	for how, want := range map[string]providers.Kind{"cancel": providers.Canceled, "break": providers.Other, "deadline": providers.TimedOut} {
		t.Run(how, func(t *testing.T) {
			gone := make(chan struct{})
			f := Serve(t, func(w http.ResponseWriter, r *http.Request) {
				begin(w)
				<-r.Context().Done()
				close(gone)
			})
			m := model(t, f, func(c *providers.WireConfig) {
				if how == "deadline" {
					c.Timeout = 50 * time.Millisecond
				}
			})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var last error
			req := &providers.Request{Model: "m", Session: "s1", Agent: "ada", Messages: []providers.Message{{Role: providers.User, Content: "Count."}}}
			for _, err := range m.Stream(ctx, req) {
				if last = err; how == "break" {
					break
				}
				if how == "cancel" {
					cancel()
				}
			}
			select {
			case <-gone:
			case <-time.After(5 * time.Second):
				t.Error("the connection is still open")
			}
			if got := providers.KindOf(last); got != want {
				t.Errorf("got error %v, want kind %s", last, want)
			}
		})
	}
}

// WantFailure checks that an error is of a kind, with these words, of the
// provider "fast" of a vendor, and without the secret; with the empty kind, that
// there is none.
func WantFailure(t *testing.T, err error, kind providers.Kind, says, vendor, secret string) {
	t.Helper()
	if kind == "" {
		if err != nil {
			t.Errorf("got error %v, want none", err)
		}
		return
	}
	e, ok := errors.AsType[*providers.Error](err)
	if !ok || e.Kind != kind || !strings.Contains(e.Error(), says) || e.Provider != "fast" || e.Vendor != vendor {
		t.Errorf("got error %v, want kind %s with %q", err, kind, says)
	}
	if err != nil && strings.Contains(err.Error(), secret) {
		t.Errorf("got the key in %q", err)
	}
}

// Says is a connection on which always the same comes back, byte by byte.
type Says struct{ ContentType, Body string }

// RoundTrip answers.
func (s Says) RoundTrip(req *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, req.Body)
	body := io.NopCloser(iotest.OneByteReader(strings.NewReader(s.Body)))
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {s.ContentType}}, Body: body, Request: req}, nil
}

// Bench makes calls one after the other over one connection.
func (f *FarSide) Bench(b *testing.B, call func() (int, error)) {
	b.Helper()
	before := f.Opened()
	b.ReportAllocs()
	calls := int64(0)
	for b.Loop() {
		calls++
		f.Forget()
		if n, err := call(); err != nil || n < 10 {
			b.Fatalf("got %d bytes and error %v", n, err)
		}
	}
	if n := f.Opened() - before; n > 1+calls/100 { // a machine under load may lose one
		b.Errorf("got %d connections for %d calls, want 1", n, calls)
	}
}

// Length is the length of a reply's text.
func Length(reply iter.Seq2[providers.Chunk, error]) (n int, err error) {
	for c, err := range reply {
		if err != nil {
			return n, err
		}
		n += len(c.Text)
	}
	return n, nil
}

// Bare is a client of nothing but the standard library. It sends a body and
// gives the length of the texts in the data of the events, as told by text.
func Bare(b *testing.B, url string, body func() any, text func(data []byte) (int, error)) func() (int, error) {
	b.Helper()
	base := providers.NewTransport()
	b.Cleanup(base.CloseIdleConnections)
	client := &http.Client{Transport: base}
	return func() (n int, err error) {
		sent, err := json.Marshal(body())
		if err != nil {
			return 0, err
		}
		req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url, bytes.NewReader(sent))
		if err != nil {
			return 0, err
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close() //nolint:errcheck // read-only
		lines := bufio.NewScanner(resp.Body)
		for lines.Scan() {
			data, found := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
			if !found {
				continue
			}
			more, err := text(data)
			if err != nil {
				return 0, err
			}
			n += more
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		return n, lines.Err()
	}
}

package providers_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// far is a dialect whose far side says these things after a while.
type far struct {
	after time.Duration // before each chunk
	say   []providers.Chunk
	err   error
}

func (f far) open(ctx context.Context) iter.Seq2[providers.Chunk, error] {
	return func(yield func(providers.Chunk, error) bool) {
		for _, c := range f.say {
			select {
			case <-time.After(f.after):
			case <-ctx.Done():
				yield(providers.Chunk{}, fmt.Errorf("reading: %w", ctx.Err()))
				return
			}
			if !yield(c, nil) {
				return
			}
		}
		if f.err != nil {
			yield(providers.Chunk{}, f.err)
		}
	}
}

func spoken(words ...string) (list []providers.Chunk) {
	for _, w := range words {
		list = append(list, providers.Chunk{Text: w})
	}
	return append(list, providers.Chunk{Finish: providers.FinishStop, Usage: &providers.Usage{InputTokens: 10, OutputTokens: 50}})
}

// call makes a call and gives its text.
func call(ctx context.Context, w *providers.Wire, session string, f far) (text string, err error) {
	for c, err := range w.Stream(ctx, &providers.Request{Session: session, System: strings.Repeat("x", 36)}, f.open) {
		if err != nil {
			return text, err
		}
		text += c.Text
	}
	return text, nil
}

func wire(c providers.WireConfig) *providers.Wire {
	c.Provider, c.Vendor = "fast", "openai"
	if c.Base == nil {
		c.Base = http.DefaultTransport
	}
	return providers.NewWire(c)
}

func wantKind(t *testing.T, err error, kind providers.Kind, says string) (after time.Duration) {
	t.Helper()
	e, ok := errors.AsType[*providers.Error](err)
	if !ok || e.Kind != kind || !strings.Contains(e.Error(), says) || e.Provider != "fast" || e.Vendor != "openai" {
		t.Errorf("got error %v, want kind %s of provider fast with %q", err, kind, says)
		return 0
	}
	return e.RetryAfter
}

func TestWirePassesOn(t *testing.T) {
	if text, err := call(t.Context(), wire(providers.WireConfig{}), "s", far{say: spoken("a", "b")}); text != "ab" || err != nil {
		t.Errorf("got %q and error %v, want ab", text, err)
	}
}

func TestWireTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := wire(providers.WireConfig{Timeout: 10 * time.Second, FirstTokenTimeout: 2 * time.Second})
		_, err := call(t.Context(), w, "s", far{after: 3 * time.Second, say: spoken("a")})
		wantKind(t, err, providers.TimedOut, "first_token_timeout of 2s is over")
		text, err := call(t.Context(), w, "s", far{after: time.Second, say: spoken(strings.Split("abcdefghijklmn", "")...)})
		wantKind(t, err, providers.TimedOut, "timeout of 10s is over")
		if len(text) < 8 || len(text) > 10 {
			t.Errorf("got %q, want what came in 10 seconds", text)
		}
		_, err = call(t.Context(), wire(providers.WireConfig{}), "s", far{after: time.Hour, say: spoken("a")})
		wantKind(t, err, providers.TimedOut, "timeout of 1m0s is over")
		begun := append([]providers.Chunk{{}}, providers.Chunk{Thought: "hm"}, providers.Chunk{})
		if text, err = call(t.Context(), w, "s", far{after: 1900 * time.Millisecond, say: append(begun, spoken("ab")...)}); err != nil || text != "ab" {
			t.Errorf("got %q and error %v, want the reply to have begun in time", text, err)
		}
		if text, err = call(t.Context(), w, "s", far{after: time.Second, say: spoken("a", "b")}); err != nil || text != "ab" {
			t.Errorf("got %q and error %v, want it in time", text, err)
		}
	})
}

// The time that a call waits for the limits is not the vendor's.
func TestWireTimeoutsBeginLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := wire(providers.WireConfig{Timeout: 5 * time.Second, Limits: providers.Limits{Concurrency: 1}})
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if _, err := call(t.Context(), w, "s", far{after: 2 * time.Second, say: spoken("a")}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestWireCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		enough := errors.New("enough")
		for name, limits := range map[string]providers.Limits{"no limits": {}, "in the queue": {Concurrency: 1}, "at the door": {RequestsPerMinute: 1}} {
			w := wire(providers.WireConfig{Limits: limits})
			var wg sync.WaitGroup
			if name != "no limits" { // somebody is before us
				wg.Go(func() { _, _ = call(t.Context(), w, "first", far{after: 20 * time.Second, say: spoken("a")}) })
				synctest.Wait()
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Second, func() { cancel(enough) })
			start := time.Now()
			_, err := call(ctx, w, "s", far{after: time.Hour, say: spoken("a")})
			wantKind(t, err, providers.Canceled, "enough")
			if !errors.Is(err, enough) || time.Since(start) != time.Second {
				t.Errorf("%s: got %v after %v, want the cause at once", name, err, time.Since(start))
			}
			wg.Wait()
			if _, err := call(t.Context(), w, "s", far{say: spoken("a")}); err != nil {
				t.Errorf("%s: the next call: %v", name, err)
			}
		}
	})
}

func TestWireFailures(t *testing.T) {
	const secret = "hunter2hunter2"
	w := wire(providers.WireConfig{Secrets: []string{secret}})
	dns := &net.DNSError{Err: "no such host", Name: "api.example.org", IsNotFound: true}
	own := &providers.Error{Kind: providers.Quota, Status: 402, Message: "no credit for " + secret, Err: errors.New(secret)}
	for name, tt := range map[string]struct {
		far  far
		kind providers.Kind
		says string
	}{
		"no end":              {far{say: []providers.Chunk{{Text: "a"}}}, providers.Cut, "without a proper end"},
		"nothing":             {far{}, providers.Cut, "without a proper end"},
		"an empty reply":      {far{say: spoken()}, providers.Cut, "the reply is empty"},
		"thoughts alone":      {far{say: []providers.Chunk{{Thought: "hm"}, {Finish: providers.FinishStop}}}, providers.Cut, "the reply is empty"},
		"max_tokens too low":  {far{say: []providers.Chunk{{Finish: providers.FinishLength, Usage: &providers.Usage{OutputTokens: 9, ReasoningTokens: 9}}}}, providers.BadOutput, "9 of them for reasoning"},
		"of the dialect":      {far{err: fmt.Errorf("calling: %w", own)}, providers.Quota, "no credit for (secret)"},
		"a lost connection":   {far{say: []providers.Chunk{{Text: "a"}}, err: io.ErrUnexpectedEOF}, providers.Cut, "broke off"},
		"an unknown host":     {far{err: dns}, providers.Overloaded, "no such host"},
		"something else":      {far{say: []providers.Chunk{{Text: "a"}}, err: errors.New("strange " + secret)}, providers.Cut, "strange (secret)"},
		"a connection closed": {far{err: io.EOF}, providers.Overloaded, "without an answer"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := call(t.Context(), w, "s", tt.far)
			wantKind(t, err, tt.kind, tt.says)
			for e := err; e != nil; e = errors.Unwrap(e) {
				if strings.Contains(e.Error(), secret) {
					t.Errorf("got the secret in %v", e)
				}
			}
		})
	}
	if own.Provider != "" || !strings.Contains(own.Message, secret) {
		t.Errorf("the dialect's error was changed: %+v", own)
	}
}

// Redirects are not followed: they would take the key elsewhere.
func TestRedirects(t *testing.T) {
	server := httptest.NewServer(http.RedirectHandler("https://elsewhere.example.org/v1", http.StatusTemporaryRedirect))
	defer server.Close()
	base := providers.NewTransport()
	defer base.CloseIdleConnections()
	w := wire(providers.WireConfig{Base: base})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := w.Client().Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	wantKind(t, w.Error(t.Context(), err), providers.BadRequest, "redirects to elsewhere.example.org")
}

// Nobody listens there.
func TestUnreachable(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	base := providers.NewTransport()
	w := wire(providers.WireConfig{Base: base})
	for url, want := range map[string]providers.Kind{server.URL + "?key=hunter2hunter2": providers.Overloaded, "gopher://x": providers.Overloaded} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := w.Client().Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		err = w.Error(t.Context(), err)
		wantKind(t, err, want, "no connection")
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got the address in %v", err)
		}
	}
}

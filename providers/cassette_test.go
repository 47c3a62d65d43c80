package providers_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/agentconnect-dev/agentconnect/providers"
)

const cassetteKey = "hunter2hunter2"

// post sends a body over a round tripper and reads the answer.
func post(t *testing.T, over http.RoundTripper, url, body string) (status int, text string, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+cassetteKey)
	resp, err := over.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close() //nolint:errcheck // read-only
	read, err := io.ReadAll(resp.Body)
	if after := resp.Header.Get("Retry-After"); after != "" {
		read = append(read, "; after "+after...)
	}
	return resp.StatusCode, string(read), err
}

func TestCassette(t *testing.T) {
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "id="+cassetteKey)
		body, _ := io.ReadAll(r.Body)
		switch n := calls.Add(1); {
		case bytes.Contains(body, []byte("wait")):
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(http.StatusTooManyRequests)
		case bytes.Contains(body, []byte("bytes")):
			_, _ = w.Write([]byte("\xff\xfe"))
		case bytes.Contains(body, []byte("twice")):
			_, _ = io.WriteString(w, strings.Repeat("again", int(n)))
		default:
			_, _ = io.WriteString(w, "data: <hello> "+cassetteKey+"\n\n")
		}
	}))
	defer server.Close()
	base := providers.NewTransport()
	defer base.CloseIdleConnections()
	var tape bytes.Buffer
	recorder := providers.NewRecorder(&tape, base, cassetteKey)
	bodies := []string{`{"say":"hello","n":1.50}`, `{"say":"wait"}`, `{"say":"bytes"}`, `{"say":"twice"}`, `{"say":"twice"}`, `not "JSON"`, ""}
	type answer struct {
		status int
		text   string
	}
	var recorded []answer
	for _, body := range bodies {
		status, text, err := post(t, recorder, server.URL+"/v1?b=2&a=1&key="+cassetteKey, body)
		if err != nil {
			t.Fatal(err)
		}
		recorded = append(recorded, answer{status, strings.ReplaceAll(text, cassetteKey, "(secret)")})
	}
	if err := recorder.Err(); err != nil || strings.Contains(tape.String(), "hunter2") || strings.Count(tape.String(), "\n") != len(bodies) {
		t.Fatalf("got error %v and the cassette\n%s\nwant a line for each call without the key", err, tape.String())
	}
	player, err := providers.NewPlayer(&tape)
	if err != nil {
		t.Fatal(err)
	}
	bodies[0] = ` { "n": 1.50, "say": "hello" } ` // the same, written otherwise
	for i, body := range bodies {
		status, text, err := post(t, player, server.URL+"/v1?a=1&b=2&key=other", body)
		if got := (answer{status, text}); err != nil || got != recorded[i] {
			t.Errorf("%s: got %+v and error %v, want %+v", body, got, err, recorded[i])
		}
	}
	if n := int(calls.Load()); n != len(bodies) {
		t.Errorf("got %d calls, want %d: the player makes none", n, len(bodies))
	}
	_, _, err = post(t, player, server.URL+"/v1?a=1&b=2", `{"say":"twice"}`)
	if err == nil || !strings.Contains(err.Error(), "record it anew") {
		t.Errorf("got %v, want to be told that there is no further answer", err)
	}
}

// An answer that broke off breaks off again.
func TestCassetteCut(t *testing.T) {
	var tape bytes.Buffer
	recorder := providers.NewRecorder(&tape, roundTrip(func(r *http.Request) (*http.Response, error) {
		body := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errors.New("reset")))
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(body), Request: r}, nil
	}))
	if _, text, err := post(t, recorder, "http://x.example.org/", "{}"); text != "half" || err == nil {
		t.Fatalf("got %q and error %v, want half and an error", text, err)
	}
	player, err := providers.NewPlayer(&tape)
	if err != nil {
		t.Fatal(err)
	}
	if _, text, err := post(t, player, "http://x.example.org/", "{}"); text != "half" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %q and error %v, want half and an error", text, err)
	}
}

func TestRecorderTellsOfFailure(t *testing.T) {
	full := errors.New("disk full")
	recorder := providers.NewRecorder(failingWriter{full}, roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("yes")), Request: r}, nil
	}))
	if _, text, err := post(t, recorder, "http://x.example.org/", "{}"); text != "yes" || err != nil {
		t.Errorf("got %q and error %v, want the call to go on", text, err)
	}
	if err := recorder.Err(); !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
}

func TestBadCassettes(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "",
		"\n\n":                           "",
		"{":                              "line 1",
		"\n[]":                           "line 2",
		`{"key":"a"}`:                    "no key or no status",
		`{"status":200}`:                 "no key or no status",
		`{"key":"a","status":1}`:         "no key or no status",
		`{"key":"a","status":200,"x":1}`: "",
	} {
		_, err := providers.NewPlayer(strings.NewReader(in))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", in, err, want)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

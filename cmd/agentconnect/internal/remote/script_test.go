package remote

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A scriptedServer plays one script for each connection: what it sends, the
// last code being that of its close.
type scriptedServer struct {
	t       *testing.T
	scripts [][]any // texts of frames, "say" to wait for a message, an int to close with

	mu     sync.Mutex
	afters []string // of the connections
	heard  []string // messages, by content
}

func (s *scriptedServer) start() *url.URL {
	web := httptest.NewServer(http.HandlerFunc(s.serve))
	s.t.Cleanup(web.Close)
	u, err := url.Parse(web.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

func (s *scriptedServer) serve(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close() //nolint:errcheck // it may be closed already
	s.mu.Lock()
	n := min(len(s.afters), len(s.scripts)-1)
	s.afters = append(s.afters, r.URL.Query().Get("after"))
	s.mu.Unlock()
	id := ""
	for _, step := range s.scripts[n] {
		switch step := step.(type) {
		case string:
			if step == "say" {
				var in struct {
					Content  string            `json:"content"`
					Metadata map[string]string `json:"metadata"`
				}
				if ws.ReadJSON(&in) != nil {
					return
				}
				id = in.Metadata["client_id"]
				s.mu.Lock()
				s.heard = append(s.heard, in.Content)
				s.mu.Unlock()
				continue
			}
			if ws.WriteMessage(websocket.TextMessage, []byte(strings.ReplaceAll(step, "@id@", id))) != nil {
				return
			}
		case int:
			if step != 0 { // 0 goes without a word
				_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(step, ""), time.Now().Add(time.Second))
				_, _, _ = ws.ReadMessage() // the answer
			}
			return
		}
	}
	_, _, _ = ws.ReadMessage() // until the client leaves
}

func response(seq, prev int) string {
	return fmt.Sprintf(`{"type":"response","content":"r%d","timestamp":"2026-01-02T03:04:05.000006Z","metadata":{"seq":%d,"prev":%d}}`, seq, seq, prev)
}

const (
	liveFrame = `{"type":"system","timestamp":"2026-01-02T03:04:05.000006Z","metadata":{"event":"live","head":9}}`
	stopFrame = `{"type":"stop","timestamp":"2026-01-02T03:04:05.000006Z","metadata":{"seq":9,"prev":0,"outcome":"achieved"}}`
)

func ackFrame(seq, prev int, more string) string {
	return fmt.Sprintf(`{"type":"info","timestamp":"2026-01-02T03:04:05.000006Z","metadata":{"event":"ack","client_id":"@id@","seq":%d,"prev":%d%s}}`, seq, prev, more)
}

func errorText(code, details string) string {
	return fmt.Sprintf(`{"type":"error","content":"no","timestamp":"2026-01-02T03:04:05.000006Z","metadata":{"code":%q,"details":{%s}}}`, code, details)
}

// brief tells updates in few words.
func brief(all []Update) string {
	var out []string
	for _, u := range all {
		switch {
		case u.Own != nil:
			out = append(out, fmt.Sprintf("own:%d", u.Own.Metadata.Seq))
		case u.Frame != nil:
			out = append(out, fmt.Sprintf("%s:%d", u.Frame.Type, u.Frame.Metadata.Seq))
		case u.Live:
			out = append(out, "live")
		case u.Lost != nil:
			out = append(out, "lost")
		case u.Why != nil:
			out = append(out, "refused")
		case u.Delayed:
			out = append(out, "delayed")
		}
	}
	return strings.Join(out, " ")
}

func TestScripts(t *testing.T) {
	for _, tt := range []struct {
		name    string
		scripts [][]any
		say     []string
		want    string // updates
		afters  string // what the connections asked for
		heard   string // what the server got
		err     string // part of it
	}{
		{
			name: "goes on where it was", afters: "0 2", want: "response:1 response:2 lost response:3 live stop:9",
			scripts: [][]any{{response(1, 0), response(2, 1), 0}, {response(3, 2), liveFrame, stopFrame, 1000}},
		},
		{
			name: "what was there comes once", afters: "0", want: "response:1 response:2 stop:9",
			scripts: [][]any{{response(1, 0), response(1, 0), response(2, 1), response(1, 0), stopFrame, 1000}},
		},
		{
			name: "holes in what is shown are none", afters: "0", want: "response:2 response:7 stop:9",
			scripts: [][]any{{response(2, 0), response(7, 2), stopFrame, 1000}},
		},
		{
			name: "a gap is asked for again", afters: "0 1", want: "response:1 lost response:2 response:3 stop:9",
			scripts: [][]any{{response(1, 0), response(3, 2)}, {response(2, 1), response(3, 2), stopFrame, 1000}},
		},
		{
			name: "a gap that stays is an error", afters: "0 1 1", want: "response:1 lost lost", err: "frames are missing",
			scripts: [][]any{{response(1, 0), response(3, 2)}, {response(3, 2)}},
		},
		{
			name: "older frames are gone", afters: "0", want: "system:0 response:8 stop:9",
			scripts: [][]any{{`{"type":"system","timestamp":"2026-01-02T03:04:05.000006Z","metadata":{"event":"recovered","recovered":false,"oldest_seq":8}}`, response(8, 7), stopFrame, 1000}},
		},
		{
			name: "too slow, draining and flooded readers come back", afters: "0 1 1", want: "response:1 lost lost stop:9",
			scripts: [][]any{{response(1, 0), 1013}, {1001}, {stopFrame, 1000}},
		},
		{
			name: "acknowledged", say: []string{"a", "b"}, heard: "a b", afters: "0", want: "live own:1 own:2 stop:9",
			scripts: [][]any{{liveFrame, "say", ackFrame(1, 0, ""), "say", ackFrame(2, 1, ""), stopFrame, 1000}},
		},
		{
			name: "said again after a loss", say: []string{"a"}, heard: "a a", afters: "0 0", want: "lost own:1 stop:9",
			scripts: [][]any{{"say", 0}, {"say", ackFrame(1, 0, ""), stopFrame, 1000}},
		},
		{
			name: "shown by the log, acknowledged later", say: []string{"a"}, heard: "a a", afters: "0 0", want: "lost own:1 live stop:9",
			scripts: [][]any{
				{"say", 0},
				{"say", `{"type":"text","content":"a","timestamp":"2026-01-02T03:04:05.000006Z","metadata":{"seq":1,"prev":0,"client_id":"@id@"}}`, liveFrame, ackFrame(1, 0, `,"duplicate":true`), stopFrame, 1000},
			},
		},
		{
			name: "over the limit, then taken", say: []string{"a"}, heard: "a a", afters: "0", want: "delayed own:1 stop:9",
			scripts: [][]any{{"say", errorText("RATE_LIMITED", `"retry_after":0.1`), "say", ackFrame(1, 0, ""), stopFrame, 1000}},
		},
		{
			name: "not taken", say: []string{"a", "b"}, heard: "a b", afters: "0", want: "refused own:1 stop:9",
			scripts: [][]any{{"say", errorText("SESSION_BUSY", ""), "say", ackFrame(1, 0, ""), stopFrame, 1000}},
		},
		{
			name: "too large", say: []string{"a", "b"}, heard: "a b", afters: "0 0", want: "refused lost own:1 stop:9",
			scripts: [][]any{{"say", 1009}, {"say", ackFrame(1, 0, ""), stopFrame, 1000}},
		},
		{name: "an error about nothing is shown", afters: "0", want: "error:0 stop:9", scripts: [][]any{{errorText("INTERNAL_ERROR", ""), stopFrame, 1000}}},
		{name: "unknown session", afters: "0", scripts: [][]any{{errorText("INVALID_SESSION", ""), 4001}}, err: ErrGone.Error()},
		{name: "deleted session", afters: "0", scripts: [][]any{{errorText("SESSION_EXPIRED", ""), 4002}}, err: ErrGone.Error()},
		{name: "expired session", afters: "0", want: "stop:9", scripts: [][]any{{stopFrame, 4002}}},
		{name: "no token", afters: "0", scripts: [][]any{{errorText("AUTHENTICATION_FAILED", ""), 4003}}, err: ErrUnauthorized.Error()},
		{name: "the end without a goodbye", afters: "0", want: "stop:9", scripts: [][]any{{stopFrame, 0}}},
		{name: "no frames", afters: "0 0", want: "lost stop:9", scripts: [][]any{{"<html>"}, {stopFrame, 1000}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &scriptedServer{t: t, scripts: tt.scripts}
			c := NewClient(s.start(), "token")
			t.Cleanup(c.Close)
			talk := c.Join(t.Context(), JoinConfig{Session: "session_x", MinBackoff: time.Millisecond, MaxBackoff: 5 * time.Millisecond})
			defer talk.Close()
			for _, text := range tt.say {
				talk.Say(text)
			}
			if got := brief(collect(t, talk, nil)); got != tt.want {
				t.Errorf("got updates %q, want %q", got, tt.want)
			}
			if err := talk.Err(); (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got error %v, want %q", err, tt.err)
			}
			if got := strings.Join(s.afters, " "); got != tt.afters {
				t.Errorf("the connections asked for %q, want %q", got, tt.afters)
			}
			if got := strings.Join(s.heard, " "); got != tt.heard {
				t.Errorf("the server heard %q, want %q", got, tt.heard)
			}
		})
	}
}

func TestOutboxIsBounded(t *testing.T) {
	s := &scriptedServer{t: t, scripts: [][]any{{}}}
	c := NewClient(s.start(), "token")
	t.Cleanup(c.Close)
	talk := c.Join(t.Context(), JoinConfig{Session: "session_x"})
	defer talk.Close()
	taken := 0
	for talk.Say("x") {
		taken++
	}
	if taken != maxWaiting || talk.Waiting() != maxWaiting {
		t.Errorf("%d were taken, %d wait; want %d", taken, talk.Waiting(), maxWaiting)
	}
}

func TestParseTarget(t *testing.T) {
	for _, tt := range []struct{ text, server, session, template, err string }{
		{text: "debate", server: "http://h:1", template: "debate"},
		{text: "session_1", server: "http://h:1", session: "session_1"},
		{text: "http://a:2", server: "http://a:2"},
		{text: "http://a:2/", server: "http://a:2"},
		{text: "https://a/debate", server: "https://a", template: "debate"},
		{text: "https://a/templates/debate", server: "https://a", template: "debate"},
		{text: "https://a/api/chat/sessions/session_1", server: "https://a/api", session: "session_1"},
		{text: "wss://a/ws/session_1?after=3", server: "https://a", session: "session_1"},
		{text: "ws://a:2/api/chat/ws/session_1", server: "http://a:2/api", session: "session_1"},
		{text: "http://a:2/api/", server: "http://a:2/api"},
		{text: "http://a:2/console/", server: "http://a:2"},
		{text: "http://[::1]:2/x", server: "http://[::1]:2", template: "x"},
		{text: "ftp://a", err: "not an address of a server"},
		{text: "http://", err: "names no host"},
		{text: "http://a:b:c", err: "not an address"},
	} {
		got, err := ParseTarget(tt.text, "http://h:1")
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: got %v, want %q", tt.text, err, tt.err)
			}
			continue
		}
		if err != nil || got.Server.String() != tt.server || got.Session != tt.session || got.Template != tt.template {
			t.Errorf("%s: got %v %q %q, %v", tt.text, got.Server, got.Session, got.Template, err)
		}
	}
	if _, err := ParseTarget("debate", "nowhere://"); err == nil {
		t.Error("a bad server is taken")
	}
	for text, want := range map[string]bool{"http://127.0.0.1:1": false, "http://localhost": false, "http://[::1]": false, "https://a": false, "http://a": true, "http://10.0.0.1": true} {
		target, err := ParseTarget(text, "")
		if err != nil || target.Exposed() != want {
			t.Errorf("%s: got exposed %v, %v; want %v", text, target.Exposed(), err, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		status     int
		body, want string
	}{
		{404, "<html>", "something else than an AgentConnect server"},
		{200, "<html>", "does not speak the AgentConnect protocol"},
		{422, `{"detail":"d","code":"VALIDATION_ERROR","errors":[{"loc":["body","variables","motion"],"msg":"too short"},{"loc":["body",3],"msg":"no"}]}`, "variables.motion: too short\n3: no"},
		{403, `{"detail":"not yours","code":"FORBIDDEN"}`, "the server says: not yours (403 FORBIDDEN)"},
		{307, "", "something else"},
	} {
		c := NewClient(statusServer(t, tt.status, tt.body), "")
		_, err := c.Templates(t.Context())
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%d: got %v, want %q", tt.status, err, tt.want)
		}
		c.Close()
	}
	c := client(t, realServer(t, nil))
	if err := c.Login(t.Context(), "ann", "wrong"); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("got %v, want %v", err, ErrUnauthorized)
	}
	dead := NewClient(&url.URL{Scheme: "http", Host: "127.0.0.1:1"}, "")
	if _, err := dead.Templates(t.Context()); err == nil || !strings.Contains(err.Error(), "http://127.0.0.1:1 cannot be reached") {
		t.Errorf("got %v", err)
	}
}

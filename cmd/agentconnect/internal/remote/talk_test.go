package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/server"
)

// said are the messages of a session as the server tells them over REST.
func said(t *testing.T, c *Client, session string) (seqs []uint64, texts []string) {
	t.Helper()
	after := uint64(0)
	for {
		var page struct {
			Messages  []Frame `json:"messages"`
			NextAfter *uint64 `json:"next_after"`
		}
		u := c.base.JoinPath("chat/sessions", session, "messages")
		u.RawQuery = fmt.Sprintf("after=%d&limit=100", after)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u.String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+c.bearer())
		if err := c.answer(r, &page); err != nil {
			t.Fatal(err)
		}
		if len(page.Messages) == 0 {
			return seqs, texts
		}
		for _, f := range page.Messages {
			after = f.Metadata.Seq
			seqs = append(seqs, f.Metadata.Seq)
			if f.Type == "text" {
				texts = append(texts, f.Content)
			}
		}
	}
}

// Whatever happens to the connection, every frame of the log comes once and in
// order, and every message is said once.
func TestNothingIsLostOrDoubled(t *testing.T) {
	const messages, cuts = 300, 60
	for _, kind := range []string{"chat", "conversation"} {
		t.Run(kind, func(t *testing.T) {
			at := realServer(t, nil)
			c := client(t, at)
			s, err := c.Create(t.Context(), kind, nil)
			if err != nil {
				t.Fatal(err)
			}
			if kind == "conversation" { // it would end; one that is paused takes messages
				if err := c.Command(t.Context(), s.ID, "pause"); err != nil {
					t.Fatal(err)
				}
			}
			w := newWire(t, at)
			far := NewClient(w.url(), c.bearer())
			t.Cleanup(far.Close)
			talk := far.Join(t.Context(), JoinConfig{Session: s.ID, MinBackoff: time.Millisecond, MaxBackoff: 20 * time.Millisecond})
			defer talk.Close()
			var cutter sync.WaitGroup
			cutter.Go(func() {
				for range cuts {
					time.Sleep(rand.N(10 * time.Millisecond))
					w.cut()
				}
			})
			defer cutter.Wait()
			next, own, lost := 0, 0, 0
			var seqs []uint64
			var texts []string
			say := func() {
				for next < messages && talk.Waiting() < 5 {
					if !talk.Say(fmt.Sprintf("message %d", next)) {
						t.Fatal("not taken")
					}
					next++
				}
			}
			say()
			collect(t, talk, func(u Update) bool {
				f := u.Frame
				switch {
				case u.Own != nil:
					f = u.Own
					texts = append(texts, f.Content)
					own++
				case u.Lost != nil:
					lost++
				case u.Why != nil:
					t.Fatalf("refused: %v", u.Why)
				}
				if f != nil && f.Metadata.Seq > 0 {
					seqs = append(seqs, f.Metadata.Seq)
				}
				say()
				return own == messages && lost > 0
			})
			if err := c.Command(t.Context(), s.ID, "stop"); err != nil {
				t.Fatal(err)
			}
			for _, u := range collect(t, talk, nil) {
				if u.Frame != nil && u.Frame.Metadata.Seq > 0 {
					seqs = append(seqs, u.Frame.Metadata.Seq)
				}
			}
			if talk.Err() != nil {
				t.Errorf("the end: %v", talk.Err())
			}
			wantSeqs, wantTexts := said(t, c, s.ID)
			if fmt.Sprint(seqs) != fmt.Sprint(wantSeqs) {
				t.Errorf("got frames\n%v, want\n%v", seqs, wantSeqs)
			}
			if fmt.Sprint(texts) != fmt.Sprint(wantTexts) || len(wantTexts) != messages {
				t.Errorf("got messages\n%q, want\n%q", texts, wantTexts)
			}
			if lost == 0 {
				t.Error("the connection was never lost: the test shows nothing")
			}
			t.Logf("%d losses", lost)
		})
	}
}

// What is said while there is no server is said when it is back.
func TestServerIsAway(t *testing.T) {
	at := realServer(t, nil)
	c := client(t, at)
	s, err := c.Create(t.Context(), "chat", nil)
	if err != nil {
		t.Fatal(err)
	}
	w := newWire(t, at)
	far := NewClient(w.url(), c.bearer())
	t.Cleanup(far.Close)
	talk := far.Join(t.Context(), JoinConfig{Session: s.ID, MinBackoff: 10 * time.Millisecond, MaxBackoff: 50 * time.Millisecond})
	defer talk.Close()
	live := func(u Update) bool { return u.Live }
	collect(t, talk, live)
	w.shut()
	tries := 0
	collect(t, talk, func(u Update) bool {
		if u.Lost != nil {
			tries++
		}
		return tries == 3
	})
	if !talk.Say("are you there?") {
		t.Error("not taken")
	}
	w.open()
	all := collect(t, talk, func(u Update) bool { return u.Frame != nil && u.Frame.Type == "response" })
	n := 0
	for _, u := range all {
		if u.Own != nil && u.Own.Content == "are you there?" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("said %d times, want once: %s", n, shown(all))
	}
}

func TestPatienceEnds(t *testing.T) {
	at := realServer(t, nil)
	c := client(t, at)
	s, err := c.Create(t.Context(), "chat", nil)
	if err != nil {
		t.Fatal(err)
	}
	w := newWire(t, at)
	far := NewClient(w.url(), c.bearer())
	t.Cleanup(far.Close)
	talk := far.Join(t.Context(), JoinConfig{Session: s.ID, MinBackoff: time.Millisecond, MaxBackoff: 10 * time.Millisecond, Patience: 100 * time.Millisecond})
	defer talk.Close()
	collect(t, talk, func(u Update) bool { return u.Live })
	w.shut()
	collect(t, talk, nil)
	if err := talk.Err(); err == nil || !strings.Contains(err.Error(), "there was no connection for 100ms") || !strings.Contains(err.Error(), "cannot be reached") {
		t.Errorf("got %v", err)
	}
}

// A token that expires while connected is replaced, where that is possible.
func TestTokenExpires(t *testing.T) {
	at := realServer(t, func(_ *server.Config, tc *server.TokenConfig) { tc.TTL = 2 * time.Second })
	c := client(t, at)
	s, err := c.Create(t.Context(), "chat", nil)
	if err != nil {
		t.Fatal(err)
	}
	logins := 0
	again := func(ctx context.Context) error { logins++; return c.Login(ctx, "ann", annPassword) }
	talk := c.Join(t.Context(), JoinConfig{Session: s.ID, LogIn: again, MinBackoff: time.Millisecond})
	defer talk.Close()
	lives := 0
	collect(t, talk, func(u Update) bool {
		if u.Live {
			lives++
		}
		return lives == 2
	})
	if logins == 0 {
		t.Error("nobody logged in again")
	}
	other := c.Join(t.Context(), JoinConfig{Session: s.ID, MinBackoff: time.Millisecond})
	defer other.Close()
	collect(t, other, nil)
	if !errors.Is(other.Err(), ErrUnauthorized) {
		t.Errorf("got %v, want %v", other.Err(), ErrUnauthorized)
	}
}

func TestDeletedAndUnknown(t *testing.T) {
	c := client(t, realServer(t, nil))
	s, err := c.Create(t.Context(), "chat", nil)
	if err != nil {
		t.Fatal(err)
	}
	talk := c.Join(t.Context(), JoinConfig{Session: s.ID})
	defer talk.Close()
	collect(t, talk, func(u Update) bool { return u.Live })
	if err := c.call(t.Context(), http.MethodDelete, nil, nil, "chat/sessions", s.ID); err != nil {
		t.Fatal(err)
	}
	all := collect(t, talk, nil)
	if last := all[len(all)-1]; last.Frame == nil || last.Frame.Type != "stop" || talk.Err() != nil {
		t.Errorf("got %s, %v; want a stop frame", shown(all), talk.Err())
	}
	unknown := c.Join(t.Context(), JoinConfig{Session: "session_nobody"})
	defer unknown.Close()
	collect(t, unknown, nil)
	if !errors.Is(unknown.Err(), ErrGone) {
		t.Errorf("got %v, want %v", unknown.Err(), ErrGone)
	}
}

// A message that is too large for the server is refused, and those behind it
// are not held up.
func TestRefusedMessages(t *testing.T) {
	c := client(t, realServer(t, func(cfg *server.Config, _ *server.TokenConfig) { cfg.WS.MaxFrame = 4 << 10 }))
	s, err := c.Create(t.Context(), "chat", nil)
	if err != nil {
		t.Fatal(err)
	}
	talk := c.Join(t.Context(), JoinConfig{Session: s.ID, MinBackoff: time.Millisecond})
	defer talk.Close()
	large := strings.Repeat("x", 5<<10)
	talk.Say(large)
	talk.Say("small")
	all := collect(t, talk, func(u Update) bool { return u.Own != nil })
	refused := 0
	for _, u := range all {
		if u.Why != nil && u.Refused == large {
			refused++
		}
	}
	if last := all[len(all)-1]; refused != 1 || last.Own.Content != "small" {
		t.Errorf("refused %d times, last %s", refused, shown(all[len(all)-1:]))
	}
}

// What people put into their metadata does no harm.
func TestForeignMetadata(t *testing.T) {
	var f Frame
	text := `{"type":"text","content":"x","timestamp":"2026-01-02T03:04:05.000006Z","metadata":{"seq":7,"turn":"x","tool":{},"event":["live"],"attempt":1.5,"details":3,"role":"user"}}`
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	if f.Metadata.Seq != 7 || f.Metadata.Role != "user" || f.Metadata.Event != "" {
		t.Errorf("got %+v", f.Metadata)
	}
}

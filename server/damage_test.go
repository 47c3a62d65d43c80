package server

import (
	"bytes"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/jetstream"
)

// embeddedStore is a store on disk, in this process.
func embeddedStore(tb testing.TB, dir string, change ...func(*jetstream.Config)) (*jetstream.Journal, func()) {
	tb.Helper()
	cfg := jetstream.Config{Dir: dir, Sync: jetstream.SyncInterval, MaxStore: 64 << 20, Logger: slog.New(slog.DiscardHandler)}
	for _, fn := range change {
		fn(&cfg)
	}
	j, err := jetstream.Open(tb.Context(), cfg)
	if err != nil {
		tb.Fatal(err)
	}
	stop := sync.OnceFunc(j.Close)
	tb.Cleanup(stop)
	return j, stop
}

// blocks are the files of a store's logs that hold a text.
func blocks(tb testing.TB, dir, text string) map[string][]byte {
	tb.Helper()
	list := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".blk" || !strings.Contains(path, string(filepath.Separator)+"EV") {
			return err
		}
		b, err := os.ReadFile(path) //nolint:gosec // of this test
		if bytes.Contains(b, []byte(text)) {
			list[path] = b
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

// apart are sessions whose events are in different files, since a block that is
// hurt takes its stream along.
func apart(tb testing.TB, ts *testServer, dir string) (one, other string) {
	tb.Helper()
	one = ts.createChat(tb, ann)
	eventually(tb, "it is on disk", func() bool { return len(blocks(tb, dir, one)) > 0 })
	for range 50 {
		other = ts.createChat(tb, ann)
		together := false
		for _, b := range blocks(tb, dir, one) {
			together = together || bytes.Contains(b, []byte(other))
		}
		if !together {
			return one, other
		}
	}
	tb.Fatal("all sessions are in one stream")
	return "", ""
}

// flip changes a bit of a text wherever a store has it.
func flip(tb testing.TB, dir, text string) {
	tb.Helper()
	found := blocks(tb, dir, text)
	if len(found) == 0 {
		tb.Fatalf("no block has %q", text)
	}
	for path, b := range found {
		b[bytes.Index(b, []byte(text))] ^= 1
		if err := os.WriteFile(path, b, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
}

// A session whose log has a bit that flipped, or lost its end, is shown as
// failed and goes on no more. What comes before the damage can be read, and
// other sessions go on.
func TestDamagedLog(t *testing.T) {
	hurts := map[string]func(t *testing.T, dir string, store *jetstream.Journal, stop func(), id string){
		"bit": func(t *testing.T, dir string, _ *jetstream.Journal, stop func(), _ string) {
			t.Helper()
			stop()
			flip(t, dir, "third message")
		},
		"all of it": func(t *testing.T, _ string, store *jetstream.Journal, stop func(), id string) {
			t.Helper()
			if err := store.Delete(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			stop()
		},
	}
	for name, hurt := range hurts {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			store, stop := embeddedStore(t, dir)
			one := serveOn(t, store, 0)
			id, other := apart(t, one, dir)
			for i, text := range []string{"first message", "second message", "third message", "fourth message"} {
				one.post(t, id, text)
				one.answers(t, id, i+1)
			}
			one.post(t, other, "hello")
			one.answers(t, other, 1)
			one.crash()
			hurt(t, dir, store, stop, id)
			again, _ := embeddedStore(t, dir)
			testDamaged(t, serveOn(t, again, 0), id, other, name == "bit")
		})
	}
}

// testDamaged checks a session that is damaged behind its second answer, or has
// no log, and one that is not.
func testDamaged(t *testing.T, two *testServer, id, other string, readable bool) {
	t.Helper()
	eventually(t, "it has failed", func() bool { return two.status(t, id) == statusFailed })
	check(t, two.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil), brokenLog, "stop")
	for path, body := range map[string]any{"messages": `{"content":"x"}`, "pause": nil, "resume": nil, "stop": nil} {
		check(t, two.as(t, ann, 409, "POST", "/chat/sessions/"+id+"/"+path, body), "SESSION_DAMAGED", "code")
	}
	frames := two.open(t, ann, id, "").wantClose(closeGeneric)
	for _, m := range frames {
		if strings.Contains(m.Content, "third") || strings.Contains(m.Content, "fourth") {
			t.Errorf("what is behind the damage is shown: %q", m.Content)
		}
	}
	if readable {
		list, _ := two.as(t, ann, 200, "GET", "/chat/sessions/"+id+"/messages", nil)["messages"].([]any)
		if len(list) != 5 || at(list[3], "content") != "second message" {
			t.Errorf("got %v, want two messages and their answers", list)
		}
	} else {
		check(t, two.as(t, ann, 409, "GET", "/chat/sessions/"+id+"/messages", nil), "SESSION_DAMAGED", "code")
	}
	if got := two.status(t, other); got != statusActive {
		t.Errorf("another session is %s", got)
	}
	two.post(t, other, "still there?")
	two.as(t, ann, 204, "DELETE", "/chat/sessions/"+id, nil)
	two.as(t, ann, 404, "GET", "/chat/sessions/"+id, nil)
}

// A store that is full takes nothing and says so to all; what was acknowledged
// stays, and everything goes on when there is space again.
func TestStoreIsFull(t *testing.T) {
	store, _ := embeddedStore(t, t.TempDir(), func(c *jetstream.Config) { c.MaxStore = 4 << 20 })
	ts := serveOn(t, store, 0)
	id := ts.createChat(t, ann)
	ts.post(t, id, "before")
	ts.answers(t, id, 1)
	c := ts.open(t, ann, id, "")
	c.untilEvent("live")
	fill(t, store)
	eventually(t, "readyz says it", func() bool {
		w, _ := ts.do(t, "GET", "/readyz", "", nil)
		return w.StatusCode == http.StatusServiceUnavailable
	})
	for _, path := range []string{"/chat/sessions/create", "/chat/sessions/" + id + "/messages"} {
		body := any(chatBody)
		if path != "/chat/sessions/create" {
			body = map[string]any{"content": strings.Repeat("x", 200<<10)}
		}
		w, got := ts.do(t, "POST", path, ts.token(t, ann), body)
		if w.StatusCode != http.StatusServiceUnavailable || w.Header.Get("Retry-After") == "" || at(got, "code") != "STORE_UNAVAILABLE" {
			t.Errorf("%s: got %d %v", path, w.StatusCode, got)
		}
	}
	c.say(strings.Repeat("y", 200<<10))
	if f := c.untilType(frameError); at(f.Metadata, "code") != "STORE_UNAVAILABLE" {
		t.Errorf("the socket is told %+v", f.Metadata)
	}
	if got := ts.count(t, id, frameResponse); got != 1 {
		t.Errorf("%d answers can be read, want 1", got)
	}
	if err := store.Delete(t.Context(), "filler"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is resumed", func() bool { rec := ts.seats.of(id); return store.Err() == nil && rec != nil && rec.running() != nil })
	c.say("after")
	c.untilType(frameResponse)
	ts.answers(t, id, 2)
	ts.as(t, ann, 200, "GET", "/readyz", nil)
	ts.as(t, ann, 200, "POST", "/chat/sessions/create", chatBody)
}

// fill stores until a store takes no more.
func fill(t *testing.T, store engine.Store) {
	t.Helper()
	text := strings.Repeat("x", 100<<10)
	for n := range uint64(100) {
		e := engine.Event{Seq: n + 1, Session: "filler", Data: &engine.Said{Sender: "a", Role: "assistant", Content: text}}
		if err := store.Append(t.Context(), "filler", n, []engine.Event{e}); err != nil {
			return
		}
	}
	t.Fatal("the store is never full")
}

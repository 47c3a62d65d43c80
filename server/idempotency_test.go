package server

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestIdempotentCreate(t *testing.T) {
	ts := newTestServer(t, nil)
	post := func(name, key, body string) (int, string) {
		w, _ := ts.do(t, "POST", "/chat/sessions/create", ts.token(t, name), body, "Idempotency-Key", key)
		text, _ := io.ReadAll(w.Body)
		return w.StatusCode, string(text)
	}
	_, first := post(ann, "k1", chatBody)
	if code, again := post(ann, "k1", chatBody); code != 200 || again != first {
		t.Errorf("a repeat: got %d %s, want the first answer %s", code, again, first)
	}
	if code, text := post(ann, "k1", duoBody); code != 409 || !strings.Contains(text, "IDEMPOTENCY_CONFLICT") {
		t.Errorf("another body: got %d %s, want 409", code, text)
	}
	if _, other := post(ann, "k2", chatBody); other == first {
		t.Errorf("another key gave the first answer")
	}
	if _, other := post(bob, "k1", chatBody); other == first {
		t.Errorf("another person's key gave the first answer")
	}
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions", nil), 2, "total_count")
	check(t, ts.as(t, bob, 200, "GET", "/chat/sessions", nil), 1, "total_count")
	// What was refused may be tried again.
	if code, _ := post(ann, "k3", `{}`); code != 422 {
		t.Errorf("got %d, want 422", code)
	}
	if code, _ := post(ann, "k3", chatBody); code != 200 {
		t.Errorf("after a refusal: got %d, want 200", code)
	}
	if code, text := post(ann, strings.Repeat("k", 256), chatBody); code != 422 || !strings.Contains(text, "Idempotency-Key") {
		t.Errorf("a long key: got %d %s, want 422", code, text)
	}
}

func TestIdempotentCreateAtTheSameTime(t *testing.T) {
	ts := newTestServer(t, nil)
	ids := make(chan any, 20)
	var wg sync.WaitGroup
	for range cap(ids) {
		wg.Go(func() {
			_, got := ts.do(t, "POST", "/chat/sessions/create", ts.token(t, ann), chatBody, "Idempotency-Key", "same")
			ids <- got["session_id"]
		})
	}
	wg.Wait()
	close(ids)
	seen := map[any]bool{}
	for id := range ids {
		seen[id] = true
	}
	if len(seen) != 1 || seen[nil] {
		t.Errorf("got the sessions %v, want one", seen)
	}
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions", nil), 1, "total_count")
}

func TestIdempotentMessage(t *testing.T) {
	ts := newTestServer(t, nil)
	one, two := ts.createChat(t, ann), ts.createChat(t, ann)
	post := func(id, body string, want int) map[string]any {
		return ts.as(t, ann, want, "POST", "/chat/sessions/"+id+"/messages", body, "Idempotency-Key", "m")
	}
	first := post(one, `{"content":"hello"}`, 202)
	check(t, post(one, `{"content":"hello"}`, 202), first["message_id"], "message_id")
	post(one, `{"content":"other"}`, 409)
	if got := post(two, `{"content":"other"}`, 202); got["message_id"] == first["message_id"] {
		t.Errorf("a key of another session gave the first answer")
	}
}

// A repeat waits for the first; when that fails, one of those that wait is
// the next first.
func TestAnswersAfterFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAnswers()
		key, body := answerKey{"ann", "create", "k"}, json.RawMessage(`{}`)
		calls := 0
		do := func(json.RawMessage) (reply, error) {
			calls++
			time.Sleep(time.Second)
			if calls == 1 {
				return reply{}, errors.New("no")
			}
			return reply{200, fmt.Append(nil, calls)}, nil
		}
		var wg sync.WaitGroup
		var failed, answered int
		var mu sync.Mutex
		for range 5 {
			wg.Go(func() {
				got, err := a.once(t.Context(), key, body, do)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					failed++
				} else if string(got.body) == "2" {
					answered++
				}
			})
		}
		wg.Wait()
		if failed != 1 || answered != 4 || calls != 2 {
			t.Errorf("got %d failed, %d answered by %d calls, want 1, 4 and 2", failed, answered, calls)
		}
	})
}

func TestAnswersExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAnswers()
		calls := 0
		ask := func() {
			_, _ = a.once(t.Context(), answerKey{"ann", "create", "k"}, nil, func(json.RawMessage) (reply, error) {
				calls++
				return reply{200, []byte("x")}, nil
			})
		}
		ask()
		time.Sleep(24*time.Hour - time.Second)
		ask()
		if calls != 1 {
			t.Errorf("within a day: got %d calls, want 1", calls)
		}
		time.Sleep(2 * time.Second)
		ask()
		if calls != 2 {
			t.Errorf("after a day: got %d calls, want 2", calls)
		}
	})
}

func TestAnswersAreBounded(t *testing.T) {
	a := newAnswers()
	big := make([]byte, 64<<10)
	for i := range 5000 {
		user := fmt.Sprintf("u%d", i%40)
		k, _ := a.begin(answerKey{user, "create", fmt.Sprint(i)}, [sha256.Size]byte{}, time.Now())
		a.finish(k, reply{200, big}, true)
	}
	if a.bytes > maxAnswerBytes || len(a.byKey) != a.order.Len() {
		t.Errorf("got %d bytes and %d keys for %d answers, want at most %d bytes", a.bytes, len(a.byKey), a.order.Len(), maxAnswerBytes)
	}
	for range 3000 {
		k, _ := a.begin(answerKey{"ann", "create", fmt.Sprint(a.order.Len(), len(a.byKey), time.Now().UnixNano())}, [sha256.Size]byte{}, time.Now())
		a.finish(k, reply{200, []byte("x")}, true)
	}
	if n := a.users["ann"].count; n > maxUserAnswers {
		t.Errorf("got %d answers of one person, want at most %d", n, maxUserAnswers)
	}
	k, _ := a.begin(answerKey{"zed", "create", "fails"}, [sha256.Size]byte{}, time.Now())
	a.finish(k, reply{}, false)
	if a.users["zed"] != nil {
		t.Errorf("a person without answers is remembered")
	}
}

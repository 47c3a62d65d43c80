package server

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
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

// testAnswers are those of a node, until the test ends.
func testAnswers(t *testing.T, store engine.Store, node string, alone bool) *answers {
	t.Helper()
	table, err := store.Table(t.Context(), tableAnswers)
	if err != nil {
		t.Fatal(err)
	}
	a := newAnswers(table, node, alone, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { a.follow(ctx) })
	wg.Go(func() { a.sweep(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	return a
}

// A repeat waits for the first, also on another node; when that fails, one of
// those that wait is the next first.
func TestAnswersAfterFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory.Journal{}
		nodes := []*answers{testAnswers(t, store, "a", false), testAnswers(t, store, "b", false)}
		key, body := answerKey{"ann", "create", "k"}, json.RawMessage(`{}`)
		var calls, failed, answered int
		var mu sync.Mutex
		do := func(json.RawMessage, string) (reply, error) {
			mu.Lock()
			calls++
			n := calls
			mu.Unlock()
			time.Sleep(time.Second)
			if n == 1 {
				return reply{}, errors.New("no")
			}
			return reply{200, fmt.Append(nil, n)}, nil
		}
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				got, err := nodes[i%2].once(t.Context(), key, body, do)
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
		if failed != 1 || answered != 5 || calls != 2 {
			t.Errorf("got %d failed, %d answered by %d calls, want 1, 5 and 2", failed, answered, calls)
		}
	})
}

func counted(calls *int) task {
	return func(json.RawMessage, string) (reply, error) {
		*calls++
		return reply{200, []byte(`"x"`)}, nil
	}
}

func TestAnswersExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := testAnswers(t, &memory.Journal{}, "a", true)
		calls := 0
		ask := func() {
			if got, err := a.once(t.Context(), answerKey{"ann", "create", "k"}, nil, counted(&calls)); err != nil || string(got.body) != `"x"` {
				t.Errorf("got %s, %v", got.body, err)
			}
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
		time.Sleep(25 * time.Hour)
		if _, err := a.table.Get(t.Context(), (answerKey{"ann", "create", "k"}).name()); !errors.Is(err, engine.ErrNotFound) {
			t.Errorf("what is too old stays: %v", err)
		}
	})
}

// An answer is there after a restart, and on other nodes.
func TestAnswersSurviveARestart(t *testing.T) {
	store := &memory.Journal{}
	calls := 0
	key := answerKey{"ann", "create", "k"}
	for _, node := range []string{"a", "b", "c"} {
		got, err := testAnswers(t, store, node, node != "b").once(t.Context(), key, json.RawMessage(`{}`), counted(&calls))
		if err != nil || string(got.body) != `"x"` || got.status != 200 {
			t.Errorf("%s: got %+v, %v", node, got, err)
		}
		_, err = testAnswers(t, store, node, true).once(t.Context(), key, json.RawMessage(`[]`), counted(&calls))
		if !errors.Is(err, errKeyReused) {
			t.Errorf("%s: another body: got %v", node, err)
		}
	}
	if calls != 1 {
		t.Errorf("got %d calls, want 1", calls)
	}
}

// A first request that died with its node blocks nobody for ever: a repeat
// waits as long as nothing is heard of it, and not at all where its node's
// store is one process's.
func TestAnswersOfADeadNode(t *testing.T) {
	for alone, want := range map[bool]time.Duration{true: 0, false: answerLease} {
		synctest.Test(t, func(t *testing.T) {
			store := &memory.Journal{}
			a := testAnswers(t, store, "new", alone)
			key := answerKey{"ann", "create", "k"}
			sum := sha256.Sum256([]byte(`{}`))
			dead := &firstAnswer{User: "ann", Sum: sum[:], Node: "dead", Begun: time.Now()}
			if _, err := a.store(t.Context(), key.name(), dead, 0); err != nil {
				t.Fatal(err)
			}
			calls, began := 0, time.Now()
			got, err := a.once(t.Context(), key, json.RawMessage(`{}`), counted(&calls))
			if took := time.Since(began); err != nil || calls != 1 || took != want || string(got.body) != `"x"` {
				t.Errorf("alone %v: got %s, %v, %d calls after %v, want one after %v", alone, got.body, err, calls, took, want)
			}
		})
	}
}

// Work that takes longer than a lease is waited for, and done once.
func TestAnswersOfSlowWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory.Journal{}
		nodes := []*answers{testAnswers(t, store, "a", false), testAnswers(t, store, "b", false)}
		calls := 0
		do := func(json.RawMessage, string) (reply, error) {
			calls++
			time.Sleep(3 * answerLease)
			return reply{200, []byte(`1`)}, nil
		}
		var wg sync.WaitGroup
		for _, a := range nodes {
			wg.Go(func() {
				if got, err := a.once(t.Context(), answerKey{"ann", "create", "k"}, nil, do); err != nil || string(got.body) != "1" {
					t.Errorf("got %s, %v", got.body, err)
				}
			})
		}
		// Who waits gives up with its request.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		time.Sleep(time.Millisecond)
		if _, err := nodes[1].once(ctx, answerKey{"ann", "create", "k"}, nil, do); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("gave up with %v", err)
		}
		wg.Wait()
		if calls != 1 {
			t.Errorf("got %d calls, want 1", calls)
		}
	})
}

// A panic leaves no one waiting.
func TestAnswersAfterAPanic(t *testing.T) {
	a := testAnswers(t, &memory.Journal{}, "a", false)
	func() {
		defer func() {
			if recover() == nil {
				t.Errorf("the panic is gone")
			}
		}()
		_, _ = a.once(t.Context(), answerKey{"ann", "create", "k"}, nil, func(json.RawMessage, string) (reply, error) { panic("x") })
	}()
	calls := 0
	if _, err := a.once(t.Context(), answerKey{"ann", "create", "k"}, nil, counted(&calls)); err != nil || calls != 1 {
		t.Errorf("got %v after %d calls", err, calls)
	}
}

// An answer that is too large for a record makes its repeat an error, and
// nothing twice.
func TestAnswersTooLarge(t *testing.T) {
	a := testAnswers(t, &memory.Journal{}, "a", false)
	calls := 0
	large := `"` + strings.Repeat("x", engine.MaxValue) + `"`
	do := func(json.RawMessage, string) (reply, error) { calls++; return reply{200, []byte(large)}, nil }
	if got, err := a.once(t.Context(), answerKey{"ann", "create", "k"}, nil, do); err != nil || string(got.body) != large {
		t.Errorf("the first: got %d bytes, %v", len(got.body), err)
	}
	if _, err := a.once(t.Context(), answerKey{"ann", "create", "k"}, nil, do); !errors.Is(err, errAnswerLarge) || calls != 1 {
		t.Errorf("the repeat: got %v after %d calls", err, calls)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	x := newAnswerIndex()
	begun := time.Now()
	revision := uint64(0)
	add := func(user, name string, size int, done bool) {
		revision++
		begun = begun.Add(time.Microsecond)
		x.note(name, &firstAnswer{User: user, Begun: begun, Done: done}, size, revision)
	}
	for i := range 5000 {
		add(fmt.Sprintf("u%d", i%40), fmt.Sprint(i), 64<<10, true)
	}
	add("ann", "under way", 100, false)
	for i := range 3000 {
		add("ann", fmt.Sprint("a", i), 1, true)
	}
	select {
	case <-x.over:
	default:
		t.Errorf("nobody is told that there are too many")
	}
	for _, n := range x.surplus(begun) {
		x.gone(n.name, n.revision)
	}
	if x.bytes > maxAnswerBytes || len(x.users["ann"]) > maxUserAnswers || x.sizes["u1"] > maxUserAnswerBytes {
		t.Errorf("got %d bytes, %d answers of one person, %d bytes of another", x.bytes, len(x.users["ann"]), x.sizes["u1"])
	}
	if _, there := x.notes["a2999"]; !there || x.notes["under way"].user != "ann" {
		t.Errorf("the newest answer, or what is under way, is gone")
	}
	for _, n := range x.surplus(begun.Add(25 * time.Hour)) {
		x.gone(n.name, n.revision)
	}
	if len(x.notes)+len(x.users)+len(x.sizes)+x.bytes != 0 {
		t.Errorf("after a day: got %d answers of %d people, %d bytes", len(x.notes), len(x.users), x.bytes)
	}
}

// Many answers of one person are removed from the table, too.
func TestAnswersAreSwept(t *testing.T) {
	a := testAnswers(t, &memory.Journal{}, "a", true)
	big := []byte(`"` + strings.Repeat("x", 600<<10) + `"`)
	for i := range 10 {
		if _, err := a.once(t.Context(), answerKey{"ann", "create", fmt.Sprint(i)}, nil, func(json.RawMessage, string) (reply, error) { return reply{200, big}, nil }); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the oldest is gone", func() bool {
		_, err := a.table.Get(t.Context(), answerKey{"ann", "create", "0"}.name())
		return errors.Is(err, engine.ErrNotFound)
	})
	if _, err := a.table.Get(t.Context(), answerKey{"ann", "create", "9"}.name()); err != nil {
		t.Errorf("the newest: %v", err)
	}
}

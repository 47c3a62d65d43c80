package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// archived is a chat of two replies, and its archive.
func archived(t *testing.T, ts *testServer) (id string, file []byte) {
	t.Helper()
	id = ts.createChat(t, ann)
	for i, text := range []string{"first", "second"} {
		ts.as(t, ann, 202, "POST", "/chat/sessions/"+id+"/messages", map[string]any{"content": text})
		ts.replies(t, ann, id, i+1)
	}
	return id, exported(t, ts, id)
}

func exported(t *testing.T, ts *testServer, id string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := ts.Admin().Export(t.Context(), id, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchiveComesBack(t *testing.T) {
	a := newTestServer(t, nil)
	id, file := archived(t, a)
	for i, line := range bytes.Split(bytes.TrimSpace(file), []byte("\n")) {
		if !json.Valid(line) {
			t.Errorf("line %d is no JSON: %s", i+1, line)
		}
	}
	b := newTestServer(t, func(c *Config) { c.Connect = testScripts })
	got, err := b.Admin().Import(t.Context(), bytes.NewReader(file), ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got != id {
		t.Errorf("it has the id %s, want its own %s", got, id)
	}
	want := a.storedLog(t, id)
	log := b.storedLog(t, id)
	if len(log) != len(want)+1 || !strings.Contains(log[len(log)-1], `"session.paused"`) {
		t.Fatalf("the log has %d events, want %d and a pause", len(log), len(want))
	}
	if diff := cmp.Diff(want, log[:len(want)]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	detail, err := b.Admin().Show(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if detail.Status != statusPaused || detail.Owner != ann || detail.Seq != uint64(len(log)) || len(detail.Agents) != 1 {
		t.Errorf("it is %+v", detail)
	}
	if _, err := b.engine.Session(id); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("it runs by itself: %v", err)
	}
	if d, err := b.Admin().Replay(t.Context(), id); err != nil || d != nil {
		t.Errorf("replay: %+v, %v", d, err)
	}
}

func TestImportedSessionGoesOnWhenItIsResumed(t *testing.T) {
	a := newTestServer(t, nil)
	id, file := archived(t, a)
	b := newTestServer(t, nil)
	if _, err := b.Admin().Import(t.Context(), bytes.NewReader(file), ImportOptions{Owner: bob}); err != nil {
		t.Fatal(err)
	}
	check(t, b.as(t, bob, 200, "GET", "/chat/sessions/"+id, nil), statusPaused, "status")
	check(t, b.as(t, ann, 403, "GET", "/chat/sessions/"+id, nil), "FORBIDDEN", "code")
	check(t, b.as(t, bob, 200, "GET", "/chat/sessions", nil), 1, "total_count")
	b.as(t, bob, 202, "POST", "/chat/sessions/"+id+"/messages", `{"content":"third"}`)
	if got := b.replies(t, bob, id, 2); len(got) != 2 {
		t.Errorf("a paused session has %d replies, want the 2 that it had", len(got))
	}
	check(t, b.as(t, bob, 200, "POST", "/chat/sessions/"+id+"/resume", nil), statusActive, "status")
	b.replies(t, bob, id, 3)
}

func TestImportBesideItself(t *testing.T) {
	ts := newTestServer(t, func(c *Config) {
		c.Templates, c.Connect = []Scenario{testScenario(t, debateHCL)}, testScripts
	})
	id, _ := ts.create(t, ann, map[string]any{"template": "debate", "variables": map[string]any{"key": "planted-secret-3355"}})
	before := ts.storedLog(t, id)
	file := exported(t, ts, id)
	if bytes.Contains(file, []byte("planted-secret-3355")) || bytes.Contains(file, []byte("s3cret-default")) {
		t.Error("a secret is in the archive")
	}
	other, err := ts.Admin().Import(t.Context(), bytes.NewReader(file), ImportOptions{Owner: bob})
	if err != nil {
		t.Fatal(err)
	}
	if other == id {
		t.Fatal("it replaced the session")
	}
	if diff := cmp.Diff(before, ts.storedLog(t, id)[:len(before)]); diff != "" {
		t.Errorf("the session has changed (-want +got)\n%s", diff)
	}
	one, err := ts.Admin().Show(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	two, err := ts.Admin().Show(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	if two.Owner != bob || two.Agents[0].ID == one.Agents[0].ID || two.Scenario != one.Scenario {
		t.Errorf("the other is %+v", two)
	}
	d, err := ts.docOf(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ts.planOf(t.Context(), other, d)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.config.Providers[1].APIKey.Reveal(); got != "planted-secret-3355" {
		t.Errorf("its secret is %q", got)
	}
	wholeStoreHasNot(t, ts, "planted-secret-3355", "s3cret-default")
	// Another server has another key: it can be looked at there, and does not go on.
	far := newTestServer(t, func(c *Config) {
		c.Connect = testScripts
		tokens, err := OpenTokens(TokenConfig{Dir: t.TempDir(), TTL: testTTL, Issuer: testIssuer, Audience: testIssuer})
		if err != nil {
			t.Fatal(err)
		}
		c.Tokens = tokens
	})
	if _, err := far.Admin().Import(t.Context(), bytes.NewReader(file), ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := far.Admin().Show(t.Context(), id); err != nil {
		t.Error(err)
	}
	if _, err := far.Admin().Replay(t.Context(), id); err == nil {
		t.Error("it goes on without its scenario")
	}
}

func TestImportOfAnEndedSession(t *testing.T) {
	a, b := newTestServer(t, nil), newTestServer(t, nil)
	id, _ := archived(t, a)
	ts := a
	ts.as(t, ann, 200, "POST", "/chat/sessions/"+id+"/stop", nil)
	file := exported(t, ts, id)
	if _, err := b.Admin().Import(t.Context(), bytes.NewReader(file), ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	got, err := b.Admin().Show(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != statusStopped || got.Outcome != string(engine.Cancelled) || got.Stop != "person" || got.Ended.IsZero() {
		t.Errorf("it is %+v", got)
	}
	if diff := cmp.Diff(a.storedLog(t, id), b.storedLog(t, id)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	x, err := b.Admin().Explain(t.Context(), id)
	if err != nil || x.Outcome != engine.Cancelled {
		t.Errorf("explained as %+v, %v", x, err)
	}
}

func TestArchiveReplaysWithoutAServer(t *testing.T) {
	ts := newTestServer(t, nil)
	_, file := archived(t, ts)
	if d, err := ReplayArchive(t.Context(), bytes.NewReader(file), nil); err != nil || d != nil {
		t.Errorf("got %+v, %v", d, err)
	}
	// With a secret that it must not know, and a scenario in the clear.
	sc := testScenario(t, `
variable "key" {
  type      = string
  sensitive = true
  default   = null
}
provider "scripted" "p" { api_key = var.key }
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
pattern "round_robin" "r" { participants = [agent.a, agent.b] }
session "pair" {
  pattern = pattern.r
  limits { max_turns = 3 }
}`)
	other := newTestServer(t, func(c *Config) { c.Templates, c.Connect = []Scenario{sc}, testScripts })
	id, _ := other.create(t, ann, map[string]any{"template": "pair", "variables": map[string]any{"key": "planted-secret-8812"}, "metadata": map[string]any{"opening": "Begin."}})
	other.replies(t, ann, id, 3)
	file = exported(t, other, id)
	if bytes.Contains(file, []byte("planted-secret-8812")) {
		t.Error("a secret is in the archive")
	}
	if d, err := ReplayArchive(t.Context(), bytes.NewReader(file), nil); err != nil || d != nil {
		t.Errorf("got %+v, %v", d, err)
	}
	asked := false
	_, err := ReplayArchive(t.Context(), bytes.NewReader(file), func(a *Archive) (*engine.Template, error) {
		asked = true
		if a.ID != id || a.Template != "pair" || a.Owner != ann || len(a.Agents) != 2 {
			t.Errorf("the archive is %+v", a)
		}
		return a.Compile(t.Context(), testScripts)
	})
	if err != nil || !asked {
		t.Errorf("with a template of ours: %v, asked %t", err, asked)
	}
}

func TestDamagedArchives(t *testing.T) {
	a := newTestServer(t, nil)
	_, file := archived(t, a)
	lines := bytes.SplitAfter(file, []byte("\n"))
	with := func(i int, old, now string) []byte {
		if !bytes.Contains(lines[i], []byte(old)) {
			t.Fatalf("line %d has no %s: %s", i+1, old, lines[i])
		}
		parts := append([][]byte{}, lines...)
		parts[i] = bytes.Replace(lines[i], []byte(old), []byte(now), 1)
		return bytes.Join(parts, nil)
	}
	last := len(lines) - 2
	for name, text := range map[string][]byte{
		"empty":                  nil,
		"no JSON":                []byte("hello\n"),
		"another kind":           []byte("{\"agentconnect\":\"backup\",\"version\":1}\n"),
		"a later version":        with(0, `"version":1`, `"version":2`),
		"cut before its end":     bytes.Join(lines[:last], nil),
		"cut in a line":          file[:len(file)/2],
		"without an event":       bytes.Join(append(append([][]byte{}, lines[:3]...), lines[4:]...), nil),
		"events exchanged":       bytes.Join([][]byte{lines[0], lines[2], lines[1], bytes.Join(lines[3:], nil)}, nil),
		"a word changed":         bytes.Replace(file, []byte("first"), []byte("third"), 1),
		"another session's":      with(2, `"session":"session_`, `"session":"session_x`),
		"an unknown event":       with(2, `"type":"`, `"type":"x.`),
		"more behind the end":    append(bytes.Clone(file), 'x'),
		"another sum":            with(last, sumPrefix, sumPrefix+"0"),
		"another count":          with(last, `{"events":`, `{"events":1`),
		"another owner":          with(0, `"owner":"ann"`, `"owner":"bob"`),
		"an id that is a path":   with(0, `"id":"session_`, `"id":"../session_`),
		"a type that is none":    with(0, `"session_type":"human_agent"`, `"session_type":"x"`),
		"texts of another":       with(0, `agent \"assistant\"`, `agent \"assistent\"`),
		"a file that is outside": with(0, `"files":{"chat.hcl"`, `"files":{"../chat.hcl"`),
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestServer(t, nil)
			id, err := b.Admin().Import(t.Context(), bytes.NewReader(text), ImportOptions{})
			if !errors.Is(err, ErrArchive) {
				t.Errorf("got %q, %v, want %v", id, err, ErrArchive)
			}
			list, _, err := b.Admin().List(t.Context(), Filter{})
			if err != nil || len(list) != 0 {
				t.Errorf("there is %v, %v", list, err)
			}
			archive, err := ReadArchive(bytes.NewReader(text))
			if err == nil {
				if left := b.storedLog(t, archive.ID); len(left) > 0 {
					t.Errorf("%d events are left", len(left))
				}
			}
		})
	}
}

func TestImportTakesLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it imports 60 MiB")
	}
	a := newTestServer(t, nil)
	_, file := archived(t, a)
	head, _, _ := bytes.Cut(file, []byte("\n"))
	archive, err := ReadArchive(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var first engine.Event
	for e, err := range archive.Events() {
		if first = e; err != nil {
			t.Fatal(err)
		}
		break
	}
	r, w := io.Pipe()
	go func() {
		_, _ = fmt.Fprintf(w, "%s\n", head)
		lines := json.NewEncoder(w)
		_ = lines.Encode(first)
		said := engine.Event{Session: archive.ID, Time: first.Time, Data: &engine.Said{Sender: "user", Role: "user", Content: strings.Repeat("long ", 12_000)}}
		for i := range 1000 {
			said.Seq = uint64(i) + 2
			_ = lines.Encode(said)
		}
		_ = w.CloseWithError(errors.New("the other side is gone"))
	}()
	most := uint64(0)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		var m runtime.MemStats
		for ctx.Err() == nil {
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
			time.Sleep(20 * time.Millisecond)
		}
	}()
	b := newTestServer(t, func(c *Config) { c.Store = forgetful{c.Store} })
	_, err = b.Admin().Import(t.Context(), r, ImportOptions{})
	cancel()
	<-done
	if err == nil || !strings.Contains(err.Error(), "the other side is gone") {
		t.Errorf("got %v", err)
	}
	if most > 64<<20 {
		t.Errorf("it took %d MiB", most>>20)
	}
}

// forgetful is a store that keeps no events.
type forgetful struct{ engine.Store }

func (forgetful) Append(context.Context, string, uint64, []engine.Event) error { return nil }

func FuzzReadArchive(f *testing.F) {
	src := &source{Root: "main.hcl", Files: map[string]*string{"main.hcl": new(string), "x": nil}}
	s := &Server{}
	key, _, err := s.keyOf(src)
	if err != nil {
		f.Fatal(err)
	}
	d := sampleDoc()
	d.Blueprint.Source = key
	head, err := json.Marshal(archiveHead{
		Kind: archiveKind, Version: archiveVersion, ID: "session_1", Doc: d, Sources: map[string]archiveSource{key: {Texts: src}},
		Head: archivedHead{Owner: "ann", Template: "s", SessionType: humanAgent, Status: statusActive, Created: time.Unix(1_700_000_000, 0)},
	})
	if err != nil {
		f.Fatal(err)
	}
	event, err := json.Marshal(engine.Event{Seq: 1, Session: "session_1", Time: time.Unix(1_700_000_000, 0), Data: &engine.Created{Template: "s"}})
	if err != nil {
		f.Fatal(err)
	}
	whole := string(head) + "\n" + string(event) + "\n{\"events\":1,\"sum\":\"sha256:\"}\n"
	f.Add([]byte(whole))
	f.Add([]byte("{}\n"))
	f.Add([]byte(string(head) + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := ReadArchive(bytes.NewReader(text))
		if err != nil {
			if !errors.Is(err, ErrArchive) {
				t.Fatalf("got %v", err)
			}
			return
		}
		n, failed := uint64(0), false
		for e, err := range a.Events() {
			if failed {
				t.Fatal("there is something behind an error")
			}
			if err != nil {
				failed = true
				continue
			}
			if n++; e.Seq != n || e.Session != a.ID {
				t.Fatalf("event %d of %s is %d of %s", n, a.ID, e.Seq, e.Session)
			}
		}
		if _, err := a.doc.encode(); err != nil && public(err).status != 422 {
			t.Fatalf("its doc cannot be stored: %v", err)
		}
	})
}

// What a crash leaves of an import is not seen, and removed in the end.
func TestImportIsCutShort(t *testing.T) {
	store := &memory.Journal{}
	one := serveOn(t, store, 0)
	id := one.createChat(t, ann)
	one.post(t, id, "hello")
	one.answers(t, id, 1)
	var b bytes.Buffer
	if err := one.Admin().Export(t.Context(), id, &b); err != nil {
		t.Fatal(err)
	}
	a, err := ReadArchive(&b)
	if err != nil {
		t.Fatal(err)
	}
	half := engine.NewID(sessionPrefix)
	if _, err := one.announce(t.Context(), half, a); err != nil {
		t.Fatal(err)
	}
	if err := store.Append(t.Context(), half, 0, []engine.Event{{Seq: 1, Session: half, Time: now(), Data: &engine.Paused{}}}); err != nil {
		t.Fatal(err)
	}
	one.crash()
	two := serveOn(t, store, 0, func(c *Config) { c.Sessions.Retention = time.Second - importTime })
	two.as(t, ann, 404, "GET", "/chat/sessions/"+half, nil)
	check(t, two.as(t, ann, 200, "GET", "/chat/sessions", nil), 1, "total_count")
	eventually(t, "it is removed", func() bool {
		_, err := store.Mark(t.Context(), half)
		return two.index.entry(half) == nil && errors.Is(err, engine.ErrNotFound)
	})
}

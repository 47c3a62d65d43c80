package control

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/server"
)

// shelf is a Sessions with one session, whose archive is a text.
type shelf struct {
	Sessions
	text    string
	broken  error         // after the text
	reading chan struct{} // closed when an import begins
}

func (s *shelf) List(_ context.Context, f server.Filter) ([]server.SessionSummary, string, error) {
	return []server.SessionSummary{{ID: "session_1", Owner: f.Owner, Seq: 7}}, "next of " + f.Cursor, nil
}

func (s *shelf) Show(_ context.Context, id string) (server.SessionDetail, error) {
	if id != "session_1" {
		return server.SessionDetail{}, fmt.Errorf("session %s: %w", id, engine.ErrNotFound)
	}
	return server.SessionDetail{SessionSummary: server.SessionSummary{ID: id}}, nil
}

func (s *shelf) Fork(_ context.Context, id string, o server.ForkOptions) (server.SessionSummary, error) {
	return server.SessionSummary{ID: id + "_copy", Owner: o.Owner, Seq: o.At, Template: o.Models["ada"]}, nil
}

func (s *shelf) Export(_ context.Context, id string, w io.Writer) error {
	if id != "session_1" {
		return engine.ErrNotFound
	}
	if _, err := io.WriteString(w, s.text); err != nil {
		return err
	}
	return s.broken
}

func (s *shelf) Import(ctx context.Context, r io.Reader, o server.ImportOptions) (string, error) {
	if s.reading != nil {
		close(s.reading)
		<-ctx.Done()
		return "", ctx.Err()
	}
	text, err := io.ReadAll(r)
	if err == nil && string(text) != s.text {
		err = errors.New("that is another one")
	}
	return "session_1 of " + o.Owner, err
}

// remote serves a target and gives it as it is far away.
func remote(t *testing.T, to Target) (*Target, *Listener) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "control.sock")
	l, err := Serve(path, to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	r, err := Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r.Target(), l
}

func TestSessionsFromAfar(t *testing.T) {
	s := &shelf{text: strings.Repeat("a line of an archive\n", 100_000)}
	far, _ := remote(t, Target{Users: &book{}, Sessions: s})
	ctx := t.Context()
	list, next, err := far.Sessions.List(ctx, server.Filter{Owner: "ann", Cursor: "c"})
	if err != nil || len(list) != 1 || list[0].Owner != "ann" || list[0].Seq != 7 || next != "next of c" {
		t.Errorf("list: got %+v, %q, %v", list, next, err)
	}
	if d, err := far.Sessions.Show(ctx, "session_1"); err != nil || d.ID != "session_1" {
		t.Errorf("show: got %+v, %v", d, err)
	}
	if _, err := far.Sessions.Show(ctx, "session_2"); !errors.Is(err, engine.ErrNotFound) || !strings.Contains(err.Error(), "session_2") {
		t.Errorf("show of none: got %v", err)
	}
	f, err := far.Sessions.Fork(ctx, "session_1", server.ForkOptions{At: 3, Owner: "bob", Models: map[string]string{"ada": "small"}})
	if err != nil || f.ID != "session_1_copy" || f.Owner != "bob" || f.Seq != 3 || f.Template != "small" {
		t.Errorf("fork: got %+v, %v", f, err)
	}
	var out bytes.Buffer
	if err := far.Sessions.Export(ctx, "session_1", &out); err != nil || out.String() != s.text {
		t.Errorf("export: got %d bytes, %v; want %d", out.Len(), err, len(s.text))
	}
	if err := far.Sessions.Export(ctx, "session_2", io.Discard); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("export of none: got %v", err)
	}
	id, err := far.Sessions.Import(ctx, &out, server.ImportOptions{Owner: "ann&bob"})
	if err != nil || id != "session_1 of ann&bob" {
		t.Errorf("import: got %q, %v", id, err)
	}
	if _, err := far.Sessions.Import(ctx, strings.NewReader("x"), server.ImportOptions{}); err == nil || err.Error() != "that is another one" {
		t.Errorf("import of another: got %v", err)
	}
}

// A stream that breaks off is an error, with the reason, whatever came before.
func TestBrokenStream(t *testing.T) {
	s := &shelf{text: strings.Repeat("x", 1<<20), broken: errors.New("the log has\na hole")}
	far, _ := remote(t, Target{Users: &book{}, Sessions: s})
	if err := far.Sessions.Export(t.Context(), "session_1", io.Discard); err == nil || err.Error() != `the log has\na hole` {
		t.Errorf("got %v, want the reason", err)
	}
	full := errors.New("disk is full")
	s.broken = nil
	if err := far.Sessions.Export(t.Context(), "session_1", failingWriter{full}); !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

// A backup is told what is in it; one that never ends is broken off by whoever
// asked, or when the server stops.
func TestBackupFromAfar(t *testing.T) {
	endless := make(chan struct{})
	backup := func(ctx context.Context, w io.Writer) (any, error) {
		_, err := io.WriteString(w, "all of it")
		select {
		case <-endless:
		default:
			return map[string]int{"sessions": 3}, err
		}
		for err == nil && ctx.Err() == nil {
			_, err = io.WriteString(w, strings.Repeat("more", 10_000))
		}
		return nil, context.Cause(ctx)
	}
	far, l := remote(t, Target{Users: &book{}, Backup: backup})
	var out bytes.Buffer
	result, err := far.Backup(t.Context(), &out)
	if err != nil || out.String() != "all of it" || fmt.Sprintf("%s", result) != `{"sessions":3}` {
		t.Errorf("got %q, %s, %v", out.String(), result, err)
	}
	close(endless)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := far.Backup(ctx, io.Discard); err == nil {
		t.Error("a backup that was given up is no error")
	}
	time.AfterFunc(50*time.Millisecond, l.Close)
	if _, err := far.Backup(t.Context(), io.Discard); err == nil || !strings.Contains(err.Error(), "the server stops") {
		t.Errorf("got %v, want that the server stops", err)
	}
}

// An import that is under way when the server stops is broken off.
func TestImportIsBrokenOff(t *testing.T) {
	s := &shelf{reading: make(chan struct{})}
	far, l := remote(t, Target{Users: &book{}, Sessions: s})
	go func() {
		<-s.reading
		l.Close()
	}()
	body, stop := io.Pipe()
	defer stop.Close() //nolint:errcheck // of a pipe
	go func() {
		for {
			if _, err := io.WriteString(stop, "line\n"); err != nil {
				return
			}
		}
	}()
	if _, err := far.Sessions.Import(t.Context(), body, server.ImportOptions{}); err == nil || !strings.Contains(err.Error(), "the server stops") {
		t.Errorf("got %v, want that the server stops", err)
	}
}

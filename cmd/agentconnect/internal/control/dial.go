package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/server"
)

// maxAnswer bounds an answer that is no stream, in bytes.
const maxAnswer = 64 << 20

// Remote acts on a running server. Close it.
type Remote struct {
	ctx  context.Context //nolint:containedctx // of the program's one command
	http *http.Client
}

// Dial connects to a control socket. The error is that of the system when
// nobody listens there.
func Dial(ctx context.Context, path string) (*Remote, error) {
	dial := func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", short(path))
	}
	conn, err := dial(ctx)
	if err != nil {
		return nil, err
	}
	_ = conn.Close() // it only shows that somebody is there
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) }}
	return &Remote{ctx: ctx, http: &http.Client{Transport: transport}}, nil
}

// Close closes the connection.
func (r *Remote) Close() { r.http.CloseIdleConnections() }

// ask sends a command and takes its answer.
func (r *Remote) ask(ctx context.Context, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	text, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return r.call(ctx, http.MethodPost, path, bytes.NewReader(text), out)
}

// call makes a request whose answer is one value.
func (r *Remote) call(ctx context.Context, method, path string, body io.Reader, to any) error {
	w, err := r.request(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer w.Body.Close() //nolint:errcheck // it was only read from
	text, err := io.ReadAll(io.LimitReader(w.Body, maxAnswer))
	switch {
	case err != nil:
		return unanswered(err)
	case to == nil:
		return nil
	default:
		return json.Unmarshal(text, to)
	}
}

// request makes a request; an answer that is a refusal is an error.
func (r *Remote) request(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	q, err := http.NewRequestWithContext(ctx, method, "http://agentconnect/"+path, body)
	if err != nil {
		return nil, err
	}
	w, err := r.http.Do(q)
	if err != nil {
		if inner := errors.Unwrap(err); inner != nil {
			err = inner
		}
		return nil, unanswered(err)
	}
	if w.StatusCode == http.StatusOK {
		return w, nil
	}
	defer w.Body.Close() //nolint:errcheck // it was only read from
	text, _ := io.ReadAll(io.LimitReader(w.Body, maxRequest))
	var e refusal
	switch {
	case json.Unmarshal(text, &e) != nil || e.Error == "":
		return nil, fmt.Errorf("the running server is of another version: it answers %s", w.Status)
	case w.StatusCode == http.StatusNotFound:
		return nil, &missing{e.Error}
	default:
		return nil, errors.New(e.Error)
	}
}

func unanswered(err error) error { return fmt.Errorf("the running server does not answer: %w", err) }

// missing is the error of a server that does not have what is named.
type missing struct{ text string }

// Error is the server's text.
func (m *missing) Error() string { return m.text }

// Is lets errors.Is find the errors that say so.
func (m *missing) Is(target error) bool {
	return target == server.ErrNoUser || target == engine.ErrNotFound
}

// stream copies an answer that is a stream, and gives what became of it.
func (r *Remote) stream(ctx context.Context, path string, w io.Writer) (json.RawMessage, error) {
	q, err := r.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	defer q.Body.Close() //nolint:errcheck // it was only read from
	from := &failing{r: q.Body}
	if _, err := io.Copy(w, from); err != nil {
		if from.err != nil {
			return nil, unanswered(from.err)
		}
		return nil, err // of the writer
	}
	if text := q.Trailer.Get(errorTrailer); text != "" {
		return nil, errors.New(text)
	}
	return json.RawMessage(q.Trailer.Get(resultTrailer)), nil
}

// failing remembers the error of a reader, to tell it from the writer's.
type failing struct {
	r   io.Reader
	err error
}

// Read reads.
func (f *failing) Read(buf []byte) (int, error) {
	n, err := f.r.Read(buf)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

// Target is what the server acts on.
func (r *Remote) Target() *Target {
	return &Target{
		Users:    remoteUsers{r},
		Sessions: remoteSessions{r},
		Backup:   func(ctx context.Context, w io.Writer) (any, error) { return r.stream(ctx, "backup", w) },
	}
}

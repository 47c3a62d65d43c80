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

	"github.com/agentconnect-dev/agentconnect/server"
)

// maxList bounds the list of all users, in bytes.
const maxList = 64 << 20

// Remote acts on the users of a running server. Close it.
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
	return &Remote{ctx: ctx, http: &http.Client{Transport: transport, Timeout: commandTime}}, nil
}

// Close closes the connection.
func (r *Remote) Close() { r.http.CloseIdleConnections() }

// Add implements [Users].
func (r *Remote) Add(name, role, password string) error {
	return r.do("add", command{Name: name, Role: role, Password: password})
}

// Disable implements [Users].
func (r *Remote) Disable(name string) error { return r.do("disable", command{Name: name}) }

// Enable implements [Users].
func (r *Remote) Enable(name string) error { return r.do("enable", command{Name: name}) }

// SetPassword implements [Users].
func (r *Remote) SetPassword(name, password string) error {
	return r.do("passwd", command{Name: name, Password: password})
}

// List implements [Users].
func (r *Remote) List() ([]server.User, error) {
	var list []server.User
	err := r.call(http.MethodGet, "", nil, &list)
	return list, err
}

func (r *Remote) do(what string, c command) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return r.call(http.MethodPost, "/"+what, bytes.NewReader(text), nil)
}

func (r *Remote) call(method, path string, body io.Reader, to any) error {
	q, err := http.NewRequestWithContext(r.ctx, method, "http://agentconnect/users"+path, body)
	if err != nil {
		return err
	}
	w, err := r.http.Do(q)
	if err != nil {
		return fmt.Errorf("the running server does not answer: %w", errors.Unwrap(err))
	}
	defer w.Body.Close() //nolint:errcheck // it was only read from
	text, err := io.ReadAll(io.LimitReader(w.Body, maxList))
	switch {
	case err != nil:
		return fmt.Errorf("the running server does not answer: %w", err)
	case w.StatusCode != http.StatusOK:
		var e refusal
		if json.Unmarshal(text, &e) != nil || e.Error == "" {
			return fmt.Errorf("the running server is of another version: it answers %s", w.Status)
		}
		return errors.New(e.Error)
	case to == nil:
		return nil
	default:
		return json.Unmarshal(text, to)
	}
}

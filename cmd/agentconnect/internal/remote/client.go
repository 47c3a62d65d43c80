package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// The bounds of an answer.
const (
	maxAnswer   = 8 << 20 // bytes
	answerTime  = 30 * time.Second
	maxIdleTime = 30 * time.Second
)

// Client calls a server's routes. Its zero value is not useful; see [NewClient].
type Client struct {
	base *url.URL
	http *http.Client

	mu    sync.Mutex // guards token
	token string
}

// NewClient makes a client of the server at an address; the token may be empty.
// Close it.
func NewClient(base *url.URL, token string) *Client {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, IdleConnTimeout: maxIdleTime, ForceAttemptHTTP2: true}
	return &Client{base: base, token: token, http: &http.Client{
		Transport: transport, Timeout: answerTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // a token goes nowhere else
	}}
}

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Error is an answer that is an error.
type Error struct {
	Status int
	Code   string
	Detail string
	Errors []FieldError
}

// FieldError is what is wrong at one place of a request.
type FieldError struct {
	Loc []any  `json:"loc"`
	Msg string `json:"msg"`
}

// Error is the server's text, with all that is wrong with the request.
func (e *Error) Error() string {
	switch {
	case e.Status == 0: // on the socket
		return "the server says: " + e.Detail
	case len(e.Errors) == 0:
		return fmt.Sprintf("the server says: %s (%d %s)", e.Detail, e.Status, e.Code)
	}
	lines := make([]string, len(e.Errors))
	for i, f := range e.Errors {
		lines[i] = f.Place() + ": " + f.Msg
	}
	return "the server says: " + strings.Join(lines, "\n")
}

// Place names what the error is about: variables.motion.
func (f *FieldError) Place() string {
	var parts []string
	for i, step := range f.Loc {
		if i > 0 || step != "body" {
			parts = append(parts, fmt.Sprint(step))
		}
	}
	return strings.Join(parts, ".")
}

// ErrUnauthorized says that the token is missing, not valid or has expired, or
// that the user or the password is wrong.
var ErrUnauthorized = errors.New("not logged in")

// Is lets errors.Is find [ErrUnauthorized].
func (e *Error) Is(target error) bool {
	return target == ErrUnauthorized && e.Status == http.StatusUnauthorized
}

// Login gets a token and keeps it.
func (c *Client) Login(ctx context.Context, user, password string) error {
	form := url.Values{"grant_type": {"password"}, "username": {user}, "password": {password}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.JoinPath("auth/login").String(), strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := c.answer(r, &answer); err != nil {
		return err
	}
	if answer.AccessToken == "" {
		return fmt.Errorf("%s does not speak the AgentConnect protocol: its answer to a login has no token", c.base)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token = answer.AccessToken
	return nil
}

func (c *Client) bearer() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token
}

// Agent is an agent of a session.
type Agent struct {
	Key      string `json:"-"`
	ID       string `json:"agent_id"`
	Provider string `json:"provider"`
	Model    string `json:"model"`
}

// Session is a session as the server describes it.
type Session struct {
	ID       string         `json:"session_id"`
	Type     string         `json:"session_type"`
	Status   string         `json:"status"`
	Template string         `json:"template"`
	Agents   ordered[Agent] `json:"agents"`
}

// Members are the session's agents in their order.
func (s *Session) Members() []Agent {
	out := make([]Agent, len(s.Agents))
	for i, m := range s.Agents {
		out[i] = m.value
		out[i].Key = m.key
	}
	return out
}

// Ended says whether nothing more will happen in it.
func (s *Session) Ended() bool {
	switch s.Status {
	case "completed", "stopped", "failed", "expired":
		return true
	default:
		return false
	}
}

// Template is a template as the server describes it.
type Template struct {
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Type        string            `json:"session_type"`
	Vars        ordered[Variable] `json:"variables"`
}

// Variable is an input of a template.
type Variable struct {
	Name        string          `json:"-"`
	Type        string          `json:"type"`
	Description string          `json:"description"`
	Default     json.RawMessage `json:"default"`
	Required    bool            `json:"required"`
	Sensitive   bool            `json:"sensitive"`
}

// Variables are the template's inputs in their order.
func (t *Template) Variables() []Variable {
	out := make([]Variable, len(t.Vars))
	for i, m := range t.Vars {
		out[i] = m.value
		out[i].Name = m.key
	}
	return out
}

// Templates gives what sessions can be made from.
func (c *Client) Templates(ctx context.Context) ([]Template, error) {
	var answer struct {
		Templates []Template `json:"templates"`
	}
	err := c.call(ctx, http.MethodGet, nil, &answer, "templates")
	return answer.Templates, err
}

// Session finds a session.
func (c *Client) Session(ctx context.Context, id string) (*Session, error) {
	var s Session
	return &s, c.call(ctx, http.MethodGet, nil, &s, "chat/sessions", url.PathEscape(id))
}

// Create makes a session from a template.
func (c *Client) Create(ctx context.Context, template string, variables map[string]json.RawMessage) (*Session, error) {
	body := map[string]any{"template": template}
	if len(variables) > 0 {
		body["variables"] = variables
	}
	var s Session
	return &s, c.call(ctx, http.MethodPost, body, &s, "chat/sessions/create")
}

// Command pauses, resumes or stops a session.
func (c *Client) Command(ctx context.Context, id, what string) error {
	return c.call(ctx, http.MethodPost, nil, nil, "chat/sessions", url.PathEscape(id), what)
}

// Approve decides about a tool call that waits for a person.
func (c *Client) Approve(ctx context.Context, id, callID string, allow bool, why string) error {
	body := map[string]any{"call_id": callID, "approve": allow}
	if why != "" {
		body["reason"] = why
	}
	return c.call(ctx, http.MethodPost, body, nil, "chat/sessions", url.PathEscape(id), "approvals")
}

func (c *Client) call(ctx context.Context, method string, body, to any, path ...string) error {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath(path...).String(), reader)
	if err != nil {
		return err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token := c.bearer(); token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return c.answer(r, to)
}

// answer sends a request and reads the answer to it.
func (c *Client) answer(r *http.Request, to any) error {
	w, err := c.http.Do(r)
	if err != nil {
		if inner, ok := errors.AsType[*url.Error](err); ok {
			err = inner.Err
		}
		return fmt.Errorf("%s cannot be reached: %w", c.base, err)
	}
	defer w.Body.Close() //nolint:errcheck // it was only read from
	text, err := io.ReadAll(io.LimitReader(w.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%s: %w", c.base, err)
	}
	if w.StatusCode < 200 || w.StatusCode > 299 {
		return failure(w, text)
	}
	if to == nil {
		return nil
	}
	if err := json.Unmarshal(text, to); err != nil {
		return fmt.Errorf("%s does not speak the AgentConnect protocol: %w", c.base, err)
	}
	return nil
}

func failure(w *http.Response, text []byte) error {
	e := &Error{Status: w.StatusCode, Code: http.StatusText(w.StatusCode)}
	var body struct {
		Detail, Code string
		Errors       []FieldError
	}
	if json.Unmarshal(text, &body) != nil || body.Code == "" {
		e.Detail = "there is something else than an AgentConnect server at this address"
		return e
	}
	e.Detail, e.Code, e.Errors = body.Detail, body.Code, body.Errors
	return e
}

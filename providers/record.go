package providers

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// Recorder writes what is asked and answered to a cassette, one JSON object a
// line, in the order in which the answers end. Headers of requests are not
// written, and of answers only those that matter.
type Recorder struct {
	base   http.RoundTripper
	redact *Redactor

	mu  sync.Mutex
	out io.Writer
	err error
}

// NewRecorder makes a recorder that calls over base. Secrets are the keys of all
// providers; they are taken out of addresses and bodies. Who gave the writer
// closes it, when no call is under way any more.
func NewRecorder(out io.Writer, base http.RoundTripper, secrets ...string) *Recorder {
	return &Recorder{base: base, redact: NewRedactor(secrets...), out: out}
}

// Err is the first error of writing. Calls go on after it.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// RoundTrip makes a call and records it when its answer has been read or given
// up.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	x, req, err := newExchange(req)
	if err != nil {
		return nil, err
	}
	resp, err := r.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Body = &tape{ReadCloser: resp.Body, full: func(body []byte, cut bool) {
		x.Cut = cut
		x.answered(resp, body, r.redact)
		r.write(x)
	}}
	return resp, nil
}

func (r *Recorder) write(x *exchange) {
	line, err := json.Marshal(x)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		_, err = r.out.Write(append(line, '\n'))
	}
	if r.err == nil {
		r.err = err
	}
}

// tape copies what is read of an answer.
type tape struct {
	io.ReadCloser

	copied bytes.Buffer
	once   sync.Once
	full   func(body []byte, cut bool)
}

func (t *tape) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	if t.copied.Len() < maxBody {
		_, _ = t.copied.Write(p[:n])
	}
	if err != nil {
		t.once.Do(func() { t.full(t.copied.Bytes(), !errors.Is(err, io.EOF)) })
	}
	return n, err
}

func (t *tape) Close() error {
	err := t.ReadCloser.Close()
	t.once.Do(func() { t.full(t.copied.Bytes(), true) })
	return err
}

// Player answers from a cassette, without any network: to a request that was
// recorded several times with the answers in their order.
type Player struct {
	mu      sync.Mutex
	answers map[string][]*exchange
}

// NewPlayer reads a cassette to its end.
func NewPlayer(in io.Reader) (*Player, error) {
	p := &Player{answers: map[string][]*exchange{}}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 3*maxBody)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		x := new(exchange)
		if err := json.Unmarshal(lines.Bytes(), x); err != nil {
			return nil, fmt.Errorf("line %d of the cassette: %w", n, err)
		}
		if x.Key == "" || x.Status < 100 || x.Status > 999 {
			return nil, fmt.Errorf("line %d of the cassette has no key or no status", n)
		}
		p.answers[x.Key] = append(p.answers[x.Key], x)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("the cassette: %w", err)
	}
	return p, nil
}

// RoundTrip gives the recorded answer.
func (p *Player) RoundTrip(req *http.Request) (*http.Response, error) {
	x, req, err := newExchange(req)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.answers[x.Key]
	if len(list) == 0 {
		return nil, &Error{Kind: Other, Message: fmt.Sprintf("the cassette has no further answer to %s %s (key %s): record it anew", x.Method, x.URL, x.Key)}
	}
	p.answers[x.Key] = list[1:]
	return list[0].response(req), nil
}

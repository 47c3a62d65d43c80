package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/server"
)

// What follows a stream: what became of it, as JSON, or why it broke off.
const (
	resultTrailer = "Agentconnect-Result"
	errorTrailer  = "Agentconnect-Error"
)

// handler does the commands. When stop ends, streams break off.
func handler(stop context.Context, to Target) http.Handler {
	m := http.NewServeMux()
	serveUsers(m, to.Users)
	if to.Sessions != nil {
		serveSessions(stop, m, to.Sessions)
	}
	if to.Backup != nil {
		m.HandleFunc("GET /backup", send(stop, func(ctx context.Context, _ *http.Request, w io.Writer) (any, error) { return to.Backup(ctx, w) }))
	}
	return m
}

// answer does a command that has an answer of moderate size.
func answer[In, Out any](do func(context.Context, In) (Out, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&in); err != nil {
			refuse(w, err)
			return
		}
		out, err := do(r.Context(), in)
		if err != nil {
			refuse(w, err)
			return
		}
		_ = json.NewEncoder(w).Encode(out) // who does not read it is gone
	}
}

// send does a command whose answer is a stream, which takes as long as it takes
// if only it goes on.
func send(stop context.Context, do func(context.Context, *http.Request, io.Writer) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := both(r.Context(), stop)
		defer cancel()
		w.Header().Set("Trailer", resultTrailer+", "+errorTrailer)
		out := &pacedWriter{w: w, rc: http.NewResponseController(w)}
		result, err := do(ctx, r, out)
		out.patience()
		switch {
		case err != nil && !out.begun:
			w.Header().Del("Trailer")
			refuse(w, stopped(stop, err))
		case err != nil:
			w.Header().Set(errorTrailer, oneLine(stopped(stop, err)))
		default:
			text, err := json.Marshal(result)
			if err == nil {
				w.Header().Set(resultTrailer, string(text))
			}
		}
	}
}

// receive does a command that comes with a stream.
func receive(stop context.Context, do func(context.Context, *http.Request, io.Reader) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := both(r.Context(), stop)
		defer cancel()
		rc := http.NewResponseController(w)
		result, err := do(ctx, r, &pacedReader{r: http.MaxBytesReader(w, r.Body, maxArchive), rc: rc})
		_ = rc.SetWriteDeadline(time.Now().Add(commandTime)) // who does not read it is gone
		if err != nil {
			refuse(w, stopped(stop, err))
			return
		}
		_ = json.NewEncoder(w).Encode(result) // who does not read it is gone
	}
}

// both is a context that ends with either.
func both(ctx, stop context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	forget := context.AfterFunc(stop, cancel)
	return ctx, func() { forget(); cancel() }
}

// stopped explains the error of a stream that was broken off.
func stopped(stop context.Context, err error) error {
	if stop.Err() != nil {
		return errors.New("the server stops")
	}
	return err
}

// pacedWriter gives each write its own time.
type pacedWriter struct {
	w     io.Writer
	rc    *http.ResponseController
	begun bool
}

// Write writes within [commandTime].
func (p *pacedWriter) Write(text []byte) (int, error) {
	p.begun = true
	p.patience()
	return p.w.Write(text)
}

func (p *pacedWriter) patience() { _ = p.rc.SetWriteDeadline(time.Now().Add(commandTime)) } // else it fails

// pacedReader gives each read its own time.
type pacedReader struct {
	r  io.Reader
	rc *http.ResponseController
}

// Read reads within [commandTime].
func (p *pacedReader) Read(buf []byte) (int, error) {
	_ = p.rc.SetReadDeadline(time.Now().Add(commandTime)) // else it fails
	return p.r.Read(buf)
}

// refusal is the answer to a command that fails.
type refusal struct {
	Error string `json:"error"`
}

func refuse(w http.ResponseWriter, err error) {
	status := http.StatusUnprocessableEntity
	if errors.Is(err, server.ErrNoUser) || errors.Is(err, engine.ErrNotFound) {
		status = http.StatusNotFound
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(refusal{err.Error()}) // who does not read it is gone
}

// oneLine is an error as the value of a header.
func oneLine(err error) string {
	text := fmt.Sprintf("%q", err.Error())
	return text[1 : len(text)-1]
}

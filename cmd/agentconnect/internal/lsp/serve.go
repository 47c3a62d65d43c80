package lsp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"time"

	"github.com/creachadair/jrpc2"
	"github.com/creachadair/jrpc2/handler"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/lsp/hcllang"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// Config is what a server needs.
type Config struct {
	// Version is that of the program.
	Version string
	// Check finds more about a scenario that loads; it may be nil.
	Check func(*specs.Config) specs.Diagnostics
	// Delay is how long nothing must have been typed before findings are looked
	// for; 0 is 150 ms.
	Delay time.Duration
	// Log gets lines about what went wrong in the server; nil drops them.
	Log io.Writer
}

const defaultDelay = 150 * time.Millisecond

// ErrNoShutdown says that the client asked the server to exit without having
// shut it down.
var ErrNoShutdown = errors.New("the client left without a shutdown")

// Serve answers a client until it says exit, the input ends, or ctx is done. An
// input that is an [io.Closer] is closed then, which must end a read of it: a
// client that said exit may wait for the end of the program before it closes
// its side.
func Serve(ctx context.Context, in io.Reader, out io.Writer, cfg Config) error {
	s := newServer(ctx, cfg)
	defer s.stop()
	rpc := jrpc2.NewServer(s.methods(), &jrpc2.ServerOptions{AllowPush: true, DisableBuiltin: true, NewContext: func() context.Context { return s.ctx }})
	s.rpc = rpc
	s.work.Go(s.search)
	rpc.Start(newStream(in, out))
	stopped := context.AfterFunc(ctx, rpc.Stop)
	defer stopped()
	err := rpc.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.exited && !s.down:
		return ErrNoShutdown
	case s.exited || ctx.Err() != nil || errors.Is(err, io.EOF) || errors.Is(err, jrpc2.ErrConnClosed):
		return nil
	default:
		return err
	}
}

// A server is one connection.
type server struct {
	cfg    Config
	ctx    context.Context
	cancel context.CancelFunc
	rpc    *jrpc2.Server
	lexed  *specs.Lexed
	// scenarios are written in one language, test files in another.
	scenarioLang, testLang language
	work                   sync.WaitGroup // searches for findings

	mu        sync.Mutex // guards the fields below
	ready     bool       // initialize was answered
	down      bool       // shutdown was answered
	exited    bool
	inBytes   bool // positions count bytes
	snippets  bool
	watching  bool // the client can be asked to watch files
	folders   []string
	open      map[string]*document // by path
	clock     int                  // counts changes of texts
	scenarios map[string]*scenario // by root
	roots     map[string]rooted    // by path
	dirty     map[string]bool      // open files whose findings may be others now

	// wake asks the search for findings to begin after a time.
	wake chan time.Duration
	// findings are those that the client was told, by root and path. The
	// search alone uses it.
	findings map[string]map[string]specs.Diagnostics
}

func newServer(ctx context.Context, cfg Config) *server {
	if cfg.Delay == 0 {
		cfg.Delay = defaultDelay
	}
	if cfg.Log == nil {
		cfg.Log = io.Discard
	}
	lexed := &specs.Lexed{}
	s := &server{
		cfg: cfg, lexed: lexed, scenarioLang: newLanguage(specs.Language(), lexed), testLang: newLanguage(specs.TrialLanguage(), lexed), open: map[string]*document{}, scenarios: map[string]*scenario{},
		roots: map[string]rooted{}, dirty: map[string]bool{}, wake: make(chan time.Duration, 1), findings: map[string]map[string]specs.Diagnostics{},
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	return s
}

// A language is what may be written in a kind of file.
type language struct {
	docs *specs.BlockDoc
	*hcllang.Language
}

func newLanguage(docs *specs.BlockDoc, lexed *specs.Lexed) language {
	return language{docs, hcllang.New(docs, lexed)}
}

// language is that of a file.
func (s *server) language(name string) language {
	if isTest(name) {
		return s.testLang
	}
	return s.scenarioLang
}

// stop ends the searches and waits for them.
func (s *server) stop() {
	s.cancel()
	s.work.Wait()
}

// methods are what clients may call.
func (s *server) methods() handler.Map {
	return handler.Map{
		"initialize":                          s.guarded(call(s.initialize)),
		"initialized":                         s.guarded(note(s.initialized)),
		"shutdown":                            s.guarded(call(s.shutdown)),
		"exit":                                s.guarded(note(s.exit)),
		"$/cancelRequest":                     s.guarded(note(s.cancelRequest)),
		"$/setTrace":                          s.guarded(note(ignore)),
		"workspace/didChangeConfiguration":    s.guarded(note(ignore)),
		"workspace/didChangeWatchedFiles":     s.guarded(note(s.filesChanged)),
		"workspace/didChangeWorkspaceFolders": s.guarded(note(s.foldersChanged)),
		"workspace/symbol":                    s.guarded(call(s.workspaceSymbols)),
		"textDocument/didOpen":                s.guarded(note(s.didOpen)),
		"textDocument/didChange":              s.guarded(note(s.didChange)),
		"textDocument/didSave":                s.guarded(note(s.filesChanged)),
		"textDocument/didClose":               s.guarded(note(s.didClose)),
		"textDocument/completion":             s.guarded(call(s.complete)),
		"textDocument/hover":                  s.guarded(call(s.hover)),
		"textDocument/definition":             s.guarded(call(s.definition)),
		"textDocument/references":             s.guarded(call(s.references)),
		"textDocument/documentHighlight":      s.guarded(call(s.highlights)),
		"textDocument/prepareRename":          s.guarded(call(s.prepareRename)),
		"textDocument/rename":                 s.guarded(call(s.rename)),
		"textDocument/documentSymbol":         s.guarded(call(s.documentSymbols)),
		"textDocument/formatting":             s.guarded(call(s.format)),
		"textDocument/rangeFormatting":        s.guarded(call(s.formatRange)),
		"textDocument/codeAction":             s.guarded(call(s.codeActions)),
		"textDocument/semanticTokens/full":    s.guarded(call(s.semanticTokens)),
	}
}

// call makes a handler of a method with an answer.
func call[P, R any](f func(context.Context, *P) (R, error)) jrpc2.Handler {
	return func(ctx context.Context, req *jrpc2.Request) (any, error) {
		var params P
		if req.HasParams() {
			if err := req.UnmarshalParams(&params); err != nil {
				return nil, err
			}
		}
		return f(ctx, &params)
	}
}

// note makes a handler of a notification.
func note[P any](f func(context.Context, *P)) jrpc2.Handler {
	return call(func(ctx context.Context, params *P) (any, error) {
		f(ctx, params)
		return nil, nil
	})
}

func ignore(context.Context, *struct{}) {}

// codeNotReady is the protocol's error for a request before initialize.
const codeNotReady = jrpc2.Code(-32002)

// guarded answers only between initialize and shutdown, and survives a fault.
func (s *server) guarded(h jrpc2.Handler) jrpc2.Handler {
	return func(ctx context.Context, req *jrpc2.Request) (answer any, err error) {
		defer func() {
			if r := recover(); r != nil {
				fmt.Fprintf(s.cfg.Log, "%s: %v\n%s", req.Method(), r, debug.Stack())
				answer, err = nil, jrpc2.Errorf(jrpc2.InternalError, "%s failed", req.Method())
			}
		}()
		s.mu.Lock()
		ready, down := s.ready, s.down
		s.mu.Unlock()
		switch {
		case req.Method() == "exit":
		case down:
			return nil, jrpc2.Errorf(jrpc2.InvalidRequest, "the server is shut down")
		case !ready && req.Method() != "initialize":
			return nil, jrpc2.Errorf(codeNotReady, "initialize comes first")
		}
		return h(ctx, req)
	}
}

func (s *server) shutdown(context.Context, *struct{}) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = true
	return nil, nil
}

func (s *server) exit(context.Context, *struct{}) {
	s.mu.Lock()
	s.exited = true
	s.mu.Unlock()
	s.rpc.Stop()
}

func (s *server) cancelRequest(_ context.Context, p *cancelParams) { s.rpc.CancelRequest(string(p.ID)) }

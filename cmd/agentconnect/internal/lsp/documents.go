package lsp

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/creachadair/jrpc2"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// A document is an open file at one version; it does not change.
type document struct {
	uri, path string
	version   int
	*text
}

// maxOpen bounds the open documents; editors have far fewer.
const maxOpen = 1000

func (s *server) didOpen(_ context.Context, p *openParams) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := pathOf(p.TextDocument.URI)
	if len(s.open) >= maxOpen && s.open[name] == nil {
		return
	}
	s.put(&document{p.TextDocument.URI, name, p.TextDocument.Version, newText([]byte(p.TextDocument.Text), s.inBytes)})
}

func (s *server) didChange(_ context.Context, p *changeParams) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.open[pathOf(p.TextDocument.URI)]
	if d == nil {
		return
	}
	next := d.text
	for _, c := range p.ContentChanges {
		next = next.with(c)
	}
	s.put(&document{d.uri, d.path, p.TextDocument.Version, next})
}

// put takes a new text of a document. The caller holds the mutex.
func (s *server) put(d *document) {
	first := s.open[d.path] == nil
	s.open[d.path] = d
	s.clock++
	s.touch(filepath.Dir(d.path))
	if first {
		s.wakeUp(0)
	} else {
		s.wakeUp(s.cfg.Delay)
	}
}

// touch has the findings looked for again in all open files whose scenario may
// read files of a directory. The caller holds the mutex.
func (s *server) touch(dir string) {
	for name := range s.open {
		if below(filepath.Dir(name), dir) || below(dir, filepath.Dir(name)) {
			s.dirty[name] = true
		}
	}
}

// below says whether a directory is another one or in it.
func below(dir, outer string) bool {
	rel, err := filepath.Rel(outer, dir)
	return err == nil && filepath.IsLocal(rel)
}

func (s *server) didClose(_ context.Context, p *documentParams) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := pathOf(p.TextDocument.URI)
	if s.open[name] == nil {
		return
	}
	delete(s.open, name)
	s.clock++
	s.touch(filepath.Dir(name))
	s.wakeUp(0)
}

// filesChanged looks at all scenarios again.
func (s *server) filesChanged(context.Context, *struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock++
	for name := range s.open {
		s.dirty[name] = true
	}
	s.wakeUp(s.cfg.Delay)
}

// document is the open document of a URI.
func (s *server) document(uri string) (*document, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.open[pathOf(uri)]; d != nil {
		return d, nil
	}
	return nil, jrpc2.Errorf(jrpc2.InvalidParams, "%s is not open", uri)
}

// options are those of loading with the texts of the editor instead of the
// files. The caller holds the mutex.
func (s *server) options(root string) specs.Options {
	overlay := make(map[string][]byte, len(s.open))
	for name, d := range s.open {
		overlay[name] = d.bytes
	}
	dir := root // an absolute path
	if strings.HasSuffix(root, ".hcl") || strings.HasSuffix(root, ".json") {
		dir = filepath.Dir(root)
	}
	return specs.Options{
		AllowMissingEnv: true, AllowUnsetVars: true, Overlay: overlay, OverlayOnly: unsaved(root), WorkDir: dir, Version: s.cfg.Version,
		Lexed: s.lexed,
	}
}

// textOf is the text of a file, as the editor has it or as it is on disk.
func (s *server) textOf(name string) *text {
	s.mu.Lock()
	d, inBytes := s.open[name], s.inBytes
	s.mu.Unlock()
	if d != nil {
		return d.text
	}
	return newText(readFile(name), inBytes)
}

// uri is how the client calls a file.
func (s *server) uri(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.open[name]; d != nil {
		return d.uri
	}
	return uriOf(name)
}

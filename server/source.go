package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// The bounds of stored texts of scenarios.
const (
	maxSourceText  = 64 << 20  // bytes of JSON
	maxSourcePart  = 900 << 10 // bytes of a record
	maxSourceParts = 80
	maxSourceKeys  = 4096 // keys that are known to be stored
)

// source are the texts that a scenario was loaded from.
type source struct {
	// Root is the file that was loaded, empty for the whole directory.
	Root string `json:"root,omitempty"`
	// Files are the texts by path; one that was only listed is null.
	Files map[string]*string `json:"files"`
	// Secret says that the texts may hold secrets; such are encrypted.
	Secret bool `json:"secret,omitempty"`
}

func sourceOf(cfg *specs.Config) (*source, error) {
	src := &source{Root: cfg.Root, Files: make(map[string]*string, len(cfg.Sources)), Secret: cfg.HoldsSecrets}
	for name, text := range cfg.Sources {
		if !utf8.Valid(text) {
			return nil, fmt.Errorf("%s is not UTF-8", name)
		}
		src.Files[name] = nil
		if text != nil {
			t := string(text)
			src.Files[name] = &t
		}
	}
	return src, nil
}

// check sees that the names are those of files below a directory.
func (src *source) check() error {
	for name := range src.Files {
		if name == "" || name != path.Clean(name) || !filepath.IsLocal(filepath.FromSlash(name)) {
			return fmt.Errorf("%q is not the name of a file below a directory", brief(name))
		}
	}
	if src.Root != "" && src.Files[src.Root] == nil {
		return fmt.Errorf("%q, the file to load, is missing", brief(src.Root))
	}
	return nil
}

// load loads the scenario from its texts alone. at is what diagnostics call its
// directory.
func (src *source) load(at string, opts specs.Options) (*specs.Config, specs.Diagnostics) {
	up := 1 + strings.Count(at, "..")
	work := filepath.Join(string(filepath.Separator), "(agentconnect)", strings.Repeat("up"+string(filepath.Separator), up))
	dir := filepath.Join(work, filepath.FromSlash(at))
	opts.Overlay, opts.OverlayOnly, opts.WorkDir = make(map[string][]byte, len(src.Files)), true, work
	for name, text := range src.Files {
		var b []byte
		if text != nil {
			b = []byte(*text)
		}
		opts.Overlay[filepath.Join(dir, filepath.FromSlash(name))] = b
	}
	return specs.Load(filepath.Join(dir, src.Root), opts)
}

// keyOf is the key of a source, and its text. It depends on the content, and
// for one with secrets on the key of the sealer, too.
func (s *Server) keyOf(src *source) (key string, text []byte, err error) {
	if text, err = json.Marshal(src); err != nil { // the names in order
		return "", nil, err
	}
	if len(text) > maxSourceText {
		return "", nil, fmt.Errorf("the scenario's texts have %d bytes; at most %d can be stored", len(text), maxSourceText)
	}
	if src.Secret {
		return "s" + hex.EncodeToString(s.seal.name(text)), text, nil
	}
	sum := sha256.Sum256(text)
	return "c" + hex.EncodeToString(sum[:]), text, nil
}

// sourceAt reads a stored source.
func (s *Server) sourceAt(ctx context.Context, key string) (*source, error) {
	if src := s.made.given[key]; src != nil {
		return src, nil
	}
	value, err := sourceValue(ctx, s.sources, key)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(key, "s") {
		if value, err = s.seal.open(sourcePlace(key), value); err != nil {
			return nil, fmt.Errorf("texts of the scenario: %w", err)
		}
	}
	text, err := unpack(value, maxSourceText)
	if err != nil {
		return nil, fmt.Errorf("texts of the scenario: %w: %w", errDoc, err)
	}
	return s.readSource(key, text)
}

func sourceValue(ctx context.Context, table engine.Table, key string) ([]byte, error) {
	first, err := table.Get(ctx, key)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, errTemplateGone.because(errors.New("the texts of its scenario are not in the store"))
	}
	if err != nil {
		return nil, err
	}
	head, value, err := sourceFirst(first.Value)
	if err != nil {
		return nil, err
	}
	value = bytes.Clone(value)
	for i := 1; i < head.parts; i++ {
		part, err := table.Get(ctx, partKey(key, i))
		if err != nil {
			return nil, fmt.Errorf("texts of the scenario, part %d: %w", i+1, err)
		}
		value = append(value, part.Value...)
	}
	return value, nil
}

// readSource reads a source and sees that its key is this one.
func (s *Server) readSource(key string, text []byte) (*source, error) {
	src := &source{}
	if err := json.Unmarshal(text, src); err != nil {
		return nil, fmt.Errorf("texts of the scenario: %w: %w", errDoc, err)
	}
	if err := src.check(); err != nil {
		return nil, fmt.Errorf("texts of the scenario: %w: %w", errDoc, err)
	}
	if got, _, err := s.keyOf(src); err != nil || got != key {
		return nil, fmt.Errorf("texts of the scenario are not those that were stored: %w", errDoc)
	}
	return src, nil
}

package server

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
)

// export writes a session's archive, of a live one as far as it has come.
func (s *Server) export(ctx context.Context, id string, to io.Writer) error {
	d, err := s.docOf(ctx, id)
	if err != nil {
		return fmt.Errorf("session %s: %w", id, err)
	}
	head, err := s.archiveHead(ctx, id, d)
	if err != nil {
		return fmt.Errorf("session %s: %w", id, err)
	}
	sum := sha256.New()
	w := bufio.NewWriterSize(to, 64<<10)
	lines := json.NewEncoder(io.MultiWriter(w, sum))
	lines.SetEscapeHTML(false)
	if err := lines.Encode(head); err != nil {
		return err
	}
	var n uint64
	for e, err := range s.cfg.Store.Read(ctx, id, 0) {
		if err == nil {
			n++
			err = lines.Encode(e)
		}
		if err != nil {
			return fmt.Errorf("session %s: %w", id, err)
		}
	}
	if err := json.NewEncoder(w).Encode(archiveTail{&n, sumPrefix + hex.EncodeToString(sum.Sum(nil))}); err != nil {
		return err
	}
	return w.Flush()
}

func (s *Server) archiveHead(ctx context.Context, id string, d *doc) (*archiveHead, error) {
	h := &archiveHead{
		Kind: archiveKind, Version: archiveVersion, ID: id, Doc: d, Sources: map[string]archiveSource{},
		Head: archivedHead{d.head.owner, d.head.template, d.head.sessionType, d.head.status, d.head.created, d.head.ended, d.head.direct},
	}
	for _, bp := range d.Blueprint.origins() {
		if _, known := h.Sources[bp.Source]; known {
			continue
		}
		src, err := s.sourceAt(ctx, bp.Source)
		if err != nil {
			return nil, err
		}
		if !src.Secret {
			h.Sources[bp.Source] = archiveSource{Texts: src}
			continue
		}
		text, err := json.Marshal(src)
		if err != nil {
			return nil, err
		}
		h.Sources[bp.Source] = archiveSource{Sealed: s.seal.seal(sourcePlace(bp.Source), text)}
	}
	return h, nil
}

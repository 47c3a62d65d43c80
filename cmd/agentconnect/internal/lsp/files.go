package lsp

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// fileDefinition leads to a file that is named at a place: by import, file or
// templatefile.
func (s *server) fileDefinition(d *document, p position) []location {
	offset := d.offset(p)
	for _, piece := range pieces(s.lexed.Tokens(d.bytes)) {
		if offset < piece.from || offset > piece.to {
			continue
		}
		name := filepath.Join(filepath.Dir(d.path), filepath.FromSlash(string(d.bytes[piece.from:piece.to])))
		if !s.namesFile(d, &piece) {
			return []location{}
		}
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			return []location{{URI: s.uri(name)}}
		}
	}
	return []location{}
}

// namesFile says whether a string is the name of a file.
func (s *server) namesFile(d *document, piece *textPiece) bool {
	if len(piece.blocks) > 0 && piece.blocks[len(piece.blocks)-1].typ == "import" && piece.arg == "from" {
		return true
	}
	line := d.bytes[d.lines[d.position(piece.from).Line]:piece.from]
	call := regexp.MustCompile(`(\w+)\(\s*"$`).FindSubmatch(line)
	return call != nil && slices.Contains([]string{"file", "templatefile"}, string(call[1]))
}

package specs

import (
	"errors"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A Syntax is what the parser makes of a file.
type Syntax struct {
	// File is that as far as it goes: what is wrong is left out. If a [Lexed]
	// was given, others may read it, too, and it must not be changed.
	File *hcl.File
	// From and To are the bytes between which everything is that is wrong. What
	// stands above and below is as in a text without mistakes.
	From, To int
}

// ParseSyntax parses the text of a file as far as that goes. It fails for a text
// that is too large or too deeply nested to be parsed. Columns are those of HCL.
// Lexed may be nil.
func ParseSyntax(name string, text []byte, lexed *Lexed) (*Syntax, error) {
	if len(text) > maxFileSize || !utf8.Valid(text) || excess(lexed.Tokens(text)) != nil {
		return nil, errors.New("the text cannot be parsed")
	}
	tree := lexed.tree(name, text)
	if tree.file == nil {
		return nil, errors.New("the text cannot be parsed")
	}
	return &Syntax{tree.file, tree.wrong.from, tree.wrong.to}, nil
}

// OpenItem is the byte of a text at which the block or argument at the top begins
// that the text ends in, with space and comments above it perhaps. It is 0 if
// there is none or if that is not known. Tokens are those of the text.
func OpenItem(tokens hclsyntax.Tokens) int {
	w, at := cutter{}, 0
	for i := range tokens {
		if w.token(&tokens[i]) {
			at = tokens[i].Range.End.Byte
		}
	}
	if w.lost || len(w.open) == 0 {
		return 0
	}
	return at
}

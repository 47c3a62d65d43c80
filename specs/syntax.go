package specs

import (
	"errors"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// ParseSyntax parses the text of a file as far as that goes: what is wrong with
// it is left out, and the rest is there. It fails for a text that is too large
// or too deeply nested to be parsed. Columns are those of HCL. Lexed may be nil;
// if it is not, others may read the tree, too, and it must not be changed.
func ParseSyntax(name string, text []byte, lexed *Lexed) (*hcl.File, error) {
	if len(text) > maxFileSize || !utf8.Valid(text) || excess(lexed.Tokens(text)) != nil {
		return nil, errors.New("the text cannot be parsed")
	}
	tree := lexed.tree(name, text)
	if tree.file == nil {
		return nil, errors.New("the text cannot be parsed")
	}
	return tree.file, nil
}

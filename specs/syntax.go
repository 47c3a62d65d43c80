package specs

import (
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// ParseSyntax parses the text of a file as far as that goes: what is wrong with
// it is left out, and the rest is there. It fails for a text that is too large
// or too deeply nested to be parsed. Columns are those of HCL. Lexed may be nil.
func ParseSyntax(name string, text []byte, lexed *Lexed) (*hcl.File, error) {
	l := newLoader(Options{OverlayOnly: true, Lexed: lexed})
	if len(text) > maxFileSize || !l.guard(text, name, syntaxConfig, "") {
		return nil, errors.New("the text cannot be parsed")
	}
	file, _ := hclsyntax.ParseConfig(text, name, hcl.InitialPos)
	if file == nil {
		return nil, errors.New("the text cannot be parsed")
	}
	return file, nil
}

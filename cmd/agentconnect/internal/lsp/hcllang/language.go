// Package hcllang asks hcl-lang, the library behind the language server of
// Terraform, about files of the language. It is the only package that knows
// that library: around it there are the description of the language and bytes
// of files.
//
// A [Language] may be used by several goroutines at once.
package hcllang

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl-lang/decoder"
	"github.com/hashicorp/hcl-lang/lang"
	"github.com/hashicorp/hcl-lang/reference"
	"github.com/hashicorp/hcl-lang/schema"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// A Language is what hcl-lang is told about ours.
type Language struct {
	body      *schema.BodySchema
	functions map[string]schema.FunctionSignature
	lexed     *specs.Lexed
	// typed keeps the texts that are completed to be asked about.
	typed *specs.Lexed
	// What the library said about blocks that are written as they were.
	tokens  specs.Memo[[]Token]
	symbols specs.Memo[[]Symbol]
}

// New describes a language: the blocks of a file, and the functions. Lexed
// keeps the tokens of texts; it may be nil.
func New(doc *specs.BlockDoc, lexed *specs.Lexed) *Language {
	return &Language{body: bodyOf(doc, ""), functions: signatures(), lexed: lexed, typed: &specs.Lexed{}}
}

// A Name is something that references lead to.
type Name struct {
	// Kind is the word that references begin with: agent, var.
	Kind, Name string
	// Detail says in words what it is, Doc is its description in Markdown.
	Detail, Doc string
}

// typed is what a text is called that is completed to be asked about.
const typed = "typed.hcl"

// alone is a directory with a single file.
type alone struct{ ctx *decoder.PathContext }

// Paths lists the directory.
func (a alone) Paths(context.Context) []lang.Path { return []lang.Path{{}} }

// PathContext is what is in it.
func (a alone) PathContext(lang.Path) (*decoder.PathContext, error) { return a.ctx, nil }

// decoderOf parses a text as far as that goes.
func (l *Language) decoderOf(name string, text []byte, names []Name) (*decoder.PathDecoder, error) {
	lexed := l.lexed
	if name == typed {
		lexed = l.typed
	}
	syntax, err := specs.ParseSyntax(name, text, lexed)
	if err != nil {
		return nil, err
	}
	return l.decoderFor(name, syntax.File, names)
}

// decoderFor asks about a tree.
func (l *Language) decoderFor(name string, file *hcl.File, names []Name) (*decoder.PathDecoder, error) {
	return decoder.NewDecoder(alone{&decoder.PathContext{
		Schema: l.body, Files: map[string]*hcl.File{name: file}, Functions: l.functions, ReferenceTargets: targets(names),
	}}).Path(lang.Path{})
}

// targets are the names as hcl-lang knows them. Values of variables and locals
// may be of any type; what other references lead to has none.
func targets(names []Name) reference.Targets {
	out := make(reference.Targets, 0, len(names))
	for _, n := range names {
		t := reference.Target{
			Addr:    lang.Address{lang.RootStep{Name: n.Kind}, lang.AttrStep{Name: n.Name}},
			ScopeId: lang.ScopeId(n.Kind), Name: n.Detail, Description: lang.Markdown(n.Doc),
		}
		if n.Kind == "var" || n.Kind == "local" {
			t.Type = cty.DynamicPseudoType
		}
		out = append(out, t)
	}
	return out
}

// guard turns a fault in the library into an error.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("hcl-lang: %v", r)
	}
}

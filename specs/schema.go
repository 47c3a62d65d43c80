package specs

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// This file is the vocabulary in which the language is described; the
// description itself is in schema_*.go. Decoding, checking of types and ranges,
// suggestions and docs/language.md all come from it.

// An argType is what an argument takes.
type argType int

const (
	typeString argType = iota
	typeInt
	typeNumber
	typeBool
	typeDuration    // "1m30s"
	typeStrings     // list of strings
	typeStringMap   // object of strings
	typeNumberMap   // object of numbers
	typeSecret      // string that may be a secret
	typeSecretMap   // object of strings that may be secrets
	typeRef         // reference
	typeRefs        // list of references
	typeRefMap      // object of lists of references
	typeRefOrName   // reference or string
	typeRefsOrNames // list of references or strings
	typeCount       // one of the enum's words, or a whole number
	typeAny         // any value without references and secrets
	typeValue       // any value at all
	typeObject      // object of any values
	typeConstraint  // type constraint: string, list(number), object({…})
	typeCondition   // expression that gives true or false
	typeSpeaker     // expression that gives a string
	typeItems       // expression that gives a list
	typeResult      // expression that gives anything
)

// An argSchema describes an argument.
type argSchema struct {
	name     string
	typ      argType
	doc      string
	refs     []string // kinds of blocks, for references
	required bool
	def      any      // default in Go's terms: string, int, float64, bool
	unset    string   // what the docs say when there is no constant default
	enum     []string // the allowed words
	min, max *float64
	only     []string // kinds of the block that have it; nil: all
	static   bool     // must not refer to anything
	here     bool     // expressions see the pattern's own view
	nonEmpty bool
}

// A blockSchema describes a block.
type blockSchema struct {
	name    string
	labels  []string // what the labels are: kind, name, or any text
	kinds   []kindDoc
	doc     string
	example string
	args    []argSchema
	blocks  []*blockSchema
	once    bool     // may be written once
	only    []string // kinds of the outer block that have it; nil: all
	free    bool     // any argument, as in locals

	// What prepare derives.
	byArg  map[string]*argSchema
	inner  map[string]*blockSchema
	bodies map[string]*hcl.BodySchema // by kind
}

// A kindDoc is a value of the label kind.
type kindDoc struct{ name, doc string }

func strArg(name, doc string) argSchema  { return argSchema{name: name, typ: typeString, doc: doc} }
func boolArg(name, doc string) argSchema { return argSchema{name: name, typ: typeBool, doc: doc} }
func listArg(name, doc string) argSchema { return argSchema{name: name, typ: typeStrings, doc: doc} }

func condArg(name, doc string) argSchema  { return argSchema{name: name, typ: typeCondition, doc: doc} }
func intArg(name, doc string) argSchema   { return argSchema{name: name, typ: typeInt, doc: doc} }
func floatArg(name, doc string) argSchema { return argSchema{name: name, typ: typeNumber, doc: doc} }

func timeArg(name, doc string) argSchema {
	return argSchema{name: name, typ: typeDuration, doc: doc}.from(0.001).to(maxSeconds)
}

func refArg(name, doc string, kinds ...string) argSchema {
	return argSchema{name: name, typ: typeRef, doc: doc, refs: kinds}
}

func refsArg(name, doc string, kinds ...string) argSchema {
	return argSchema{name: name, typ: typeRefs, doc: doc, refs: kinds}
}

func typedArg(name string, typ argType, doc string) argSchema {
	return argSchema{name: name, typ: typ, doc: doc}
}

func (a argSchema) must() argSchema                   { a.required = true; return a }
func (a argSchema) initially(v any) argSchema         { a.def = v; return a }
func (a argSchema) unsetIs(text string) argSchema     { a.unset = text; return a }
func (a argSchema) among(words ...string) argSchema   { a.enum = words; return a }
func (a argSchema) from(low float64) argSchema        { a.min = &low; return a }
func (a argSchema) to(high float64) argSchema         { a.max = &high; return a }
func (a argSchema) onlyFor(kinds ...string) argSchema { a.only = kinds; return a }
func (a argSchema) constant() argSchema               { a.static = true; return a }
func (a argSchema) inPattern() argSchema              { a.here = true; return a }
func (a argSchema) filled() argSchema                 { a.nonEmpty = true; return a }

// counted is from and to for whole numbers of things: at least one.
func (a argSchema) counted() argSchema { return a.from(1).to(maxCount) }

// maxCount bounds every number of things, so that sums stay in range.
const maxCount = 1_000_000_000

// maxSeconds is ten years, the longest time that can be asked for.
const maxSeconds = 10 * 366 * 24 * 3600

func (a *argSchema) has(kind string) bool { return a.only == nil || slices.Contains(a.only, kind) }

func (b *blockSchema) has(kind string) bool { return b.only == nil || slices.Contains(b.only, kind) }

func (b *blockSchema) kindNames() []string {
	out := make([]string, len(b.kinds))
	for i, k := range b.kinds {
		out[i] = k.name
	}
	return out
}

// prepare derives what decoding needs.
func (b *blockSchema) prepare() *blockSchema {
	b.byArg = make(map[string]*argSchema, len(b.args))
	b.inner = make(map[string]*blockSchema, len(b.blocks))
	b.bodies = map[string]*hcl.BodySchema{}
	for i := range b.args {
		b.byArg[b.args[i].name] = &b.args[i]
	}
	for _, inner := range b.blocks {
		b.inner[inner.name] = inner.prepare()
	}
	return b
}

// bodySchema is what HCL is asked for in a block of a kind.
func (b *blockSchema) bodySchema(kind string) *hcl.BodySchema {
	if body := b.bodies[kind]; body != nil {
		return body
	}
	body := &hcl.BodySchema{}
	for i := range b.args {
		if b.args[i].has(kind) {
			body.Attributes = append(body.Attributes, hcl.AttributeSchema{Name: b.args[i].name})
		}
	}
	for _, inner := range b.blocks {
		if inner.has(kind) {
			body.Blocks = append(body.Blocks, hcl.BlockHeaderSchema{Type: inner.name, LabelNames: inner.labels})
		}
	}
	b.bodies[kind] = body
	return body
}

// languageSchema describes the whole language: a block whose inner blocks are
// those at the top of a file.
func languageSchema() *blockSchema {
	root := &blockSchema{blocks: []*blockSchema{
		agentconnectSchema(), importSchema(), variableSchema(), localsSchema(), providerSchema(),
		agentSchema(), humanSchema(), toolSchema(), patternSchema(), stopSchema(), sessionSchema(),
	}}
	return root.prepare()
}

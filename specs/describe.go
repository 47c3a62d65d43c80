package specs

import (
	"slices"

	"github.com/zclconf/go-cty/cty/function"
)

// This file gives the description of the language to programs that help to
// write it: editors complete from it and show it.

// A BlockDoc describes a block. The one that [Language] returns stands for a
// file: its Blocks are those at the top.
type BlockDoc struct {
	Name string
	// Labels are what the labels are: "kind", "name".
	Labels []string
	// Kinds are the allowed values of the label "kind".
	Kinds []KindDoc
	// Doc is Markdown, Example a piece of a scenario; either may be empty.
	Doc, Example string
	Args         []ArgDoc
	Blocks       []*BlockDoc
	// Once says that the block may be written once in the one around it.
	Once bool
	// Only are the kinds of the block around it that have it; nil is all.
	Only []string
	// Free says that arguments may have any name, as in locals.
	Free bool
}

// A KindDoc is a value of the label "kind".
type KindDoc struct{ Name, Doc string }

// ArgForm says which values an argument takes.
type ArgForm string

// The forms. Those from FormCondition on are expressions in strings.
const (
	FormString     ArgForm = "string"
	FormNumber     ArgForm = "number"
	FormBool       ArgForm = "bool"
	FormDuration   ArgForm = "duration"
	FormStrings    ArgForm = "strings"     // list of texts
	FormStringMap  ArgForm = "string_map"  // object of texts
	FormNumberMap  ArgForm = "number_map"  // object of numbers, by participant
	FormRef        ArgForm = "ref"         // reference to a block of Refs
	FormRefs       ArgForm = "refs"        // list of references
	FormRefMap     ArgForm = "ref_map"     // object of lists of participants, by participant
	FormRefOrName  ArgForm = "ref_or_name" // reference or text
	FormCount      ArgForm = "count"       // a word of Enum or a number
	FormAny        ArgForm = "any"
	FormObject     ArgForm = "object"
	FormType       ArgForm = "type" // type constraint
	FormCondition  ArgForm = "condition"
	FormExpression ArgForm = "expression"
	FormSpeaker    ArgForm = "speaker" // expression that gives a participant's name
)

// IsExpression says whether the value is an expression in a string, which is
// evaluated while a session runs.
func (f ArgForm) IsExpression() bool {
	return f == FormCondition || f == FormExpression || f == FormSpeaker
}

// An ArgDoc describes an argument.
type ArgDoc struct {
	Name string
	Form ArgForm
	// Takes says in words what the value is: "a reference to an agent".
	Takes string
	// Doc is Markdown.
	Doc string
	// Refs are the kinds of blocks that references may lead to.
	Refs     []string
	Required bool
	// Default is a string, int, float64 or bool, or nil; Unset says in
	// Markdown what holds where there is no constant default.
	Default any
	Unset   string
	// Enum are the allowed words.
	Enum []string
	// Only are the kinds of the block that have it; nil is all.
	Only []string
	// Static says that the value must not refer to anything.
	Static bool
	// Here says that the expression sees its pattern's own view.
	Here bool
}

// Language describes all blocks of a scenario.
func Language() *BlockDoc { return languageSchema().describe() }

// TrialLanguage describes all blocks of a test file.
func TrialLanguage() *BlockDoc { return trialSchema().describe() }

func (b *blockSchema) describe() *BlockDoc {
	out := &BlockDoc{
		Name: b.name, Labels: b.labels, Doc: b.doc, Example: b.example, Once: b.once, Only: b.only, Free: b.free,
	}
	for _, k := range b.kinds {
		out.Kinds = append(out.Kinds, KindDoc{k.name, k.doc})
	}
	for i := range b.args {
		out.Args = append(out.Args, b.args[i].describe())
	}
	for _, inner := range b.blocks {
		out.Blocks = append(out.Blocks, inner.describe())
	}
	return out
}

func (a *argSchema) describe() ArgDoc {
	return ArgDoc{
		Name: a.name, Form: a.form(), Takes: a.takes(), Doc: a.doc, Refs: a.refs, Required: a.required, Default: a.def, Unset: a.unset,
		Enum: a.enum, Only: a.only, Static: a.static, Here: a.here,
	}
}

func (a *argSchema) form() ArgForm {
	forms := map[argType]ArgForm{
		typeInt: FormNumber, typeNumber: FormNumber, typeBool: FormBool, typeDuration: FormDuration, typeStrings: FormStrings,
		typeStringMap: FormStringMap, typeSecretMap: FormStringMap, typeNumberMap: FormNumberMap, typeRef: FormRef, typeRefs: FormRefs, typeRefsOrNames: FormRefs,
		typeRefMap: FormRefMap, typeRefOrName: FormRefOrName, typeCount: FormCount, typeAny: FormAny, typeValue: FormAny,
		typeObject: FormObject, typeConstraint: FormType, typeCondition: FormCondition, typeSpeaker: FormSpeaker,
		typeItems: FormExpression, typeResult: FormExpression,
	}
	if form, ok := forms[a.typ]; ok {
		return form
	}
	return FormString
}

// Arg is the argument of a name in a block of a kind, or nil.
func (b *BlockDoc) Arg(name, kind string) *ArgDoc {
	for i := range b.Args {
		if a := &b.Args[i]; a.Name == name && allowsKind(a.Only, kind) {
			return a
		}
	}
	return nil
}

// Block is the inner block of a name in a block of a kind, or nil.
func (b *BlockDoc) Block(name, kind string) *BlockDoc {
	for _, inner := range b.Blocks {
		if inner.Name == name && allowsKind(inner.Only, kind) {
			return inner
		}
	}
	return nil
}

func allowsKind(only []string, kind string) bool {
	return only == nil || slices.Contains(only, kind)
}

// Functions are those that HCL expressions may call. They are for looking at;
// those that read files or the environment are not bound to a scenario.
func Functions() map[string]function.Function {
	return newLoader(Options{OverlayOnly: true}).base.Functions
}

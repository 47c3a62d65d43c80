package hcllang

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl-lang/lang"
	"github.com/hashicorp/hcl-lang/schema"
	"github.com/zclconf/go-cty/cty"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// bodyOf describes what may be in a block of a kind.
func bodyOf(doc *specs.BlockDoc, kind string) *schema.BodySchema {
	body := schema.NewBodySchema()
	if doc.Free {
		return &schema.BodySchema{AnyAttribute: &schema.AttributeSchema{IsOptional: true, Constraint: anything()}}
	}
	for i := range doc.Args {
		if a := &doc.Args[i]; a.Only == nil || slices.Contains(a.Only, kind) {
			body.Attributes[a.Name] = attribute(a)
		}
	}
	for _, inner := range doc.Blocks {
		if inner.Only == nil || slices.Contains(inner.Only, kind) {
			body.Blocks[inner.Name] = block(inner)
		}
	}
	return body
}

func block(doc *specs.BlockDoc) *schema.BlockSchema {
	b := &schema.BlockSchema{Description: lang.Markdown(blockDoc(doc)), Body: bodyOf(doc, "")}
	if doc.Once {
		b.MaxItems = 1
	}
	for _, label := range doc.Labels {
		b.Labels = append(b.Labels, &schema.LabelSchema{Name: label, IsDepKey: label == "kind", Completable: label == "kind"})
	}
	for _, kind := range doc.Kinds {
		if b.DependentBody == nil {
			b.DependentBody = map[schema.SchemaKey]*schema.BodySchema{}
		}
		body := bodyOf(doc, kind.Name)
		body.Detail, body.Description = doc.Name, lang.Markdown(kind.Doc)
		b.DependentBody[schema.NewSchemaKey(schema.DependencyKeys{Labels: []schema.LabelDependent{{Index: 0, Value: kind.Name}}})] = body
	}
	return b
}

func blockDoc(doc *specs.BlockDoc) string {
	text := doc.Doc
	if doc.Example != "" {
		text += "\n\n```hcl\n" + doc.Example + "\n```"
	}
	return text
}

func attribute(a *specs.ArgDoc) *schema.AttributeSchema {
	return &schema.AttributeSchema{
		Description: lang.Markdown(argDoc(a)), IsRequired: a.Required, IsOptional: !a.Required, Constraint: constraint(a),
	}
}

// argDoc is an argument's documentation with what it may be.
func argDoc(a *specs.ArgDoc) string {
	out := []string{a.Doc}
	if len(a.Enum) > 0 {
		out = append(out, "One of `\""+strings.Join(a.Enum, "\"`, `\"")+"\"`.")
	}
	switch def := a.Default.(type) {
	case nil:
		if a.Unset != "" {
			out = append(out, "Default: "+a.Unset+".")
		}
	case string:
		out = append(out, fmt.Sprintf("Default: `%q`.", def))
	default:
		out = append(out, fmt.Sprintf("Default: `%v`.", def))
	}
	return strings.Join(out, " ")
}

func anything() schema.Constraint { return schema.AnyExpression{OfType: cty.DynamicPseudoType} }

// constraint says which expressions fit an argument.
func constraint(a *specs.ArgDoc) schema.Constraint {
	switch a.Form {
	case specs.FormBool:
		return schema.AnyExpression{OfType: cty.Bool}
	case specs.FormNumber:
		return schema.AnyExpression{OfType: cty.Number}
	case specs.FormStrings:
		if len(a.Enum) > 0 {
			return schema.List{Elem: enum(a)}
		}
		return schema.AnyExpression{OfType: cty.List(cty.String)}
	case specs.FormStringMap:
		return schema.AnyExpression{OfType: cty.Map(cty.String)}
	case specs.FormNumberMap:
		return schema.AnyExpression{OfType: cty.Map(cty.Number)}
	case specs.FormRef:
		return references(a)
	case specs.FormRefs:
		return schema.OneOf{schema.List{Elem: references(a)}, schema.Reference{OfScopeId: "local"}, schema.Reference{OfType: cty.DynamicPseudoType}}
	case specs.FormRefMap:
		return schema.Map{Elem: schema.List{Elem: references(a)}}
	case specs.FormRefOrName:
		return references(a)
	case specs.FormType:
		return schema.TypeDeclaration{}
	case specs.FormAny, specs.FormObject:
		return anything()
	case specs.FormCount:
		return append(enum(a), schema.AnyExpression{OfType: cty.Number})
	default:
		if len(a.Enum) > 0 {
			return enum(a)
		}
		return schema.AnyExpression{OfType: cty.String}
	}
}

func enum(a *specs.ArgDoc) schema.OneOf {
	var out schema.OneOf
	for _, word := range a.Enum {
		out = append(out, schema.LiteralValue{Value: cty.StringVal(word)})
	}
	return out
}

// references are those of the kinds of an argument, and values that may be
// references.
func references(a *specs.ArgDoc) schema.OneOf {
	var out schema.OneOf
	for _, kind := range a.Refs {
		out = append(out, schema.Reference{OfScopeId: lang.ScopeId(kind), Name: kind})
	}
	return append(out, schema.Reference{OfType: cty.DynamicPseudoType, Name: "value"})
}

// signatures describe the functions.
func signatures() map[string]schema.FunctionSignature {
	out := map[string]schema.FunctionSignature{}
	for name, f := range specs.Functions() {
		types := make([]cty.Type, len(f.Params()))
		for i, p := range f.Params() {
			types[i] = p.Type
		}
		ret, err := f.ReturnType(types)
		if err != nil || ret == cty.NilType {
			ret = cty.DynamicPseudoType
		}
		out[name] = schema.FunctionSignature{Description: f.Description(), ReturnType: ret, Params: f.Params(), VarParam: f.VarParam()}
	}
	return out
}

package specs

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// readText is a text below the scenario's directory, for functions.
func (l *loader) readText(name string) ([]byte, error) {
	text, err := l.folder.read(name, maxText)
	if err != nil {
		return nil, &funcError{err.code, strings.TrimSuffix(err.message, ".")}
	}
	if at := invalidUTF8(text); at >= 0 {
		return nil, &funcError{codeEncoding, fmt.Sprintf("byte %d of %s is not part of a UTF-8 character", at, name)}
	}
	if l.textTotal += len(text); l.textTotal > maxTextTotal {
		return nil, &funcError{codeTooLarge, "the files that the scenario reads have more than 16 MiB in all"}
	}
	l.used(name, text)
	return text, nil
}

// maxTextTotal bounds what file and templatefile read in all.
const maxTextTotal = 16 << 20

func (l *loader) fileFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{stringParam("path")},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			text, err := l.readText(args[0].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			return cty.StringVal(string(text)), nil
		},
	})
}

// templatefileFunc fills in a template that is a file of its own.
func (l *loader) templatefileFunc(functions map[string]function.Function) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{stringParam("path"), {Name: "vars", Type: cty.DynamicPseudoType}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			text, err := l.readText(name)
			if err != nil {
				return cty.NilVal, err
			}
			return l.fillTemplate(name, text, args[1], functions)
		},
	})
}

func (l *loader) fillTemplate(name string, text []byte, vars cty.Value, functions map[string]function.Function) (cty.Value, error) {
	if t := vars.Type(); !t.IsObjectType() && !t.IsMapType() {
		return cty.NilVal, &funcError{codeEval, "the second argument of templatefile is an object: { name = value }"}
	}
	shown := l.folderName(name)
	l.addSource(shown, text)
	mark := len(l.ds)
	if !l.guard(text, shown, syntaxTemplate, "") {
		message := l.ds[mark].Detail
		l.ds = l.ds[:mark]
		return cty.NilVal, &funcError{codeTooDeep, fmt.Sprintf("%s: %s", name, message)}
	}
	expr, found := hclsyntax.ParseTemplate(text, shown, hcl.InitialPos)
	if found.HasErrors() {
		return cty.NilVal, templateError(name, found)
	}
	l.meter(expr)
	ctx := &hcl.EvalContext{Functions: functions, Variables: vars.AsValueMap()}
	for _, t := range expr.Variables() {
		if _, ok := ctx.Variables[t.RootName()]; !ok {
			return cty.NilVal, &funcError{codeEval, fmt.Sprintf("%s:%d uses %s, which is not among the values given to templatefile",
				name, t.SourceRange().Start.Line, t.RootName())}
		}
	}
	v, found := expr.Value(ctx)
	if found.HasErrors() {
		return cty.NilVal, templateError(name, found)
	}
	return templateText(name, v)
}

func templateText(name string, v cty.Value) (cty.Value, error) {
	out, err := convertTo(v, cty.String)
	if err != nil || out.IsNull() {
		return cty.NilVal, &funcError{codeType, fmt.Sprintf("%s does not give a text", name)}
	}
	return out, nil
}

func templateError(name string, found hcl.Diagnostics) error {
	d := found[0]
	line := 0
	if d.Subject != nil {
		line = d.Subject.Start.Line
	}
	return &funcError{codeEval, fmt.Sprintf("%s:%d: %s; %s", name, line, d.Summary, d.Detail)}
}

// filesetFunc lists the files below a directory whose paths fit a pattern.
func (l *loader) filesetFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{stringParam("dir"), stringParam("pattern")},
		Type:   function.StaticReturnType(cty.List(cty.String)),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			names, err := l.folder.match(args[0].AsString(), args[1].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			if len(names) == 0 {
				return cty.ListValEmpty(cty.String), nil
			}
			out := make([]cty.Value, len(names))
			for i, name := range names {
				out[i] = cty.StringVal(name)
				l.listed[belowDir(path.Join(filepath.ToSlash(args[0].AsString()), name))] = true
			}
			return cty.ListVal(out), nil
		},
	})
}

// match finds the files below dir that fit a pattern; ** stands for any number
// of directories. Symbolic links are not followed.
func (f *folder) match(dir, pattern string) ([]string, error) {
	dir = path.Clean(filepath.ToSlash(dir))
	if !filepath.IsLocal(filepath.FromSlash(dir)) {
		return nil, &funcError{codeOutside, fmt.Sprintf("%s lies outside of the scenario's directory", dir)}
	}
	if _, err := path.Match(strings.ReplaceAll(pattern, "**", "*"), ""); err != nil {
		return nil, &funcError{codeEval, fmt.Sprintf("%q is not a pattern such as *.md or **/*.md", pattern)}
	}
	var out []string
	visited := 0
	add := func(name string) {
		rel := strings.TrimPrefix(name, dir+"/")
		if dir == "." {
			rel = name
		}
		if fits(strings.Split(pattern, "/"), strings.Split(rel, "/")) {
			out = append(out, rel)
		}
	}
	for name := range f.overlay {
		if dir == "." || strings.HasPrefix(name, dir+"/") {
			add(name)
		}
	}
	if f.root == nil {
		slices.Sort(out)
		return out, nil
	}
	err := fs.WalkDir(f.root.FS(), dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if visited++; visited > maxElements {
			return &funcError{codeValueSize, fmt.Sprintf("%s has more than 10,000 files", dir)}
		}
		if entry.Type().IsRegular() {
			add(name)
		}
		return nil
	})
	if own, ok := asFuncError(err); ok {
		return nil, own
	}
	if err != nil {
		e := describe(dir, err)
		return nil, &funcError{e.code, strings.TrimSuffix(e.message, ".")}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func fits(pattern, name []string) bool {
	const most = 64
	if len(pattern) > most || len(name) > most {
		return false
	}
	switch {
	case len(pattern) == 0:
		return len(name) == 0
	case pattern[0] == "**":
		return fitsAnywhere(pattern[1:], name)
	case len(name) == 0:
		return false
	}
	ok, err := path.Match(pattern[0], name[0])
	return err == nil && ok && fits(pattern[1:], name[1:])
}

func fitsAnywhere(pattern, name []string) bool {
	for len(pattern) > 0 && pattern[0] == "**" {
		pattern = pattern[1:]
	}
	for i := range len(name) + 1 {
		if fits(pattern, name[i:]) {
			return true
		}
	}
	return false
}

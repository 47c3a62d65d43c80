package specs

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// valuesAt remembers what a finding's expression could see.
type valuesAt struct {
	finding int
	expr    hcl.Expression
	ctx     *hcl.EvalContext
}

// scope is what an expression sees: the names that it uses. It is not ok when
// one of them has no value, which was reported where it is declared.
func (l *loader) scope(expr hcl.Expression) (ctx *hcl.EvalContext, ok bool) {
	used := expr.Variables()
	if len(used) == 0 {
		return l.base, true
	}
	objects := map[string]map[string]cty.Value{}
	for _, t := range used {
		kind, name, found := splitRef(t)
		if !found {
			return nil, false
		}
		v, found := l.named(kind, name)
		if !found {
			return nil, false
		}
		if objects[kind] == nil {
			objects[kind] = map[string]cty.Value{}
		}
		objects[kind][name] = v
	}
	ctx = &hcl.EvalContext{Functions: l.base.Functions, Variables: make(map[string]cty.Value, len(objects))}
	for kind, values := range objects {
		ctx.Variables[kind] = cty.ObjectVal(values)
	}
	return ctx, true
}

// named is the value that a name stands for.
func (l *loader) named(kind, name string) (cty.Value, bool) {
	switch kind {
	case "var":
		v, ok := l.vars[name]
		return v, ok
	case "local":
		v, ok := l.localValues[name]
		return v, ok
	default:
		return cty.CapsuleVal(refType, &refValue{kind, name}), l.isDeclared(kind, name)
	}
}

// eval computes a value. It is not ok when that fails, which is reported, or
// when something it uses has no value.
func (l *loader) eval(expr hcl.Expression, n *node) (v cty.Value, ctx *hcl.EvalContext, ok bool) {
	ctx, ok = l.scope(expr)
	if !ok {
		n.fail()
		return cty.NilVal, nil, false
	}
	l.budget.reset()
	v, found := expr.Value(ctx)
	for _, d := range found {
		if d.Severity == hcl.DiagError {
			n.fail()
			ok = false
			if last := l.evalFinding(n.address, expr, ctx, d); last.Code == codeEvalCost {
				break // what follows only says so again
			}
		}
	}
	if !ok {
		return cty.NilVal, ctx, false
	}
	if excess := sizeOf(v); excess != "" {
		l.about(n, codeValueSize, expr.Range(), "%s", excess)
		return cty.NilVal, ctx, false
	}
	return v, ctx, true
}

// evalLocals computes the locals, each after those it uses.
func (l *loader) evalLocals() {
	state := map[string]int{}
	for _, name := range l.localOrder {
		l.evalLocal(name, state, nil)
	}
}

const (
	visiting = 1
	visited  = 2
)

// evalLocal follows the uses of a local; path are those on the way to it.
func (l *loader) evalLocal(name string, state map[string]int, path []localUse) {
	local := l.locals[name]
	if local == nil || state[name] == visited {
		return
	}
	if state[name] == visiting {
		l.localCycle(name, path)
		return
	}
	if len(path) > maxLocalChain {
		l.wrong(local.node, local.arg, codeTooDeep, local.arg.name, "More than %d locals are computed from each other in a row.", maxLocalChain)
		state[name] = visited
		return
	}
	state[name] = visiting
	for _, t := range local.arg.expr.Variables() {
		if kind, used, ok := splitRef(t); ok && kind == "local" {
			l.evalLocal(used, state, append(slices.Clip(path), localUse{name, used, t.SourceRange()}))
		}
	}
	state[name] = visited
	if local.arg.bad {
		return
	}
	if v, _, ok := l.eval(local.arg.expr, local.node); ok {
		l.localValues[name] = v
	} else {
		local.arg.bad = true
	}
}

// maxLocalChain bounds the recursion over locals.
const maxLocalChain = 500

// A localUse is a local that reads another one.
type localUse struct {
	from, to string
	at       hcl.Range
}

func (l *loader) localCycle(name string, path []localUse) {
	start := slices.IndexFunc(path, func(u localUse) bool { return u.from == name })
	if start < 0 {
		return
	}
	cycle := path[start:]
	var steps []string
	for _, use := range cycle {
		l.locals[use.from].arg.bad = true
		steps = append(steps, "local."+use.from)
	}
	first := cycle[0]
	d := l.about(l.locals[name].node, codeLocalCycle, first.at, "local.%s is computed from itself: %s → local.%s.", name, strings.Join(steps, " → "), name)
	d.Address = "local." + name
	for _, use := range cycle {
		l.related(d, use.at, "local.%s uses local.%s", use.from, use.to)
	}
}

// convertTo converts a value, with an error that says where in it the trouble
// is.
func convertTo(v cty.Value, t cty.Type) (cty.Value, error) {
	out, err := convert.Convert(v, t)
	if err == nil {
		return out, nil
	}
	var pathErr cty.PathError
	if errors.As(err, &pathErr) && len(pathErr.Path) > 0 {
		return cty.NilVal, fmt.Errorf("%s: %w", pathText(pathErr.Path), err)
	}
	return cty.NilVal, err
}

// pathText writes a path into a value: people[2].name.
func pathText(path cty.Path) string {
	var out strings.Builder
	for _, step := range path {
		switch s := step.(type) {
		case cty.GetAttrStep:
			if out.Len() > 0 {
				out.WriteByte('.')
			}
			out.WriteString(s.Name)
		case cty.IndexStep:
			key, _ := s.Key.Unmark()
			switch {
			case !key.IsKnown() || key.IsNull():
				out.WriteString("[…]")
			case key.Type() == cty.String:
				fmt.Fprintf(&out, "[%q]", key.AsString())
			case key.Type() == cty.Number:
				fmt.Fprintf(&out, "[%s]", key.AsBigFloat().String())
			default:
				out.WriteString("[…]")
			}
		}
	}
	return out.String()
}

// hasMark says whether a secret is anywhere in a value.
func hasMark(v cty.Value) bool { return v.ContainsMarked() }

// hasRef says whether a reference is anywhere in a value.
func hasRef(v cty.Value) bool {
	found := false
	bare, _ := v.UnmarkDeep()
	_ = cty.Walk(bare, func(_ cty.Path, v cty.Value) (bool, error) {
		found = found || v.Type().Equals(refType)
		return !found, nil
	})
	return found
}

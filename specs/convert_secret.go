package specs

import (
	"github.com/zclconf/go-cty/cty"
)

func (l *loader) convertSecret(n *node, a *arg, v cty.Value) {
	l.hidden = append(l.hidden, a.expr.Range())
	bare, _ := v.UnmarkDeep()
	if hasRef(bare) {
		l.wrong(n, a, codeType, a.expr.Range(), "%s takes %s, not a reference.", a.schema.name, a.schema.takes())
		return
	}
	if a.schema.typ == typeSecretMap {
		l.convertSecretMap(n, a, bare)
		return
	}
	if !bare.IsKnown() {
		a.value = Secret{}
		return
	}
	if text, ok := l.as(n, a, bare, cty.String); ok {
		if text.AsString() == "" {
			l.wrong(n, a, codeNotAllowed, a.expr.Range(), "%s must not be empty; leave it out instead.", a.schema.name)
			return
		}
		a.value = NewSecret(text.AsString())
	}
}

func (l *loader) convertSecretMap(n *node, a *arg, v cty.Value) {
	if !v.IsKnown() {
		a.value = map[string]Secret{}
		return
	}
	if !isObject(v) {
		l.wrong(n, a, codeType, a.expr.Range(), "%s takes %s, not %s.", a.schema.name, a.schema.takes(), kindText(v))
		return
	}
	at := keyRanges(a.expr)
	out := map[string]Secret{}
	for key, e := range v.AsValueMap() {
		if !e.IsKnown() {
			out[key] = Secret{}
			continue
		}
		text, err := convertTo(e, cty.String)
		if err != nil || text.IsNull() {
			l.wrong(n, a, codeType, at(key), "%s takes %s; %q is not a text.", a.schema.name, a.schema.takes(), brief(key))
			continue
		}
		out[key] = NewSecret(text.AsString())
	}
	if !a.bad {
		a.value = out
	}
}

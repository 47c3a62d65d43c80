package specs

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// Seen is a name that an expression reads with the value that it had.
type Seen struct {
	// Name as it is written: last.content.
	Name string `json:"name"`
	// Value as JSON, cut at 80 characters; "absent" where it is not there.
	Value string `json:"value"`
}

// maxSeen is how many characters of a value a reason shows.
const maxSeen = 80

// exprPath is a name at the top and the constant keys behind it, each a string or
// an int.
type exprPath struct {
	root string
	keys []any
}

// String writes the path as an expression does.
func (p exprPath) String() string {
	var out strings.Builder
	out.WriteString(p.root)
	for i, key := range p.keys {
		name, ok := key.(string)
		switch {
		case !ok:
			fmt.Fprintf(&out, "[%v]", key)
		case i == 0 && p.root == "agents", !isName(name):
			out.WriteString("['" + strings.ReplaceAll(name, "'", `\'`) + "']")
		default:
			out.WriteString("." + name)
		}
	}
	return out.String()
}

func isName(s string) bool {
	for i, c := range s {
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// see notes a name that is read.
func (r *resolver) see(root string) {
	r.paths = append(r.paths, exprPath{root: root})
}

// constantKey is the string or the int that a key is, nil where it is computed.
func constantKey(n ast.Node) any {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.IntegerNode:
		return n.Value
	case *ast.UnaryNode:
		if i, ok := n.Node.(*ast.IntegerNode); ok && n.Operator == "-" {
			return -i.Value
		}
	}
	return nil
}

// uniquePaths drops repetitions.
func uniquePaths(paths []exprPath) []exprPath {
	var out []exprPath
	for _, p := range paths {
		if !slices.ContainsFunc(out, func(o exprPath) bool { return o.root == p.root && slices.Equal(o.keys, p.keys) }) {
			out = append(out, p)
		}
	}
	return out
}

// Seen gives the names that the expression reads and their values in env, for
// a reason. Lists and objects are shown as far as they fit.
func (e *Expr) Seen(env *Env) []Seen {
	if env == nil {
		env = &Env{}
	}
	return e.seen(env, nil)
}

// seen is Seen for an expression that reads facts, too.
func (e *Expr) seen(env *Env, facts TrialFacts) []Seen {
	out := make([]Seen, 0, len(e.paths))
	for _, p := range e.paths {
		v, ok := facts[p.root]
		if !ok {
			v = fetchAt(*env, p.root)
		}
		for _, key := range p.keys {
			v = fetchAt(v, key)
		}
		out = append(out, Seen{Name: p.String(), Value: shown(v)})
	}
	return out
}

// Keys are the constant names that the expression reads behind a name, each
// once: of data.critic.score and data["writer"], behind data, critic and writer.
func (e *Expr) Keys(name string, keys ...string) []string {
	var out []string
	n := len(keys)
	for _, p := range e.paths {
		if p.root != name || len(p.keys) <= n || !slices.EqualFunc(p.keys[:n], keys, func(a any, b string) bool { return a == b }) {
			continue
		}
		if key, ok := p.keys[n].(string); ok && !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	return out
}

func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return "absent"
	case string:
		text, _ := json.Marshal(shorten(v, maxSeen)) // strings always have JSON
		return string(text)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	if list := elements(v); len(list) > 0 && !scalar(list[0]) {
		return plural(len(list), "value")
	}
	var size measure
	if !size.walk(v) {
		return "too large to show"
	}
	text, err := json.Marshal(plain(v))
	if err != nil {
		return "not shown"
	}
	return shorten(string(text), maxSeen)
}

package specs

import (
	"encoding/json"
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

// exprPath is a name at the top and the constant keys behind it.
type exprPath struct {
	root string
	keys []string
}

// String writes the path as an expression does.
func (p exprPath) String() string {
	var out strings.Builder
	out.WriteString(p.root)
	for i, key := range p.keys {
		switch {
		case i == 0 && p.root == "agents", !isName(key):
			out.WriteString("['" + strings.ReplaceAll(key, "'", `\'`) + "']")
		default:
			out.WriteString("." + key)
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
func (r *resolver) see(root string, keys []string) {
	r.paths = append(r.paths, exprPath{root, keys})
}

func keyNames(keys []*ast.StringNode) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Value
	}
	return names
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
	out := make([]Seen, 0, len(e.paths))
	for _, p := range e.paths {
		v := fetchAt(*env, p.root)
		for _, key := range p.keys {
			v = fetchAt(v, key)
		}
		out = append(out, Seen{Name: p.String(), Value: shown(v)})
	}
	return out
}

// Keys are the constant keys that the expression reads behind a name, each
// once: of data.critic.score and data["writer"], behind data, critic and writer.
func (e *Expr) Keys(name string, keys ...string) []string {
	var out []string
	for _, p := range e.paths {
		if n := len(keys); p.root == name && len(p.keys) > n && slices.Equal(p.keys[:n], keys) && !slices.Contains(out, p.keys[n]) {
			out = append(out, p.keys[n])
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
		return strconv.Itoa(len(list)) + " values"
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

package dialect

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// maxName is how long a tool's name may be.
const maxName = 64

// plainName is what a tool may be called.
var plainName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$`)

// Names gives tools names that vendors allow, and theirs back: letters, digits,
// _ and -, with a letter or _ first.
type Names struct {
	outer, inner map[string]string
}

// NewNames makes the names of a request's tools.
func NewNames(tools []providers.ToolSpec) *Names {
	n := &Names{outer: map[string]string{}, inner: map[string]string{}}
	for _, t := range tools { // those that may keep their name come first
		if plainName.MatchString(t.Name) {
			n.outer[t.Name], n.inner[t.Name] = t.Name, t.Name
		}
	}
	for _, t := range tools {
		n.Out(t.Name)
	}
	return n
}

// Out is the name for the vendor.
func (n *Names) Out(name string) string {
	if known, ok := n.outer[name]; ok {
		return known
	}
	plain := name
	if !plainName.MatchString(name) {
		plain = "_" + strings.Map(func(r rune) rune {
			if r < 128 && plainName.MatchString("_"+string(r)) {
				return r
			}
			return '_'
		}, name)
		if rest := plain[1:min(len(plain), maxName)]; plainName.MatchString(rest) {
			plain = rest
		}
		plain = plain[:min(len(plain), maxName)]
	}
	return n.take(plain, name)
}

// Fresh is a name for a tool that is not in the scenario.
func (n *Names) Fresh(name string) string { return n.take(name, "\x00"+name) }

// take gives name to inner, or one that is still free.
func (n *Names) take(name, inner string) string {
	unique := name
	for i := 2; n.inner[unique] != "" || unique == ""; i++ {
		unique = name[:min(len(name), maxName-4)] + "_" + strconv.Itoa(i)
	}
	n.outer[inner], n.inner[unique] = unique, inner
	return unique
}

// In is the name in the scenario.
func (n *Names) In(name string) string {
	if known, ok := n.inner[name]; ok {
		return known
	}
	return name
}

// ID is the id of a tool call as vendors allow it. Ids of other vendors come in
// with a conversation that has fallen back.
func ID(id string) string {
	if len(id) > 0 && len(id) <= maxName && strings.IndexFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
	}) < 0 {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "call_" + hex.EncodeToString(sum[:12])
}

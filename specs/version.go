package specs

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// checkVersion compares required_version. When it does not fit, other findings
// would mislead.
func (l *loader) checkVersion() bool {
	fits := true
	for _, n := range l.blocksOf("agentconnect") {
		a := n.args["required_version"]
		if a == nil || a.bad {
			continue
		}
		if len(a.expr.Variables()) > 0 {
			l.checkRefs(n)
			continue
		}
		l.evaluateArg(n, a)
		text := n.str("required_version")
		if text == "" {
			continue
		}
		ok, err := versionFits(l.opts.Version, text)
		switch {
		case err != nil:
			l.wrong(n, a, codeConstraint, a.expr.Range(), "%v.", err)
		case !ok:
			l.wrong(n, a, codeVersion, a.expr.Range(), "The scenario needs AgentConnect %s; this is %s.", text, l.opts.Version)
			fits = false
		}
	}
	return fits
}

// versionFits says whether a version meets all constraints of a list. An empty
// version, or one that is not numbers, meets any.
func versionFits(version, constraints string) (bool, error) {
	have, known := parseVersion(version)
	fits := true
	for part := range strings.SplitSeq(constraints, ",") {
		part = strings.TrimSpace(part)
		op := strings.TrimSpace(part[:len(part)-len(strings.TrimLeft(part, "<>=!~"))])
		number := strings.TrimSpace(strings.TrimLeft(part, "<>=!~"))
		want, ok := parseVersion(number)
		if !ok || !strings.Contains(" = == != > >= < <= ~> ", " "+cmp.Or(op, "=")+" ") {
			return false, fmt.Errorf("%q is not a constraint such as \">= 0.1\" or \"~> 1.2\"", brief(part))
		}
		if known && !meets(have, cmp.Or(op, "="), want, strings.Count(number, ".")) {
			fits = false
		}
	}
	return fits, nil
}

// parseVersion reads major, minor and patch; what follows - or + is left out.
func parseVersion(text string) (v [3]int, ok bool) {
	text, _, _ = strings.Cut(strings.TrimPrefix(text, "v"), "+")
	text, _, _ = strings.Cut(text, "-")
	parts := strings.Split(text, ".")
	if len(parts) > 3 {
		return v, false
	}
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return v, false
		}
		v[i] = n
	}
	return v, true
}

// meets compares. ~> 1.2 allows 1.x from 1.2 on, ~> 1.2.3 allows 1.2.x.
func meets(have [3]int, op string, want [3]int, dots int) bool {
	order := 0
	for i := range have {
		if order == 0 {
			order = have[i] - want[i]
		}
	}
	switch op {
	case "!=":
		return order != 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case "~>":
		return order >= 0 && have[0] == want[0] && (dots < 2 || have[1] == want[1])
	default:
		return order == 0
	}
}

package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// A Rule is one kind of finding.
type Rule struct {
	// Name is the rule's, and the code of its findings: missing-max-tokens.
	Name     string
	Severity specs.Severity
	// Summary is that of its findings, Explanation says in sentences why it
	// matters and what to do.
	Summary, Explanation string
	// Fixable says that its findings come with a fix, where one is certain to
	// leave the scenario as it is.
	Fixable bool

	check func(*pass)
}

// Rules are all rules, by name.
func Rules() []Rule {
	rules := slices.Concat(agentRules(), modelRules(), sessionRules(), stopRules(), endingRules(), toolRules(), textRules())
	slices.SortFunc(rules, func(a, b Rule) int { return strings.Compare(a.Name, b.Name) })
	return rules
}

// Options choose the rules. The zero value is all of them.
type Options struct {
	// Only are the rules to look at, all when empty, without those in Disable.
	Only, Disable []string
	// Tests are the texts of its test files: a name that they have is not renamed.
	Tests [][]byte
}

// Validate is an error that names the rules, where the options name one that
// there is not.
func (o Options) Validate() error {
	_, err := o.chosen()
	return err
}

// chosen are the rules to look at. Names that no rule has are an error.
func (o Options) chosen() ([]Rule, error) {
	all := Rules()
	for _, name := range slices.Concat(o.Only, o.Disable) {
		if !known(all, name) {
			return nil, fmt.Errorf("there is no rule %q; the rules are %s", name, strings.Join(names(all), ", "))
		}
	}
	return slices.DeleteFunc(all, func(r Rule) bool {
		return len(o.Only) > 0 && !slices.Contains(o.Only, r.Name) || slices.Contains(o.Disable, r.Name)
	}), nil
}

func known(rules []Rule, name string) bool {
	return slices.ContainsFunc(rules, func(r Rule) bool { return r.Name == name })
}

func names(rules []Rule) []string {
	out := make([]string, len(rules))
	for i, r := range rules {
		out[i] = r.Name
	}
	return out
}

package server

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// codeUnset is the finding that a variable has neither a value nor a default.
const codeUnset = "AC4102"

// asks says whether the scenario has variables whose values only a request can
// give.
func (o *offer) asks() bool {
	return slices.ContainsFunc(o.config.Variables, func(v *specs.Variable) bool { return v.Required && string(v.Value) == "null" })
}

// load loads the scenario with the values of a request. The error names each
// variable that does not fit.
func (o *offer) load(values object[json.RawMessage]) (*specs.Config, error) {
	declared := map[string]bool{}
	var names []string
	for _, v := range o.config.Variables {
		declared[v.Name] = true
		names = append(names, v.Name)
	}
	var wrong []fieldError
	var inputs []specs.VarInput
	seen := map[string]bool{}
	for _, m := range values {
		switch {
		case !declared[m.key]:
			wrong = append(wrong, variableError(brief(m.key), "unknown_variable",
				fmt.Sprintf("template %q has no variable %q; there are: %s", o.name, brief(m.key), listed(names))))
		case seen[m.key]:
			wrong = append(wrong, variableError(m.key, "duplicate", "the variable is there twice"))
		}
		seen[m.key] = true
		inputs = append(inputs, specs.VarInput{Name: m.key, JSON: m.value})
	}
	if len(wrong) > 0 {
		return nil, invalid(wrong...)
	}
	if o.scenario.Load == nil {
		return o.config, nil
	}
	cfg, ds := o.scenario.Load(inputs)
	if ds.HasErrors() {
		wrong, certain := variableErrors(ds)
		if !certain {
			if _, plain := o.scenario.Load(nil); plain.HasErrors() {
				return nil, errScenarioBroken
			}
		}
		return nil, invalid(wrong...)
	}
	if sessionOf(cfg, o.name) == nil {
		return nil, errSessionGone
	}
	return cfg, nil
}

func variableError(name, kind, msg string) fieldError {
	return fieldError{Loc: []any{"body", "variables", name}, Type: kind, Msg: msg}
}

// variableErrors are the findings of a scenario that was loaded with the
// values of a request. They are certain when one names a variable; otherwise
// the scenario itself may be broken by now.
func variableErrors(ds specs.Diagnostics) (wrong []fieldError, certain bool) {
	for _, d := range ds {
		if d.Severity != specs.SeverityError {
			continue
		}
		e := fieldError{Loc: []any{"body", "variables"}, Type: "variable", Msg: d.Detail}
		if d.Code == codeUnset {
			e.Type, e.Msg = "missing", "must be given: it has no default"
		}
		if name, ok := strings.CutPrefix(d.Address, "var."); ok {
			e.Loc = append(e.Loc, name)
			certain = true
		} else {
			e.Msg = fmt.Sprintf("with these values %s does not hold together: %s", place(d), d.Detail)
		}
		wrong = append(wrong, e)
	}
	return wrong, certain
}

func place(d specs.Diagnostic) string {
	if d.Address != "" {
		return d.Address
	}
	return "the scenario"
}

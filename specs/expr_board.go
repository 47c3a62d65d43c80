package specs

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/zclconf/go-cty/cty"
)

// entry checks the key of here.data in a condition on a board.
func (r *resolver) entry(key *ast.StringNode) bool {
	_, written := r.scope.board[key.Value]
	_, answered := r.scope.data[key.Value]
	if written || answered {
		return true
	}
	at, names := r.token(key), slices.Sorted(maps.Keys(r.scope.board))
	d := r.report(codeExprParticipant, at, "The board has no entry %s. Rules write %s.", quoteName(key.Value), strings.Join(names, ", "))
	r.suggestKey(d, at, key.Value, names)
	return false
}

// types are those of the entries of a board: what an agent with an output
// writes is of its type, what an agent or a person says is a text,
// and what a pattern gives, or several write, may be anything.
func (b *Blackboard) types(cfg *Config) map[string]*Type {
	if b == nil {
		return nil
	}
	outputs := map[string]*Type{}
	for _, a := range cfg.Agents {
		if a.Output != nil {
			outputs[a.Name] = a.Output.Type
		}
	}
	out := make(map[string]*Type, len(b.Rules))
	by := make(map[string]Ref, len(b.Rules))
	for _, rule := range b.Rules {
		typ, structured := outputs[rule.Run.Name]
		if !structured && rule.Run.Kind != RefPattern {
			typ = TypeOf(cty.String)
		}
		if before, taken := by[rule.Writes]; taken && !before.same(rule.Run) {
			typ = nil
		}
		out[rule.Writes], by[rule.Writes] = typ, rule.Run
	}
	return out
}

// planType is what a plan_execute asks of its planner.
func planType() *Type {
	step := cty.Object(map[string]cty.Type{"agent": cty.String, "task": cty.String})
	return TypeOf(cty.Object(map[string]cty.Type{"steps": cty.List(step)}))
}

// answers adds the types of what a pattern asks of its manager and of those who
// bid.
func (m *Manager) answers(p *Pattern, out map[string]*Type) {
	switch p.Kind {
	case "magentic":
		out[m.Manager.Name] = TypeOf(cty.Object(map[string]cty.Type{
			"satisfied": cty.Bool, "looping": cty.Bool, "progressing": cty.Bool,
			"next": cty.String, "instruction": cty.String, "reason": cty.String,
		}))
	case "auction":
		out[m.Manager.Name] = TypeOf(cty.Object(map[string]cty.Type{"done": cty.Bool, "task": cty.String, "needs": cty.List(cty.String)}))
		for _, ref := range p.Participants {
			out[ref.Name] = TypeOf(cty.Object(map[string]cty.Type{"score": cty.Number, "reason": cty.String}))
		}
	}
}

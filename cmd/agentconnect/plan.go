package main

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// planOptions are the flags of plan.
type planOptions struct {
	vars      assignments
	session   string
	maxCost   float64
	maxCalls  int
	maxTokens int
	json      bool
	gated     func(flag string) bool // whether a gate was given: 0 is one, too
}

func newPlan(a *app) *cobra.Command {
	o := &planOptions{}
	cmd := &cobra.Command{
		Use:   "plan [FILE|DIR]",
		Short: "Show what sessions take at most before they run",
		Long: `Show what the sessions of a scenario take at most, whatever the models answer: turns,
calls, tokens, cost and time, each with the argument that bounds it; who gets how much of
it; the models and their prices; the control graph, with how often each edge is taken; the
conditions that end a session; and the hosts that it contacts. Nothing is called, and no
key is needed. Without a FILE it is the directory.

The numbers hold for the worst case: the longest answers, every retry and every round.
What they stand on besides the scenario is listed at the end: a vendor that reports more
usage than the estimate can go past a budget by the difference, before the next call is
refused.

--max-cost, --max-calls and --max-tokens make it a gate: what may take more, or is not
bounded, is an error. 0 is a gate, too.

Status: 0 when the scenario is sound and within the gates, 1 when it is not, 2 when the
call is wrong.`,
		Example: `  agentconnect plan debate.hcl
  agentconnect plan scenarios/support --session triage -var model=small
  agentconnect plan debate.hcl --max-cost 1.00 --max-calls 200
  agentconnect plan debate.hcl -json | jq '.sessions[].certificate.cost'`,
		Args:              atMostOnePath,
		ValidArgsFunction: files,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.gated = cmd.Flags().Changed
			return a.plan(o, pathOf(args))
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	o.vars.flags(f)
	f.StringVar(&o.session, "session", "", "plan the session `NAME` only")
	f.Float64Var(&o.maxCost, "max-cost", 0, "fail if a session may cost more than `USD`")
	f.IntVar(&o.maxCalls, "max-calls", 0, "fail if a session may make more than `N` calls")
	f.IntVar(&o.maxTokens, "max-tokens", 0, "fail if a session may take more than `N` tokens")
	jsonFlag(cmd, &o.json, "a JSON object")
	register(cmd, "session", completeSessions)
	register(cmd, "var", completeVariables)
	return cmd
}

func atMostOnePath(cmd *cobra.Command, args []string) error {
	if len(args) <= 1 {
		return nil
	}
	return onePath(cmd, args)
}

// pathOf is the scenario that is meant: the directory where none is named.
func pathOf(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}

// A gateResult says that a session is not within a gate.
type gateResult struct {
	Session string       `json:"session"`
	Gate    string       `json:"gate"`
	Most    float64      `json:"most"`
	Value   specs.Amount `json:"value"`
	Text    string       `json:"text"`
}

// plan does what the plan command does.
func (a *app) plan(o *planOptions, path string) error {
	if !(o.maxCost >= 0) || o.maxCalls < 0 || o.maxTokens < 0 { // NaN is not above it either
		return usageError("--max-cost, --max-calls and --max-tokens are not below zero")
	}
	cfg, sessions, err := a.sound(path, o.vars.list, o.session)
	if err != nil {
		return err
	}
	plans, failed := make([]*planView, 0, len(sessions)), []gateResult{}
	for _, s := range sessions {
		p := planOf(cfg, s)
		plans = append(plans, p)
		failed = append(failed, o.gates(p.Certificate)...)
	}
	if o.json {
		err = a.document(map[string]any{"sessions": plans, "failed": failed})
	} else {
		err = writeEach(a, plans, (*planWriter).plan)
	}
	if err != nil {
		return outputError(err)
	}
	for _, f := range failed {
		a.con.fail(f.Text)
	}
	if len(failed) > 0 {
		return silent(statusFailed)
	}
	return nil
}

// sound loads a scenario that must be free of errors, and finds the sessions
// that are meant: all, where none is named.
func (a *app) sound(path string, vars []specs.VarInput, name string) (*specs.Config, []*specs.Session, error) {
	cfg, ds, err := load(path, vars, true)
	if err != nil {
		return nil, nil, err
	}
	a.report(ds)
	if ds.HasErrors() {
		return nil, nil, silent(statusOfErrors(ds))
	}
	if name == "" && len(cfg.Sessions) > 0 {
		return cfg, cfg.Sessions, nil
	}
	s, err := choose(cfg, name)
	if err != nil {
		return nil, nil, err
	}
	return cfg, []*specs.Session{s}, nil
}

// gates says which gates a session does not pass.
func (o *planOptions) gates(c *specs.Certificate) []gateResult {
	var out []gateResult
	check := func(gate string, most float64, value specs.Amount, text, reason string) {
		if !o.gated(gate) || value.Bounded() && float64(value) <= most {
			return
		}
		r := gateResult{Session: c.Session, Gate: gate, Most: most, Value: value}
		r.Text = fmt.Sprintf("session.%s may take %s, and --%s is %v", c.Session, text, gate, most)
		if c.PerMessage {
			r.Text += " (for each message of a person)"
		}
		if !value.Bounded() {
			r.Text = fmt.Sprintf("session.%s: --%s needs a bound: %s", c.Session, gate, cmp.Or(reason, "there is none"))
		}
		out = append(out, r)
	}
	check("max-cost", o.maxCost, c.Cost, c.Cost.USD(), c.Reasons["cost"])
	check("max-calls", float64(o.maxCalls), c.Calls, c.Calls.Text()+" calls", "")
	check("max-tokens", float64(o.maxTokens), c.Tokens, c.Tokens.Text()+" tokens", c.Reasons["tokens"])
	return out
}

package specs

import "fmt"

// finite are the kinds whose required arguments bound them.
func (pr *prover) finite(p *Pattern) load {
	all, some := pr.allOf(p.Participants), pr.anyOf(p.Participants)
	switch {
	case p.Kind == "sequential":
		return all.by(p, "takes each participant once")
	case p.Parallel != nil || p.Kind == "parallel":
		all.width = pr.together(p.Participants)
		if p.Parallel != nil && p.Parallel.Aggregate != nil {
			all = all.plus(pr.one(*p.Parallel.Aggregate))
		}
		return all.by(p, "takes each participant once")
	case p.Map != nil:
		some.width = satMul(some.width, p.Map.MaxItems)
		return some.times(p.Map.MaxItems).by(p, fmt.Sprintf("max_items = %d", p.Map.MaxItems))
	case p.Loop != nil:
		if p.Loop.Critic != nil {
			all = all.plus(turnLoad(pr.turn(p.Loop.Critic.Name, false)))
		}
		return all.times(p.Loop.MaxIterations).by(p, fmt.Sprintf("max_iterations = %d", p.Loop.MaxIterations))
	case p.Router != nil:
		return pr.routerLoad(p)
	case p.Vote != nil:
		return pr.voteLoad(p)
	case p.PlanExecute != nil:
		return pr.planExecute(p, some)
	case p.Blackboard != nil:
		step := load{}
		for _, rule := range p.Blackboard.Rules {
			step = either(step, pr.one(rule.Run))
		}
		return step.times(p.Blackboard.MaxActivations).
			by(p, fmt.Sprintf("max_activations = %d", p.Blackboard.MaxActivations))
	case p.Manager != nil:
		return pr.managed(p, some)
	}
	return all
}

// by puts an argument of the pattern before the reasons.
func (l load) by(p *Pattern, argument string) load {
	l.because = reasons(p.because(argument), l.because)
	return l
}

func (pr *prover) routerLoad(p *Pattern) load {
	branch := pr.one(p.Router.Default)
	for _, route := range p.Router.Routes {
		branch = either(branch, pr.one(route.To))
	}
	if p.Router.Classifier != nil {
		calls := pr.decision(p.Router.Classifier.Name)
		branch = branch.plus(load{calls: calls, decisions: calls})
	}
	return branch.by(p, "takes one branch")
}

// maxBallots is how often a person is asked for a ballot that can be read.
const maxBallots = 3

func (pr *prover) voteLoad(p *Pattern) load {
	sum := load{}
	ballot := func(ref Ref) {
		if ref.Kind == RefAgent {
			sum = sum.plus(turnLoad(pr.turn(ref.Name, false)))
			return
		}
		sum = sum.plus(pr.one(ref).times(maxBallots)) // a person is asked again
	}
	for _, ref := range p.Participants {
		ballot(ref)
	}
	if p.Vote.TieBreaker != nil {
		ballot(*p.Vote.TieBreaker)
	}
	sum.width = len(p.Participants)
	return sum.by(p, "takes one ballot of each")
}

// planExecute plans once and after each failure, executes the steps of each
// plan, and answers.
func (pr *prover) planExecute(p *Pattern, step load) load {
	x := p.PlanExecute
	plan := turnLoad(pr.turn(x.Planner.Name, false))
	round := plan.plus(step.times(x.MaxSteps))
	if x.Approve != nil {
		round = round.plus(pr.one(*x.Approve))
	}
	return round.times(satAdd(x.MaxReplans, 1)).plus(plan).
		by(p, fmt.Sprintf("max_steps = %d, max_replans = %d", x.MaxSteps, x.MaxReplans))
}

func (pr *prover) managed(p *Pattern, some load) load {
	m := p.Manager
	for _, worker := range m.Workers {
		some = either(some, pr.one(worker))
	}
	judged := turnLoad(pr.turn(m.Manager.Name, false))
	switch p.Kind {
	case "magentic":
		// Each round is judged; facts and plan are written at the start and
		// after each reset; then comes the answer.
		plans := judged.times(satAdd(satMul(satAdd(m.MaxResets, 1), 2), 1))
		return some.plus(judged).times(p.MaxRounds).plus(plans).
			by(p, fmt.Sprintf("max_rounds = %d, max_resets = %d", p.MaxRounds, m.MaxResets))
	case "auction":
		bids := load{}
		for _, ref := range p.Participants {
			bids = bids.plus(turnLoad(pr.turn(ref.Name, false)))
		}
		bids.width = len(p.Participants)
		return judged.plus(bids).plus(some).times(p.MaxRounds).plus(judged).
			by(p, fmt.Sprintf("max_rounds = %d", p.MaxRounds))
	default: // supervisor
		return pr.supervisor(m, some).by(p, delegations(m))
	}
}

func delegations(m *Manager) string {
	if m.MaxDelegations > 0 {
		return fmt.Sprintf("max_delegations = %d", m.MaxDelegations)
	}
	return fmt.Sprintf("manager agent.%s max_tool_calls", m.Manager.Name)
}

// supervisor is one turn of the manager, whose tool calls are its workers.
func (pr *prover) supervisor(m *Manager, some load) load {
	manager := pr.turn(m.Manager.Name, true)
	count := m.MaxDelegations
	if a := pr.agents[m.Manager.Name]; a != nil {
		if count == 0 {
			count = a.MaxToolCalls
		}
		if more := count - a.MaxToolCalls; more > 0 {
			manager = satAdd(manager, satMul(more, pr.attempts(a)))
		}
	}
	l := turnLoad(manager).plus(some.times(count))
	l.width = satAdd(satMul(some.width, count), 1) // calls of one answer run at once
	return l
}

package lint

import (
	"fmt"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

func stopRules() []Rule {
	return []Rule{
		{
			Name: "judge-every-turn", Severity: specs.SeverityWarning, Summary: "Judge is asked after every turn", check: judgeEveryTurn,
			Explanation: "A stop with `judge` asks its agent after every turn, which doubles the calls of many sessions. Write `every`, or `min_turns` for the part of the talk that cannot be over; `every = 1` says that it is meant.",
		},
		{
			Name: "unsaid-word", Severity: specs.SeverityWarning, Summary: "Waits for a word that nobody was told", check: unsaidWord,
			Explanation: "A condition waits for a word, and no instruction of the session's agents, no opening and no prompt has it, so that the models do not know that they should say it. Where a person takes part, the word may be theirs, and nothing is reported.",
		},
		{
			Name: "over-at-once", Severity: specs.SeverityWarning, Summary: "Over before it begins", check: overAtOnce,
			Explanation: "The condition is true as soon as the opening is said: mostly since the opening itself has the word that is waited for. Write `min_turns`, or look at who said it: `last.agent != 'user'`.",
		},
	}
}

func judgeEveryTurn(p *pass) {
	for _, s := range p.cfg.Stops {
		if _, meant := s.Args["every"]; s.Judge != nil && s.Judge.Every <= 1 && s.MinTurns == 0 && !meant {
			p.report("stop."+s.Name, s.Arg("judge"), "agent.%s is asked after every turn. Write every = 3, or min_turns.", s.Judge.Agent)
		}
	}
}

func unsaidWord(p *pass) {
	told := map[string]bool{}
	for _, s := range p.cfg.Sessions {
		cast := p.casts[s.Name]
		if s.Type == "human_agent" || len(cast.Humans) > 0 {
			continue
		}
		said := p.prompts(s, cast)
		for _, c := range p.waiting(cast) {
			for _, w := range c.expr.Sought() {
				key := fmt.Sprint(c.address, w.Range)
				if !looked(w) || heard(said, w) || told[key] {
					continue
				}
				told[key] = true
				p.report(c.address, w.Range, "In session.%s the condition waits for %q, and no instructions tell anybody to say it. Write it into those of the agent that should.", s.Name, w.Text)
			}
		}
	}
}

// looked says whether a text must be in a message for a condition to be true.
func looked(w specs.Sought) bool {
	switch w.Op {
	case "contains", "startsWith", "endsWith", "==", "in":
		return w.Field == "content" && !w.Negated && strings.TrimSpace(w.Text) != ""
	default:
		return false
	}
}

func heard(said string, w specs.Sought) bool {
	return strings.Contains(said, strings.TrimSpace(w.Text)) || w.Folded && strings.Contains(strings.ToLower(said), strings.ToLower(strings.TrimSpace(w.Text)))
}

// prompts are all the words that a session puts before its models.
func (p *pass) prompts(s *specs.Session, cast specs.Cast) string {
	var out strings.Builder
	add := func(words ...string) {
		for _, w := range words {
			out.WriteString(w + "\n")
		}
	}
	add(s.Opening)
	if s.Finalize != nil {
		add(s.Finalize.Prompt)
	}
	for _, name := range cast.Agents {
		if a := p.agent(name); a != nil {
			add(a.Instructions, a.Personality, a.Description)
			if a.Output != nil {
				add(string(a.Output.Schema))
			}
			for _, tool := range a.Tools {
				if t := find(p.cfg.Tools, func(t *specs.Tool) bool { return t.Name == tool }); t != nil {
					add(t.Description)
				}
			}
		}
	}
	for _, name := range cast.Patterns {
		if x := p.pattern(name); x != nil {
			add(x.Description)
		}
	}
	return out.String()
}

// A condition is an expression and whose it is.
type condition struct {
	address string
	expr    *specs.Expr
}

// waiting are the conditions of a session that something be said.
func (p *pass) waiting(cast specs.Cast) []condition {
	var out []condition
	add := func(address string, e *specs.Expr) {
		if e != nil {
			out = append(out, condition{address, e})
		}
	}
	for _, name := range cast.Stops {
		if s := p.stop(name); s != nil {
			add("stop."+name, s.When)
		}
	}
	for _, name := range cast.Patterns {
		x := p.pattern(name)
		if x != nil && x.Loop != nil {
			add("pattern."+name, x.Loop.Until)
		}
		if x != nil && x.Debate != nil {
			add("pattern."+name, x.Debate.Until)
		}
	}
	return out
}

// overAtOnce asks the conditions what they say to the opening alone.
func overAtOnce(p *pass) {
	told := map[string]bool{}
	for _, s := range p.cfg.Sessions {
		if s.Opening == "" {
			continue
		}
		env := atOpening(s)
		for _, name := range s.Stops {
			stop := p.stop(name)
			if stop == nil || stop.When == nil || stop.MinTurns > 0 || stop.Scope != "" || told[name] {
				continue
			}
			if met, err := stop.When.Bool(env); err != nil || !met {
				continue
			}
			told[name] = true
			d := p.report("stop."+name, stop.When.Range(), "The condition is true as soon as session.%s has its opening, before anybody has answered. Write min_turns = 1, or look for what only an answer can say.", s.Name)
			if at, ok := s.Args["opening"]; ok {
				d.Related = []specs.Related{{Message: "the opening", Range: at}}
			}
		}
	}
}

// atOpening is what conditions see when the opening has been said.
func atOpening(s *specs.Session) *specs.Env {
	m := specs.EnvMessage{Exists: true, Content: s.Opening, Agent: "user", Role: "user", Type: "text"}
	if s.Type == "human_agent" {
		m.Agent, m.Role = s.Agent, "assistant"
	}
	return &specs.Env{Last: m, First: m, Messages: []specs.EnvMessage{m}, Agents: map[string]specs.EnvAgent{}, Data: map[string]any{}}
}

// length is how long a session may go on, for people.
func length(s *specs.Session) string {
	if s.Bound.PerMessage {
		return "any number of messages"
	}
	return fmt.Sprintf("%d turns", s.Bound.Turns)
}

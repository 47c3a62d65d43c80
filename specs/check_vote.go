package specs

import (
	"fmt"
	"maps"
	"slices"
)

func (c *domain) vote(p *Pattern) {
	c.ballot(p)
	c.quorum(p)
	c.tie(p)
	for _, name := range slices.Sorted(maps.Keys(p.Vote.Weights)) {
		c.member(p, "weights", name, "weights")
		if p.Vote.Weights[name] <= 0 {
			c.report(codeWeight, p.address(), p.Arg("weights"),
				"%s has the weight %v; a vote counts more than 0. Leave somebody without a vote out of the participants.",
				name, p.Vote.Weights[name])
		}
	}
}

// ballot checks that there is something to choose from, or nothing for scores.
func (c *domain) ballot(p *Pattern) {
	v := p.Vote
	c.twice(p.address(), "choices", v.Choices, everyAt(p.Arg("choices")))
	switch {
	case v.Strategy == "average" && len(v.Choices) > 0:
		c.report(codeBallot, p.address(), p.Arg("choices"),
			"With strategy = \"average\" each ballot is a score, not a choice; remove choices.")
	case v.Strategy != "average" && len(v.Choices) < 2:
		c.report(codeBallot, p.address(), p.Arg("choices"),
			"A vote needs two choices at least; it has %d.", len(v.Choices))
	}
	for _, word := range []string{"first", "random", "none"} {
		if slices.Contains(v.Choices, word) {
			c.report(codeBallot, p.address(), p.Arg("choices"),
				"%q as a choice cannot be told from the same word in tie; choose another word.", word)
		}
	}
}

func (c *domain) quorum(p *Pattern) {
	v := p.Vote
	if v.Strategy != "quorum" {
		if v.Quorum > 0 {
			c.report(codeQuorum, p.address(), p.Arg("quorum"),
				"quorum counts with strategy = \"quorum\" alone; the strategy is %q.", v.Strategy)
		}
		return
	}
	total := 0.0
	for _, voter := range p.Participants {
		weight, set := v.Weights[voter.Name]
		if !set {
			weight = 1
		}
		total += max(weight, 0)
	}
	switch {
	case v.Quorum == 0:
		c.report(codeQuorum, p.address(), p.Arg("strategy"),
			"strategy = \"quorum\" needs to know how many votes are enough: quorum = %d.", len(p.Participants)/2+1)
	case float64(v.Quorum) > total && len(p.Participants) > 0:
		have := plural(len(p.Participants), "participant")
		if len(v.Weights) > 0 {
			have += fmt.Sprintf(" with %v votes", total)
		}
		c.report(codeQuorum, p.address(), p.Arg("quorum"),
			"quorum = %d is more than the %s can give.", v.Quorum, have)
	}
}

func (c *domain) tie(p *Pattern) {
	v := p.Vote
	words := append([]string{"first", "random", "none"}, v.Choices...)
	switch {
	case v.TieBreaker != nil:
		c.member(p, "tie", v.TieBreaker.Name, "tie")
	case v.Tie == "" || v.Strategy == "average":
		// Required by the schema; averages of scores cannot tie.
	case !slices.Contains(words, v.Tie):
		c.report(codeTie, p.address(), p.Arg("tie"),
			"tie = %q is neither a choice nor first, random, none or a participant.%s", v.Tie, c.meant(v.Tie, words))
	}
}

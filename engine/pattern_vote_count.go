package engine

import "slices"

// tally is what the ballots come to so far.
type tally struct {
	votes   map[string]float64
	sum     float64 // of weighted scores
	weight  float64 // of the ballots that count
	ballots int     // that count
	out     float64 // weight of those that are still out
	winner  string
	tied    []string // in declared order, when there is no winner
	certain bool     // what is out cannot change it
}

// count counts the ballots. Nothing that is still out can change a result that
// is certain.
func (p vote) count(st *State, f *Frame) tally {
	t := tally{votes: map[string]float64{}}
	for _, b := range f.ballots {
		if b.Spoiled || b.Slot >= p.voters { // nor the casting vote
			continue
		}
		w := p.weights[b.Slot]
		t.ballots++
		t.weight += w
		if b.Score != nil {
			t.sum += w * *b.Score
		} else {
			t.votes[b.Choice] += w
		}
	}
	for slot := range p.voters {
		if f.running(slot) || !f.has(slot) && st.active(&f.node.slots[slot]) {
			t.out += p.weights[slot]
		}
	}
	if p.averages() {
		t.certain = t.out == 0
		return t
	}
	p.decide(&t)
	return t
}

// decide finds the winner or those that are tied, and whether that is certain.
func (p vote) decide(t *tally) {
	need := 0.0
	if p.args.Strategy == "quorum" {
		need = float64(p.args.Quorum)
	}
	best := 0.0
	for _, c := range p.args.Choices {
		best = max(best, t.votes[c])
	}
	var top []string
	possible := false // for any choice to have enough
	for _, c := range p.args.Choices {
		possible = possible || t.votes[c]+t.out >= need
		if t.votes[c] == best && best > 0 && best >= need {
			top = append(top, c)
		}
	}
	switch {
	case t.out == 0:
		t.certain = true
	case !possible:
		t.certain = true
		return
	case len(top) == 1:
		t.certain = !slices.ContainsFunc(p.args.Choices, func(c string) bool {
			most := t.votes[c] + t.out
			return c != top[0] && most >= best && most >= need
		})
	}
	if len(top) == 1 {
		t.winner = top[0]
	} else {
		t.tied = top
	}
}

// verdict is the result of a count that is certain; a tie is broken as declared.
func (p vote) verdict(f *Frame, t tally) *Verdict {
	v := &Verdict{Frame: f.id, Outcome: t.winner, Counts: t.votes, By: p.args.Strategy, Tied: t.tied, Ballots: t.ballots, Voters: p.voters}
	if p.averages() {
		mean := t.sum / t.weight
		v.Score, v.Counts = &mean, nil
		return v
	}
	if len(t.tied) == 0 {
		return v
	}
	switch tie := p.args.Tie; {
	case p.caster >= 0:
		v.By = roleCasting
		for _, b := range f.ballots {
			if b.Slot == p.caster {
				v.Outcome = b.Choice
			}
		}
	case tie == "first":
		v.By, v.Outcome = tie, t.tied[0]
	case tie == "random":
		v.By, v.Outcome = tie, t.tied[draw(p.seed, f, len(t.tied))]
	case tie == "none":
		v.By = tie
	default:
		v.By, v.Outcome = "tie", tie
	}
	return v
}

package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// vote asks all for a ballot at once and counts; when the ballots that are
// still out cannot change anything they are not waited for. Its slots are the
// voters and, last, whoever has the casting vote.
type vote struct {
	args    *specs.Vote
	seed    int64
	voters  int
	caster  int // slot, or -1
	weights []float64
}

// ballot is a vote that counts, or is spoiled.
type ballot struct {
	Slot    int      `json:"slot"`
	Choice  string   `json:"choice,omitempty"`
	Score   *float64 `json:"score,omitempty"`
	Spoiled bool     `json:"spoiled,omitempty"`
}

// maxBallots is how often a person is asked until the ballot can be read.
const maxBallots = 3

func (c *compiler) vote(n *node) Pattern {
	p := vote{args: n.spec.Vote, seed: n.spec.Seed, voters: len(n.slots), caster: -1}
	for i := range n.slots {
		weight, set := p.args.Weights[n.slots[i].name]
		if !set {
			weight = 1
		}
		p.weights = append(p.weights, weight)
	}
	if p.args.TieBreaker != nil {
		p.caster = c.office(n, *p.args.TieBreaker)
	}
	properties := map[string]any{"choice": oneOf(p.args.Choices), "reason": textOf()}
	if p.averages() {
		properties = map[string]any{"score": numberOf(), "reason": textOf()}
	}
	a := ask{form: answerForm(properties, nil, "reason")}
	n.ask(roleBallot, a)
	n.ask(roleCasting, a)
	return p
}

func (p vote) averages() bool { return p.args.Strategy == "average" }

// holds implements [gatherer]: nobody sees another's ballot before the count.
func (p vote) holds(slot int) bool { return slot >= 0 && slot < p.voters }

// Next implements [Pattern].
func (p vote) Next(st *State, f *Frame) Move {
	switch {
	case f.rounds > 0:
		return done(leftDone)
	case f.said >= 0:
		return Move{Round: true, Done: leftDone}
	case f.running(p.caster):
		return Move{}
	}
	if m, more := p.read(st, f); more {
		return m
	}
	c := p.count(st, f)
	if !c.certain {
		return p.ask(st, f)
	}
	if len(f.open) > 0 {
		return Move{Cancel: f.open}
	}
	if c.ballots == 0 {
		return Move{Err: errNobody}
	}
	if list := f.unmerged(p.voters); len(list) > 0 {
		return Move{Merge: list}
	}
	if p.caster >= 0 && len(c.tied) > 0 && !f.has(p.caster) && st.active(&f.node.slots[p.caster]) {
		return p.askOne(f, p.caster, c.tied, "")
	}
	v := p.verdict(f, c)
	if !f.counted {
		return Move{Verdict: v}
	}
	return Move{Say: v.said(f)}
}

// ask begins with all who have not been asked yet.
func (p vote) ask(st *State, f *Frame) Move {
	var m Move
	for slot := range p.voters {
		if st.toCome(f, slot) {
			m.Steps = append(m.Steps, p.askOne(f, slot, p.args.Choices, "").Steps...)
		}
	}
	return m
}

// askOne asks for a ballot.
func (p vote) askOne(f *Frame, slot int, choices []string, wrong string) Move {
	s := Step{Slot: slot, Role: roleBallot, Answers: -1}
	if slot == p.caster {
		s.Role = roleCasting
	}
	switch person := f.node.slots[slot].human != nil; {
	case p.averages() && person:
		s.Note = "Your vote: a number."
	case p.averages():
		s.Note = "Vote. Answer with a JSON object: score is a number, and give a short reason."
	case person:
		s.Note = "Your vote: " + strings.Join(choices, ", ") + "?"
	default:
		s.Note = "Vote. Answer with a JSON object: choice is one of " + strings.Join(choices, ", ") + ", and give a short reason."
	}
	if slot == p.caster {
		s.Note = "The vote is tied, and yours decides. " + s.Note
	}
	s.Note = wrong + s.Note
	return Move{Steps: []Step{s}}
}

// read takes in the next ballot that was not read yet, in order of arrival. A
// person whose answer is no ballot is asked again.
func (p vote) read(st *State, f *Frame) (m Move, more bool) {
	for _, slot := range f.pass {
		r := f.passed[slot]
		if !r.ok || f.running(slot) || slices.ContainsFunc(f.ballots, func(b ballot) bool { return b.Slot == slot }) {
			continue
		}
		b := p.ballot(st, f, slot, r)
		if b.Spoiled && f.node.slots[slot].human != nil && f.visits[slot] < maxBallots {
			return p.askOne(f, slot, p.choices(st, f, slot), "That is no vote. "), true
		}
		return Move{Ballot: b}, true
	}
	return m, false
}

// choices are what may be voted for in a slot.
func (p vote) choices(st *State, f *Frame, slot int) []string {
	if slot != p.caster {
		return p.args.Choices
	}
	return p.count(st, f).tied
}

// ballot reads an answer.
func (p vote) ballot(st *State, f *Frame, slot int, r stepResult) *Ballot {
	b := &Ballot{Frame: f.id, Slot: slot, Weight: 1, Casting: slot == p.caster}
	if slot < len(p.weights) {
		b.Weight = p.weights[slot]
	}
	var answer struct {
		Choice, Reason string
		Score          *float64
	}
	if f.node.slots[slot].human != nil {
		answer.Choice = strings.TrimSpace(st.textOf(r))
		if x, err := strconv.ParseFloat(answer.Choice, 64); err == nil && x-x == 0 { // neither infinite nor not a number
			answer.Score = &x
		}
	} else {
		b.Spoiled = !fields(r.data, &answer)
	}
	b.Reason = answer.Reason
	if p.averages() {
		b.Score = answer.Score
		b.Spoiled = b.Spoiled || b.Score == nil
		return b
	}
	choices := p.choices(st, f, slot)
	if i := chosen(choices, answer.Choice); i >= 0 {
		b.Choice = choices[i]
	} else {
		b.Spoiled = true
	}
	return b
}

// chosen finds a choice by its text or its number, or gives -1.
func chosen(choices []string, text string) int {
	text = strings.TrimRight(text, ".! ")
	if i := slices.IndexFunc(choices, func(c string) bool { return strings.EqualFold(c, text) }); i >= 0 {
		return i
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(choices) {
		return n - 1
	}
	return -1
}

// textOf is the text of an answer, held back or not.
func (st *State) textOf(r stepResult) string {
	switch {
	case r.held != nil:
		return r.held.Content
	case len(r.messages) > 0:
		return st.messages[r.messages[0]].content
	default:
		return ""
	}
}

// said is the verdict as the others hear it.
func (v *Verdict) said(f *Frame) *Said {
	b, _ := json.Marshal(struct {
		Outcome string             `json:"outcome"`
		Score   *float64           `json:"score,omitempty"`
		Counts  map[string]float64 `json:"counts,omitempty"`
		Ballots int                `json:"ballots"`
		By      string             `json:"by"`
	}{v.Outcome, v.Score, v.Counts, v.Ballots, v.By}) // plain values
	return &Said{Sender: f.node.name, Role: "system", Content: string(b), Structured: true, Frame: f.id}
}

// vote says what was voted, for a person.
func (b *Ballot) vote() string {
	switch {
	case b.Spoiled:
		return "for nothing that there is"
	case b.Score != nil:
		return number(*b.Score)
	default:
		return b.Choice
	}
}

// outcome says what a vote came to, for a person.
func (v *Verdict) outcome() string {
	switch {
	case v.Score != nil:
		return number(*v.Score)
	case v.Outcome == "":
		return "nothing"
	default:
		return fmt.Sprintf("%s (%s of %s)", v.Outcome, number(v.Counts[v.Outcome]), number(v.total()))
	}
}

func (v *Verdict) total() float64 {
	sum := 0.0
	for _, n := range v.Counts {
		sum += n
	}
	return sum
}

package engine

import (
	"math/rand/v2"
	"testing"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// TestVoteIsEarlySafe counts random ballots one by one: what is certain early is
// what all ballots come to, whatever they are.
func TestVoteIsEarlySafe(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test
	choices := []string{"a", "b", "c"}
	early := 0
	for range 20_000 {
		n := 1 + r.IntN(6)
		p := vote{args: &specs.Vote{Choices: choices, Strategy: "majority", Tie: "none"}, voters: n, caster: -1}
		if r.IntN(2) == 0 {
			p.args.Strategy, p.args.Quorum = "quorum", 1+r.IntN(n)
		}
		f := &Frame{node: &node{slots: make([]slot, n)}, passed: map[int]stepResult{}, visits: make([]int, n)}
		for slot := range n {
			p.weights = append(p.weights, float64(1+r.IntN(3)))
			f.open = append(f.open, slot)
		}
		st := &State{}
		var before *tally
		for _, slot := range r.Perm(n) {
			f.close(slot)
			f.passed[slot] = stepResult{ok: true}
			f.ballots = append(f.ballots, ballot{Slot: slot, Choice: choices[r.IntN(3)], Spoiled: r.IntN(9) == 0})
			now := p.count(st, f)
			if before != nil && (!now.certain || now.winner != before.winner || len(now.tied) > 0) {
				t.Fatalf("%+v was certain, and then came %+v", before, now)
			}
			if now.certain && now.out > 0 && before == nil {
				early++
				before = &now
			}
		}
		if !p.count(st, f).certain {
			t.Fatal("all have voted, and nothing is certain")
		}
	}
	if early < 1000 {
		t.Errorf("only %d votes were certain early", early)
	}
}

func TestChosen(t *testing.T) {
	choices := []string{"yes", "no", "2"}
	for text, want := range map[string]int{"yes": 0, "YES.": 0, "No!": 1, "1": 0, "2": 2, "3": 2, "0": -1, "4": -1, "maybe": -1, "": -1} {
		if got := chosen(choices, text); got != want {
			t.Errorf("%q is %d, want %d", text, got, want)
		}
	}
}

func TestAlike(t *testing.T) {
	long := "we should paint the old shed by the river in a deep and quiet shade of green before winter comes"
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{long, long, true},
		{long, "We  should paint the old shed by the river in a deep and quiet shade of green before winter comes", true},
		{long, long + " again", true},
		{long, long + " again and once more this year", false},
		{"yes", "Yes", true},
		{"yes", "no", false},
		{"yes please", "yes thanks", false},
		{"", "", true},
		{"", "yes", false},
	} {
		if got := alike(test.a, test.b); got != test.want {
			t.Errorf("%q and %q: got %t, want %t", test.a, test.b, got, test.want)
		}
	}
}

// The draw is even, and no participant is favoured.
func TestDraw(t *testing.T) {
	counts := [3]int{}
	f := &Frame{id: 1, visits: []int{0}}
	for i := range 30_000 {
		f.visits[0] = i
		counts[draw(7, f, 3)]++
	}
	for i, n := range counts {
		if n < 9_500 || n > 10_500 {
			t.Errorf("%d was drawn %d times of 30,000", i, n)
		}
	}
}

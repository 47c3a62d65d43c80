package engine_test

import (
	"slices"
	"testing"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// talked is a talk of which conditions read who said something.
func talked(rounds, when string) string {
	return small(`pattern "selector" "x" {
  participants = [agent.a, agent.b]
  chair        = agent.c
  max_rounds   = `+rounds+`
  attempts     = 1
}
stop "told" { when = "`+when+`" }`, `stop = [stop.found, stop.told]`)
}

// TestExploreReadsTheStory explores sessions in which something asks who spoke
// before: nothing of that is left out.
func TestExploreReadsTheStory(t *testing.T) {
	for _, when := range []string{
		"agents['a'].turns == 1 and agents['b'].turns == 1", "last.turn > 3 and last.agent == 'b' and agents['a'].last.content == 'ok'",
	} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			tmpl, certificate := explorable(t, talked("2", when))
			o := engine.ExploreOptions{Certificate: certificate, Failures: []providers.Kind{providers.Refused}}
			all, err := engine.ExploreAll(t.Context(), tmpl, o)
			if err != nil {
				t.Fatal(err)
			}
			reduced, err := engine.Explore(t.Context(), tmpl, o)
			if err != nil {
				t.Fatal(err)
			}
			stops := func(r *engine.Report) (list []string) {
				for _, e := range r.Ends {
					list = append(list, string(e.Outcome)+" by "+e.Stop)
				}
				return list
			}
			if !all.Complete || !reduced.Complete || !slices.Equal(stops(all), stops(reduced)) || len(all.Unfired)+len(reduced.Unfired) > 0 {
				t.Errorf("got %v, want %v", stops(reduced), stops(all))
			}
		})
	}
}

// TestExploreForgetsTheStory explores long talks: that there are many ways in
// which they may have come to where they are makes no states.
func TestExploreForgetsTheStory(t *testing.T) {
	var states []int
	for _, rounds := range []string{"6", "12"} {
		tmpl, certificate := explorable(t, talked(rounds, "last.agent == 'nobody'"))
		r, err := engine.Explore(t.Context(), tmpl, engine.ExploreOptions{Certificate: certificate, Measured: 50})
		if err != nil {
			t.Fatal(err)
		}
		if !r.Complete || len(r.Findings) > 0 {
			t.Errorf("%s rounds: got %+v", rounds, r)
		}
		states = append(states, r.States)
	}
	if states[1] > 3*states[0] {
		t.Errorf("got %d states for 6 rounds and %d for 12, want about twice as many", states[0], states[1])
	}
}

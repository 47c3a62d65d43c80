package engine_test

import (
	"slices"
	"testing"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// TestExploreFindsLateEnds explores sessions that come to their budget only if
// calls take all that they may.
func TestExploreFindsLateEnds(t *testing.T) {
	for _, budget := range []string{"1000", "1500", "1700", "1900", "2300", "2500", "2700", "2900"} {
		t.Run(budget, func(t *testing.T) {
			t.Parallel()
			tmpl, certificate := explorable(t, small(`pattern "round_robin" "x" {
  participants = [agent.a, agent.b]
  max_rounds   = 4
}`, "limits { max_tokens = "+budget+" }"))
			o := engine.ExploreOptions{Certificate: certificate}
			r, err := engine.Explore(t.Context(), tmpl, o)
			if err != nil {
				t.Fatal(err)
			}
			if !r.Complete || !r.Measured {
				t.Fatal("not every path was followed to its end")
			}
			i := slices.IndexFunc(r.Ends, func(e engine.End) bool { return e.Stop == "limits.max_tokens" })
			if i < 0 {
				t.Fatalf("%d tokens were taken at most, and no end by the budget was found in %v", r.Most.Tokens, r.Ends)
			}
			s, err := engine.Retrace(tmpl, o, r.Ends[i].Path)
			if err != nil {
				t.Fatal(err)
			}
			if s.Ended == nil || s.Ended.Reason.Stop != "limits.max_tokens" {
				t.Errorf("along the path: got %v", s)
			}
		})
	}
}

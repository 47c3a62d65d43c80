package trial

import (
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// What a scenario's author has written does not reach the terminal as commands
// to it.
func TestCoverIsHarmless(t *testing.T) {
	var out strings.Builder
	text := &Text{Out: &out}
	text.Cover(&Coverage{Scenarios: []*ScenarioCoverage{{Scenario: "s", Sessions: []SessionCoverage{{Coverage: &engine.Coverage{
		Session: "talk", Points: []engine.Point{{Kind: "path", Name: "pattern.p", What: "the route a\x1b[2Jb"}},
	}}}}}})
	if got := out.String(); !strings.Contains(got, "not exercised") || strings.Contains(got, "\x1b") {
		t.Errorf("got %q, want the point without the escape", got)
	}
}

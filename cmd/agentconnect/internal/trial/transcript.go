package trial

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
)

// Transcript is a session as lines: who said what, and what happened beside it,
// each with its time by the session's clock.
func Transcript(events []engine.Event) []string {
	var text strings.Builder
	plain := screen.NewPlain(screen.PlainConfig{Out: &text, Notes: &text})
	var lines []string
	for i := range events {
		e := &events[i]
		text.Reset()
		plain.Event(bare(*e))
		if ended, ok := e.Data.(*engine.Ended); ok {
			text.WriteString(endText(ended))
		}
		said := strings.TrimSuffix(text.String(), "\n")
		if said == "" {
			continue
		}
		at := clockText(e.Time.Sub(events[0].Time))
		for j, line := range strings.Split(said, "\n") {
			if j > 0 {
				at = ""
			}
			lines = append(lines, strings.TrimRight(fmt.Sprintf("%8s  %s", at, steady(line)), " "))
		}
	}
	return lines
}

// bare shows participants by the names that tests use.
func bare(e engine.Event) engine.Event {
	d, ok := e.Data.(*engine.Created)
	if !ok {
		return e
	}
	created := *d
	created.Participants = slices.Clone(d.Participants)
	for i := range created.Participants {
		created.Participants[i].DisplayName = ""
	}
	e.Data = &created
	return e
}

// clockText is a time since the start: 1m02.5s.
func clockText(d time.Duration) string { return d.Round(time.Millisecond).String() }

func endText(d *engine.Ended) string {
	out := "= " + string(d.Outcome) + " by " + d.Reason.Stop
	if d.Reason.Text != "" {
		out += ": " + screen.Line(d.Reason.Text)
	}
	return out
}

// unsteady is what differs between machines, or whenever a line is added to a
// scenario: times of day, and places in files.
var unsteady = regexp.MustCompile(`, until \d\d:\d\d:\d\d|(?: \(|, )[^()\s,]+\.hcl(?:\.json)?:\d+\)?`)

func steady(line string) string {
	if !strings.HasPrefix(line, "·") && !strings.HasPrefix(line, "=") {
		return line
	}
	return unsteady.ReplaceAllString(line, "")
}

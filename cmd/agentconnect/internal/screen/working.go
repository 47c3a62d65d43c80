package screen

import (
	"fmt"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// frames of the spinner, and how long each is shown.
const (
	spinner     = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
	spinnerStep = 100 * time.Millisecond
)

// maxWorkers is how many of those at work the status line names.
const maxWorkers = 3

// working knows who is at work on what.
type working struct {
	cast  *cast
	doing map[int]string    // by turn, while it is not thinking
	until map[int]time.Time // when a wait is over
}

func (w *working) event(e *engine.Event, c *cast) {
	if w.doing == nil {
		w.cast, w.doing, w.until = c, map[int]string{}, map[int]time.Time{}
	}
	switch d := e.Data.(type) {
	case *engine.ToolRequested:
		w.set(e.Turn, "uses "+Line(d.Tool), time.Time{})
	case *engine.ApprovalAsked:
		w.set(e.Turn, "waits to be allowed "+Line(d.Tool), time.Time{})
	case *engine.CooledDown:
		w.set(e.Turn, "cools down", d.Until)
	case *engine.ModelRetried:
		w.set(e.Turn, "tries again", d.Until)
	case *engine.ModelCalled, *engine.Recovered, *engine.TurnFinished, *engine.TurnFailed:
		w.clear(e.Turn)
	}
}

func (w *working) set(turn int, what string, until time.Time) {
	w.doing[turn], w.until[turn] = what, until
}

func (w *working) clear(turn int) {
	delete(w.doing, turn)
	delete(w.until, turn)
}

// status is the line about who is at work, empty when nobody is.
func (w *working) status(s *stage, now time.Time) string {
	var parts []string
	var since time.Time
	for _, sp := range s.open {
		if sp.held {
			continue
		}
		if since.IsZero() || sp.since.Before(since) {
			since = sp.since
		}
		if len(parts) < maxWorkers {
			parts = append(parts, w.cast.name(sp.agent)+" "+w.what(sp, s, now))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	if more := w.busy(s) - len(parts); more > 0 {
		parts = append(parts, fmt.Sprintf("%d more", more))
	}
	elapsed := max(now.Sub(since), 0)
	turning := []rune(spinner)
	line := string(turning[int(elapsed/spinnerStep)%len(turning)]) + " " + strings.Join(parts, " · ")
	if elapsed >= time.Second {
		line += fmt.Sprintf(" · %ds", int(elapsed.Seconds()))
	}
	return line
}

func (w *working) busy(s *stage) (n int) {
	for _, sp := range s.open {
		if !sp.held {
			n++
		}
	}
	return n
}

func (w *working) what(sp *speech, s *stage, now time.Time) string {
	doing, ok := w.doing[sp.turn]
	switch {
	case !ok && sp == s.current:
		return "is speaking"
	case !ok:
		return "is thinking"
	}
	if until := w.until[sp.turn]; until.After(now) {
		return fmt.Sprintf("%s in %s", doing, wait(now, until))
	}
	return doing
}

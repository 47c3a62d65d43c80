package screen

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/clipperhouse/displaywidth"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// resultMax is how much of a result the summary shows, in bytes; --quiet prints
// all of it.
const resultMax = 2000

// field is a line of the summary.
type field struct{ name, value string }

// WriteSummary writes how a session ended and what it took. With a result it
// shows that too, where it is more than the last message. Width is the number
// of columns of the terminal; 0 leaves lines as long as they are.
func (t *Tally) WriteSummary(w io.Writer, theme Theme, width int, result bool) error {
	fields := t.fields(theme, result)
	column := 0
	for _, f := range fields {
		column = max(column, len(f.name)+2)
	}
	var out strings.Builder
	out.WriteString(rule(theme, t.Template, width) + "\n")
	for _, f := range fields {
		out.WriteString(theme.Dim(f.name) + strings.Repeat(" ", column-len(f.name)))
		out.WriteString(hang(f.value, column, width) + "\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// rule is a line across the screen with a title in it.
func rule(theme Theme, title string, width int) string {
	if width == 0 {
		return "-- " + Line(title)
	}
	title = fit(Line(title), max(width-6, 1))
	rest := max(min(width, maxColumns)-displaywidth.String(title)-5, 0)
	return theme.Dim("── ") + theme.Bold(title) + theme.Dim(" "+strings.Repeat("─", rest))
}

// hang wraps a value that stands behind a name.
func hang(text string, column, width int) string {
	pad := strings.Repeat(" ", column)
	if width == 0 || strings.Contains(text, "\x1b") {
		return strings.ReplaceAll(text, "\n", "\n"+pad)
	}
	return strings.TrimPrefix(Wrap(text, pad, min(width, maxColumns)), pad)
}

func (t *Tally) fields(theme Theme, result bool) []field {
	var list []field
	add := func(name, value string) {
		if value != "" {
			list = append(list, field{name, value})
		}
	}
	if t.Ended == nil {
		add("outcome", theme.Bad("none: the session did not come to its end"))
	} else {
		add("outcome", outcomeText(theme, t.Ended.Outcome))
		add("because", Line(t.Ended.Reason.Text))
		for i := range t.Ended.Reason.Conditions {
			add("condition", conditionText(&t.Ended.Reason.Conditions[i]))
		}
		if result {
			add("result", cutText(Clean(ResultText(t.Ended.Result, true)), resultMax))
		}
	}
	add("turns", strconv.Itoa(t.Turns)+t.speakers())
	add("calls", strconv.Itoa(t.Calls)+simulated(t.Simulated))
	if t.ToolCalls > 0 {
		add("tool calls", strconv.Itoa(t.ToolCalls))
	}
	add("tokens", fmt.Sprintf("%s in, %s out", thousands(t.Input), thousands(t.Output)))
	add("cost", t.costText())
	add("time", took(t.Took()))
	return list
}

func outcomeText(theme Theme, o engine.Outcome) string {
	switch o {
	case engine.Achieved:
		return theme.Good(string(o))
	case engine.Cancelled, engine.Exhausted, engine.Expired:
		return theme.Warn(string(o))
	default:
		return theme.Bad(string(o))
	}
}

// conditionText is a condition's address and its place, and below them the
// values that it saw.
func conditionText(c *engine.Condition) string {
	var out strings.Builder
	out.WriteString(c.Address)
	if at := placeOf(c); at != "" {
		out.WriteString(" (" + at + ")")
	}
	for _, seen := range c.Seen {
		out.WriteString("\n" + Line(seen.Name) + " = " + Line(seen.Value))
	}
	return out.String()
}

// speakers says who took how many turns, when there are several.
func (t *Tally) speakers() string {
	c := newCast("")
	c.meet(t.participants)
	var parts []string
	for _, p := range t.participants {
		if n := t.turnsOf[p.Name]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", c.name(p.Name), n))
		}
	}
	if len(parts) < 2 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func simulated(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " (1 answer simulated)"
	default:
		return fmt.Sprintf(" (%d answers simulated)", n)
	}
}

func (t *Tally) costText() string {
	switch {
	case t.CostUnknown && t.Cost > 0:
		return fmt.Sprintf("unknown: %s and calls without a known price", Dollars(t.Cost))
	case t.CostUnknown:
		return "unknown"
	default:
		return Dollars(t.Cost)
	}
}

// Dollars is what something cost.
func Dollars(usd float64) string {
	switch {
	case usd == 0 || usd >= 1:
		return fmt.Sprintf("$%.2f", usd)
	case usd > 0 && usd < 0.00005:
		return "under $0.0001"
	default:
		return fmt.Sprintf("$%.4f", usd)
	}
}

func took(d time.Duration) string {
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(time.Millisecond).String()
	default:
		return "under 1ms"
	}
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func cutText(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	text = strings.ToValidUTF8(text[:limit], "")
	return text + "…"
}

// ResultText is a session's result: a text as it is, anything else as JSON, in
// lines or in one. It is empty when there is none.
func ResultText(v any, lines bool) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if lines {
		enc.SetIndent("", "  ")
	}
	if enc.Encode(v) != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

package trial

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// Text writes results for a person.
type Text struct {
	Out   io.Writer
	Theme screen.Theme
	// Width is that of the terminal, 0 for a file.
	Width int
	// Verbose shows the transcript of each run.
	Verbose bool

	spaced bool // the last line is empty
}

// printf writes to the output; that it cannot be written shows when the program
// ends.
func (t *Text) printf(format string, args ...any) {
	fmt.Fprintf(t.Out, format, args...)
	t.spaced = false
}

// blank writes an empty line, unless there is one.
func (t *Text) blank() {
	if !t.spaced {
		fmt.Fprintln(t.Out)
	}
	t.spaced = true
}

// lastLines is how much of the transcript stands beside a failure.
const lastLines = 14

// File writes what came of a file, if anything was to be run in it.
func (t *Text) File(f *File) {
	if f.skipped() {
		return
	}
	t.printf("%s\n", t.Theme.Bold(f.Name))
	t.findings(f.Findings)
	told := map[string]string{} // errors of the scenario, by their text
	for _, r := range f.Results {
		if !r.Skipped {
			t.result(r, told)
		}
	}
}

func (t *Text) result(r *Result, told map[string]string) {
	status := t.Theme.Good("ok  ")
	if r.Failed() {
		status = t.Theme.Bad("FAIL")
	}
	t.printf("  %s  %s  %s\n", status, screen.Line(r.Name), t.Theme.Dim(r.summary()))
	if r.Updated != "" {
		t.printf("        wrote %s\n", r.Updated)
	}
	t.findingsOnce(r, told)
	if t.Verbose || r.Failed() {
		t.transcript(Transcript(r.Events))
	}
}

// summary is what is worth knowing of a run beside its name.
func (r *Result) summary() string {
	parts := []string{tookText(r.Took)}
	if r.Turns > 0 || len(r.Events) > 0 {
		parts = append(parts, screen.Plural(r.Turns, "turn"))
	}
	if r.Lasted >= time.Second {
		parts = append(parts, r.Lasted.Round(time.Second/10).String()+" of the session's time")
	}
	if r.Usage.Cost > 0 {
		parts = append(parts, screen.Dollars(r.Usage.Cost))
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

func tookText(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// findingsOnce writes the findings of a run; those that another one has had, word
// for word, are errors of their scenario and not told again.
func (t *Text) findingsOnce(r *Result, told map[string]string) {
	var text strings.Builder
	_ = r.Findings.WriteText(&text, specs.RenderOptions{}) // a builder takes all
	if !r.Failed() && told[text.String()] != "" {          // warnings of what runs share
		return
	}
	first, again := told[text.String()]
	if again && len(r.Findings) > 0 {
		t.printf("        the same errors as in run %q\n", first)
		return
	}
	told[text.String()] = r.Name
	t.findings(r.Findings)
}

func (t *Text) findings(ds specs.Diagnostics) {
	if len(ds) == 0 {
		return
	}
	var text strings.Builder
	_ = ds.WriteText(&text, specs.RenderOptions{Color: t.Theme.Color, Width: max(0, t.Width-8)}) // a builder takes all
	t.blank()
	t.indented(text.String())
	t.blank()
}

// transcript writes the lines of a session; beside a failure the last ones.
func (t *Text) transcript(lines []string) {
	if len(lines) == 0 {
		return
	}
	title := "transcript:"
	if !t.Verbose && len(lines) > lastLines {
		title = fmt.Sprintf("transcript (the last %d of %d lines; -v shows all):", lastLines, len(lines))
		lines = lines[len(lines)-lastLines:]
	}
	t.printf("%s\n", "        "+t.Theme.Dim(title))
	for _, line := range lines {
		if !t.Verbose {
			line = screen.Cut(line, maxLine)
		}
		t.printf("%s\n", "        "+line)
	}
	t.blank()
}

// maxLine is how many characters of a line stand beside a failure.
const maxLine = 150

func (t *Text) indented(text string) {
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if line != "" {
			line = "        " + line
		}
		t.printf("%s\n", line)
	}
}

// Tally counts results.
type Tally struct{ Passed, Failed, Skipped, Interrupted, Broken int }

// Tally counts the results of a report; Broken are files that could not be read,
// Interrupted those of the skipped runs that the filter has not left out.
func (r *Report) Tally() Tally {
	var n Tally
	for _, f := range r.Files {
		if f.Findings.HasErrors() {
			n.Broken++
		}
		for _, r := range f.Results {
			switch {
			case r.Skipped:
				n.Skipped++
				if r.Interrupted {
					n.Interrupted++
				}
			case r.Failed():
				n.Failed++
			default:
				n.Passed++
			}
		}
	}
	return n
}

// maxFailures is how many failed runs are listed once more at the end.
const maxFailures = 50

// failures lists the runs that failed, which may be far above.
func (t *Text) failures(r *Report) {
	told := 0
	for _, f := range r.Files {
		for _, run := range f.Results {
			if !run.Failed() {
				continue
			}
			if told++; told > maxFailures {
				t.printf("  … and %d more\n", r.Tally().Failed-maxFailures)
				return
			}
			t.printf("  %s  %s:%d  %s\n", t.Theme.Bad("FAIL"), f.Name, run.Range.Start.Line, screen.Line(run.Name))
		}
	}
}

// Summary writes the last lines.
func (t *Text) Summary(r *Report) {
	n := r.Tally()
	t.blank()
	if n.Failed > 0 && len(r.Files) > 1 {
		t.failures(r)
	}
	var parts []string
	add := func(n int, text string) {
		if n > 0 {
			parts = append(parts, text)
		}
	}
	add(n.Failed, fmt.Sprintf("%d failed", n.Failed))
	add(n.Broken, screen.Plural(n.Broken, "file")+" with errors")
	parts = append(parts, fmt.Sprintf("%d passed", n.Passed))
	add(n.Skipped-n.Interrupted, fmt.Sprintf("%d left out", n.Skipped-n.Interrupted))
	if r.Interrupted {
		done := n.Passed + n.Failed
		t.printf("%s, %d of %d runs done\n", t.Theme.Bad("interrupted"), done, done+n.Interrupted)
	}
	word := t.Theme.Good("ok")
	switch {
	case r.Failed():
		word = t.Theme.Bad("FAIL")
	case r.Interrupted:
		word = "so far"
	}
	t.printf("%s  %s in %s, %s\n", word, strings.Join(parts, ", "), screen.Plural(len(r.Files), "file"), tookText(r.Took))
}

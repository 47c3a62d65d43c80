package trial

import (
	"github.com/agentconnect-dev/agentconnect/specs"
)

// Document is a report as -json prints it.
type Document struct {
	FormatVersion string         `json:"format_version"`
	Files         []DocumentFile `json:"files"`
	Summary       DocumentCounts `json:"summary"`
	Coverage      *Coverage      `json:"coverage,omitempty"`
}

// DocumentFile is a test file.
type DocumentFile struct {
	File string `json:"file"`
	// Findings are about the file itself.
	Findings specs.Diagnostics `json:"findings"`
	Runs     []DocumentRun     `json:"runs"`
}

// DocumentRun is a run.
type DocumentRun struct {
	Name    string      `json:"name"`
	Range   specs.Range `json:"range"`
	Command string      `json:"command"`
	// Status is passed, failed or skipped.
	Status string `json:"status"`
	// Milliseconds is how long it took, SessionSeconds how long the session was by
	// its own clock.
	Milliseconds   float64           `json:"ms"`
	SessionSeconds float64           `json:"session_seconds,omitempty"`
	Session        string            `json:"session,omitempty"`
	Outcome        string            `json:"outcome,omitempty"`
	Stop           string            `json:"stop,omitempty"`
	Turns          int               `json:"turns,omitempty"`
	Calls          int               `json:"calls,omitempty"`
	Usage          *specs.EnvUsage   `json:"usage,omitempty"`
	Findings       specs.Diagnostics `json:"findings"`
	// Transcript is there where the run failed.
	Transcript []string `json:"transcript,omitempty"`
	// Updated is the snapshot that was written.
	Updated string `json:"updated,omitempty"`
}

// DocumentCounts are the sums.
type DocumentCounts struct {
	Passed      int `json:"passed"`
	Failed      int `json:"failed"`
	Skipped     int `json:"skipped"`
	BrokenFiles int `json:"broken_files"`
	// Interrupted says that not all runs were carried out.
	Interrupted bool    `json:"interrupted,omitempty"`
	OK          bool    `json:"ok"`
	Ms          float64 `json:"ms"`
}

// Document gives the report for -json.
func (r *Report) Document() *Document {
	n := r.Tally()
	doc := &Document{FormatVersion: "1.0", Files: []DocumentFile{}, Coverage: r.Cover, Summary: DocumentCounts{
		Passed: n.Passed, Failed: n.Failed, Skipped: n.Skipped, BrokenFiles: n.Broken, Interrupted: r.Interrupted, OK: !r.Failed() && !r.Interrupted, Ms: ms(r.Took.Microseconds()),
	}}
	for _, f := range r.Files {
		out := DocumentFile{File: f.Name, Findings: orEmpty(f.Findings), Runs: []DocumentRun{}}
		for _, run := range f.Results {
			out.Runs = append(out.Runs, run.document())
		}
		doc.Files = append(doc.Files, out)
	}
	return doc
}

func ms(microseconds int64) float64 { return float64(microseconds) / 1000 }

func orEmpty(ds specs.Diagnostics) specs.Diagnostics {
	if ds == nil {
		return specs.Diagnostics{}
	}
	return ds
}

// Status is passed, failed or skipped.
func (r *Result) Status() string {
	switch {
	case r.Skipped:
		return "skipped"
	case r.Failed():
		return "failed"
	default:
		return "passed"
	}
}

func (r *Result) document() DocumentRun {
	out := DocumentRun{
		Name: r.Name, Range: r.Range, Command: r.Command, Status: r.Status(), Milliseconds: ms(r.Took.Microseconds()),
		SessionSeconds: r.Lasted.Seconds(), Session: r.Session, Turns: r.Turns, Calls: r.Calls, Findings: orEmpty(r.Findings), Updated: r.Updated,
	}
	if r.Ended != nil {
		out.Outcome, out.Stop, out.Usage = string(r.Ended.Outcome), r.Ended.Reason.Stop, &r.Usage
	}
	if r.Failed() {
		out.Transcript = Transcript(r.Events)
	}
	return out
}

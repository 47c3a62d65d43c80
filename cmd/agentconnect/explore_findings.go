package main

import (
	"fmt"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// exploredDocs is where the findings of explore are explained.
const exploredDocs = projectURL + "/blob/main/docs/exploring.md#what-is-found"

// exploredSummary says in a few words what a finding means.
func exploredSummary(kind string) string {
	switch kind {
	case engine.FoundDeadlock:
		return "Nobody does anything any more"
	case engine.FoundLivelock:
		return "Patterns go on without anybody's turn"
	case engine.FoundOver:
		return "A path takes more than its certificate says"
	case engine.FoundPanic:
		return "The engine panics"
	case foundSilent:
		return "A participant never speaks"
	case foundUnfired:
		return "A stop condition is never true"
	default:
		return "A way is never taken"
	}
}

// exploredDiagnostics are what explorations found, as validate and lint have
// their findings: the kind is the code.
func exploredDiagnostics(list []*explored) (ds specs.Diagnostics) {
	for _, x := range list {
		for i := range x.Findings {
			f := &x.Findings[i]
			d := specs.Diagnostic{
				Severity: specs.SeverityError, Code: f.Kind, Summary: exploredSummary(f.Kind), Detail: f.Text + f.told(),
				Address: "session." + x.Session, DocURL: exploredDocs,
			}
			if f.at.Filename != "" {
				d.Range = &f.at
			}
			ds = append(ds, d)
		}
	}
	return ds
}

// told is the way to a finding, a line for each choice.
func (f *exploredFinding) told() string {
	var out strings.Builder
	for i := range f.Path {
		fmt.Fprintf(&out, "\n%d. %s", i+1, f.Path[i].String())
	}
	return out.String()
}

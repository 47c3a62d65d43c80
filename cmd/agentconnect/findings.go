package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// findingFormats are the forms in which findings are written.
func findingFormats() []string { return []string{"text", "json", "sarif", "github"} }

// formatFlags are --format and its short form for JSON.
type formatFlags struct {
	format string
	json   bool
}

func (f *formatFlags) register(cmd *cobra.Command) {
	jsonFlag(cmd, &f.json, "one JSON object with all findings, as --format json does")
	cmd.Flags().StringVar(&f.format, "format", "text", "write findings as `FORMAT`: text, json, sarif or github (annotations of a workflow)")
	register(cmd, "format", cobra.FixedCompletions(findingFormats(), cobra.ShellCompDirectiveNoFileComp))
}

// chosen is the format, once the flags have been read.
func (f *formatFlags) chosen() (string, error) {
	if f.json && (f.format == "text" || f.format == "json") {
		return "json", nil
	}
	if f.json {
		return "", usageError("--json and --format %s exclude each other", f.format)
	}
	if slices.Contains(findingFormats(), f.format) {
		return f.format, nil
	}
	return "", usageError("--format %s: want %s", f.format, strings.Join(findingFormats(), ", "))
}

// writeFindings writes findings for another program to standard output.
func (a *app) writeFindings(format string, ds specs.Diagnostics) error {
	var text []byte
	var err error
	switch format {
	case "sarif":
		text, err = sarif(ds)
	case "github":
		text = annotations(ds)
	default:
		text, err = ds.JSON()
	}
	if err != nil {
		return err
	}
	_, err = a.con.out.Write(text)
	return outputError(err)
}

// annotations are findings as commands of a GitHub workflow, a line each.
func annotations(ds specs.Diagnostics) []byte {
	var out strings.Builder
	for _, d := range ds.Report().Diagnostics {
		command, title := string(d.Severity), d.Summary+" ("+d.Code+")"
		if d.Range == nil {
			fmt.Fprintf(&out, "::%s title=%s::%s\n", command, property(title), annotation(d.Detail))
			continue
		}
		end := ""
		if d.Range.End.Line == d.Range.Start.Line { // columns count within one line
			end = fmt.Sprintf(",endColumn=%d", d.Range.End.Column)
		}
		fmt.Fprintf(&out, "::%s file=%s,line=%d,endLine=%d,col=%d%s,title=%s::%s\n", command, property(d.Range.Filename),
			d.Range.Start.Line, d.Range.End.Line, d.Range.Start.Column, end, property(title), annotation(d.Detail))
	}
	return []byte(out.String())
}

// annotation escapes the message of a workflow's command.
func annotation(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(screen.Clean(text))
}

// property escapes a property of a workflow's command.
func property(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(annotation(text))
}

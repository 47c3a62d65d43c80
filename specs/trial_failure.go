package specs

import "fmt"

// Failure is why a run fails, as a finding at a place of the test file. The zero
// Range stands for the header of the run.
func (t *Trial) Failure(code FailureCode, at Range, values []SnippetValue, format string, args ...any) Diagnostic {
	if at.Filename == "" {
		at = t.Range
	}
	if values == nil {
		values = []SnippetValue{}
	}
	row := trialCodes()[string(code)]
	d := Diagnostic{
		Severity: SeverityError, Code: string(code), Summary: row.summary, Detail: fmt.Sprintf(format, args...),
		Address: "run." + t.Name, Range: &at,
	}
	d.Snippet = t.l.snippet(&d, values)
	return d
}

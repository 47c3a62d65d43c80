package specs

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Report is what -json prints: the object of Terraform's validate -json, whose
// diagnostics have the further fields of [Diagnostic].
type Report struct {
	FormatVersion string       `json:"format_version"`
	Valid         bool         `json:"valid"`
	ErrorCount    int          `json:"error_count"`
	WarningCount  int          `json:"warning_count"`
	Diagnostics   []Diagnostic `json:"diagnostics"`
}

// Report lists all diagnostics, sorted by file and position.
func (ds Diagnostics) Report() Report {
	errs, warns := ds.tally()
	list := ds.sorted()
	if list == nil {
		list = Diagnostics{}
	}
	for i := range list {
		if s := list[i].Snippet; s != nil && s.Values == nil {
			filled := *s
			filled.Values = []SnippetValue{}
			list[i].Snippet = &filled
		}
	}
	return Report{"1.0", errs == 0, errs, warns, list}
}

// JSON is the indented [Report], ending in a newline. Characters that a
// terminal would act upon are escaped.
func (ds Diagnostics) JSON() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(ds.Report()); err != nil {
		return nil, err
	}
	return escapeUnsafe(out.Bytes()), nil
}

// escapeUnsafe writes the unsafe characters of a JSON text as escapes; they
// stand in its strings alone, but for the line breaks of the indentation.
func escapeUnsafe(text []byte) []byte {
	var out bytes.Buffer
	for _, c := range string(text) {
		switch {
		case c == '\n' || !unsafeRune(c):
			out.WriteRune(c)
		case c > 0xffff:
			c -= 0x10000
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+c>>10, 0xdc00+c&0x3ff)
		default:
			fmt.Fprintf(&out, `\u%04x`, c)
		}
	}
	return out.Bytes()
}

package main

import (
	"bytes"
	"encoding/json"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
	"github.com/agentconnect-dev/agentconnect/specs/lint"
)

// The parts of a SARIF log, version 2.1.0, that findings fill.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string       `json:"id"`
		Short   sarifText    `json:"shortDescription"`
		Full    *sarifText   `json:"fullDescription,omitempty"`
		HelpURI string       `json:"helpUri,omitempty"`
		Default sarifDefault `json:"defaultConfiguration"`
	}
	sarifDefault struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
		Fixes     []sarifFix      `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		ID       int           `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted *sarifText  `json:"insertedContent,omitempty"`
	}
)

// projectURL is where the program is at home.
const projectURL = "https://github.com/agentconnect-dev/agentconnect"

// sarif is findings as a SARIF log, indented.
func sarif(ds specs.Diagnostics) ([]byte, error) {
	ds = ds.Report().Diagnostics
	driver := sarifDriver{Name: "agentconnect", Version: thisBuild().Version, InformationURI: projectURL, Rules: sarifRules(ds)}
	run := sarifRun{Tool: sarifTool{driver}, ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	for _, d := range ds {
		run.Results = append(run.Results, sarifOf(d, driver.Rules))
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
	return out.Bytes(), err
}

// sarifRules are the codes of findings, each once, in order.
func sarifRules(ds specs.Diagnostics) []sarifRule {
	explained := map[string]string{}
	for _, r := range lint.Rules() {
		explained[r.Name] = r.Explanation
	}
	rules := []sarifRule{}
	for _, d := range ds {
		if slices.ContainsFunc(rules, func(r sarifRule) bool { return r.ID == d.Code }) {
			continue
		}
		rule := sarifRule{ID: d.Code, Short: sarifText{d.Summary}, HelpURI: d.DocURL, Default: sarifDefault{string(d.Severity)}}
		if text := explained[d.Code]; text != "" {
			rule.Full = &sarifText{text}
		}
		rules = append(rules, rule)
	}
	slices.SortFunc(rules, func(a, b sarifRule) int { return strings.Compare(a.ID, b.ID) })
	return rules
}

func sarifOf(d specs.Diagnostic, rules []sarifRule) sarifResult {
	r := sarifResult{
		RuleID: d.Code, RuleIndex: slices.IndexFunc(rules, func(r sarifRule) bool { return r.ID == d.Code }),
		Level: string(d.Severity), Message: sarifText{d.Detail},
	}
	if d.Range != nil {
		r.Locations = []sarifLocation{{Physical: sarifPlace(*d.Range)}}
	}
	for i, rel := range d.Related {
		if rel.Range.Start.Line > 0 {
			r.Related = append(r.Related, sarifLocation{ID: i + 1, Physical: sarifPlace(rel.Range), Message: &sarifText{rel.Message}})
		}
	}
	if d.Fix != nil && len(d.Fix.Edits) > 0 {
		r.Fixes = []sarifFix{sarifFixOf(d.Fix)}
	}
	return r
}

func sarifFixOf(fix *specs.Fix) sarifFix {
	out := sarifFix{Description: sarifText{fix.Message}}
	for _, e := range fix.Edits {
		place := sarifPlace(e.Range)
		i := slices.IndexFunc(out.Changes, func(c sarifChange) bool { return c.Artifact == place.Artifact })
		if i < 0 {
			out.Changes = append(out.Changes, sarifChange{Artifact: place.Artifact})
			i = len(out.Changes) - 1
		}
		replace := sarifReplacement{Deleted: place.Region}
		if e.NewText != "" {
			replace.Inserted = &sarifText{e.NewText}
		}
		out.Changes[i].Replacements = append(out.Changes[i].Replacements, replace)
	}
	return out
}

func sarifPlace(r specs.Range) sarifPhysical {
	return sarifPhysical{
		Artifact: sarifArtifact{sarifURI(r.Filename)},
		Region:   sarifRegion{max(r.Start.Line, 1), max(r.Start.Column, 1), max(r.End.Line, r.Start.Line, 1), max(r.End.Column, 1)},
	}
}

// sarifURI is the address of a file: relative to the directory that the program
// was called in, or of the whole machine.
func sarifURI(name string) string {
	name = filepath.ToSlash(name)
	if filepath.IsAbs(filepath.FromSlash(name)) {
		return (&url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(name, "/")}).String()
	}
	return (&url.URL{Path: name}).String()
}

package trial

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/specs"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name      string        `xml:"name,attr"`
	Class     string        `xml:"classname,attr"`
	File      string        `xml:"file,attr"`
	Line      int           `xml:"line,attr,omitempty"`
	Time      string        `xml:"time,attr"`
	Skipped   *junitSkipped `xml:"skipped"`
	Failure   *junitMessage `xml:"failure"`
	Error     *junitMessage `xml:"error"`
	SystemOut string        `xml:"system-out,omitempty"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the report as JUnit XML: a test suite for each file, a test
// case for each run. A file with errors is a case of its own, in error.
func WriteJUnit(w io.Writer, r *Report) error {
	all := junitSuites{Name: "agentconnect test", Time: seconds(r.Took)}
	for _, f := range r.Files {
		s := f.junit()
		all.Tests, all.Failures, all.Errors, all.Skipped = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors, all.Skipped+s.Skipped
		all.Suites = append(all.Suites, s)
	}
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}

func (f *File) junit() junitSuite {
	s := junitSuite{Name: f.Name}
	took := time.Duration(0)
	if f.Findings.HasErrors() {
		s.Tests, s.Errors = 1, 1
		s.Cases = append(s.Cases, junitCase{Name: "the file", Class: f.Name, File: f.Name, Time: seconds(0), Error: message(f.Findings)})
	}
	for _, r := range f.Results {
		took += r.Took
		c := junitCase{Name: r.Name, Class: f.Name, File: f.Name, Line: r.Range.Start.Line, Time: seconds(r.Took)}
		s.Tests++
		switch {
		case r.Skipped:
			s.Skipped++
			c.Skipped = &junitSkipped{Message: "left out by -run"}
			if r.Interrupted {
				c.Skipped.Message = "interrupted"
			}
		case r.Failed():
			s.Failures++
			c.Failure = message(r.Findings)
			c.SystemOut = strings.Join(Transcript(r.Events), "\n")
		}
		s.Cases = append(s.Cases, c)
	}
	s.Time = seconds(took)
	return s
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// message is the first error in words, with all findings as text.
func message(ds specs.Diagnostics) *junitMessage {
	var text strings.Builder
	_ = ds.WriteText(&text, specs.RenderOptions{}) // a builder takes all
	out := &junitMessage{Text: text.String()}
	for _, d := range ds {
		if d.Severity == specs.SeverityError {
			first, _, _ := strings.Cut(d.Detail, "\n")
			out.Type, out.Message = d.Code, d.Summary+": "+first
			break
		}
	}
	return out
}

package specs

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Fixtures in testdata/valid load without any finding. A line
//
//	# BOUND talk: 6 turns, 18 calls
//
// is what the proof must find for session.talk; "per message" may follow.
//
// Fixtures in testdata/invalid say on the offending line what is wrong:
//
//	# ERROR: Summary
//	# WARNING AC6801 3-8: Summary
//
// The code is optional, and so are the columns, from 1, the end exclusive. A
// line may have several. "^" before the colon means the line above, "v" the one
// below, for places that cannot hold a comment. In JSON the property "//" holds it.
var (
	wantFinding = regexp.MustCompile(`(?:#|"//":\s*")\s*(ERROR|WARNING)(?: (AC\d{4}))?(?: (\d+)-(\d+))?( \^+| v+)?: ([^#"\n]+)`)
	wantBound   = regexp.MustCompile(`# BOUND (\S+): (\d+) turns?, (\d+) calls?( per message)?`)
)

// An expectation is a finding as a fixture writes it.
type expectation struct {
	severity    Severity
	code        string
	line        int
	first, last int // columns; 0 when not given
	summary     string
}

func (e expectation) String() string {
	return fmt.Sprintf("line %d: %s %s %d-%d: %s", e.line, e.severity, e.code, e.first, e.last, e.summary)
}

func (e expectation) matches(d *Diagnostic) bool {
	if d.Severity != e.severity || d.Summary != e.summary || e.code != "" && e.code != d.Code {
		return false
	}
	if d.Range == nil {
		return e.line == 1 && e.first == 0
	}
	return d.Range.Start.Line == e.line && (e.first == 0 || d.Range.Start.Column == e.first && d.Range.End.Column == e.last)
}

func expectations(t *testing.T, path string) []expectation {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []expectation
	for i, line := range strings.Split(string(content), "\n") {
		for _, m := range wantFinding.FindAllStringSubmatch(line, -1) {
			e := expectation{
				severity: Severity(strings.ToLower(m[1])), code: m[2], summary: strings.TrimSpace(m[6]),
				line: i + 1 - strings.Count(m[5], "^") + strings.Count(m[5], "v"),
			}
			e.first, _ = strconv.Atoi(m[3])
			e.last, _ = strconv.Atoi(m[4])
			out = append(out, e)
		}
	}
	return out
}

// fixtures are the files of a folder, and its directories as one scenario each.
func fixtures(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join("testdata", folder))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, filepath.Join("testdata", folder, e.Name()))
	}
	return out
}

func TestValidFixtures(t *testing.T) {
	paths := fixtures(t, "valid")
	if len(paths) < 30 {
		t.Errorf("got %d valid fixtures, want 30 at least", len(paths))
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			cfg, ds := loadFixture(path)
			if len(ds) > 0 {
				t.Fatalf("got findings:\n%s", text(t, ds, RenderOptions{}))
			}
			checkBounds(t, path, cfg)
		})
	}
}

// checkBounds compares what the fixture says about bounds with the proof, and
// holds every session to have one.
func checkBounds(t *testing.T, path string, cfg *Config) {
	t.Helper()
	content := ""
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		content = string(raw)
	}
	want := map[string]string{}
	for _, m := range wantBound.FindAllStringSubmatch(content, -1) {
		want[m[1]] = fmt.Sprintf("%s turns, %s calls%s", m[2], m[3], m[4])
	}
	for _, s := range cfg.Sessions {
		b := s.Bound
		if b.Turns <= 0 || b.Calls <= 0 || len(b.Because) == 0 {
			t.Errorf("session.%s: got bound %+v, want turns, calls and reasons", s.Name, b)
		}
		got := fmt.Sprintf("%d turns, %d calls", b.Turns, b.Calls)
		if b.PerMessage {
			got += " per message"
		}
		if w, ok := want[s.Name]; ok && w != got {
			t.Errorf("session.%s: got bound %s, want %s (%s)", s.Name, got, w, strings.Join(b.Because, "; "))
		}
		delete(want, s.Name)
	}
	for name := range want {
		t.Errorf("the fixture has no session.%s", name)
	}
}

func TestInvalidFixtures(t *testing.T) {
	paths := fixtures(t, "invalid")
	columns := 0
	for _, path := range paths {
		want := expectations(t, path)
		if slices.ContainsFunc(want, func(e expectation) bool { return e.first > 0 }) {
			columns++
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			_, ds := loadFixture(path)
			compare(t, want, ds)
		})
	}
	if len(paths) < 100 || columns < 30 {
		t.Errorf("got %d invalid fixtures, %d with columns; want 100 and 30 at least", len(paths), columns)
	}
}

// compare matches each expectation with one finding.
func compare(t *testing.T, want []expectation, ds Diagnostics) {
	t.Helper()
	if len(want) == 0 {
		t.Error("the fixture expects nothing")
	}
	met := make([]bool, len(ds))
	for _, e := range want {
		i := -1
		for k := range ds {
			if !met[k] && e.matches(&ds[k]) {
				i = k
				break
			}
		}
		if i < 0 {
			t.Errorf("got no finding for %s", e)
			continue
		}
		met[i] = true
	}
	for i := range ds {
		if !met[i] {
			t.Errorf("got a finding that nothing expects, %s:\n%s", whereIs(&ds[i]), text(t, ds[i:i+1], RenderOptions{}))
		}
	}
}

func whereIs(d *Diagnostic) string {
	if d.Range == nil {
		return fmt.Sprintf("%s %s", d.Severity, d.Code)
	}
	return fmt.Sprintf("%s %s %d-%d", d.Severity, d.Code, d.Range.Start.Column, d.Range.End.Column)
}

// Every code that a scenario's text can cause is caused by a fixture. Files that
// git or an editor would not keep as they are have tests of their own.
func TestCodesHaveFixtures(t *testing.T) {
	seen := map[string]bool{}
	for _, path := range fixtures(t, "invalid") {
		_, ds := loadFixture(path)
		for _, d := range ds {
			seen[d.Code] = true
		}
	}
	elsewhere := []string{
		codeNoFiles, codeTooLarge, codeEncoding, codeNotRegular, codeTooManyFiles, codeTooDeep, codeTooLong, codeImportCycle,
		codeValueSize, codeEvalCost, codeNoVariable, codeVarUnused, codeInternal, codeDuplicateArg,
	}
	for _, code := range slices.Sorted(keysOf(allCodes())) {
		if code >= "AC9" { // see TestTrialFixtures
			continue
		}
		if !seen[code] && !slices.Contains(elsewhere, code) {
			t.Errorf("no fixture has %s %s", code, allCodes()[code].summary)
		}
		if seen[code] && slices.Contains(elsewhere, code) {
			t.Errorf("a fixture has %s; take it off the list", code)
		}
	}
}

// Applying the edits of a fix must remove its finding.
func TestFixesMend(t *testing.T) {
	mended := 0
	for _, path := range fixtures(t, "invalid") {
		_, ds := loadFixture(path)
		for _, d := range ds {
			if d.Code[:3] != "AC7" || d.Fix == nil || len(d.Fix.Edits) == 0 {
				continue
			}
			mended++
			name := filepath.Join(t.TempDir(), filepath.Base(path))
			if err := os.WriteFile(name, apply(t, path, d.Fix.Edits), 0o600); err != nil {
				t.Fatal(err)
			}
			_, after := loadFixture(name)
			for _, again := range after {
				if again.Code == d.Code && again.Address == d.Address && again.Detail == d.Detail {
					t.Errorf("%s: the fix %q leaves\n%s", path, d.Fix.Message, text(t, Diagnostics{again}, RenderOptions{}))
				}
			}
		}
	}
	if mended < 5 {
		t.Errorf("got %d fixes with edits, want 5 at least", mended)
	}
}

func apply(t *testing.T, path string, edits []Edit) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range slices.Backward(edits) {
		content = slices.Concat(content[:e.Range.Start.Byte], []byte(e.NewText), content[e.Range.End.Byte:])
	}
	return content
}

// loadFixture loads a scenario with nothing in the environment.
func loadFixture(path string) (*Config, Diagnostics) {
	return Load(path, Options{Version: "0.1.0", Env: func(string) (string, bool) { return "", false }})
}

package specs

// Severity of a [Diagnostic].
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Pos is a place in a file. Line and Column count from 1, columns in Unicode
// code points; Byte counts from 0.
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// Range is a piece of a file, its end exclusive. The zero Range says that there
// is no place to point at.
type Range struct {
	Filename string `json:"filename"`
	Start    Pos    `json:"start"`
	End      Pos    `json:"end"`
}

// Diagnostic is one finding in a scenario. It is the object that -json prints;
// text is rendered from it.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	// Code is stable over versions: AC and four digits.
	Code    string `json:"code"`
	Summary string `json:"summary"`
	// Detail says what was found, what is allowed, and what was probably meant.
	Detail string `json:"detail"`
	// Address is the block that the finding is about, such as agent.writer.
	Address string    `json:"address,omitempty"`
	Range   *Range    `json:"range,omitempty"`
	Snippet *Snippet  `json:"snippet,omitempty"`
	Related []Related `json:"related,omitempty"`
	Fix     *Fix      `json:"fix,omitempty"`
	DocURL  string    `json:"doc_url,omitempty"`
}

// Snippet is the source that a diagnostic is about.
type Snippet struct {
	// Context names the enclosing block, nil outside of blocks.
	Context *string `json:"context"`
	// Code are the whole source lines of the range.
	Code      string `json:"code"`
	StartLine int    `json:"start_line"`
	// HighlightStartOffset and HighlightEndOffset are byte offsets in Code.
	HighlightStartOffset int            `json:"highlight_start_offset"`
	HighlightEndOffset   int            `json:"highlight_end_offset"`
	Values               []SnippetValue `json:"values"`
}

// SnippetValue is a value that was in scope, for a person: "is \"x\"".
type SnippetValue struct {
	Traversal string `json:"traversal"`
	Statement string `json:"statement"`
}

// Related is another place that a diagnostic speaks of.
type Related struct {
	Message string `json:"message"`
	Range   Range  `json:"range"`
}

// Fix is a change that would mend a diagnostic.
type Fix struct {
	Message string `json:"message"`
	Edits   []Edit `json:"edits"`
}

// Edit replaces a range by a text.
type Edit struct {
	Range   Range  `json:"range"`
	NewText string `json:"new_text"`
}

// Diagnostics are findings, sorted by file and position.
type Diagnostics []Diagnostic

// HasErrors says whether any of them is an error.
func (ds Diagnostics) HasErrors() bool {
	for i := range ds {
		if ds[i].Severity == SeverityError {
			return true
		}
	}
	return false
}

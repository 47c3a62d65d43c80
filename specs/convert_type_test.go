package specs

import (
	"strings"
	"testing"
)

// Who writes a type that is none reads what there is, and what was meant.
func TestUnknownTypes(t *testing.T) {
	for written, want := range map[string]string{
		"boolean": "bool", "int": "number", "String": "string", "list(strin)": "string", "array(string)": "list",
		"object({ a = integer })": "number", "xyzzyq": "", "vector(number)": "", "list": "",
	} {
		t.Run(written, func(t *testing.T) {
			_, ds := loadText(t, "variable \"v\" {\n  type = "+written+"\n}\n", Options{})
			if len(ds) != 1 || ds[0].Code != codeTypeExpr {
				t.Fatal(text(t, ds, RenderOptions{}))
			}
			d := ds[0]
			switch {
			case want == "" && d.Fix != nil:
				t.Errorf("got %+v, want no guess", d.Fix)
			case want != "" && (d.Fix == nil || d.Fix.Edits[0].NewText != want || !strings.Contains(d.Detail, "Did you mean "+want+"?")):
				t.Errorf("got %q with %+v, want %s", d.Detail, d.Fix, want)
			}
			if fix := d.Fix; fix != nil {
				at := fix.Edits[0].Range
				if wrong := strings.Split("variable \"v\" {\n  type = "+written, "\n")[1][at.Start.Column-1 : at.End.Column-1]; !strings.Contains(written, wrong) || strings.ContainsAny(wrong, "({") {
					t.Errorf("the fix replaces %q", wrong)
				}
			}
		})
	}
}

// A type where a value belongs is no text that lacks its quotes.
func TestTypeIsNoValue(t *testing.T) {
	_, ds := loadText(t, "provider \"scripted\" \"p\" {}\nagent \"a\" {\n  provider = provider.p\n  output {\n    schema = bool\n  }\n}\nsession \"s\" {\n  agent = agent.a\n}\n", Options{})
	if got := text(t, ds, RenderOptions{}); len(ds) != 1 || ds[0].Fix != nil || !strings.Contains(ds[0].Detail, "It is a type") {
		t.Error(got)
	}
}

package specs

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// report adds a finding. The code says its severity and summary. The result is
// for adding a fix or related places, before the next report.
func (l *loader) report(code, address string, at hcl.Range, format string, args ...any) *Diagnostic {
	row := l.codes[code]
	d := Diagnostic{Severity: row.severity, Code: code, Summary: row.summary, Detail: fmt.Sprintf(format, args...), Address: address}
	if at.Filename != "" {
		r := l.rng(at)
		d.Range = &r
	}
	l.ds = append(l.ds, d)
	return &l.ds[len(l.ds)-1]
}

// about reports a finding about a block.
func (l *loader) about(n *node, code string, at hcl.Range, format string, args ...any) *Diagnostic {
	n.fail()
	return l.report(code, n.address, at, format, args...)
}

// wrong reports a finding about an argument's value, which then has none.
func (l *loader) wrong(n *node, a *arg, code string, at hcl.Range, format string, args ...any) *Diagnostic {
	a.bad = true
	return l.about(n, code, at, format, args...)
}

// adopt takes over a finding of HCL: its words become the detail.
func (l *loader) adopt(code, address string, d *hcl.Diagnostic) *Diagnostic {
	detail := strings.TrimSuffix(d.Summary, ".") + ". " + d.Detail
	if d.Detail == "" || d.Summary == "" || strings.HasPrefix(d.Detail, d.Summary) {
		detail = cmp.Or(d.Detail, strings.TrimSuffix(d.Summary, ".")+".")
	}
	var at hcl.Range
	if d.Subject != nil {
		at = *d.Subject
	}
	out := l.report(code, address, at, "%s", detail)
	if d.Severity == hcl.DiagWarning {
		out.Severity = SeverityWarning
	}
	return out
}

// evalFinding reports that HCL could not compute a value, with the values
// that were in scope.
func (l *loader) evalFinding(address string, expr hcl.Expression, ctx *hcl.EvalContext, d *hcl.Diagnostic) *Diagnostic {
	code := codeEval
	if call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok {
		if err, ok := asFuncError(call.FunctionCallError()); ok {
			code = err.code
			d = &hcl.Diagnostic{
				Severity: d.Severity, Subject: d.Subject, Expression: d.Expression, EvalContext: d.EvalContext,
				Detail: fmt.Sprintf("%s: %s.", call.CalledFunctionName(), err.message),
			}
		}
	}
	if own, ok := d.Extra.(evalExtra); ok {
		code = own.code
	}
	if code != codeEvalCost && l.secretive(expr, ctx, code) {
		d = &hcl.Diagnostic{Severity: d.Severity, Subject: d.Subject, Detail: "The value uses a secret, so that more cannot be said about it."}
	}
	out := l.adopt(code, address, d)
	if d.Expression != nil && d.EvalContext != nil {
		l.values = append(l.values, valuesAt{len(l.ds) - 1, d.Expression, d.EvalContext})
	}
	return out
}

// secretive says whether a message about an expression might show a secret.
// That a variable of the environment is missing shows its name alone.
func (l *loader) secretive(expr hcl.Expression, ctx *hcl.EvalContext, code string) bool {
	for _, t := range expr.Variables() {
		if hasMark(ctx.Variables[t.RootName()]) {
			return true
		}
	}
	return code != codeEnv && strings.Contains(l.written(expr.Range()), "env")
}

// written is what stands in a file.
func (l *loader) written(r hcl.Range) string {
	f := l.sources[r.Filename]
	if f == nil {
		return ""
	}
	return string(f.text[min(r.Start.Byte, len(f.text)):min(r.End.Byte, len(f.text))])
}

// related is another place that a finding speaks of.
func (l *loader) related(d *Diagnostic, at hcl.Range, format string, args ...any) {
	d.Related = append(d.Related, Related{Message: fmt.Sprintf(format, args...), Range: l.rng(at)})
}

// rename offers to write another name.
func (l *loader) rename(d *Diagnostic, at hcl.Range, name string) {
	if name == "" {
		return
	}
	d.Fix = &Fix{Message: fmt.Sprintf("Write %s.", name), Edits: []Edit{{Range: l.rng(at), NewText: name}}}
}

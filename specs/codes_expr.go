package specs

// Codes of findings in expressions.
const (
	codeExprSyntax      = "AC5001"
	codeExprName        = "AC5002"
	codeExprField       = "AC5003"
	codeExprType        = "AC5004"
	codeExprWant        = "AC5005"
	codeExprElsewhere   = "AC5006"
	codeExprParticipant = "AC5007"
	codeExprNoOutput    = "AC5008"
	codeExprVariable    = "AC5009"
	codeExprSecret      = "AC5010"
	codeExprTemplate    = "AC5011"
	codeExprLong        = "AC5012"
	codeExprNesting     = "AC5013"
	codeExprFunction    = "AC5014"
	codeExprFlag        = "AC5015"
	codeExprPattern     = "AC5016"
	codeExprEmpty       = "AC5017"
)

// exprCode explains a code of an expression.
type exprCode struct{ code, summary, explanation string }

// exprCodes are the codes of expressions with the summary that each finding
// carries and what it means.
func exprCodes() []exprCode {
	return []exprCode{
		{codeExprSyntax, "Invalid expression", "The text is not an expression. Strings inside take single quotes: \"last.content contains 'done'\"."},
		{codeExprName, "Unknown name", "The expression uses a name that does not exist where it stands."},
		{codeExprField, "Unknown field", "The object has no field of that name. The fields of data.<agent> are those that the agent's output declares."},
		{codeExprType, "Types do not fit", "An operator or a function gets values that it cannot work on."},
		{codeExprWant, "Wrong kind of result", "A condition must be true or false, a rule a string, items a list."},
		{codeExprElsewhere, "Name is not available here", "here exists in the conditions of a pattern; agent, input and call exist in the conditions of a script; session names do not exist in a tool."},
		{codeExprParticipant, "Unknown participant", "agents['x'] takes the bare name of an agent, human or pattern of the scenario."},
		{codeExprNoOutput, "Agent has no structured output", "data.<agent> is there only for agents whose answers are structured. Give the agent an output block."},
		{codeExprVariable, "Unknown variable", "var.x and local.x must be declared in the scenario."},
		{codeExprSecret, "Secret in an expression", "Sensitive variables cannot be read by expressions, since what expressions see is shown in reasons."},
		{codeExprTemplate, "Interpolation in an expression", "Expressions are compiled once and evaluated while the session runs. Write var.x or local.x as it is, without ${}."},
		{codeExprLong, "Expression is too large", "An expression has at most 4 KiB of text and 500 nodes."},
		{codeExprNesting, "Predicates are nested too deep", "Functions that walk over a list, such as any and filter, may be nested two deep."},
		{codeExprFunction, "Unknown function", "The expression calls a function that does not exist, or one that would make a replay differ, such as now()."},
		{codeExprFlag, "Condition may not be a bool", "The value has no declared type. Compare it: last.data.done == true."},
		{codeExprPattern, "Regular expression is not usable", "It is not valid, or it would take too long on a long text."},
		{codeExprEmpty, "Expression is empty", "An expression must say something; leave the argument out otherwise."},
	}
}

func exprSummary(code string) string {
	for _, c := range exprCodes() {
		if c.code == code {
			return c.summary
		}
	}
	return "Invalid expression"
}

package dialect

// What is said where a vendor wants words that a scenario has not.
const (
	// AnswerTool is the name of a structured answer, and of the tool whose
	// arguments it is; AnswerHelp is what that tool is for.
	AnswerTool = "answer"
	AnswerHelp = "Gives the answer. Call it once, when the answer is ready."
	// SayBegin are the words of a person's side that has said nothing yet.
	SayBegin = "(The conversation begins.)"
	// NoResult is what stands for the result of a call that has none, LateResult
	// before that of a call that is not known any more.
	NoResult   = "There is no result of this call."
	LateResult = "Result of a tool: "
	// NoArguments is the schema of a tool without arguments.
	NoArguments = `{"type":"object","properties":{}}`
)

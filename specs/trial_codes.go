package specs

// The codes of tests: of test files (AC90…) and of runs that fail (AC91…).
const (
	codeNoRuns      = "AC9001"
	codeTestsNone   = "AC9002"
	codeMockUnknown = "AC9003"
	codeMockTool    = "AC9004"
	codeRunSession  = "AC9005"
	codeSay         = "AC9006"
	codeConstant    = "AC9007"
	codeToolAnswer  = "AC9008"
	codeRunNeeds    = "AC9009"
	codeRunTwice    = "AC9010"
	codeTestPath    = "AC9011"
	codeManyRuns    = "AC9012"
)

// FailureCode is the code of a run that fails.
type FailureCode string

// Why runs fail.
const (
	FailAssert     FailureCode = "AC9101"
	FailExpect     FailureCode = "AC9102"
	FailNoError    FailureCode = "AC9103"
	FailNoMock     FailureCode = "AC9104"
	FailNoReply    FailureCode = "AC9105"
	FailReplay     FailureCode = "AC9106"
	FailSnapshot   FailureCode = "AC9107"
	FailCondition  FailureCode = "AC9108"
	FailUnfinished FailureCode = "AC9109"
	FailSession    FailureCode = "AC9110"
	FailUnsaid     FailureCode = "AC9111"
	FailUnasked    FailureCode = "AC9112"
	FailUnused     FailureCode = "AC9113"
)

func trialCodes() map[string]codeInfo {
	e := func(summary, explanation string) codeInfo { return codeInfo{SeverityError, summary, explanation} }
	return map[string]codeInfo{
		codeNoRuns:             e("No run in the test file", "A test file has run blocks; one without any tests nothing."),
		codeTestsNone:          e("Run tests nothing", "A run has expect, assert, expect_error, replay or snapshot, and what it expects must depend on the run."),
		codeMockUnknown:        e("Mock of an unknown provider", "A mock stands in the place of a provider of the scenario, by its name."),
		codeMockTool:           e("Tool cannot be mocked", "A mock_tool stands in the place of a tool of kind http or mcp. Built-in tools and expressions run as they are."),
		codeRunSession:         e("No certain session", "A run is about one session: the scenario's only one, or the one that session names."),
		codeSay:                e("Invalid message", "What a person says is a text, or an object with text, at and from."),
		codeConstant:           e("Condition is always the same", "The condition of an assert reads something of the run."),
		codeToolAnswer:         e("Not exactly one of result and fail", "A mocked tool gives a result, or it fails."),
		codeRunNeeds:           e("Does not go together", "The run's command leaves the argument or block without a meaning."),
		codeRunTwice:           e("Name of a run is taken", "Runs of a file have names of their own, so that -run can tell them apart."),
		codeTestPath:           e("Path leads elsewhere", "The scenario, recorded sessions and snapshots of a test lie in the test file's directory or below."),
		codeManyRuns:           e("Too many runs", "A test file has at most 500 runs."),
		string(FailAssert):     e("Condition is false", "The condition of an assert was not true at the end of the run."),
		string(FailExpect):     e("Not as expected", "The end of the session was another one than expect says."),
		string(FailNoError):    e("Expected error did not come", "No error of the run fits what expect_error says."),
		string(FailNoMock):     e("Mock is missing", "The session asked a vendor or a tool that is not mocked. Tests never use the network."),
		string(FailNoReply):    e("Mock has no reply", "A strict mock was asked and had nothing that fits."),
		string(FailReplay):     e("Recorded session comes about differently", "The scenario decides otherwise than the recorded session."),
		string(FailSnapshot):   e("Transcript is not that of the snapshot", "The transcript differs from the snapshot, or there is none yet. agentconnect test -update writes it anew."),
		string(FailCondition):  e("Condition cannot be evaluated", "The condition of an assert could not be computed."),
		string(FailUnfinished): e("Session does not end", "The session waits for something that the run does not give, or took more events than a test may."),
		string(FailSession):    e("Session failed", "The session failed, and the run does not expect that."),
		string(FailUnsaid):     e("Message is not said", "The session never waited for the message, or did not take it."),
		string(FailUnasked):    e("Decision is not asked for", "The run decides about calls of a tool, and no such call waited for a decision."),
		string(FailUnused):     e("Answer is not used", "A mock, a reply or a failure that a run has of its own was never asked for. Those at the top of a file serve several runs and may be left over."),
	}
}

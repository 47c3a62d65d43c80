package specs

// The codes of the domain checks (AC6…) and of the proof (AC7…).
const (
	codeTwice           = "AC6001"
	codeAddress         = "AC6002"
	codeProviderNeeds   = "AC6101"
	codeBackoff         = "AC6102"
	codeFirstToken      = "AC6103"
	codeFailWhen        = "AC6104"
	codeReplyNeverUsed  = "AC6105"
	codeReplyFails      = "AC6106"
	codeModels          = "AC6201"
	codeTemperature     = "AC6202"
	codeMemoryBound     = "AC6203"
	codeMemoryUnused    = "AC6204"
	codeModes           = "AC6205"
	codeOnTimeout       = "AC6301"
	codeToolKind        = "AC6401"
	codeToolServer      = "AC6402"
	codeToolInput       = "AC6403"
	codeToolPlaceholder = "AC6404"
	codeToolName        = "AC6405"
	codeTooFew          = "AC6501"
	codeTooMany         = "AC6502"
	codeJoin            = "AC6503"
	codeQuorum          = "AC6504"
	codeBallot          = "AC6505"
	codeTie             = "AC6506"
	codeNotParticipant  = "AC6507"
	codeWeight          = "AC6508"
	codeAcceptance      = "AC6509"
	codeKeepBest        = "AC6510"
	codeSelection       = "AC6511"
	codeClassifier      = "AC6512"
	codeRoleKind        = "AC6513"
	codeRoleOutput      = "AC6514"
	codeChatPlace       = "AC6515"
	codeToolTaken       = "AC6516"
	codeUnknownNode     = "AC6520"
	codeUnreachableNode = "AC6521"
	codeDefaultEdge     = "AC6522"
	codeBoardRules      = "AC6530"
	codeStopCondition   = "AC6601"
	codeStopParts       = "AC6602"
	codeStopScope       = "AC6603"
	codeStopFinalize    = "AC6604"
	codeStopDead        = "AC6605"
	codeStopLatch       = "AC6606"
	codeNeverThere      = "AC6607"
	codeSessionRuns     = "AC6701"
	codeOpenEnded       = "AC6702"
	codeDominated       = "AC6703"
	codeNoSession       = "AC6704"
	codeNobodyWrites    = "AC6705"
	codeUnused          = "AC6801"
	codeUnbounded       = "AC7001"
	codeCostUnknown     = "AC7002"
)

// checkCodes are the summaries of the domain checks and of the proof.
func checkCodes() map[string]codeRow {
	return map[string]codeRow{
		codeTwice:           {SeverityError, "Listed twice"},
		codeAddress:         {SeverityError, "Invalid address"},
		codeProviderNeeds:   {SeverityError, "Incomplete provider"},
		codeBackoff:         {SeverityError, "Backoff ends before it begins"},
		codeFirstToken:      {SeverityWarning, "Limit is never reached"},
		codeFailWhen:        {SeverityError, "Ambiguous scripted failure"},
		codeReplyNeverUsed:  {SeverityWarning, "Reply is never used"},
		codeReplyFails:      {SeverityError, "Failing reply says something"},
		codeModels:          {SeverityError, "Provider and models"},
		codeTemperature:     {SeverityError, "Temperature out of range"},
		codeMemoryBound:     {SeverityError, "Memory without a bound"},
		codeMemoryUnused:    {SeverityWarning, "Memory setting without effect"},
		codeModes:           {SeverityWarning, "Agent outside of its interaction modes"},
		codeOnTimeout:       {SeverityWarning, "on_timeout without timeout"},
		codeToolKind:        {SeverityError, "Not exactly one kind of tool"},
		codeToolServer:      {SeverityError, "Not exactly one way to reach the server"},
		codeToolInput:       {SeverityError, "Input of a tool that has its own"},
		codeToolName:        {SeverityError, "Name that vendors do not take"},
		codeToolPlaceholder: {SeverityError, "Unknown input"},
		codeTooFew:          {SeverityError, "Too few participants"},
		codeTooMany:         {SeverityError, "Too many participants"},
		codeJoin:            {SeverityError, "Join above the number of participants"},
		codeQuorum:          {SeverityError, "Quorum cannot be reached"},
		codeBallot:          {SeverityError, "Unusable ballot"},
		codeTie:             {SeverityError, "Unknown way to break a tie"},
		codeNotParticipant:  {SeverityError, "Not a participant"},
		codeWeight:          {SeverityError, "Weight must be positive"},
		codeAcceptance:      {SeverityError, "Not exactly one of until and critic"},
		codeKeepBest:        {SeverityError, "Nothing to compare drafts by"},
		codeSelection:       {SeverityError, "Not exactly one way to choose the speaker"},
		codeClassifier:      {SeverityError, "Route cannot be chosen"},
		codeRoleKind:        {SeverityError, "Wrong kind of participant"},
		codeRoleOutput:      {SeverityError, "Output lacks a field"},
		codeChatPlace:       {SeverityError, "Chat without a person"},
		codeToolTaken:       {SeverityError, "Tool of the pattern's name"},
		codeUnknownNode:     {SeverityError, "Unknown node"},
		codeUnreachableNode: {SeverityError, "Unreachable node"},
		codeDefaultEdge:     {SeverityError, "Not exactly one default edge"},
		codeBoardRules:      {SeverityError, "Nobody can act"},
		codeStopCondition:   {SeverityError, "Not exactly one condition"},
		codeStopParts:       {SeverityError, "Condition can never be met"},
		codeStopScope:       {SeverityError, "Scope outside of the session"},
		codeStopFinalize:    {SeverityError, "Nothing to finalize with"},
		codeStopDead:        {SeverityWarning, "Condition is never true"},
		codeStopLatch:       {SeverityWarning, "Latch without effect"},
		codeNeverThere:      {SeverityWarning, "Reads what is never there"},
		codeSessionRuns:     {SeverityError, "Not exactly one of pattern and agent"},
		codeOpenEnded:       {SeverityError, "Open end without a person"},
		codeDominated:       {SeverityWarning, "Limit is never reached"},
		codeNoSession:       {SeverityWarning, "No session"},
		codeNobodyWrites:    {SeverityWarning, "Waits for nobody"},
		codeUnused:          {SeverityWarning, "Unused declaration"},
		codeUnbounded:       {SeverityError, "Session might never end"},
		codeCostUnknown:     {SeverityError, "Cost cannot be bounded"},
	}
}

// A codeRow is what is constant about a code.
type codeRow struct {
	severity Severity
	summary  string
}

package specs

import (
	"maps"
	"sync"
)

// The codes of what the loader finds itself: files and guards (AC1…), syntax
// and schema (AC2…), references (AC3…), values and variables (AC4…).
const (
	codeFile          = "AC1001"
	codeNoFiles       = "AC1002"
	codeTooLarge      = "AC1003"
	codeEncoding      = "AC1004"
	codeOutside       = "AC1005"
	codeNotRegular    = "AC1006"
	codeTooManyFiles  = "AC1007"
	codeInternal      = "AC1901"
	codeTooDeep       = "AC1101"
	codeTooLong       = "AC1102"
	codeForDepth      = "AC1103"
	codeImport        = "AC1201"
	codeImportCycle   = "AC1202"
	codeSyntax        = "AC2001"
	codeVersion       = "AC2002"
	codeConstraint    = "AC2003"
	codeUnknownBlock  = "AC2101"
	codeUnknownArg    = "AC2102"
	codeMissingArg    = "AC2103"
	codeLabels        = "AC2105"
	codeName          = "AC2106"
	codeKind          = "AC2107"
	codeOnce          = "AC2108"
	codeOtherKind     = "AC2109"
	codeBlockOrArg    = "AC2110"
	codeDuplicateArg  = "AC2111"
	codeUnknownName   = "AC3001"
	codeRefKind       = "AC3002"
	codeDuplicate     = "AC3003"
	codeReserved      = "AC3004"
	codeIncompleteRef = "AC3005"
	codeNoRefs        = "AC3006"
	codeRefField      = "AC3007"
	codeLocalCycle    = "AC3101"
	codePatternCycle  = "AC3102"
	codeStopCycle     = "AC3103"
	codeEval          = "AC4001"
	codeType          = "AC4002"
	codeNotAllowed    = "AC4003"
	codeRange         = "AC4004"
	codeDuration      = "AC4005"
	codeSecretPlace   = "AC4006"
	codeValueSize     = "AC4007"
	codeUnknownKey    = "AC4008"
	codeTypeExpr      = "AC4009"
	codeSchema        = "AC4010"
	codeEnv           = "AC4011"
	codeEvalCost      = "AC4012"
	codeStartNow      = "AC4013"
	codeOneOutput     = "AC4014"
	codeNoVariable    = "AC4101"
	codeVarUnset      = "AC4102"
	codeVarInvalid    = "AC4103"
	codeVarValue      = "AC4104"
	codeVarUnused     = "AC4105"
	codeVarNull       = "AC4106"
)

// A codeInfo is what is constant about a code, for docs/errors.md.
type codeInfo struct {
	severity    Severity
	summary     string
	explanation string
}

// loadCodes are the rows of the codes above.
func loadCodes() map[string]codeInfo {
	e := func(summary, explanation string) codeInfo { return codeInfo{SeverityError, summary, explanation} }
	w := func(summary, explanation string) codeInfo { return codeInfo{SeverityWarning, summary, explanation} }
	return map[string]codeInfo{
		codeFile:          e("Cannot read file", "The file or directory is not there, or the system does not let it be read."),
		codeNoFiles:       e("No scenario files", "The directory has no *.hcl or *.hcl.json file. Files of variables (*.vars.hcl) and of tests (*.test.hcl) do not count."),
		codeTooLarge:      e("File is too large", "A file of a scenario has at most 256 KiB, all of them together 1 MiB, a file read by file() 1 MiB."),
		codeEncoding:      e("File is not UTF-8", "Scenarios and the texts they read are UTF-8."),
		codeOutside:       e("Outside of the scenario's directory", "Imports and files are read from the scenario's directory and below, also when a symbolic link leads elsewhere."),
		codeNotRegular:    e("Not a regular file", "Directories, pipes and devices cannot be read as files."),
		codeTooManyFiles:  e("Too many files", "A scenario has at most 500 files."),
		codeInternal:      e("Internal error", "A mistake in AgentConnect itself, not in the scenario. Please report it with the scenario."),
		codeTooDeep:       e("Nesting is too deep", "Brackets, blocks and templates may be nested 64 deep."),
		codeTooLong:       e("Expression is too long", "One expression may have 500 operators in a row."),
		codeForDepth:      e("Nested for", "A for expression may stand inside one other, not deeper."),
		codeImport:        e("Invalid import", "An import names one file, from = \"./shared.hcl\", relative to the file it stands in."),
		codeImportCycle:   e("Cyclic import", "Files import each other in a circle."),
		codeSyntax:        e("Invalid syntax", "The text is not HCL, or not JSON."),
		codeVersion:       e("Unsupported version", "The scenario asks for another version of AgentConnect by required_version."),
		codeConstraint:    e("Invalid version constraint", "A constraint is like \">= 0.1\", \"~> 1.2\" or \">= 0.1, < 2.0\"."),
		codeUnknownBlock:  e("Unknown block", "There is no block of that name here."),
		codeUnknownArg:    e("Unknown argument", "The block has no argument of that name."),
		codeMissingArg:    e("Missing argument", "The block needs the argument."),
		codeLabels:        e("Wrong labels", "The block is written with more or fewer names than it takes."),
		codeName:          e("Invalid name", "Names begin with a letter or _ and go on with letters, digits, _ and -."),
		codeKind:          e("Unknown kind", "The first label of providers and patterns is one of the kinds listed in the language reference."),
		codeOnce:          e("Block is there twice", "The block may be written once."),
		codeOtherKind:     e("Argument of another kind", "The argument belongs to other kinds of patterns or providers."),
		codeBlockOrArg:    e("Block and argument confused", "Blocks are written name { … }, arguments name = value."),
		codeDuplicateArg:  e("Argument is there twice", "An argument may be written once in a block."),
		codeUnknownName:   e("Unknown reference", "Nothing of that kind is declared by that name."),
		codeRefKind:       e("Wrong kind of reference", "The argument takes references of other kinds."),
		codeDuplicate:     e("Name is taken", "Names are unique for each kind of block; agents, humans and patterns share theirs, since all of them are participants."),
		codeReserved:      e("Name is reserved", "The name stands for something else wherever participants are named."),
		codeIncompleteRef: e("Incomplete reference", "A reference is the kind and the name: agent.writer."),
		codeNoRefs:        e("Reference is not possible here", "The value must be known before anything else is evaluated."),
		codeRefField:      e("Reference has no fields", "A reference to a block stands for the block; its arguments cannot be read."),
		codeLocalCycle:    e("Cycle of locals", "Locals are computed from each other in a circle."),
		codePatternCycle:  e("Cycle of patterns", "A pattern takes part in itself."),
		codeStopCycle:     e("Cycle of stops", "A stop condition is combined of itself."),
		codeEval:          e("Cannot evaluate", "The value cannot be computed."),
		codeType:          e("Wrong type", "The value is of another type than the argument takes."),
		codeNotAllowed:    e("Value is not allowed", "The argument takes one of a few values."),
		codeRange:         e("Value is out of range", "The number is too small or too large, or not whole."),
		codeDuration:      e("Invalid duration", "Durations are texts such as \"30s\", \"5m\" or \"1h30m\"."),
		codeSecretPlace:   e("Secret out of place", "Sensitive variables and env() may be used for keys and headers, not where they would be shown or sent to a model."),
		codeValueSize:     e("Value is too large", "A value may have 1 MiB of text, a collection 10,000 elements."),
		codeUnknownKey:    e("Unknown key", "The object has a key that its type does not know."),
		codeTypeExpr:      e("Invalid type", "A type is string, number, bool, any, list(…), set(…), map(…), tuple([…]) or object({…})."),
		codeSchema:        e("Invalid JSON schema", "The schema of a structured answer is a JSON object."),
		codeEnv:           e("Environment variable is not set", "The scenario reads a variable of the environment by env(), and it is not there."),
		codeEvalCost:      e("Evaluation takes too long", "One value may take a million steps to compute and 16 MiB of text on the way."),
		codeStartNow:      e("Nothing to start with", "A session starts by itself with its opening; without one it starts on a message."),
		codeOneOutput:     e("Not exactly one of type and schema", "An output is described by an HCL type or by a JSON schema."),
		codeNoVariable:    e("Unknown variable", "A value is given for a variable that the scenario does not declare."),
		codeVarUnset:      e("Variable has no value", "A variable without default must be set."),
		codeVarInvalid:    e("Invalid value for variable", "A validation of the variable is not met."),
		codeVarValue:      e("Unusable value for variable", "The value does not fit the variable's type, or is not a value at all."),
		codeVarUnused:     w("Value for an unknown variable", "A file of variables sets one that the scenario does not declare."),
		codeVarNull:       e("Variable must not be null", "The variable says nullable = false."),
	}
}

// allCodes are all codes of the language with what is constant about them.
//
//nolint:gochecknoglobals // a constant that is put together at its first use
var allCodes = sync.OnceValue(func() map[string]codeInfo {
	all, explanations := loadCodes(), checkExplanations()
	for code, row := range checkCodes() {
		all[code] = codeInfo{row.severity, row.summary, explanations[code]}
	}
	maps.Copy(all, trialCodes())
	for _, row := range exprCodes() {
		all[row.code] = codeInfo{SeverityError, row.summary, row.explanation}
	}
	return all
})

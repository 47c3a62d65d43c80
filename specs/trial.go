package specs

import (
	"encoding/json"
	"time"
)

// Suite is a test file, *.test.hcl: runs of a scenario with what is expected of
// them. It is immutable.
type Suite struct {
	// File is the test file as diagnostics call it, Path as it was asked for.
	File, Path string
	// Scenario is the path of the file or directory that is tested.
	Scenario string
	// Runs are its run blocks, in order.
	Runs []SuiteRun

	text  []byte
	found Diagnostics // by itself
}

// SuiteRun is a run block of a [Suite], before its scenario is loaded.
type SuiteRun struct {
	Name string
	// Range is the block's header.
	Range Range
	// Command is run, plan or validate.
	Command string
}

// Trial is a run of a test file with the scenario that it is about.
type Trial struct {
	SuiteRun
	// Config is the scenario with the run's variables and mocks; nil when it has
	// errors. A provider that is mocked keeps its kind, model and price, and has a
	// Script.
	Config *Config
	// Session is the name of the session that is run or planned.
	Session string
	// Seed is what ids and, where their patterns have none, random draws are made
	// from.
	Seed int64
	// Opening, if not empty, is said instead of the session's.
	Opening string
	Says    []TrialSay
	// Stay says that persons who have said all are there and silent.
	Stay      bool
	Approvals []TrialApproval
	// Tools are the answers in the place of tools, by the names of their blocks.
	Tools map[string][]*ToolMock
	// Mocked are the providers that are mocked, with the headers of their mocks.
	Mocked map[string]Range
	// Owned are those whose mock stands in the run itself.
	Owned map[string]bool

	Expect  *Expectation
	Asserts []*Assertion
	Errors  []ExpectedError
	// Replay is the path of a recorded session, Snapshot that of a transcript;
	// both may be empty. They are relative to the test file.
	Replay, Snapshot string
	// Args are the ranges of what is written in the block, as in [Block].
	Args map[string]Range

	l *loader
}

// TrialSay is a message of a person.
type TrialSay struct {
	Range Range
	Text  string
	// From is a human's name, empty for the person's side.
	From string
	// At is the time since the start; without Timed it is said when the session
	// waits for a person.
	At    time.Duration
	Timed bool
}

// TrialApproval is what a person decides about the calls of a tool.
type TrialApproval struct {
	Range Range
	// Tool is the name of the tool block.
	Tool  string
	Allow bool
	// By and Why are told; After is how long it takes.
	By, Why string
	After   time.Duration
	// Times is for how many calls it holds; 0 is all.
	Times int
}

// ToolMock is an answer in the place of a tool.
type ToolMock struct {
	Range Range
	// Owned says that it stands in the run itself.
	Owned bool
	// Tool names the tool of a server of the Model Context Protocol.
	Tool string
	// When is evaluated by [Expr.Call] with the arguments as input.
	When *Expr
	// Result is the text, or JSON. Fail, when set, is the error instead.
	Result string
	Fail   string
	Times  int
	Delay  time.Duration
}

// Expectation is what is expected of a session's end. Fields that are not
// written are nil or empty.
type Expectation struct {
	Range Range
	// Outcome is that of the end; Stop the address of what ended it.
	Outcome, Stop string
	// Speakers are who said something, in order; nil is not looked at.
	Speakers                             []string
	Turns, MaxTurns, MaxCalls, MaxTokens *int
	MaxCost                              *float64
	// Result is the JSON of the result, nil when it is not looked at.
	Result json.RawMessage
	// Args are the ranges of the values by name.
	Args map[string]Range
}

// ExpectedError is a finding or a failure that must come.
type ExpectedError struct {
	Range Range
	// Code, Contains and Ref are compared with the code, the words and the
	// address; empty ones fit all.
	Code, Contains, Ref string
}

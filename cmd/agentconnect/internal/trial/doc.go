// Package trial runs tests of scenarios: test files, *.test.hcl, whose runs
// rehearse a session on mocks and a clock of their own, and compare what came of
// it with what they expect. No vendor is asked and nothing leaves the machine.
//
// Start from [Run], which gives a [Report]; [Text], [Report.Document] and
// [WriteJUnit] write it down.
//
// # Concurrency
//
// Run works on several runs at once, and reports files in their order from one
// goroutine.
package trial

// Package lint looks at scenarios that are sound for what people regret later:
// answers without a cap, tools that do not say what they do, conditions that
// wait for words nobody was told to say. Each [Rule] has a name, and a comment
// in the scenario can say that a finding is meant:
//
//	# agentconnect-lint-ignore: missing-max-tokens because the vendor caps it
//
// [Check] is the door; [Apply] carries out the fixes of its findings.
//
// # Concurrency
//
// All functions may be called concurrently.
package lint

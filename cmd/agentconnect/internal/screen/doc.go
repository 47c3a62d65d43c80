// Package screen shows a session to a person: [Terminal] draws it as it happens,
// [Plain] writes lines, [Summary] says how it ended.
//
// Both take the events of one session in their order, from one goroutine. What
// models and people say is shown with its control characters made visible, so
// nothing that is said can act on the terminal.
package screen

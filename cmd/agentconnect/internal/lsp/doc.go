// Package lsp is a server of the Language Server Protocol for scenarios: what
// is wrong while it is typed, and all that editors ask about a file.
//
// [Serve] runs it over two streams. What a scenario declares comes from
// [specs.ReadOutline], what is wrong with it from [specs.Analyze], what
// expressions may read from [specs.ExprNames], and what blocks and arguments
// may stand somewhere from hcl-lang, which the package hcllang below asks.
//
// **Concurrency.** Requests are answered at the same time, each for the texts
// as they were when it came; changes of texts are taken one after the other, in
// their order. Findings are looked for in the background, at most one search a
// scenario, once nothing was typed for a moment; those of a text that has
// changed meanwhile are thrown away.
package lsp

//go:build race

package lsp

// truncations is how many half-typed texts are made of each example. The race
// detector makes each ten times as slow.
const truncations = 200

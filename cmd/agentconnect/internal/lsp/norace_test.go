//go:build !race

package lsp

// truncations is how many half-typed texts are made of each example.
const truncations = 1000

package lsp

import (
	"os"
	"runtime/debug"
)

// gcPercent is how much garbage a server may have, in percent of what it keeps.
// That is some MiB, and each letter that is typed makes as much garbage again:
// at Go's 100 the collector runs during every answer, and takes a third of its
// time.
const gcPercent = 400

// Unhurried has the garbage collector of the process run less often, which fits
// one that serves an editor alone, and gives what undoes that. Whoever sets GOGC
// knows better.
func Unhurried() (undo func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(gcPercent)
	return func() { debug.SetGCPercent(before) }
}

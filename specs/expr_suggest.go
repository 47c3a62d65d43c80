package specs

import (
	"maps"
	"slices"
	"strings"
)

// closest is the candidate that was probably meant by name, or empty: the one
// that takes the fewest edits, where a third of the letters may be wrong.
func closest(name string, among []string) string {
	if len(name) > 64 {
		return ""
	}
	best, found := len([]rune(name))/3+1, ""
	if best > 3 {
		best = 3
	}
	for _, c := range among {
		if len(c) > 64 || c == name {
			continue
		}
		d := distance([]rune(strings.ToLower(name)), []rune(strings.ToLower(c)))
		if d < best || d == best && found == "" {
			best, found = d, c
		}
	}
	return found
}

// distance counts the letters to insert, remove, replace, or swap with their
// neighbour to turn a into b.
func distance(a, b []rune) int {
	before, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := prev[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(prev[j]+1, row[j-1]+1, change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, prev, row = prev, row, before
	}
	return prev[len(b)]
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

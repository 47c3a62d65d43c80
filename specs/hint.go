package specs

import "github.com/agext/levenshtein"

// Comparing names takes time: a file full of wrong ones gets no hints from
// some point on, and no name is so long.
const (
	maxHints   = 200
	maxNameLen = 64
)

// meant is a hint at what was probably meant, or at what there is.
func (l *loader) meant(name string, candidates []string) string {
	l.hints++
	if l.hints > maxHints || len(name) > maxNameLen {
		return ""
	}
	return meant(name, candidates)
}

// nearest is the candidate that differs least from a name, or empty.
func nearest(name string, candidates []string) string {
	if len(name) > maxNameLen || len(candidates) > 1000 {
		return ""
	}
	best, distance := "", max(2, len(name)/3)+1
	for _, candidate := range candidates {
		if d := levenshtein.Distance(name, candidate, nil); d < distance {
			best, distance = candidate, d
		}
	}
	return best
}

package lsp

import (
	"os"
	"slices"
)

// isDirectory says whether a root is a directory.
func (s *server) isDirectory(root string) bool {
	info, err := os.Stat(root)
	return err == nil && info.IsDir()
}

// openIn are the open files of a scenario, in order.
func (s *server) openIn(root string) []string {
	s.mu.Lock()
	var names []string
	for name := range s.open {
		if s.roots[name].root == root {
			names = append(names, name)
		}
	}
	s.mu.Unlock()
	slices.Sort(names)
	return names
}

// firstOpen is the first open file of a scenario, or empty.
func (s *server) firstOpen(root string) string {
	if names := s.openIn(root); len(names) > 0 {
		return names[0]
	}
	return ""
}

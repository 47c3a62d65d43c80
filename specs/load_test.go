package specs

import (
	"testing"
)

// loadText loads a scenario that exists in memory alone.
func loadText(t testing.TB, text string, opts Options) (*Config, Diagnostics) {
	t.Helper()
	return loadFiles(t, map[string]string{"main.hcl": text}, "main.hcl", opts)
}

// loadFiles loads the scenario of a path among texts in memory.
func loadFiles(t testing.TB, files map[string]string, path string, opts Options) (*Config, Diagnostics) {
	t.Helper()
	opts.WorkDir = "/nowhere/scenario"
	opts.Overlay = map[string][]byte{}
	for name, text := range files {
		opts.Overlay[name] = []byte(text)
	}
	if opts.Env == nil {
		opts.Env = func(string) (string, bool) { return "", false }
	}
	return Load(path, opts)
}

package specs

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// belowDir is a path below the scenario's directory, in its one form.
func belowDir(name string) string { return path.Clean(filepath.ToSlash(name)) }

// readTexts are the texts below the scenario's directory that were read, and
// the names of those that were listed.
func (l *loader) readTexts() map[string][]byte {
	texts := map[string][]byte{}
	for name := range l.listed {
		texts[name] = nil
	}
	for name, text := range l.content {
		if name = belowDir(name); filepath.IsLocal(filepath.FromSlash(name)) {
			texts[name] = slices.Clone(text)
			if text == nil {
				texts[name] = []byte{}
			}
		}
	}
	return texts
}

// holdsSecrets says whether a secret may be written down in the texts: whether
// what gives one its value is anything but a name.
func (l *loader) holdsSecrets() bool {
	const name = `(?:env\(\s*"\w+"\s*\)|var\.\w+)`
	onlyName := regexp.MustCompile(`^\s*(?:null|` + name + `|bearer\(\s*` + name + `\s*\))\s*$`)
	return slices.ContainsFunc(l.hidden, func(r hcl.Range) bool {
		f := l.sources[r.Filename]
		if f == nil || r.Start.Byte < 0 || r.End.Byte > len(f.text) || r.Start.Byte > r.End.Byte {
			return true
		}
		return !onlyName.Match(f.text[r.Start.Byte:r.End.Byte])
	})
}

package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/agentconnect-dev/agentconnect/specs"
	"github.com/agentconnect-dev/agentconnect/specs/lint"
)

// maxRepairs bounds how often fixes are made: some wait for others, whose
// characters they touch.
const maxRepairs = 10

// mend carries out the fixes of findings and gives what is left. A file is
// written only when the scenario with all changes still loads.
func (a *app) mend(o *lintOptions, path string, found specs.Diagnostics) (specs.Diagnostics, error) {
	changed := map[string][]byte{}
	modes := map[string]os.FileMode{}
	for range maxRepairs {
		files, err := touched(found, changed, modes)
		if err != nil {
			return nil, err
		}
		next, fixed := lint.Apply(files, found)
		if len(fixed) == 0 {
			break
		}
		for name, text := range next {
			next[name] = reformatted(name, files[name], text)
		}
		again, err := relint(o, path, changed, next)
		if err != nil {
			break // what it would become is worse than what it is
		}
		maps.Copy(changed, next)
		found = again
	}
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		if err := a.rewrite("lint", name, changed[name], modes[name]); err != nil {
			return nil, err
		}
		fmt.Fprintf(a.con.err, "fixed %s\n", name)
	}
	return found, nil
}

// touched are the files that fixes would change, as they are by now.
func touched(found specs.Diagnostics, changed map[string][]byte, modes map[string]os.FileMode) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, d := range found {
		if d.Fix == nil {
			continue
		}
		for _, e := range d.Fix.Edits {
			name := e.Range.Filename
			if files[name] != nil {
				continue
			}
			if text, ok := changed[name]; ok {
				files[name] = text
				continue
			}
			text, mode, err := readSource(name)
			if err != nil {
				return nil, err
			}
			files[name], modes[name] = text, mode
		}
	}
	return files, nil
}

// reformatted is a changed text in its layout, where it had it before.
func reformatted(name string, before, after []byte) []byte {
	if was, _ := specs.Format(name, before); !bytes.Equal(was, before) {
		return after
	}
	out, ds := specs.Format(name, after)
	if len(ds) > 0 {
		return after
	}
	return out
}

// relint looks at a scenario with changes that are not written yet.
func relint(o *lintOptions, path string, changes ...map[string][]byte) (specs.Diagnostics, error) {
	overlay := map[string][]byte{}
	for _, c := range changes {
		maps.Copy(overlay, c)
	}
	cfg, ds := specs.Load(path, specs.Options{Vars: o.vars.list, AllowMissingEnv: true, Version: thisBuild().Version, Overlay: overlay})
	if ds.HasErrors() {
		return nil, fmt.Errorf("%s: %s", ds[0].Summary, ds[0].Detail)
	}
	return lint.Check(cfg, o.rulesFor(cfg))
}

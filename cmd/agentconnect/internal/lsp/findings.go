package lsp

import (
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// wakeUp asks for a search after a time. The caller holds the mutex.
func (s *server) wakeUp(after time.Duration) {
	select {
	case s.wake <- after:
	default: // another wish waits to be heard
	}
}

// search looks for findings each time when nothing was typed for a moment.
func (s *server) search() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case after := <-s.wake:
			timer.Reset(after)
		case <-timer.C:
			s.lookAll()
		}
	}
}

// lookAll looks at the scenarios of the files that may have other findings now.
func (s *server) lookAll() {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(s.cfg.Log, "search: %v\n%s", r, debug.Stack())
		}
	}()
	s.mu.Lock()
	todo := slices.Sorted(maps.Keys(s.dirty))
	clear(s.dirty)
	s.mu.Unlock()
	roots := map[string]bool{}
	for _, name := range todo {
		roots[s.root(name)] = true
	}
	for _, root := range slices.Sorted(maps.Keys(roots)) {
		if s.look(root) {
			continue
		}
		s.mu.Lock()
		for _, name := range todo {
			s.dirty[name] = true
		}
		s.mu.Unlock()
		return // what was typed meanwhile has asked for the next search
	}
	s.forget()
}

// look analyzes a scenario and tells the client. It gives false when the texts
// have changed meanwhile, and says nothing then.
func (s *server) look(root string) bool {
	s.mu.Lock()
	clock, opts := s.clock, s.options(root)
	s.mu.Unlock()
	found, names := s.analyze(root, opts, clock)
	whole := !s.outline(root).Incomplete
	s.mu.Lock()
	if s.ctx.Err() != nil || s.clock != clock {
		s.mu.Unlock()
		return s.ctx.Err() != nil
	}
	sc := s.scenario(root)
	if names != nil && (whole || !sc.sound) {
		sc.names, sc.sound = names, whole
	}
	sc.found, sc.looked = found, clock
	s.mu.Unlock()
	s.tell(root, found)
	return true
}

// analyze finds what is wrong in a scenario, and gives up when the texts change.
// Names of files in the result are paths.
func (s *server) analyze(root string, opts specs.Options, clock int) (specs.Diagnostics, *specs.ExprNames) {
	if isTest(root) {
		found := specs.CheckSuite(root, opts, func() bool { return s.outdated(clock) })
		return withPaths(found, root, opts.WorkDir), nil
	}
	opts.Stopped = func() bool { return s.outdated(clock) }
	a := specs.Analyze(root, opts)
	found := a.Diagnostics
	if a.Config != nil && s.cfg.Check != nil && !s.outdated(clock) {
		found = append(slices.Clip(found), s.cfg.Check(a.Config)...)
	}
	return withPaths(found, root, opts.WorkDir), a.Names
}

// outdated says whether texts have changed since a moment, or nobody waits any
// more.
func (s *server) outdated(clock int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ctx.Err() != nil || s.clock != clock
}

// withPaths makes the names of files paths. What has no place is said at the
// beginning of the scenario.
func withPaths(found specs.Diagnostics, root, dir string) specs.Diagnostics {
	out := make(specs.Diagnostics, len(found))
	for i, d := range found {
		at := specs.Range{Filename: root}
		if d.Range != nil {
			at = *d.Range
			at.Filename = full(dir, at.Filename)
		}
		d.Range = &at
		d.Related = slices.Clone(d.Related)
		for j := range d.Related {
			d.Related[j].Range.Filename = full(dir, d.Related[j].Range.Filename)
		}
		if d.Fix != nil {
			fix := *d.Fix
			fix.Edits = slices.Clone(fix.Edits)
			for j := range fix.Edits {
				fix.Edits[j].Range.Filename = full(dir, fix.Edits[j].Range.Filename)
			}
			d.Fix = &fix
		}
		out[i] = d
	}
	return out
}

// tell publishes the findings of a scenario, by file, and takes back those of
// files that have none any more.
func (s *server) tell(root string, found specs.Diagnostics) {
	byFile := map[string]specs.Diagnostics{}
	for _, d := range found {
		name := d.Range.Filename
		if name == root && s.isDirectory(root) {
			if name = s.firstOpen(root); name == "" {
				continue
			}
			d.Range.Filename = name
		}
		byFile[name] = append(byFile[name], d)
	}
	changed := map[string]bool{}
	for name := range s.findings[root] {
		changed[name] = true
	}
	for name := range byFile {
		changed[name] = true
	}
	for _, name := range s.openIn(root) {
		changed[name] = true // an empty list says that the file was looked at
	}
	s.findings[root] = byFile
	if found == nil {
		delete(s.findings, root)
	}
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		s.publish(name)
	}
}

// publish sends all findings about a file.
func (s *server) publish(name string) {
	var all specs.Diagnostics
	for _, root := range slices.Sorted(maps.Keys(s.findings)) {
		for _, d := range s.findings[root][name] {
			if !slices.ContainsFunc(all, func(o specs.Diagnostic) bool { return o.Code == d.Code && o.Detail == d.Detail && *o.Range == *d.Range }) {
				all = append(all, d)
			}
		}
	}
	p := publishParams{URI: s.uri(name), Diagnostics: []diagnostic{}}
	s.mu.Lock()
	if d := s.open[name]; d != nil {
		p.Version = &d.version
	}
	s.mu.Unlock()
	t := s.textOf(name)
	for i := range all {
		p.Diagnostics = append(p.Diagnostics, s.diagnostic(t, &all[i]))
	}
	_ = s.rpc.Notify(s.ctx, "textDocument/publishDiagnostics", p)
}

// Severities and tags of the protocol.
const (
	severityError   = 1
	severityWarning = 2
	severityInfo    = 3
	tagUnnecessary  = 1
)

// codeUnused is the finding about what nothing uses, which editors show faded.
const codeUnused = "AC6801"

func (s *server) diagnostic(t *text, d *specs.Diagnostic) diagnostic {
	out := diagnostic{
		Range: t.span(d.Range.Start.Byte, d.Range.End.Byte), Severity: severityError, Code: d.Code, Source: "agentconnect",
		Message: d.Summary + ". " + d.Detail,
	}
	if strings.HasPrefix(d.Detail, d.Summary) || d.Detail == "" {
		out.Message = d.Detail
	}
	switch {
	case d.Severity == specs.SeverityWarning && !strings.HasPrefix(d.Code, "AC"): // a rule of the linter
		out.Severity = severityInfo
	case d.Severity == specs.SeverityWarning:
		out.Severity = severityWarning
	}
	if d.DocURL != "" {
		out.CodeDescription = &codeDescription{d.DocURL}
	}
	if d.Code == codeUnused {
		out.Tags = []int{tagUnnecessary}
	}
	for _, r := range d.Related {
		other := t
		if r.Range.Filename != d.Range.Filename {
			other = s.textOf(r.Range.Filename)
		}
		out.RelatedInformation = append(out.RelatedInformation, related{
			location{s.uri(r.Range.Filename), other.span(r.Range.Start.Byte, r.Range.End.Byte)}, r.Message,
		})
	}
	return out
}

// forget drops the scenarios that no open file belongs to, and their findings.
func (s *server) forget() {
	s.mu.Lock()
	names := slices.Sorted(maps.Keys(s.open))
	s.mu.Unlock()
	used := map[string]bool{}
	for _, name := range names {
		used[s.root(name)] = true
	}
	for _, root := range slices.Sorted(maps.Keys(s.findings)) {
		if !used[root] {
			s.tell(root, nil)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for root, sc := range s.scenarios {
		if !used[root] && sc.outlined < s.clock-100 {
			delete(s.scenarios, root)
		}
	}
	for name := range s.roots {
		if s.open[name] == nil {
			delete(s.roots, name)
		}
	}
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/config"
	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/server"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// load loads all scenarios. What is wrong with them has been reported.
func (s *service) load() ([]server.Scenario, error) {
	var out []server.Scenario
	failed := 0
	for _, path := range s.set.Scenarios {
		sc, ds, err := loadScenario(s.a.vendors, path)
		if err != nil {
			return nil, err
		}
		s.report(ds)
		if ds.HasErrors() {
			failed++
			continue
		}
		if _, err := sc.Models(sc.Config); err != nil {
			return nil, err
		}
		if _, err := s.a.vendors.toolsOf(sc.Config); err != nil {
			return nil, err
		}
		out = append(out, sc)
	}
	if failed > 0 {
		return nil, &exitError{statusFailed, fmt.Sprintf("%s cannot be served", screen.Plural(failed, "scenario"))}
	}
	return out, nil
}

// report tells findings: as they are to a person, which is who starts a server,
// else in the log.
func (s *service) report(ds specs.Diagnostics) {
	if len(ds) == 0 {
		return
	}
	if s.backend == nil && s.set.Log.Format != "json" || s.set.Log.Format == "text" || s.set.Log.Format == "" && s.a.con.errTTY {
		s.a.report(ds)
		return
	}
	for _, d := range ds {
		at := ""
		if d.Range != nil {
			at = fmt.Sprintf("%s:%d", d.Range.Filename, d.Range.Start.Line)
		}
		args := []any{"code", d.Code, "summary", d.Summary, "detail", d.Detail, "at", at}
		if d.Severity == specs.SeverityError {
			s.log.Error("scenario", args...)
		} else {
			s.log.Warn("scenario", args...)
		}
	}
}

// reload replaces the scenarios and the certificate, or keeps the old ones when
// something is wrong with the new.
func (s *service) reload() {
	if err := s.cert.reload(); err != nil {
		s.log.Error("the certificate was not loaded again; the old one stays", "error", err)
	}
	offered, err := s.load()
	if err == nil {
		err = s.server.SetTemplates(offered)
	}
	if err != nil {
		s.log.Error("the scenarios were not loaded again; the old ones stay", "error", err)
		return
	}
	s.log.Info("the scenarios were loaded again", "scenarios", len(offered))
}

// loadScenario loads a scenario so that it can be loaded again with other
// values, from what its files say now.
func loadScenario(v *vendors, path config.Path) (server.Scenario, specs.Diagnostics, error) {
	name := string(path)
	if _, err := os.Stat(name); err != nil {
		return server.Scenario{}, nil, usageError("%s", missing(name, err))
	}
	opts := specs.Options{Version: thisBuild().Version, AllowUnsetVars: true}
	cfg, ds := specs.Load(name, opts)
	if ds.HasErrors() {
		return server.Scenario{}, ds, nil
	}
	sc := server.Scenario{Config: cfg, Models: v.modelsOf}
	if len(cfg.Variables) == 0 {
		return sc, ds, nil
	}
	opts.AllowUnsetVars = false
	opts.Overlay = snapshot(cfg)
	sc.Load = func(vars []specs.VarInput) (*specs.Config, specs.Diagnostics) {
		opts := opts
		opts.Vars = vars
		return specs.Load(name, opts)
	}
	return sc, ds, nil
}

// The bounds of a snapshot.
const (
	maxSnapshotFiles = 1000
	maxSnapshotBytes = 16 << 20
	maxSnapshotFile  = 1 << 20 // functions read no larger ones
	maxSnapshotSeen  = 10_000  // files and directories looked at
)

// snapshot are the texts of a scenario's files as they are now, so that a file
// that is being edited does not disturb the sessions that begin meanwhile. They
// lie over those on disk.
func snapshot(cfg *specs.Config) map[string][]byte {
	texts := map[string][]byte{}
	total := 0
	add := func(path string, info os.FileInfo) {
		if len(texts) >= maxSnapshotFiles || !info.Mode().IsRegular() || info.Size() > maxSnapshotFile || total+int(info.Size()) > maxSnapshotBytes {
			return
		}
		if text, err := os.ReadFile(path); err == nil {
			texts[path] = text
			total += len(text)
		}
	}
	for _, name := range cfg.Files {
		if path, err := filepath.Abs(name); err == nil {
			if info, err := os.Stat(path); err == nil {
				add(path, info)
			}
		}
	}
	seen := 0
	_ = filepath.WalkDir(cfg.Dir, func(path string, entry os.DirEntry, err error) error { // what cannot be read is not part of it
		seen++
		switch {
		case seen > maxSnapshotSeen || len(texts) >= maxSnapshotFiles:
			return filepath.SkipAll
		case err != nil:
			return filepath.SkipDir
		case entry.IsDir() && path != cfg.Dir && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case entry.IsDir() || texts[path] != nil:
			return nil
		}
		if info, err := entry.Info(); err == nil {
			add(path, info)
		}
		return nil
	})
	return texts
}

// modelsOf makes the models that the agents of a scenario use.
func (v *vendors) modelsOf(cfg *specs.Config) (providers.Registry, error) {
	list := usedBy(cfg, cfg.Agents)
	models, err := v.connectOr(list, v.local(cfg, list))
	if err != nil {
		return nil, serving(err)
	}
	return models, nil
}

package trial

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/tools"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// Options say what is run and how.
type Options struct {
	// Files are the test files, see [Find].
	Files []string
	// Filter, if set, chooses runs by their names.
	Filter *regexp.Regexp
	// Vars are variables from the command line, weaker than those of test files.
	Vars []specs.VarInput
	// Version is that of the program, for required_version.
	Version string
	// Update writes snapshots instead of comparing them.
	Update bool
	// Cover measures what the runs have exercised.
	Cover bool
	// Parallel is how many runs are worked on at once; 0 is one for each
	// processor.
	Parallel int
	// Settings are a provider's, without its model.
	Settings func(*specs.Provider) providers.Settings
	// ReadLog reads a recorded session.
	ReadLog func(path string) ([]engine.Event, error)
	// OnFile, if set, is told of each file when all before it are done.
	OnFile func(*File)
}

// Report is what came of all files.
type Report struct {
	Files []*File
	// Took is how long it all took.
	Took time.Duration
	// Cover is what was exercised, nil when that was not measured.
	Cover *Coverage
	// Interrupted says that not all runs were carried out.
	Interrupted bool
}

// File is what came of a test file.
type File struct {
	// Name is the file as diagnostics call it.
	Name string
	// Findings are about the file itself; with an error among them nothing was run.
	Findings specs.Diagnostics
	Results  []*Result
}

// Result is what came of a run.
type Result struct {
	specs.SuiteRun
	// Skipped says that the filter left it out, or that the runs were interrupted
	// before it was done, which Interrupted says.
	Skipped, Interrupted bool
	// Findings are why it failed, and warnings.
	Findings specs.Diagnostics
	// Took is how long it took, Lasted how long the session was by its own clock.
	Took, Lasted time.Duration
	// Session, Events and Ended tell of the session, where one was run. Of runs that
	// passed there are no Events after OnFile.
	Session string
	Events  []engine.Event
	Ended   *engine.Ended
	Usage   specs.EnvUsage
	Turns   int
	Calls   int
	// Updated is the snapshot that was written, or empty.
	Updated string

	scenario string           // its path
	sessions []string         // of the scenario
	coverage *engine.Coverage // nil when it is not measured
}

// Failed says whether the run did not come out as it should.
func (r *Result) Failed() bool { return r.Findings.HasErrors() }

// Failed says whether the file or one of its runs is wrong.
func (f *File) Failed() bool {
	return f.Findings.HasErrors() || slices.ContainsFunc(f.Results, (*Result).Failed)
}

// Failed says whether any file is wrong.
func (r *Report) Failed() bool { return slices.ContainsFunc(r.Files, (*File).Failed) }

// Matched says whether the filter left anything to run.
func (r *Report) Matched() bool {
	return slices.ContainsFunc(r.Files, func(f *File) bool { return !f.skipped() })
}

// skipped says that there is nothing to tell of the file.
func (f *File) skipped() bool {
	return len(f.Findings) == 0 && !slices.ContainsFunc(f.Results, func(r *Result) bool { return !r.Skipped })
}

// Run runs test files. The error is that of ctx; then the report tells of what
// was done until then, and the other runs are skipped.
func Run(ctx context.Context, o Options) (*Report, error) {
	began := time.Now()
	pool := tools.Open(tools.Config{})
	defer pool.Close()
	w := &workers{ctx: ctx, o: o, pool: pool, free: make(chan struct{}, max(1, cmp.Or(o.Parallel, runtime.GOMAXPROCS(0))))}
	report := &Report{}
	for _, path := range o.Files {
		report.Files = append(report.Files, w.file(path))
	}
	for _, f := range report.Files {
		w.done[f].Wait()
		report.Interrupted = report.Interrupted || f.interrupted()
		if o.OnFile != nil {
			o.OnFile(f)
		}
		f.forget()
	}
	if o.Cover {
		report.Cover = cover(report)
	}
	report.Took = time.Since(began)
	if report.Interrupted {
		return report, context.Cause(ctx)
	}
	return report, nil
}

func (f *File) interrupted() bool {
	return slices.ContainsFunc(f.Results, func(r *Result) bool { return r.Interrupted })
}

// forget lets go of logs that nobody asks for any more.
func (f *File) forget() {
	for _, r := range f.Results {
		if !r.Failed() {
			r.Events = nil
		}
	}
}

// workers run runs, so many at once.
type workers struct {
	ctx  context.Context //nolint:containedctx // of one call of Run
	o    Options
	pool *tools.Pool
	free chan struct{}
	done map[*File]*sync.WaitGroup
}

// file reads a test file and begins its runs.
func (w *workers) file(path string) *File {
	suite, ds := specs.LoadSuite(path, specs.Options{Version: w.o.Version})
	f := &File{Name: path, Findings: ds}
	if w.done == nil {
		w.done = map[*File]*sync.WaitGroup{}
	}
	done := &sync.WaitGroup{}
	w.done[f] = done
	if suite == nil {
		return f
	}
	f.Name = suite.File
	for i, run := range suite.Runs {
		r := &Result{SuiteRun: run}
		f.Results = append(f.Results, r)
		if w.o.Filter != nil && !w.o.Filter.MatchString(run.Name) {
			r.Skipped = true
			continue
		}
		w.begin(done, r, func() { w.run(suite, i, r) })
	}
	return f
}

// begin starts work when there is room for it. What an interruption breaks off is
// as if it had not begun.
func (w *workers) begin(done *sync.WaitGroup, r *Result, work func()) {
	done.Go(func() {
		select {
		case w.free <- struct{}{}:
			defer func() { <-w.free }()
			if w.ctx.Err() == nil {
				work()
				if w.ctx.Err() == nil || !r.Failed() {
					return
				}
			}
		case <-w.ctx.Done():
		}
		*r = Result{SuiteRun: r.SuiteRun, Skipped: true, Interrupted: true}
	})
}

func (w *workers) run(suite *specs.Suite, i int, r *Result) {
	began := time.Now()
	defer func() {
		r.Took = time.Since(began)
		if p := recover(); p != nil { // the other runs go on
			r.Findings = append(r.Findings, specs.Diagnostic{
				Severity: specs.SeverityError, Code: "AC1901", Summary: "Internal error", Range: &r.Range,
				Detail: fmt.Sprintf("The run cannot be carried out: %v. Please report it with the scenario and the test.", p),
			})
		}
	}()
	r.scenario = suite.Scenario
	trial, ds := suite.Trial(i, specs.Options{Vars: w.o.Vars, Version: w.o.Version})
	c := &check{ctx: w.ctx, o: &w.o, pool: w.pool, suite: suite, trial: trial, r: r}
	c.loaded(ds)
}

package main

import (
	"cmp"
	"encoding/json"
	"io"
	"os"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/trial"
	"github.com/agentconnect-dev/agentconnect/engine"
)

// testOptions are the flags of test.
type testOptions struct {
	vars     assignments
	filter   string
	json     bool
	junit    string
	verbose  bool
	update   bool
	cover    bool
	profile  string
	parallel int
}

func newTest(a *app) *cobra.Command {
	o := &testOptions{}
	cmd := &cobra.Command{
		Use:   "test [FILE|DIR...]",
		Short: "Run the tests of scenarios",
		Long: `Run the tests of scenarios: the run blocks of *.test.hcl files, in a directory and below.
Without a path it is the directory. A run rehearses a session on mocks, with a clock of its
own: nothing is sent anywhere, waiting takes no time, and it comes out the same each time.

A run that fails shows the condition with the values of its parts, and the end of the
transcript; -v shows the transcript of each run. -run chooses runs by their names.
Snapshots are only ever written by -update.

Ctrl-C breaks off what is at work: what was done is told, in the files too, and the other
runs are skipped.

Status: 0 when all runs passed, 1 when one failed or a test file has errors, 2 when the
call is wrong, or -run matches nothing, 130 when it was interrupted.`,
		Example: `  agentconnect test
  agentconnect test examples/debate -v
  agentconnect test scenarios/ -run 'budget|timeout'
  agentconnect test -cover
  agentconnect test -junit results.xml
  agentconnect test -json | jq '.files[].runs[] | select(.status == "failed") | .name'`,
		ValidArgsFunction: files,
		RunE:              func(_ *cobra.Command, args []string) error { return a.test(o, args) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	o.vars.flags(f)
	f.StringVar(&o.filter, "run", "", "run those whose names match `REGEX` only")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "show the transcript of each run")
	f.BoolVar(&o.update, "update", false, "write snapshots instead of comparing them")
	f.BoolVar(&o.cover, "cover", false, "say what of the scenarios the runs have exercised, and what not")
	f.StringVar(&o.profile, "coverprofile", "", "write that to `FILE` as JSON")
	f.StringVar(&o.junit, "junit", "", "write the results to `FILE` as JUnit XML, too")
	f.IntVar(&o.parallel, "parallel", 0, "work on `N` runs at once; 0 is one for each processor")
	jsonFlag(cmd, &o.json, "one JSON object with all results")
	return cmd
}

// test does what the test command does.
func (a *app) test(o *testOptions, paths []string) error {
	opts, err := a.testRun(o, paths)
	if err != nil {
		return err
	}
	text := &trial.Text{Out: a.con.out, Theme: a.con.theme(a.con.outTTY), Width: a.con.width(a.con.outTTY), Verbose: o.verbose}
	if !o.json {
		opts.OnFile = text.File
	}
	report, err := trial.Run(a.halt.ctx, opts)
	switch {
	case err != nil: // the report tells of what was done
	case !report.Matched():
		return usageError("-run %s matches none of the %s in %s", o.filter, screen.Plural(report.Tally().Skipped, "run"), screen.Plural(len(report.Files), "file"))
	}
	if bad := a.testReport(o, text, report); bad != nil {
		return bad
	}
	if err != nil {
		return silent(statusInterrupted)
	}
	if report.Failed() {
		return silent(statusFailed)
	}
	return nil
}

// testReport writes what came of it, wherever it is asked for. Files that cannot
// be written keep nobody from reading it.
func (a *app) testReport(o *testOptions, text *trial.Text, r *trial.Report) error {
	err := a.testFiles(o, r)
	if o.json {
		return cmp.Or(err, outputError(a.document(r.Document())))
	}
	if o.cover {
		text.Cover(r.Cover)
	}
	text.Summary(r)
	return err
}

func (a *app) testFiles(o *testOptions, r *trial.Report) error {
	var junit, profile error
	if o.junit != "" {
		junit = a.writeOutput("-junit", o.junit, func(w io.Writer) error { return trial.WriteJUnit(w, r) })
	}
	if o.profile != "" {
		profile = a.writeOutput("-coverprofile", o.profile, func(w io.Writer) error {
			enc := json.NewEncoder(w)
			enc.SetIndent("", "  ")
			return enc.Encode(r.Cover)
		})
	}
	return cmp.Or(junit, profile)
}

// testRun finds the files and makes the options.
func (a *app) testRun(o *testOptions, paths []string) (trial.Options, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	opts := trial.Options{
		Vars: o.vars.list, Version: thisBuild().Version, Update: o.update, Cover: o.cover || o.profile != "", Parallel: o.parallel,
		Settings: settings, ReadLog: readLog,
	}
	var err error
	if o.filter != "" {
		if opts.Filter, err = regexp.Compile(o.filter); err != nil {
			return opts, usageError("-run %s: %v", o.filter, err)
		}
	}
	if o.parallel < 0 {
		return opts, usageError("--parallel %d: want 1 or more, or 0 for one run for each processor", o.parallel)
	}
	if opts.Files, err = trial.Find(paths); err != nil {
		return opts, usageError("%v", err)
	}
	return opts, nil
}

// readLog reads a recorded session.
func readLog(path string) ([]engine.Event, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read from
	return eventsOf(file)
}

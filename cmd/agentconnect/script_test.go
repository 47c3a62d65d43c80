package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

var update = flag.Bool("update", false, "rewrite golden output")

// raceOptions keep the race detector from waiting a second at the end of each
// process.
const raceOptions = "atexit_sleep_ms=0"

// statusLeak is the status of the program under test when it leaves a goroutine
// behind.
const statusLeak = 99

func TestMain(m *testing.M) {
	testscript.Main(leakTest{m}, map[string]func(){
		"agentconnect": func() {
			status := mainStatus()
			if err := goleak.Find(); err != nil {
				fmt.Fprintln(os.Stderr, "goroutines left:", err)
				status = statusLeak
			}
			os.Exit(status)
		},
		natsProgram: func() { os.Exit(runNATS(os.Args[1])) },
	})
}

// leakTest looks for goroutines after all tests.
type leakTest struct{ m *testing.M }

func (l leakTest) Run() int {
	status := l.m.Run()
	if err := goleak.Find(); err != nil && status == 0 {
		fmt.Fprintln(os.Stderr, "goroutines left:", err)
		return 1
	}
	return status
}

func TestScripts(t *testing.T) {
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition: func(cond string) (bool, error) {
			path, ok := strings.CutPrefix(cond, "exists:")
			if !ok {
				return false, fmt.Errorf("unknown condition %q", cond)
			}
			_, err := os.Stat(path)
			return err == nil, nil
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("EXAMPLES", examples)
			env.Setenv("GORACE", raceOptions)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"steady": steady,
			"status": status,
		},
	})
}

// status runs a command that must end with a status: "status 2 agentconnect run".
func status(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("got status %d, want %d", got, want)
	}
}

// steady writes a copy of a file without what differs between two runs:
// "steady stdout out.txt".
func steady(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	for _, r := range []struct{ find, put string }{
		{`(?m)^time( +)\S.*$`, "time${1}TIME"},
		{`session_[0-9a-z]{20,}`, "session_ID"},
		{`"time":"[^"]*"`, `"time":"TIME"`},
		{`\d\d:\d\d:\d\d\.\d{3}`, "HH:MM:SS"},
		{`"ms":\d+`, `"ms":0`},
		{`"hash":"[0-9a-f]*"`, `"hash":"HASH"`},
	} {
		text = regexp.MustCompile(r.find).ReplaceAllString(text, r.put)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o644))
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// statusDiffers is the status of fmt -check for files that are not formatted.
const statusDiffers = 3

// maxFormatted is what is read of a file: one byte more than Format takes, which
// then says so.
const maxFormatted = 256<<10 + 1

// fmtOptions are the flags of fmt.
type fmtOptions struct {
	check, diff, recursive bool
}

func newFmt(a *app) *cobra.Command {
	o := &fmtOptions{}
	cmd := &cobra.Command{
		Use:   "fmt [FILE|DIR|-]...",
		Short: "Format scenarios, tests and files of variables",
		Long: `Write *.hcl files in the one layout of the language, and list those that have changed:
indented by two spaces, equals signs and comments below each other, one blank line where
there were several, x for "${x}". Conditions, texts and heredocs stay as they are, and so
do files in JSON. Of a directory its own *.hcl files are formatted, hidden ones and
back-ups aside; without a path it is the current one. "-" reads standard input and
writes to standard output. A file with a mistake in its syntax is left alone.

Status: 0 when all is formatted, 1 when a file has mistakes in its syntax, 2 when a path
is not there, 3 when --check finds a file that is not formatted.`,
		Example: `  agentconnect fmt
  agentconnect fmt -recursive scenarios/
  agentconnect fmt -check -diff scenarios/support
  agentconnect fmt - < debate.hcl`,
		ValidArgsFunction: files,
		RunE:              func(_ *cobra.Command, args []string) error { return a.fmt(o, args) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolVar(&o.check, "check", false, "write nothing; list the files that are not formatted and end with status 3 if there are any")
	f.BoolVar(&o.diff, "diff", false, "write nothing; show what would change")
	f.BoolVar(&o.recursive, "recursive", false, "format the directories below, too, hidden ones aside")
	return cmd
}

// fmt does what the fmt command does.
func (a *app) fmt(o *fmtOptions, paths []string) error {
	if len(paths) == 1 && paths[0] == "-" {
		return a.fmtInput(o)
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	status := statusOK
	for _, path := range paths {
		list, err := sourcesAt(path, o.recursive)
		if err != nil {
			status = a.fmtStatus(status, err)
			continue
		}
		for _, file := range list {
			if a.halt.ctx.Err() != nil {
				return silent(statusInterrupted)
			}
			status = a.fmtStatus(status, a.fmtFile(o, file))
		}
	}
	if status != statusOK {
		return silent(status)
	}
	return nil
}

// fmtStatus prints what went wrong with a file and goes on with the others. A
// mistake counts more than a file that is not formatted.
func (a *app) fmtStatus(status int, err error) int {
	if err == nil {
		return status
	}
	if !isSilent(err) {
		a.con.fail(err.Error())
	}
	found := statusOf(err)
	if status == statusOK || status == statusDiffers {
		return found
	}
	if found == statusDiffers {
		return status
	}
	return max(status, found)
}

// fmtInput formats standard input.
func (a *app) fmtInput(o *fmtOptions) error {
	in, err := cancelable(a.con.in)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was only read from
	src, err := io.ReadAll(io.LimitReader(in, maxFormatted))
	if err != nil {
		return usageError("standard input: %v", err)
	}
	const name = "<stdin>"
	out, ds := specs.Format(name, src)
	if len(ds) > 0 {
		a.report(ds)
		return silent(statusFailed)
	}
	if o.check || o.diff {
		return a.compare(o, name, src, out)
	}
	_, err = a.con.out.Write(out)
	return outputError(err)
}

// fmtFile formats a file in its place.
func (a *app) fmtFile(o *fmtOptions, path string) error {
	src, mode, err := readSource(path)
	if err != nil {
		return err
	}
	out, ds := specs.Format(path, src)
	if len(ds) > 0 {
		a.report(ds)
		return silent(statusFailed)
	}
	if bytes.Equal(src, out) {
		return nil
	}
	if o.check || o.diff {
		return a.compare(o, path, src, out)
	}
	if err := a.rewrite("fmt", path, out, mode); err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.con.out, path)
	return outputError(err)
}

// readSource reads a source file and its mode.
func readSource(path string) ([]byte, os.FileMode, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, usageError("%s", missing(path, err))
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for who writes
		return nil, 0, usageError("%s is not a regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, usageError("%s", missing(path, err))
	}
	defer file.Close() //nolint:errcheck // it was only read from
	src, err := io.ReadAll(io.LimitReader(file, maxFormatted))
	if err != nil {
		return nil, 0, usageError("%v", err)
	}
	return src, info.Mode().Perm(), nil
}

// rewrite gives a file another text, whole or not at all.
func (a *app) rewrite(what, path string, text []byte, mode os.FileMode) error {
	out, err := createFile(a.halt, what, path, mode)
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return out.finish(errors.Join(err, out.Chmod(mode)))
}

// compare shows how a file would change, or that it would.
func (a *app) compare(o *fmtOptions, name string, src, out []byte) error {
	if bytes.Equal(src, out) {
		return nil
	}
	text := name + "\n"
	if o.diff {
		text = string(diff.Diff(name, src, name+" (formatted)", out))
		if a.con.outTTY {
			text = screen.Clean(text)
		}
	}
	if _, err := io.WriteString(a.con.out, text); err != nil {
		return outputError(err)
	}
	if o.check {
		return silent(statusDiffers)
	}
	return nil
}

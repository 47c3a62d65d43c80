package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/examples"
)

func newInit(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "init [TEMPLATE [DIR]]",
		Short: "Start a scenario, with its test, from one of the examples",
		Long: `Start a scenario, with its test, from one of the examples; without a template, list them.
The files go to DIR, or to a directory of the template's name here. Nothing is ever
overwritten: where one of the files is already, or another scenario, nothing is written.

What is written runs as it is, without a key: the answers stand in script.hcl.

Status: 0 when it is done; 2 when it cannot be.`,
		Example: `  agentconnect init
  agentconnect init debate
  agentconnect init writer-critic articles/
  agentconnect test articles/`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 2 {
				return usageError("name one template and one directory: %s TEMPLATE DIR", cmd.CommandPath())
			}
			if len(args) == 2 && args[1] == "" {
				return usageError("the name of the directory is empty; . is the one you are in")
			}
			return nil
		},
		ValidArgsFunction: completeTemplates,
		RunE: func(_ *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return outputError(a.listTemplates())
			case 1:
				return a.start(args[0], args[0])
			default:
				return a.start(args[0], args[1])
			}
		},
	}
}

func completeTemplates(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	var names []string
	for _, e := range examples.List() {
		names = append(names, e.Name+"\t"+e.Patterns)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// listTemplates prints what one can start from.
func (a *app) listTemplates() error {
	rows := newTable("TEMPLATE", "PATTERNS", "SHOWS")
	for _, e := range examples.List() {
		rows.add(e.Name, e.Patterns, e.Shows)
	}
	if err := rows.write(a.con.out, a.con.theme(a.con.outTTY)); err != nil {
		return err
	}
	_, err := fmt.Fprintln(a.con.out, "\nagentconnect init TEMPLATE DIR starts a scenario from one.")
	return err
}

// start writes the files of a template to a directory, and says how to go on.
func (a *app) start(name, dir string) error {
	files, err := examples.Files(name)
	if err != nil {
		return noTemplate(name)
	}
	s := &seedling{name: name, dir: dir, from: files}
	written, err := s.plant()
	if err != nil {
		return err
	}
	var out strings.Builder
	for _, path := range written {
		fmt.Fprintf(&out, "  %s\n", screen.Line(path))
	}
	where := screen.Line(shellWord(dir))
	fmt.Fprintf(&out, "\nBegin with main.hcl. To see it at work:\n  agentconnect run %s\n  agentconnect test %s\n", where, where)
	_, err = fmt.Fprintf(a.con.out, "A scenario from the template %s:\n%s", name, out.String())
	return outputError(err)
}

func noTemplate(name string) error {
	var names []string
	for _, e := range examples.List() {
		names = append(names, e.Name)
	}
	message := fmt.Sprintf("there is no template %q", name)
	if near := nearest(name, names); near != "" {
		message += fmt.Sprintf("; did you mean %s?", near)
	}
	return usageError("%s\n\"agentconnect init\" lists the templates.", message)
}

// shellWord is a word as a shell takes it.
func shellWord(word string) string {
	plain := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("/._-+,:@%", c) || c > 0x7f
	}
	if word != "" && strings.IndexFunc(word, func(c rune) bool { return !plain(c) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

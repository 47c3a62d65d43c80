package main

import (
	"errors"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/pflag"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// assignments are the values of variables in the order of the command line,
// which -var and -var-file share: the last one counts.
type assignments struct{ list []specs.VarInput }

func (a *assignments) flags(set *pflag.FlagSet) {
	set.Var(varFlag{a}, "var", "set a variable; may be repeated, the last one counts")
	set.Var(varFileFlag{a}, "var-file", "set the variables of an HCL or JSON file; in order with --var")
}

// varFlag implements [pflag.Value] for -var.
type varFlag struct{ to *assignments }

// Set takes name=value.
func (f varFlag) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	name = strings.TrimSpace(name)
	if !ok || !regexp.MustCompile(`^[\pL_][\pL\pN_-]*$`).MatchString(name) {
		return errors.New("want name=value")
	}
	f.to.list = append(f.to.list, specs.VarInput{Name: name, Text: value})
	return nil
}

// String is the default.
func (varFlag) String() string { return "" }

// Type is shown in the help.
func (varFlag) Type() string { return "name=value" }

// varFileFlag implements [pflag.Value] for -var-file.
type varFileFlag struct{ to *assignments }

// Set takes the path of a file that can be read.
func (f varFileFlag) Set(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	_ = file.Close() // it was only opened to see that it can be
	f.to.list = append(f.to.list, specs.VarInput{File: path})
	return nil
}

// String is the default.
func (varFileFlag) String() string { return "" }

// Type is shown in the help.
func (varFileFlag) Type() string { return "FILE" }

package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// longFlags rewrites long flags that are written with one dash, such as -var,
// as this program's users are used to, into the form that the parser reads.
// What follows "--", and the values of flags, stay as they are.
func longFlags(root *cobra.Command, args []string) []string {
	takesValue := valueFlags(root)
	out := make([]string, 0, len(args))
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return append(out, args[i:]...)
		}
		name, _, inline := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if isLong(arg) {
			arg = "--" + strings.TrimLeft(arg, "-")
		}
		out = append(out, arg)
		if strings.HasPrefix(arg, "--") && !inline && takesValue[name] && i+1 < len(args) {
			i++
			out = append(out, args[i])
		}
	}
	return out
}

// isLong says whether an argument is a long flag with one dash: the program has
// no short flags but -h, so every other one is.
func isLong(arg string) bool {
	return len(arg) > 2 && arg[0] == '-' && arg[1] != '-' && (arg[1] < '0' || arg[1] > '9')
}

// valueFlags are the names of all flags that are followed by a value.
func valueFlags(c *cobra.Command) map[string]bool {
	names := map[string]bool{}
	visit := func(f *pflag.Flag) {
		if f.NoOptDefVal == "" {
			names[f.Name] = true
		}
	}
	c.PersistentFlags().VisitAll(visit)
	c.Flags().VisitAll(visit)
	for _, sub := range c.Commands() {
		for name := range valueFlags(sub) {
			names[name] = true
		}
	}
	return names
}

// Command agentconnect checks scenarios and runs them. See [docs/cli.md].
//
// [docs/cli.md]: https://github.com/agentconnect-dev/agentconnect/blob/main/docs/cli.md
package main

import "os"

//go:generate go test -run ^TestCommandReference$ -update .

// version is set by the linker (-X main.version=v1.2.3).
var version = ""

func main() { os.Exit(mainStatus()) }

// mainStatus runs the command line of the process.
func mainStatus() int {
	halt := newHalt(os.Exit)
	defer halt.close()
	return execute(halt, newStdio(os.Stdin, os.Stdout, os.Stderr), os.Args[1:])
}

package main

import (
	"fmt"
	"io"
	"os"

	natsserver "github.com/nats-io/nats-server/v2/server"
)

// natsProgram is how the test binary is called to be a NATS server.
const natsProgram = "nats-server"

// runNATS is a NATS server with the file of its configuration. It ends when its
// standard input does, so that it never outlives the tests.
func runNATS(file string) int {
	o, err := natsserver.ProcessConfigFile(file)
	if err == nil {
		o.Logtime = true
		var s *natsserver.Server
		if s, err = natsserver.NewServer(o); err == nil {
			s.ConfigureLogger()
			go func() {
				_, _ = io.Copy(io.Discard, os.Stdin)
				os.Exit(1)
			}()
			s.Start()
			s.WaitForShutdown()
			return 0
		}
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

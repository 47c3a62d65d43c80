package tools

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain is also the program of the servers that the tests start.
func TestMain(m *testing.M) {
	if mode := os.Getenv("TOOL_SERVER"); mode != "" {
		serve(mode)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

package memory_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/agentconnect-dev/agentconnect/engine/journaltest"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestJournal(t *testing.T) { journaltest.Run(t, &memory.Journal{}) }

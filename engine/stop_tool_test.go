package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
)

const signing = `
provider "scripted" "p" {
  reply {
    when    = "call == 1"
    content = ""
    tool_call {
      name      = "sign"
      arguments = { text = "bad" }
    }
  }
  reply {
    when    = "call == 3"
    content = ""
    tool_call {
      name      = "sign"
      arguments = { text = "good" }
    }
  }
  reply {
    when    = "true"
    content = "Hm."
  }
}
tool "sign" {
  input {
    type = object({ text = string })
  }
  expr {
    result = "text"
  }
}
agent "a" {
  provider = provider.p
  tools    = [tool.sign]
}
agent "b" {
  provider = provider.p
}
stop "signed" {
  tool = tool.sign
  SCOPE
}
pattern "round_robin" "inner" {
  participants = [agent.a]
  max_rounds   = 3
}
pattern "sequential" "talk" {
  participants = [pattern.inner, agent.b]
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
  stop    = [stop.signed]
}
`

// A tool that was called is no reason yet: it must have succeeded.
func TestStopTool(t *testing.T) {
	sign := map[string][]engine.Tool{"sign": {{
		Spec: providers.ToolSpec{Name: "sign"},
		Call: func(_ context.Context, raw json.RawMessage) (string, error) {
			if strings.Contains(string(raw), "bad") {
				return "", errors.New("not like this")
			}
			return "signed", nil
		},
	}}}
	for _, test := range []struct{ name, scope, end, stop string }{
		{"session", "", "stop.signed: tool.sign was called and succeeded", "stop.signed"},
		{"scope", "scope = pattern.inner", "pattern_done: pattern.talk is done", "pattern"},
	} {
		t.Run(test.name, func(t *testing.T) {
			log := play(t, template(t, strings.Replace(signing, "SCOPE", test.scope, 1), sign), nil)
			end, ok := log[len(log)-1].Data.(*engine.Ended)
			if !ok || end.Reason.Text != test.end || end.Reason.Stop != test.stop || end.Outcome != engine.Achieved {
				t.Errorf("got the end %+v, want %q by %s", end, test.end, test.stop)
			}
			failed, finished := find(t, log, engine.TypeToolFailed, 1), find(t, log, engine.TypeToolFinished, 1)
			if fired := find(t, log, engine.TypeStopFired, 1); fired < finished || failed > finished {
				t.Errorf("the condition fired at %d, the tool failed at %d and succeeded at %d", fired, failed, finished)
			}
		})
	}
}

package server

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

const ticketHCL = `
provider "scripted" "p" {
  reply {
    when = "call == 1"
    tool_call {
      name      = "ticket"
      arguments = { title = "Broken" }
    }
  }
  reply {
    when    = "true"
    content = "Done."
  }
}
tool "ticket" {
  input {
    type = object({ title = string })
  }
  http {
    method = "POST"
    url    = "https://tickets.example.com/"
  }
  approval = "always"
}
agent "clerk" {
  provider = provider.p
  tools    = [tool.ticket]
}
session "desk" {
  type  = "human_agent"
  agent = agent.clerk
}
`

// withTickets offers a session whose tool needs an approval.
func withTickets(t *testing.T) (*testServer, chan string) {
	t.Helper()
	called := make(chan string, 10)
	ts := newTestServer(t, func(c *Config) {
		withScenario(t, ticketHCL)(c)
		c.Tools = func(cfg *specs.Config) (map[string][]engine.Tool, error) {
			return map[string][]engine.Tool{cfg.Tools[0].Name: {{
				Spec: providers.ToolSpec{Name: cfg.Tools[0].Name}, Approval: cfg.Tools[0].Approval == "always",
				Call: func(ctx context.Context, args json.RawMessage) (string, error) {
					called <- engine.CallerOf(ctx).Session + string(args)
					return "ok", nil
				},
			}}}, nil
		}
	})
	return ts, called
}

func TestApprovalBySocket(t *testing.T) {
	for command, want := range map[string]string{"approve": "approved", "deny": "denied"} {
		t.Run(command, func(t *testing.T) {
			ts, called := withTickets(t)
			id, _ := ts.create(t, ann, map[string]any{"template": "desk"})
			a := ts.open(t, ann, id, "")
			a.untilEvent("live")
			a.say("Please.")
			asked := a.untilEvent("approval")
			if asked.Type != frameSystem || asked.Metadata["tool"] != "ticket" || at(asked.Metadata, "arguments", "title") != "Broken" {
				t.Errorf("asked by %+v", asked)
			}
			a.send(map[string]any{"type": "system", "metadata": map[string]any{"command": command}})
			if f := a.untilType(frameError); f.Metadata["code"] != "INVALID_MESSAGE" {
				t.Errorf("without a call_id: %+v", f)
			}
			a.send(map[string]any{"type": "system", "metadata": map[string]any{"command": command, "call_id": "other"}})
			if f := a.untilType(frameError); f.Metadata["code"] != "APPROVAL_NOT_FOUND" {
				t.Errorf("another call_id: %+v", f)
			}
			a.send(map[string]any{"type": "system", "metadata": map[string]any{"command": command, "call_id": asked.Metadata["call_id"], "reason": "so"}})
			if f := a.untilEvent(want); f.Metadata["by"] != userID(ann) || f.Metadata["call_id"] != asked.Metadata["call_id"] {
				t.Errorf("told by %+v", f)
			}
			if f := a.untilType(frameResponse); f.Content != "Done." {
				t.Errorf("answered by %+v", f)
			}
			if n := len(called); n != map[string]int{"approve": 1}[command] {
				t.Errorf("the tool was called %d times", n)
			}
		})
	}
}

func TestApprovalByREST(t *testing.T) { allowTicket(t) }

// allowTicket lets a person allow a tool call by REST.
func allowTicket(t *testing.T) {
	t.Helper()
	ts, called := withTickets(t)
	id, _ := ts.create(t, ann, map[string]any{"template": "desk"})
	path := "/chat/sessions/" + id + "/approvals"
	a := ts.open(t, ann, id, "")
	a.untilEvent("live")
	a.say("Please.")
	call := a.untilEvent("approval").Metadata["call_id"]
	check(t, ts.as(t, ann, 422, "POST", path, map[string]any{"approve": "yes"}), "body", "errors", 0, "loc", 0)
	check(t, ts.as(t, ann, 404, "POST", path, map[string]any{"call_id": "other", "approve": true}), "APPROVAL_NOT_FOUND", "code")
	ts.as(t, bob, 403, "POST", path, map[string]any{"call_id": call, "approve": true})
	check(t, ts.as(t, ann, 200, "POST", path, map[string]any{"call_id": call, "approve": true}), id, "session_id")
	if f := a.untilType(frameResponse); f.Content != "Done." {
		t.Errorf("answered by %+v", f)
	}
	if got := <-called; got != id+`{"title":"Broken"}` {
		t.Errorf("called with %s", got)
	}
	ts.as(t, ann, 404, "POST", path, map[string]any{"call_id": call, "approve": true})
}

package server

import (
	"encoding/json"
	"net/http"

	"github.com/agentconnect-dev/agentconnect/engine"
)

const (
	// maxCallID bounds the id of a tool call, in bytes.
	maxCallID = 1 << 10
	// maxReason bounds why a call is not allowed, in bytes.
	maxReason = 4 << 10
	// maxArguments bounds the arguments that a frame shows, in bytes.
	maxArguments = 64 << 10
)

// approvalOrder is a person's decision about a tool call.
type approvalOrder struct {
	CallID  string `json:"call_id"`
	Approve bool   `json:"approve"`
	Reason  string `json:"reason,omitempty"`
}

// postApproval decides about a tool call that waits for a person.
func (s *Server) postApproval(w http.ResponseWriter, r *http.Request) error {
	rec, err := s.ofRequest(r)
	if err != nil {
		return err
	}
	var body json.RawMessage
	if err := decode(r, &body); err != nil {
		return err
	}
	decision, err := readApproval(body)
	if err != nil {
		return err
	}
	if _, err := s.order(r.Context(), rec, order{Do: orderApprove, By: userID(rec.owner), Approval: decision}); err != nil {
		return err
	}
	return s.answerWith(w, r, rec)
}

func readApproval(body json.RawMessage) (*approvalOrder, error) {
	f := bodyFields(body)
	a := &approvalOrder{CallID: f.needed("call_id", maxCallID), Reason: f.text("reason", maxReason), Approve: f.flag("approve")}
	if _, given := f.given("approve"); !given {
		f.wrong("missing", "must be given: true or false", "approve")
	}
	return a, f.err()
}

// checkApproval checks a decision that comes as a frame.
func (in *inbound) checkApproval() *badFrameError {
	a := &approvalOrder{Approve: in.command == "approve"}
	var ok bool
	if a.CallID, ok = in.metadata["call_id"].(string); !ok || a.CallID == "" || len(a.CallID) > maxCallID {
		return badField("metadata.call_id", "must be the call_id of an approval frame")
	}
	if reason, given := in.metadata["reason"]; given {
		if a.Reason, ok = reason.(string); !ok || len(a.Reason) > maxReason {
			return badField("metadata.reason", "must be a string of at most 4096 bytes")
		}
	}
	in.approval = a
	return nil
}

// approval tells what a person is asked, or what the answer was.
func (p *projector) approval(f *Frame, e *engine.Event) {
	switch e.Type() {
	case engine.TypeApprovalAsked, engine.TypeApprovalGiven, engine.TypeApprovalDenied:
	default:
		return
	}
	f.Sender = p.rec.idOf(e.Agent)
	f.Metadata["agent_id"], f.Metadata["turn"] = f.Sender, e.Turn
	switch d := e.Data.(type) {
	case *engine.ApprovalAsked:
		f.Content = e.Agent + " asks to call the tool " + d.Tool + "."
		f.Metadata["event"], f.Metadata["tool"], f.Metadata["call_id"] = "approval", d.Tool, d.CallID
		if len(d.Arguments) > maxArguments {
			f.Metadata["arguments_bytes"] = len(d.Arguments)
		} else {
			f.Metadata["arguments"] = d.Arguments
		}
	case *engine.ApprovalGiven:
		f.Content = "The call of the tool " + d.Tool + " is allowed."
		f.Metadata["event"], f.Metadata["tool"], f.Metadata["call_id"], f.Metadata["by"] = "approved", d.Tool, d.CallID, d.By
	case *engine.ApprovalDenied:
		f.Content = "The call of the tool " + d.Tool + " is not allowed."
		f.Metadata["event"], f.Metadata["tool"], f.Metadata["call_id"], f.Metadata["by"] = "denied", d.Tool, d.CallID, d.By
		if d.Why != "" {
			f.Metadata["reason"] = d.Why
		}
	}
}

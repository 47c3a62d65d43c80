package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// maxTalks bounds the direct talks of one person that live at a time.
const maxTalks = 1000

// agentMessage is what one agent says to another.
type agentMessage struct {
	receiver, content, kind, clientID string
	structured                        json.RawMessage // nil when there is none
	metadata                          map[string]any
}

// agentMessageSent is the answer to it.
type agentMessageSent struct {
	Status    string `json:"status"` // sent, or stopped
	MessageID string `json:"message_id"`
	Sender    string `json:"sender"`
	Receiver  string `json:"receiver"`
	Timestamp string `json:"timestamp"`
	SessionID string `json:"session_id"`
}

// messageAgent lets an agent say something to another: in the session that
// both are in, else in a direct talk of the two.
func (s *Server) messageAgent(w http.ResponseWriter, r *http.Request) error {
	var body json.RawMessage
	if err := decode(r, &body); err != nil {
		return err
	}
	m, err := readAgentMessage(body)
	if err != nil {
		return err
	}
	from, _, err := s.whom(r, false)
	if err != nil {
		return err
	}
	to, err := s.agentOf(r.Context(), caller(r), m.receiver)
	if err != nil {
		return s.receiverProblem(r, m.receiver, err)
	}
	ctx := context.WithoutCancel(r.Context()) // what was said stays said when its client is gone
	rec, err := s.place(ctx, caller(r), from, to, m.kind)
	if err != nil {
		return err
	}
	sender := userID(rec.owner)
	in := incoming{Content: m.content, Receiver: to.id, ClientID: m.clientID, Metadata: m.metadata}
	if from != nil {
		sender, in.Sender = from.id, from.id
	}
	if m.structured != nil {
		in.Structured = m.structured
	}
	status, seq := "sent", uint64(0)
	if m.kind == frameStop {
		_, err = s.order(ctx, rec, order{Do: orderStop, By: sender})
		status, seq = "stopped", rec.seq()
	} else {
		var receipt engine.Receipt
		receipt, err = s.say(ctx, rec, caller(r), in)
		seq = receipt.Seq
	}
	if err != nil {
		return err
	}
	at, err := s.timeOf(ctx, rec, seq)
	if err != nil {
		return err
	}
	e := engine.Event{Session: rec.id, Seq: seq}
	writeJSON(w, http.StatusOK, agentMessageSent{status, e.ID(), sender, to.id, timestamp(at), rec.id})
	return nil
}

// readAgentMessage reads the body of a message between agents.
func readAgentMessage(body json.RawMessage) (agentMessage, error) {
	f := bodyFields(body)
	m := agentMessage{receiver: f.needed("receiver_id", maxName+64), kind: f.needed("message_type", maxName), metadata: f.metadata()}
	kinds := []string{frameText, frameResponse, frameInfo, frameError, frameCooldown, frameStop}
	switch {
	case m.kind == framePing, m.kind == frameSystem:
		f.wrong("not_between_agents", "ping and system belong to sockets; between agents it may be "+orList(kinds), "message_type")
	case m.kind != "" && !slices.Contains(kinds, m.kind):
		f.wrong("enum", "must be "+orList(kinds), "message_type")
	}
	if m.kind == frameText {
		m.content = f.needed("content", maxContent)
	} else {
		m.content = f.text("content", maxContent)
	}
	m.structured, _ = f.given("structured_data")
	m.clientID, _ = m.metadata["client_id"].(string)
	if m.kind != frameText {
		if m.metadata == nil {
			m.metadata = map[string]any{}
		}
		m.metadata["message_type"] = m.kind
	}
	return m, f.err()
}

// receiverProblem is why nothing can be sent to an id that is none of the
// caller's agents.
func (s *Server) receiverProblem(r *http.Request, id string, err error) error {
	if id == userID(caller(r).Name) {
		return wrongReceiver("is a person; messages between agents go to an agent")
	}
	if errors.Is(err, errNotFound) && strings.HasPrefix(id, userPrefix) {
		return errForbidden
	}
	return err
}

func wrongReceiver(msg string) error {
	return invalid(fieldError{Loc: []any{"body", "receiver_id"}, Msg: msg, Type: "receiver"})
}

// place is the session in which a message is said. A nil sender is the person.
func (s *Server) place(ctx context.Context, p principal, from, to *agentRecord, kind string) (*record, error) {
	switch {
	case from == nil && to.session == nil:
		return nil, wrongReceiver("is in no session with you; create a human_agent session to talk with an agent")
	case from == nil, from.session != nil && from.session == to.session && from != to:
		if ended(to.session) {
			return nil, errEnded
		}
		return to.session, nil
	case from == to:
		return nil, wrongReceiver("is the sender; an agent does not write to itself")
	case kind == frameStop:
		rec, _, err := s.between(ctx, pairKey(from.id, to.id))
		if rec == nil && err == nil {
			err = errEnded
		}
		return rec, err
	default:
		return s.talk(ctx, p, from, to)
	}
}

// directRequest asks for the direct session of two agents.
func directRequest(a, b *agentRecord) createRequest {
	in := createRequest{sessionType: agentAgent, modes: []string{"agent_to_agent"}, direct: true}
	for _, x := range []*agentRecord{a, b} {
		one := agentRequest{
			id: x.id, key: x.key, provider: x.provider, model: x.model, personality: x.personality,
			capabilities: x.capabilities, metadata: x.metadata,
		}
		if len(in.agents) > 0 && in.agents[0].key == one.key {
			one.key += "_2"
		}
		in.agents = append(in.agents, one)
	}
	return in
}

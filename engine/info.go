package engine

import (
	"context"
	"time"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// Info is what a session looks like at a moment.
type Info struct {
	// Seq is the last event that it takes into account.
	Seq              uint64
	Created, Started time.Time // Started is zero until the pattern begins
	LastEvent        time.Time
	Paused           bool
	// Ended is nil while the session lives.
	Ended *Ended
	Usage specs.EnvUsage
	// CostKnown is false when a call's price is not known; Usage.Cost is then
	// only a part.
	CostKnown                                 bool
	Turns, Rounds, Calls, ToolCalls, Messages int
	// Participants are by bare name; user is the person's side.
	Participants map[string]ParticipantInfo
}

// ParticipantInfo is what a participant has done.
type ParticipantInfo struct {
	Turns, Messages, Tokens int
	// LastActive is when it last began or ended something; zero is never.
	LastActive time.Time
	// Running says that its turn is open.
	Running bool
	// CooldownUntil is zero when it does not wait.
	CooldownUntil time.Time
}

// Info describes the session as it is now. It waits for the session's loop, or
// for ctx. One that has ended or was let go is as it was then, without the end
// that could not be stored; it may have been woken since, which another Session
// tells.
func (s *Session) Info(ctx context.Context) (Info, error) {
	var info Info
	_, err := s.command(ctx, func(s *Session) answer {
		info = s.st.info()
		return answer{}
	})
	if err == nil {
		return info, nil
	}
	if !s.over() {
		return Info{}, err
	}
	<-s.ended // it is being closed; nothing changes any more
	info = s.st.info()
	if stored := s.Head(); stored < info.Seq {
		info.Seq, info.Ended = stored, nil
	}
	return info, nil
}

// over says whether the session has ended or is being let go.
func (s *Session) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed != nil
}

func (st *State) info() Info {
	info := Info{
		Seq: st.head, Created: st.created, Started: st.started, LastEvent: st.last, Paused: st.paused, Ended: st.ended,
		Usage: st.env.Usage, CostKnown: !st.costly, Turns: st.env.Turns, Rounds: st.env.Rounds, Calls: st.env.Calls,
		ToolCalls: st.env.ToolCalls, Messages: len(st.messages), Participants: make(map[string]ParticipantInfo, len(st.use)),
	}
	for name, u := range st.use {
		a := st.env.Agents[name]
		info.Participants[name] = ParticipantInfo{Turns: a.Turns, Messages: u.said, Tokens: a.Tokens, LastActive: u.active}
	}
	for _, t := range st.turns {
		p := info.Participants[t.name]
		p.Running = true
		if t.cooling {
			p.CooldownUntil = st.use[t.name].coolUntil
		}
		info.Participants[t.name] = p
	}
	return info
}

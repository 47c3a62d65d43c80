package server

import (
	"context"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// view is what a session looks like at a moment.
type view struct {
	status, outcome, stop string
	ended                 time.Time
	usage                 SessionUsage
	seq                   uint64
	activity              map[string]docActivity
	// busy are the participants whose turn is under way.
	busy map[string]bool
}

// viewOf is what a session that lives here looks like.
func viewOf(info *engine.Info) view {
	v := view{status: statusOf(info), seq: info.Seq, activity: map[string]docActivity{}, busy: map[string]bool{}}
	v.usage = SessionUsage{InputTokens: info.Usage.InputTokens, OutputTokens: info.Usage.OutputTokens, TotalTokens: info.Usage.TotalTokens}
	if info.CostKnown {
		v.usage.Cost = &info.Usage.Cost
	}
	if info.Ended != nil {
		v.outcome, v.stop, v.ended = string(info.Ended.Outcome), info.Ended.Reason.Stop, info.LastEvent
	}
	for name, p := range info.Participants {
		v.activity[name] = docActivity{Messages: p.Messages, Last: p.LastActive, Cooldown: p.CooldownUntil}
		v.busy[name] = p.Running
	}
	return v
}

// view is what a session looked like when its doc was written.
func (d *doc) view() view {
	return view{
		status: d.head.status, outcome: d.Outcome, stop: d.Stop, ended: d.head.ended, usage: d.Usage, seq: d.Seq, activity: d.Activity,
	}
}

// take takes a view into the doc. It says whether the doc was behind.
func (d *doc) take(v *view) bool {
	if d.Seq > v.seq || d.Seq == v.seq && d.head.status == v.status {
		return false
	}
	d.head.status, d.head.ended = v.status, v.ended
	d.Outcome, d.Stop, d.Usage, d.Seq, d.Activity = v.outcome, v.stop, v.usage, v.seq, v.activity
	return true
}

// look is what a session looks like now: as it is where it lives, or as it was
// when it went to rest. With fresh another node is asked, too.
func (s *Server) look(ctx context.Context, rec *record, fresh bool) (view, error) {
	if rec.here() != nil && rec.running() == nil {
		s.closed(ctx, rec) // what became of it is in the doc then
	}
	if session := rec.here(); session != nil {
		info, err := session.Info(ctx)
		if err != nil {
			return view{}, err
		}
		return viewOf(&info), nil
	}
	h := rec.head()
	if fresh && s.cluster != nil && h.runs() {
		if d, err := s.ask(ctx, rec, order{Do: orderInfo}); err == nil && d.Info != nil {
			return viewOf(d.Info), nil
		}
	}
	d, rev := rec.stored()
	if rev < s.index.revision(rec.entry) {
		if err := s.refresh(ctx, rec); err != nil {
			return view{}, err
		}
		d, _ = rec.stored()
	}
	return d.view(), nil
}

// revision is that of the doc which the table was seen to have.
func (x *index) revision(e *entry) uint64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return e.rev
}

// now is the time as it is stored.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

package engine

import (
	"fmt"
	"slices"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// judged is what the judge of a condition has said last.
type judged struct {
	Turns int    `json:"turns"` // that there were when it was asked
	Met   bool   `json:"met,omitempty"`
	Why   string `json:"why,omitempty"`
}

// judgeForm is the form of a judge's answer.
func judgeForm() form {
	return answerForm(map[string]any{"met": boolOf(), "why": textOf()}, nil, "why")
}

// judgesOf are the conditions that a model decides, among some and all that
// they are combined of.
func judgesOf(stops []*stop) []*stop {
	var list []*stop
	for _, s := range stops {
		if s.spec.Judge != nil {
			list = append(list, s)
		}
		for _, j := range judgesOf(s.parts) {
			if !slices.Contains(list, j) {
				list = append(list, j)
			}
		}
	}
	return list
}

// judgedAs is where the judge's word about a condition is kept: for the
// activation of its own scope.
func (s *stop) judgedAs(f *Frame) remembered {
	if s.spec.Scope == "" {
		return s.in(nil)
	}
	return s.in(f)
}

// asksJudge asks the next judge that is due, one at a time. It says whether one
// is being asked: meanwhile nothing else begins.
func (s *Session) asksJudge() bool {
	if len(s.t.judges) == 0 {
		return false
	}
	for _, t := range s.st.turns {
		if t.judges() {
			return true
		}
	}
	for _, j := range s.t.judges {
		for _, f := range j.frames(s.st, nil) {
			if s.st.judgeDue(j, f) && len(s.st.limitReached()) == 0 {
				s.startJudge(j, f)
				return true
			}
		}
	}
	return false
}

// judges says whether a turn is that of a condition's judge.
func (t *turn) judges() bool { return t.stop.stop != "" }

// turnsIn is how many turns are finished, in a frame or in all.
func (st *State) turnsIn(f *Frame) int {
	if f != nil {
		return f.turns
	}
	return st.env.Turns
}

func (st *State) judgeDue(s *stop, f *Frame) bool {
	turns := st.turnsIn(f)
	return turns >= s.spec.MinTurns && turns-st.judged[s.judgedAs(f)].Turns >= max(1, s.spec.Judge.Every)
}

func (s *Session) startJudge(j *stop, f *Frame) {
	x := j.judgedAs(f)
	criteria := j.spec.Judge.Criteria
	if criteria == "" {
		criteria = "The conversation has reached its purpose."
	}
	n := s.st.lastTurn + 1
	s.emit(Event{Turn: n, Agent: j.judge.spec.Name, Data: &TurnStarted{
		Frame: x.frame, Stop: x.stop, Role: roleJudge, Decides: true, Answers: -1,
		Note: "Judge whether this holds now: " + criteria + "\nAnswer with a JSON object: met is true or false, and why is a short reason.",
	}})
	s.coolOrCall(s.st.turns[n])
}

// foldJudging notes that a judge is asked.
func (st *State) foldJudging(t *turn) {
	j := st.judged[t.stop]
	j.Turns = st.turnsIn(st.frames[t.stop.frame])
	st.judged[t.stop] = j
}

// foldJudged takes in what a judge says.
func (st *State) foldJudged(t *turn, answer any) {
	j := st.judged[t.stop]
	var v struct {
		Met bool   `json:"met"`
		Why string `json:"why"`
	}
	_ = fields(answer, &v) // what has another form is no yes
	j.Met, j.Why = v.Met, v.Why
	st.judged[t.stop] = j
	st.changed |= judgeReads
}

// judgeFailed ends the session whose judge gives no answer, or the pattern that
// is the condition's scope: a condition that cannot be evaluated no longer
// protects it. Whether a pattern around it goes on is for its on_error to say.
func (s *Session) judgeFailed(t *turn, failed *TurnFailed) {
	s.drop(t)
	s.emit(t.event(failed))
	why := t.failure(failed.Kind, failed.Message)
	if f := s.st.frames[t.stop.frame]; f != nil {
		s.failFrame(f, why)
		return
	}
	s.end(Failed, why)
}

// cancelJudges ends the turns of the judges of a frame that is left.
func (s *Session) cancelJudges(f *Frame) {
	for _, t := range s.st.openTurns() {
		if t.judges() && t.stop.frame == f.id {
			s.cancelTurn(t, &TurnFailed{Kind: providers.Canceled, Message: "its pattern is over", Skipped: true})
		}
	}
}

// refusesJudge says why a judge's turn of a log cannot be one of the template's.
func (st *State) refusesJudge(e *Event, d *TurnStarted) string {
	known := slices.ContainsFunc(st.t.judges, func(j *stop) bool { return j.address() == d.Stop && j.judge.spec.Name == e.Agent })
	if !known || d.Frame != 0 && st.frames[d.Frame] == nil {
		return fmt.Sprintf("%s is asked as judge of %s, which it is not in the template", e.Agent, d.Stop)
	}
	return ""
}

package engine

import (
	"fmt"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// State gives a session's state to tests; the session must be at rest.
func (s *Session) State() *State { return s.st }

// Folded folds a log.
func Folded(t *Template, events []Event) (st *State, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	st = newState(t, events[0].Session)
	for i := range events {
		st.fold(&events[i])
	}
	return st, nil
}

// DataTypes are an empty value of every type of event.
func DataTypes() []Data {
	types := []Type{
		TypeCreated, TypeStarted, TypePaused, TypeResumed, TypeStopAsked, TypeTakenOver, TypeForked, TypeInputClosed, TypeEnded, TypeSaid, TypeEntered, TypeLeft,
		TypeRound, TypeChosen, TypeEdgeTaken, TypeMerged, TypeHandoff, TypeBallot, TypeVerdict, TypeItems, TypePlanned, TypeReplanned, TypeTurnStarted, TypeTurnFinished, TypeTurnFailed, TypeModelCalled,
		TypeModelAnswered, TypeModelFailed, TypeModelRetried, TypeModelFellBack, TypeToolRequested, TypeToolFinished,
		TypeToolFailed, TypeApprovalAsked, TypeApprovalGiven, TypeApprovalDenied, TypeCooledDown, TypeRecovered, TypeSummarized, TypeLatched, TypeCleared, TypeStopFired, TypeFinalizing, TypeBudgetWarned,
		TypeTextDelta, TypeThoughtDelta,
	}
	list := make([]Data, len(types))
	for i, t := range types {
		list[i] = newData(t)
	}
	return list
}

// Unexported types, for comparisons in tests.
type (
	NodeForTest  = node
	AgentForTest = agent
	HumanForTest = human
)

// LimitsOf are the limits of a template's session.
func LimitsOf(t *Template) specs.Limits { return t.spec.Limits }

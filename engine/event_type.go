package engine

// The types of events.
const (
	TypeCreated        Type = "session.created"
	TypeStarted        Type = "session.started"
	TypePaused         Type = "session.paused"
	TypeResumed        Type = "session.resumed"
	TypeStopAsked      Type = "session.stop_asked"
	TypeTakenOver      Type = "session.taken_over"
	TypeInputClosed    Type = "session.input_closed"
	TypeForked         Type = "session.forked"
	TypeEnded          Type = "session.ended"
	TypeSaid           Type = "message.said"
	TypeEntered        Type = "pattern.entered"
	TypeLeft           Type = "pattern.left"
	TypeRound          Type = "pattern.round"
	TypeChosen         Type = "pattern.chosen"
	TypeEdgeTaken      Type = "pattern.edge"
	TypeMerged         Type = "pattern.merged"
	TypeHandoff        Type = "pattern.handoff"
	TypeBallot         Type = "pattern.ballot"
	TypeVerdict        Type = "pattern.verdict"
	TypeItems          Type = "pattern.items"
	TypePlanned        Type = "pattern.planned"
	TypeReplanned      Type = "pattern.replanned"
	TypeTurnStarted    Type = "turn.started"
	TypeTurnFinished   Type = "turn.finished"
	TypeTurnFailed     Type = "turn.failed"
	TypeModelCalled    Type = "model.called"
	TypeModelAnswered  Type = "model.answered"
	TypeModelFailed    Type = "model.failed"
	TypeModelRetried   Type = "model.retried"
	TypeModelFellBack  Type = "model.fell_back"
	TypeToolRequested  Type = "tool.requested"
	TypeToolFinished   Type = "tool.finished"
	TypeToolFailed     Type = "tool.failed"
	TypeApprovalAsked  Type = "approval.asked"
	TypeApprovalGiven  Type = "approval.given"
	TypeApprovalDenied Type = "approval.denied"
	TypeCooledDown     Type = "agent.cooled_down"
	TypeRecovered      Type = "agent.recovered"
	TypeSummarized     Type = "agent.summarized"
	TypeLatched        Type = "stop.latched"
	TypeCleared        Type = "stop.cleared"
	TypeStopFired      Type = "stop.fired"
	TypeFinalizing     Type = "stop.finalizing"
	TypeBudgetWarned   Type = "budget.warned"
	TypeTextDelta      Type = "text.delta"
	TypeThoughtDelta   Type = "thought.delta"
)

// Type implements [Data].
func (*Created) Type() Type { return TypeCreated }

// Type implements [Data].
func (*Started) Type() Type { return TypeStarted }

// Type implements [Data].
func (*Paused) Type() Type { return TypePaused }

// Type implements [Data].
func (*Resumed) Type() Type { return TypeResumed }

// Type implements [Data].
func (*StopAsked) Type() Type { return TypeStopAsked }

// Type implements [Data].
func (*TakenOver) Type() Type { return TypeTakenOver }

// Type implements [Data].
func (*Forked) Type() Type { return TypeForked }

// Type implements [Data].
func (*InputClosed) Type() Type { return TypeInputClosed }

// Type implements [Data].
func (*Ended) Type() Type { return TypeEnded }

// Type implements [Data].
func (*Said) Type() Type { return TypeSaid }

// Type implements [Data].
func (*Entered) Type() Type { return TypeEntered }

// Type implements [Data].
func (*Left) Type() Type { return TypeLeft }

// Type implements [Data].
func (*Round) Type() Type { return TypeRound }

// Type implements [Data].
func (*Chosen) Type() Type { return TypeChosen }

// Type implements [Data].
func (*EdgeTaken) Type() Type { return TypeEdgeTaken }

// Type implements [Data].
func (*Ballot) Type() Type { return TypeBallot }

// Type implements [Data].
func (*Verdict) Type() Type { return TypeVerdict }

// Type implements [Data].
func (*Handoff) Type() Type { return TypeHandoff }

// Type implements [Data].
func (*Merged) Type() Type { return TypeMerged }

// Type implements [Data].
func (*TurnStarted) Type() Type { return TypeTurnStarted }

// Type implements [Data].
func (*TurnFinished) Type() Type { return TypeTurnFinished }

// Type implements [Data].
func (*TurnFailed) Type() Type { return TypeTurnFailed }

// Type implements [Data].
func (*ModelCalled) Type() Type { return TypeModelCalled }

// Type implements [Data].
func (*ModelAnswered) Type() Type { return TypeModelAnswered }

// Type implements [Data].
func (*ModelFailed) Type() Type { return TypeModelFailed }

// Type implements [Data].
func (*ModelRetried) Type() Type { return TypeModelRetried }

// Type implements [Data].
func (*ModelFellBack) Type() Type { return TypeModelFellBack }

// Type implements [Data].
func (*ToolRequested) Type() Type { return TypeToolRequested }

// Type implements [Data].
func (*ToolFinished) Type() Type { return TypeToolFinished }

// Type implements [Data].
func (*ToolFailed) Type() Type { return TypeToolFailed }

// Type implements [Data].
func (*ApprovalAsked) Type() Type { return TypeApprovalAsked }

// Type implements [Data].
func (*ApprovalGiven) Type() Type { return TypeApprovalGiven }

// Type implements [Data].
func (*ApprovalDenied) Type() Type { return TypeApprovalDenied }

// Type implements [Data].
func (*CooledDown) Type() Type { return TypeCooledDown }

// Type implements [Data].
func (*Recovered) Type() Type { return TypeRecovered }

// Type implements [Data].
func (*Summarized) Type() Type { return TypeSummarized }

// Type implements [Data].
func (*Latched) Type() Type { return TypeLatched }

// Type implements [Data].
func (*Cleared) Type() Type { return TypeCleared }

// Type implements [Data].
func (*StopFired) Type() Type { return TypeStopFired }

// Type implements [Data].
func (*Finalizing) Type() Type { return TypeFinalizing }

// Type implements [Data].
func (*BudgetWarned) Type() Type { return TypeBudgetWarned }

// Type implements [Data].
func (*TextDelta) Type() Type { return TypeTextDelta }

// Type implements [Data].
func (*ThoughtDelta) Type() Type { return TypeThoughtDelta }

// newData is the table of all event types: an empty value to decode into, or
// nil when the type is not known.
//
//nolint:cyclop // a table
func newData(t Type) Data {
	switch t {
	case TypeCreated:
		return new(Created)
	case TypeStarted:
		return new(Started)
	case TypePaused:
		return new(Paused)
	case TypeResumed:
		return new(Resumed)
	case TypeStopAsked:
		return new(StopAsked)
	case TypeTakenOver:
		return new(TakenOver)
	case TypeForked:
		return new(Forked)
	case TypeInputClosed:
		return new(InputClosed)
	case TypeEnded:
		return new(Ended)
	case TypeSaid:
		return new(Said)
	case TypeEntered:
		return new(Entered)
	case TypeLeft:
		return new(Left)
	case TypeRound:
		return new(Round)
	case TypeChosen:
		return new(Chosen)
	case TypeEdgeTaken:
		return new(EdgeTaken)
	case TypeMerged:
		return new(Merged)
	case TypeHandoff:
		return new(Handoff)
	case TypeBallot:
		return new(Ballot)
	case TypeVerdict:
		return new(Verdict)
	case TypeItems:
		return new(Items)
	case TypePlanned:
		return new(Planned)
	case TypeReplanned:
		return new(Replanned)
	case TypeTurnStarted:
		return new(TurnStarted)
	case TypeTurnFinished:
		return new(TurnFinished)
	case TypeTurnFailed:
		return new(TurnFailed)
	case TypeModelCalled:
		return new(ModelCalled)
	case TypeModelAnswered:
		return new(ModelAnswered)
	case TypeModelFailed:
		return new(ModelFailed)
	case TypeModelRetried:
		return new(ModelRetried)
	case TypeModelFellBack:
		return new(ModelFellBack)
	case TypeToolRequested:
		return new(ToolRequested)
	case TypeToolFinished:
		return new(ToolFinished)
	case TypeToolFailed:
		return new(ToolFailed)
	case TypeApprovalAsked:
		return new(ApprovalAsked)
	case TypeApprovalGiven:
		return new(ApprovalGiven)
	case TypeApprovalDenied:
		return new(ApprovalDenied)
	case TypeCooledDown:
		return new(CooledDown)
	case TypeRecovered:
		return new(Recovered)
	case TypeSummarized:
		return new(Summarized)
	case TypeLatched:
		return new(Latched)
	case TypeCleared:
		return new(Cleared)
	case TypeStopFired:
		return new(StopFired)
	case TypeFinalizing:
		return new(Finalizing)
	case TypeBudgetWarned:
		return new(BudgetWarned)
	case TypeTextDelta:
		return new(TextDelta)
	case TypeThoughtDelta:
		return new(ThoughtDelta)
	default:
		return nil
	}
}

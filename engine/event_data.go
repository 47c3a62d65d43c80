package engine

import (
	"encoding/json"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Created is the first event of every session.
type Created struct {
	Template string `json:"template"`
	// Hash is that of the scenario and its variables.
	Hash string `json:"hash"`
	// SessionType is human_agent or agent_agent.
	SessionType string `json:"session_type"`
	Owner       string `json:"owner,omitempty"`
	// Opening is the resolved opening message, or empty.
	Opening      string                     `json:"opening,omitempty"`
	Variables    map[string]json.RawMessage `json:"variables,omitempty"`
	Participants []Participant              `json:"participants"`
	Metadata     map[string]any             `json:"metadata,omitempty"`
	// History is how many messages follow that were said before, elsewhere.
	History int `json:"history,omitempty"`
	// ForkedFrom is the session that this one is a copy of, up to the event
	// ForkedAt; what this session did itself begins behind session.forked.
	ForkedFrom string `json:"forked_from,omitempty"`
	ForkedAt   uint64 `json:"forked_at,omitempty"`
}

// Participant is an agent or a person of a session.
type Participant struct {
	Name string `json:"name"`
	// Kind is agent or human.
	Kind        string `json:"kind"`
	DisplayName string `json:"display_name,omitempty"`
	Provider    string `json:"provider,omitempty"`
	Model       string `json:"model,omitempty"`
}

// Started says that the pattern begins.
type Started struct{}

// Paused says that nothing new starts until Resumed.
type Paused struct {
	By string `json:"by,omitempty"`
	// Reason is set when a condition paused the session.
	Reason *Reason `json:"reason,omitempty"`
}

// Resumed ends a pause.
type Resumed struct {
	By string `json:"by,omitempty"`
}

// StopAsked says that a person wants the session to end after the open turns.
type StopAsked struct {
	By string `json:"by,omitempty"`
}

// TakenOver says that the session goes on in another process, or after a crash.
type TakenOver struct {
	// Last is the number of the last event that was known.
	Last uint64 `json:"last"`
}

// Forked says that what is before it is a copy of another session's log, which
// goes on here on its own.
type Forked struct {
	From string `json:"from"`
	// At is the last event of the other session that was copied.
	At uint64 `json:"at"`
	// Changed says what is not as in the other session: its scenario, a
	// variable, an agent's model.
	Changed []string `json:"changed,omitempty"`
	// Said says that a person's message follows, before anything else goes on.
	Said bool `json:"said,omitempty"`
}

// InputClosed says that no person will say anything more.
type InputClosed struct{}

// Outcome says how a session ended.
type Outcome string

// The outcomes.
const (
	Achieved  Outcome = "achieved"
	Blocked   Outcome = "blocked"
	Exhausted Outcome = "exhausted"
	Cancelled Outcome = "cancelled"
	Expired   Outcome = "expired"
	Failed    Outcome = "failed"
)

// Reason says why something ended, paused or was finalized.
type Reason struct {
	// Stop is the address of what decided: stop.agreed, limits.max_turns,
	// pattern, person, input, lifetime, idle_timeout, error.
	Stop string `json:"stop"`
	// Text is for a person.
	Text string `json:"text"`
	// Conditions are all that were true, the deciding one first.
	Conditions []Condition `json:"conditions,omitempty"`
	// ErrorKind is the kind of failure of the model that ended it.
	ErrorKind providers.Kind `json:"error_kind,omitempty"`
}

// Condition is a stop condition or limit that was true.
type Condition struct {
	Address string  `json:"address"`
	Outcome Outcome `json:"outcome"`
	File    string  `json:"file,omitempty"`
	Line    int     `json:"line,omitempty"`
	// Seen are the values that the condition read.
	Seen []Seen `json:"seen,omitempty"`
}

// Seen is a name and the value that it had.
type Seen struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Ended is the last event of every session.
type Ended struct {
	Outcome Outcome `json:"outcome"`
	Reason  Reason  `json:"reason"`
	// Result is what the session's result expression gives, by default the
	// last message of an agent.
	Result any `json:"result,omitempty"`
}

// Said is a message: the transcript.
type Said struct {
	// Sender is a participant's bare name, or user.
	Sender string `json:"sender"`
	// Role is user, assistant or system.
	Role    string `json:"role"`
	Content string `json:"content"`
	// Structured says that the content is JSON that satisfies the output
	// schema of the agent.
	Structured bool           `json:"structured,omitempty"`
	Receiver   string         `json:"receiver,omitempty"`
	Metadata   map[string]any `json:"metadata,omitempty"`
	// ClientID is the sender's own name for the message.
	ClientID string `json:"client_id,omitempty"`
	// Copy is the name of the copy of the sender that a map made: worker[0].
	Copy string `json:"copy,omitempty"`
	// Frame is the pattern's activation, 0 for what everybody hears.
	Frame int `json:"frame,omitempty"`
	// Simulated says that neither a model nor a script wrote it.
	Simulated bool `json:"simulated,omitempty"`
}

// Entered says that a pattern became active.
type Entered struct {
	Frame  int    `json:"frame"`
	Parent int    `json:"parent,omitempty"`
	Slot   int    `json:"slot"`
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	// Context are the messages that the pattern starts from when it does not
	// see all that its parent sees.
	Context *[]int `json:"context,omitempty"`
	// Note is what the outer pattern wants of it: an item, a task. All who speak
	// within it are told.
	Note string `json:"note,omitempty"`
	// Call is the tool call that waits for its result, of a turn in the outer
	// pattern.
	Call string `json:"call,omitempty"`
}

// Left says that a pattern is done.
type Left struct {
	Frame int `json:"frame"`
	// Why is done, max_rounds, max_turns, max_iterations, max_activations,
	// stalled, stuck, refused, stop, failed, cancelled.
	Why string `json:"why"`
	// Skipped says that its failure is passed over by the outer pattern.
	Skipped bool `json:"skipped,omitempty"`
	// Result are the messages that the outer pattern sees, by index.
	Result []int   `json:"result,omitempty"`
	Reason *Reason `json:"reason,omitempty"`
}

// Round says that a round of a pattern is complete.
type Round struct {
	Frame int `json:"frame"`
	Round int `json:"round"`
}

// Chosen says who speaks next where that is not the declared order.
type Chosen struct {
	Frame int    `json:"frame"`
	Name  string `json:"name"`
	// By is rule, mention, first, receiver, fallback, chair, random, route,
	// classifier, default, manager, board, bid.
	By  string `json:"by"`
	Why string `json:"why,omitempty"`
	// Route is the route of a router that was taken.
	Route string `json:"route,omitempty"`
}

// Ballot is a vote that was cast.
type Ballot struct {
	Frame int `json:"frame"`
	Slot  int `json:"slot"`
	// Choice or, where scores are averaged, Score is set.
	Choice string   `json:"choice,omitempty"`
	Score  *float64 `json:"score,omitempty"`
	// Weight is how much it counts.
	Weight float64 `json:"weight"`
	Reason string  `json:"reason,omitempty"`
	// Casting says that it breaks a tie.
	Casting bool `json:"casting,omitempty"`
	// Spoiled says that it names no choice, and does not count.
	Spoiled bool `json:"spoiled,omitempty"`
}

// Verdict is what a vote came to.
type Verdict struct {
	Frame int `json:"frame"`
	// Outcome is the choice that won, empty when none did.
	Outcome string `json:"outcome,omitempty"`
	// Score is the average of scores.
	Score *float64 `json:"score,omitempty"`
	// Counts are the votes of each choice.
	Counts map[string]float64 `json:"counts,omitempty"`
	// By is majority, quorum or average, or how a tie was broken: tie, first,
	// random, none, casting.
	By string `json:"by"`
	// Tied are the choices that had the same number of votes.
	Tied []string `json:"tied,omitempty"`
	// Ballots is how many counted, of so many voters. The others failed, or were
	// not waited for since they could not have changed anything.
	Ballots int `json:"ballots"`
	Voters  int `json:"voters"`
}

// EdgeTaken says which edge of a graph was followed, from node to node.
type EdgeTaken struct {
	Frame int    `json:"frame"`
	From  string `json:"from"`
	To    string `json:"to"`
	When  string `json:"when,omitempty"`
}

// Handoff says that a turn gives the floor to another participant. It ends the
// turn, whose message follows if there were words beside the call.
type Handoff struct {
	Frame int `json:"frame"`
	// CallID is the tool call by which it does so.
	CallID string `json:"call_id"`
	From   string `json:"from"`
	To     string `json:"to"`
	Why    string `json:"why,omitempty"`
}

// Merged says that a pattern that holds results back now shows that of a branch
// which is itself a pattern. Branches merge in declared order; the order of
// arrival is that of their turn.finished and pattern.left events.
type Merged struct {
	Frame    int   `json:"frame"`
	Slot     int   `json:"slot"`
	Messages []int `json:"messages"`
}

// TurnStarted begins a participant's turn.
type TurnStarted struct {
	Frame int `json:"frame"`
	Slot  int `json:"slot"`
	// Role is what the participant is asked for, empty for a plain turn: critic,
	// chair, ballot …
	Role string `json:"role,omitempty"`
	// Decides says that it is a decision: a call that gives neither a turn nor a
	// message.
	Decides bool `json:"decides,omitempty"`
	// Stop is the condition whose judge is asked; Frame then is the activation of
	// its scope, 0 for the session.
	Stop string `json:"stop,omitempty"`
	// Note is what the pattern tells the participant for this turn.
	Note string `json:"note,omitempty"`
	// Answers is the index of the person's message that is answered, or -1.
	Answers int `json:"answers"`
	// Context is as in Entered.
	Context *[]int `json:"context,omitempty"`
	// Final says that this is the finalizing turn.
	Final bool `json:"final,omitempty"`
	// Call is the tool call that waits for the answer, of another turn in the
	// same pattern or of Asker.
	Call string `json:"call,omitempty"`
	// Asker is the turn that puts a question, which is in Note.
	Asker int `json:"asker,omitempty"`
}

// TurnFinished ends a turn. When the pattern merges answers later, it carries
// the answer.
type TurnFinished struct {
	Held *Said `json:"held,omitempty"`
	// Decision is what was decided, where that is no turn.
	Decision json.RawMessage `json:"decision,omitempty"`
}

// TurnFailed ends a turn without an answer.
type TurnFailed struct {
	Kind    providers.Kind `json:"kind"`
	Message string         `json:"message"`
	// Skipped says that the pattern passes over it.
	Skipped bool `json:"skipped,omitempty"`
	// Redo says that the turn is taken again: a person interrupted it.
	Redo bool `json:"redo,omitempty"`
}

// ModelCalled is a request to a model.
type ModelCalled struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	// Call numbers the session's calls from 1.
	Call int `json:"call"`
	// Attempt counts the tries at the same request from 1.
	Attempt int `json:"attempt"`
	// MaxTokens is the cap of the answer, 0 for the vendor's own.
	MaxTokens int `json:"max_tokens,omitempty"`
	// Purpose is empty for a turn's answer, summary for its agent's memory.
	Purpose string `json:"purpose,omitempty"`
	// UpTo is the last message that a summary covers, by index.
	UpTo int `json:"up_to,omitempty"`
	// Reserved is what the call may take at most of the session's max_tokens and
	// max_cost; nil when it has neither.
	Reserved *Reserved `json:"reserved,omitempty"`
}

// Reserved is what a call may take at most, by an estimate of its request and
// the cap of its answer.
type Reserved struct {
	Tokens int `json:"tokens"`
	// Cost is in USD.
	Cost float64 `json:"cost,omitempty"`
}

// BudgetWarned says that four fifths of a budget are used. It is told once.
type BudgetWarned struct {
	// Limit is limits.max_tokens or limits.max_cost.
	Limit string `json:"limit"`
	// Used and Most are tokens or USD.
	Used float64 `json:"used"`
	Most float64 `json:"most"`
}

// ModelAnswered is a model's reply. Text and tool calls are here when they are
// not the turn's message: before tool calls, or when the answer is mended.
type ModelAnswered struct {
	Call      int                  `json:"call"`
	Provider  string               `json:"provider"`
	Model     string               `json:"model"`
	Finish    providers.Finish     `json:"finish"`
	Text      string               `json:"text,omitempty"`
	ToolCalls []providers.ToolCall `json:"tool_calls,omitempty"`
	// Cost is in USD; nil when the price is not known.
	Cost *float64 `json:"cost,omitempty"`
	// Milliseconds from the request to the end of the reply.
	Milliseconds int64  `json:"ms"`
	Mark         string `json:"mark,omitempty"`
}

// ModelFailed is a request without a reply.
type ModelFailed struct {
	Call     int            `json:"call"`
	Provider string         `json:"provider"`
	Kind     providers.Kind `json:"kind"`
	Message  string         `json:"message"`
	Cost     *float64       `json:"cost,omitempty"`
	Mark     string         `json:"mark,omitempty"`
	// RetryAfter is how long the vendor wants to be left alone, in nanoseconds.
	RetryAfter time.Duration `json:"retry_after_ns,omitempty"`
	// Unmade says that the request was announced and never made.
	Unmade bool `json:"unmade,omitempty"`
}

// ModelRetried says that a request is made again, not before Until.
type ModelRetried struct {
	Attempt int            `json:"attempt"`
	Until   time.Time      `json:"until"`
	Kind    providers.Kind `json:"kind"`
	// Message goes back to the model when its answer did not fit.
	Message string `json:"message,omitempty"`
}

// ModelFellBack says that the next model of the chain is asked.
type ModelFellBack struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// ToolRequested says that a tool is called.
type ToolRequested struct {
	CallID    string          `json:"call_id"`
	Tool      string          `json:"tool"`
	Arguments json.RawMessage `json:"arguments,omitempty"`
}

// ToolFinished is a tool's result.
type ToolFinished struct {
	CallID string `json:"call_id"`
	Tool   string `json:"tool"`
	Result string `json:"result"`
}

// ToolFailed is a tool's error, which goes back to the model.
type ToolFailed struct {
	CallID string `json:"call_id"`
	Tool   string `json:"tool"`
	Error  string `json:"error"`
}

// ApprovalAsked says that a tool call waits for a person who must allow it.
type ApprovalAsked struct {
	CallID    string          `json:"call_id"`
	Tool      string          `json:"tool"`
	Arguments json.RawMessage `json:"arguments,omitempty"`
}

// ApprovalGiven says that a person allows a tool call.
type ApprovalGiven struct {
	CallID string `json:"call_id"`
	Tool   string `json:"tool"`
	By     string `json:"by,omitempty"`
}

// ApprovalDenied says that a person does not allow a tool call, which ends it:
// the model is told why.
type ApprovalDenied struct {
	CallID string `json:"call_id"`
	Tool   string `json:"tool"`
	By     string `json:"by,omitempty"`
	Why    string `json:"why,omitempty"`
}

// CooledDown says that an agent is over its token limit until then.
type CooledDown struct {
	Until time.Time `json:"until"`
	Limit string    `json:"limit"`
}

// Recovered ends a cooldown.
type Recovered struct{}

// Summarized says that an agent now remembers the messages up to an index by a
// summary. An empty text says that there is no summary: the summarizer failed.
type Summarized struct {
	UpTo int    `json:"up_to"`
	Text string `json:"text"`
}

// Latched says that a part of a condition was true once.
type Latched struct {
	Stop string `json:"stop"`
	// Frame is set where it is remembered for an activation of a pattern alone.
	Frame int `json:"frame,omitempty"`
}

// Cleared says that a condition that paused the session is no longer true, so
// that it may pause it again.
type Cleared struct {
	Stop string `json:"stop"`
	// Frame is set for a scoped condition.
	Frame int `json:"frame,omitempty"`
}

// StopFired says that a stop condition or limit was true and what is done.
type StopFired struct {
	// Action is end, finalize, pause or leave (the pattern of its scope).
	Action string `json:"action"`
	Reason Reason `json:"reason"`
	// Outcome is that of the deciding condition.
	Outcome Outcome `json:"outcome"`
	// Frame is set for a scoped condition.
	Frame int `json:"frame,omitempty"`
	// Outside says that a [Budget] decided it, which the log knows nothing of.
	Outside bool `json:"outside,omitempty"`
}

// Finalizing says that a last turn is taken before the end.
type Finalizing struct {
	Outcome Outcome `json:"outcome"`
	Reason  Reason  `json:"reason"`
}

// TextDelta is a piece of an answer while it is made; live only.
type TextDelta struct {
	Text string `json:"text"`
}

// ThoughtDelta is a piece of a model's reasoning; live only.
type ThoughtDelta struct {
	Text string `json:"text"`
}

package specs

import (
	"cmp"
	"encoding/json"
	"path/filepath"
	"time"
)

// Config is a whole checked scenario. It is immutable, and there is no
// unresolved name in it.
type Config struct {
	// Dir is the scenario's directory, absolute.
	Dir string
	// Files are the files that were read, by the names that diagnostics use.
	Files []string
	// Root is the file below Dir that was loaded, empty for the whole directory.
	Root string
	// Sources are the texts that were read below Dir, by their paths there with
	// slashes; one that a function has only listed is nil. Loaded again from
	// these alone, with [Options.OverlayOnly], the scenario is the same.
	Sources map[string][]byte
	// HoldsSecrets says that a secret may be written in Sources themselves, and
	// not only in the environment and in variables.
	HoldsSecrets bool
	// Hash identifies the sources and the values of variables, in hex.
	Hash string
	// workDir is what the names in diagnostics are relative to.
	workDir string

	Variables []*Variable
	Providers []*Provider
	Agents    []*Agent
	Humans    []*Human
	Tools     []*Tool
	Patterns  []*Pattern
	Stops     []*Stop
	Sessions  []*Session
}

// Filename is how diagnostics call one of the Sources.
func (c *Config) Filename(source string) string {
	return shownPath(c.workDir, filepath.Join(c.Dir, filepath.FromSlash(source)))
}

// Block is what every labelled block has.
type Block struct {
	Name        string
	Description string
	// Range is the block's header.
	Range Range
	// Args are the ranges of the values of the arguments that are written in
	// the block, by name; those of inner blocks with a dot: limits.max_turns.
	Args map[string]Range
}

// Arg is the range of an argument's value, or the block's header where the
// argument is not written.
func (b *Block) Arg(name string) Range {
	if r, ok := b.Args[name]; ok {
		return r
	}
	return b.Range
}

// Secret is a text that must not be shown. It prints as (secret).
type Secret struct{ text string }

// NewSecret wraps a text.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal is the secret text.
func (s Secret) Reveal() string { return s.text }

// IsZero says whether there is none.
func (s Secret) IsZero() bool { return s.text == "" }

// String hides the text.
func (s Secret) String() string {
	if s.text == "" {
		return ""
	}
	return "(secret)"
}

// GoString hides the text from %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalJSON hides the text.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// Variable is an input of the scenario.
type Variable struct {
	Block
	// Type is the type as HCL writes it.
	Type      string
	Sensitive bool
	Required  bool
	// Default and Value are JSON; null where there is none, and for secrets.
	Default, Value json.RawMessage
}

// Provider is a source of models.
type Provider struct {
	Block
	// Kind is the vendor or dialect: openai, scripted, ….
	Kind  string
	Model string
	// APIKey is zero when the scenario leaves it to the environment.
	APIKey            Secret
	BaseURL           string
	Headers           map[string]Secret
	Timeout           time.Duration
	FirstTokenTimeout time.Duration
	Retry             *Retry
	Limits            ProviderLimits
	Price             *Price
	// Script is set for kind scripted, and for a provider that a test mocks.
	Script *Script
}

// Retry is a provider's retry policy; zero fields stand for the defaults.
type Retry struct {
	Attempts               int
	MinBackoff, MaxBackoff time.Duration
}

// ProviderLimits bound what a provider is asked, by all sessions together;
// 0 is no bound.
type ProviderLimits struct {
	RequestsPerMinute, TokensPerMinute, Concurrency int
}

// Price is in USD per million tokens.
type Price struct{ Input, CachedInput, Output float64 }

// Script is what a scripted provider says.
type Script struct {
	// Strict fails a call when nothing is left, instead of composing an answer.
	Strict  bool
	Replies []*ScriptReply
	Fails   []*ScriptFail
}

// ScriptReply is one scripted answer.
type ScriptReply struct {
	Range   Range
	Content string
	// Data is the JSON of a structured answer, or nil.
	Data      json.RawMessage
	ToolCalls []ScriptToolCall
	Delay     time.Duration
	// InputTokens and OutputTokens are -1 where the script leaves them to be
	// estimated.
	InputTokens, OutputTokens int
	// Agent is the bare name of the only agent that gets this reply, or empty.
	Agent string
	When  *Expr
	// Times is how often the reply may be used; 0 is the rule of its kind:
	// once without When, always with it.
	Times int
	// Fail is how the call fails instead of being answered, or empty.
	Fail string
}

// ScriptToolCall is a tool call that a scripted answer makes.
type ScriptToolCall struct {
	Name      string
	Arguments json.RawMessage
}

// ScriptFail makes a call fail.
type ScriptFail struct {
	Range Range
	// Call is the number of the provider's call in the session, from 1; 0
	// when When decides.
	Call       int
	When       *Expr
	Kind       string
	RetryAfter time.Duration
	Times      int
	// Usage is what the call has used all the same, or nil.
	Usage *ScriptUsage
}

// ScriptUsage is what a scripted call says that it has used.
type ScriptUsage struct{ InputTokens, OutputTokens int }

// Agent is a participant that a model speaks for.
type Agent struct {
	Block
	// Models is the chain of providers by name: the first, then its fallbacks.
	Models []string
	// Model overrides the default model of the first provider.
	Model            string
	DisplayName      string
	Personality      string
	Instructions     string
	Capabilities     []string
	InteractionModes []string
	Temperature      *float64
	TopP             *float64
	Seed             *int64
	// MaxTokens caps one answer; 0 is the vendor's default.
	MaxTokens     int
	StopSequences []string
	Tools         []string
	MaxToolCalls  int
	Output        *Output
	Memory        *Memory
	// Sees is all, own or addressed.
	Sees     string
	Limits   AgentLimits
	Metadata map[string]any
}

// Output is the form of a structured answer.
type Output struct {
	// Schema is a JSON schema.
	Schema json.RawMessage
	// Type is what expressions know of it.
	Type *Type
}

// Memory bounds the part of the conversation that reaches an agent's prompt.
type Memory struct {
	// Keep is all or last.
	Keep string
	// Messages and Tokens bound it; 0 is no bound; the tighter one counts.
	Messages, Tokens int
	// Summarize is the provider that sums up what falls out, or empty.
	Summarize string
}

// AgentLimits bound an agent; 0 is no bound.
type AgentLimits struct {
	TokensPerMinute, TokensPerHour, MaxTurns int
}

// Human is a person as participant.
type Human struct {
	Block
	Timeout time.Duration
	// OnTimeout is skip or stop.
	OnTimeout string
	Prompt    string
}

// Tool is something that agents may call. Exactly one of Builtin, MCP, HTTP and
// Expr is set.
type Tool struct {
	Block
	// Builtin names a tool that every session has: find_agents or ask_agent.
	Builtin string
	MCP     *MCPTool
	HTTP    *HTTPTool
	Expr    *ExprTool
	// Input is the JSON schema of the arguments; nil for MCP.
	Input      json.RawMessage
	Timeout    time.Duration
	Approval   string
	Idempotent bool
	// MaxResult is in bytes.
	MaxResult int
}

// MCPTool is a server of the Model Context Protocol.
type MCPTool struct {
	Command []string
	URL     string
	Allow   []string
	// Env are variables of the command, Headers those of requests to the URL.
	Env, Headers map[string]Secret
}

// HTTPTool is a request to a web service.
type HTTPTool struct {
	Method, URL, Body string
	Headers           map[string]Secret
	Query             map[string]string
}

// ExprTool computes its result by an expression over its input.
type ExprTool struct{ Result *Expr }

// RefKind says what a [Ref] refers to.
type RefKind string

// The kinds of references that remain in a Config.
const (
	RefAgent   RefKind = "agent"
	RefHuman   RefKind = "human"
	RefPattern RefKind = "pattern"
)

// Ref names a participant.
type Ref struct {
	Kind  RefKind
	Name  string
	Range Range
}

// Pattern says who speaks when.
type Pattern struct {
	Block
	Kind         string
	Participants []Ref
	// MaxRounds and MaxTurns end the pattern; 0 is no bound.
	MaxRounds, MaxTurns int
	// OnError is fail or skip.
	OnError string
	// Result is last, all or summary: what the outer pattern sees.
	Result string
	// Start is where to begin, or empty for the first: a participant, in a
	// graph a node.
	Start string

	Seed    int64  // random, vote
	Context string // sequential: all, previous

	Parallel    *Parallel
	Map         *MapPattern
	Loop        *Loop
	Selector    *Selector // selector, moderated
	Handoff     *Handoff
	Router      *Router
	Manager     *Manager // supervisor, magentic, auction
	Debate      *Debate
	Vote        *Vote
	Graph       *Graph
	PlanExecute *PlanExecute
	Blackboard  *Blackboard
}

// Parallel are the arguments of a parallel pattern.
type Parallel struct {
	// Join is how many successes are waited for; 0 is all.
	Join        int
	Aggregate   *Ref
	Concurrency int
}

// MapPattern are the arguments of a map pattern.
type MapPattern struct {
	Items    *Expr
	MaxItems int
	// MaxItemSize is the longest item as a copy is told it, in bytes; 0 stands for
	// [DefaultItemSize].
	MaxItemSize int
	Concurrency int
}

// The sizes of a map's items, in bytes: of one where the scenario does not say,
// and of all together.
const (
	DefaultItemSize = 16 << 10
	MaxItemsSize    = 256 << 10
)

// ItemSize is the longest item, in bytes.
func (m *MapPattern) ItemSize() int { return cmp.Or(m.MaxItemSize, DefaultItemSize) }

// Loop are the arguments of a loop pattern.
type Loop struct {
	Until         *Expr
	Critic        *Ref
	MaxIterations int
	// Keep is last or best.
	Keep string
}

// Selector are the arguments of a selector or moderated pattern.
type Selector struct {
	Rule        *Expr
	Chair       *Ref
	Candidates  []Ref
	Attempts    int
	Fallback    *Ref
	AllowRepeat bool
	// Transitions are the names that may follow a name; nil is everyone.
	Transitions map[string][]string
}

// Handoff are the arguments of a handoff pattern.
type Handoff struct {
	Allow       map[string][]string
	AfterTurn   string
	MaxHandoffs int
}

// Router are the arguments of a router pattern.
type Router struct {
	Routes     []Route
	Classifier *Ref
	Default    Ref
}

// Route is a branch of a router.
type Route struct {
	Name     string
	Range    Range
	When     *Expr
	Describe string
	To       Ref
}

// Manager are the arguments of the patterns that a manager leads.
type Manager struct {
	Manager        Ref
	Workers        []Ref
	MaxDelegations int
	MaxResets      int
	MaxStalls      int
	MinScore       float64
}

// Debate are the arguments of a debate pattern.
type Debate struct {
	Judge *Ref
	Until *Expr
}

// Vote are the arguments of a vote pattern.
type Vote struct {
	Choices  []string
	Strategy string
	Quorum   int
	// Tie is first, random, none, one of the choices, or a participant when
	// TieBreaker is set.
	Tie        string
	TieBreaker *Ref
	Weights    map[string]float64
}

// Graph are the arguments of a graph pattern.
type Graph struct {
	Nodes []GraphNode
	Edges []GraphEdge
}

// GraphNode is a node of a graph.
type GraphNode struct {
	Name      string
	Range     Range
	Run       Ref
	MaxVisits int
}

// GraphEdge leads from a node to another; without When it is the default.
type GraphEdge struct {
	From, To string
	Range    Range
	When     *Expr
}

// PlanExecute are the arguments of a plan_execute pattern.
type PlanExecute struct {
	Planner    Ref
	MaxSteps   int
	MaxReplans int
	Approve    *Ref
}

// Blackboard are the arguments of a blackboard pattern.
type Blackboard struct {
	Rules          []BlackboardRule
	Goal           *Expr
	MaxActivations int
}

// BlackboardRule lets a participant act.
type BlackboardRule struct {
	Range  Range
	Run    Ref
	When   *Expr
	Writes string
}

// Stop is a condition that ends a session or a pattern. Exactly one of When,
// Tool, Judge, Repeat and Combine is set.
type Stop struct {
	Block
	When    *Expr
	Tool    string
	Judge   *Judge
	Repeat  *Repeat
	Combine *Combine

	// Outcome is achieved, blocked or failed.
	Outcome string
	// Action is end, finalize or pause.
	Action   string
	MinTurns int
	// Scope is a pattern's name, or empty for the session.
	Scope  string
	Reason string
}

// Judge lets a model decide.
type Judge struct {
	Agent    string
	Criteria string
	Every    int
}

// Repeat sees that nothing new happens.
type Repeat struct {
	// Of is content, tool_call or speakers.
	Of    string
	Times int
}

// Combine joins other stops by name.
type Combine struct {
	// Op is any, all, not or at_least.
	Op      string
	AtLeast int
	Of      []string
	Latch   bool
}

// Session is a template from which sessions are started.
type Session struct {
	Block
	// Implicit says that no block declares it.
	Implicit bool
	// Type is human_agent or agent_agent.
	Type string
	// Pattern or Agent is set.
	Pattern, Agent string
	Opening        string
	// Start is auto or on_message.
	Start       string
	Stops       []string
	Limits      Limits
	OnBusy      string
	Lifetime    time.Duration
	IdleTimeout time.Duration
	Finalize    *Finalize
	Result      *Expr
	Metadata    map[string]any
	OpenEnded   bool
	// Bound is the proof that it ends.
	Bound Bound
}

// Limits bound a session; 0 is no bound.
type Limits struct {
	MaxTurns, MaxRounds, MaxMessages, MaxCalls, MaxToolCalls int
	MaxHandoffs, MaxTokens, MaxRepeats                       int
	MaxCost                                                  float64
	Timeout, TurnTimeout                                     time.Duration
}

// Finalize is the last turn when a limit or a stop asks for one.
type Finalize struct {
	Agent  string
	Prompt string
}

// Bound is how many turns and calls a session takes at most, and by which
// argument; [Certify] says the rest. Per message of a person when the session is open ended.
type Bound struct {
	Turns, Calls int
	// PerMessage says that the numbers hold for each message of a person.
	PerMessage bool
	// Because names the arguments that bound it, outermost first.
	Because []string
}

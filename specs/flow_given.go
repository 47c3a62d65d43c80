package specs

// A given is what a pattern adds to the turns of an agent: tools of its own, and
// a form of the answer.
type given struct {
	calls  int // that may be made of the tools
	words  int // tokens of their descriptions
	result int // tokens of the longest result
	form   bool
}

// form is what a pattern adds that asks for forms.
func (p *Pattern) form() given {
	switch p.Kind {
	case "loop", "vote", "auction", "plan_execute", "magentic":
		return given{form: true}
	default:
		return given{}
	}
}

// givenBytes are the fixed words of a tool that a pattern makes: the beginning
// of its name, its description, the schema of its arguments.
const givenBytes = 320

// tool adds a tool that leads to a participant.
func (g given) tool(pr *prover, to Ref) given {
	g.words = satAdd(g.words, Weight{Bytes: givenBytes + len(to.Name) + pr.introduced(to), Tools: 1}.Tokens())
	return g
}

// introduced is how long the line is that introduces a participant, in bytes.
func (ix *index) introduced(ref Ref) int {
	bytes := len(ref.Name) + 30
	switch ref.Kind {
	case RefAgent:
		a := ix.agents[ref.Name]
		if a == nil {
			break
		}
		bytes += len(a.DisplayName) + len(a.Description)
		for _, c := range a.Capabilities {
			bytes += len(c) + 2
		}
	case RefPattern:
		if p := ix.patterns[ref.Name]; p != nil {
			bytes += len(p.Description)
		}
	default:
	}
	return bytes
}

// fixedWords are a pattern's own words to those whom it asks, in tokens: the
// question and the form of the answer, which some services are told twice.
func (p *Pattern) fixedWords() int {
	switch p.Kind {
	case "map", "handoff", "supervisor":
		return 40
	case "blackboard":
		return 100
	case "loop", "vote":
		return 150
	case "plan_execute":
		return 400
	default:
		return noteTokens
	}
}

// words are what a pattern says to those whom it asks, in tokens: its own words,
// who may be named and what may be chosen, in the question and in the form.
func (pr *prover) words(p *Pattern) int {
	bytes := 0
	name := func(text string) { bytes += 3 * (len(text) + 4) }
	for _, ref := range distinct(p.named()) {
		bytes += pr.introduced(ref)
		name(ref.Name)
	}
	if p.Router != nil {
		for _, r := range p.Router.Routes {
			bytes += len(r.Describe)
			name(r.Name)
		}
	}
	if p.Vote != nil {
		bytes = 0 // only choices are named
		for _, choice := range p.Vote.Choices {
			name(choice)
		}
	}
	return satAdd(p.fixedWords(), tokensIn(bytes))
}

// named are the participants who are named in a pattern's own words.
func (p *Pattern) named() []Ref {
	var out []Ref
	for _, r := range p.roles() {
		out = append(out, r.Ref)
	}
	return out
}

// noteOf is what a pattern says to those whom it gives the floor, in messages
// and in tokens besides: a task, a draft with its critique, an item, a ballot,
// the board.
func (pr *prover) noteOf(p *Pattern) (messages, words int) {
	messages, words = 1, p.fixedWords() // a task, a reason
	switch p.Kind {
	case "loop":
		messages = 0
	case "vote":
		messages, words = 0, pr.words(p)
	case "map":
		messages, words = 0, satAdd(words, pr.itemOf(p.Map))
	case "handoff", "supervisor":
	case "auction", "plan_execute", "magentic":
		words = pr.words(p)
	case "blackboard":
		messages = len(p.Blackboard.Rules)
		for _, r := range p.Blackboard.Rules {
			words = satAdd(words, tokensIn(len(r.Writes)+20))
		}
	default:
		return 0, 0
	}
	return messages, words
}

// noted adds what the pattern says to what a step of it takes.
func (b *flowBuilder) noted(l load) load {
	p := b.flow.pattern
	if p == nil {
		return l
	}
	messages, words := b.pr.noteOf(p)
	l.spend = l.noted(messages, words)
	l.perTurn, l.decisions = l.perTurn.noted(messages, words), l.decisions.noted(messages, words)
	return l
}

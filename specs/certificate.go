package specs

import (
	"encoding/json"
	"fmt"
	"math"
)

// An Amount is a number that nothing exceeds; [Unbounded] where nothing is
// known to bound it. In JSON that is null.
type Amount float64

// Unbounded is the amount of what nothing bounds.
func Unbounded() Amount { return Amount(math.Inf(1)) }

// Bounded says whether there is a bound.
func (a Amount) Bounded() bool { return !math.IsInf(float64(a), 1) }

// Text is the amount for a person: 12,000, or "no bound".
func (a Amount) Text() string {
	switch {
	case !a.Bounded() || a >= math.MaxInt:
		return "no bound"
	case a > 1e15:
		return fmt.Sprintf("%.3g", float64(a))
	}
	text := fmt.Sprintf("%.0f", math.Ceil(float64(a)))
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// USD is the amount as money: $0.25, or "no bound".
func (a Amount) USD() string {
	switch {
	case !a.Bounded():
		return "no bound"
	case a > 0 && a < 0.01:
		return fmt.Sprintf("$%.4f", math.Ceil(float64(a)*1e4)/1e4)
	default:
		return fmt.Sprintf("$%.2f", math.Ceil(max(0, float64(a)*100-1e-9))/100)
	}
}

// MarshalJSON writes the number, or null.
func (a Amount) MarshalJSON() ([]byte, error) {
	if !a.Bounded() || math.IsNaN(float64(a)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(a))
}

// amount makes one of a count, whose largest number is no bound.
func amount(n int) Amount {
	if n >= math.MaxInt {
		return Unbounded()
	}
	return Amount(n)
}

// A Certificate says what a session takes at most, whatever its models answer.
// It is immutable.
type Certificate struct {
	// Session is the template's name.
	Session string `json:"session"`
	// PerMessage says that turns, calls and, unless the session's limits bound
	// them, tokens and cost hold for each message of a person.
	PerMessage bool   `json:"per_message"`
	Turns      Amount `json:"turns"`
	Calls      Amount `json:"calls"`
	// Tokens is those of requests and answers together.
	Tokens       Amount `json:"tokens"`
	InputTokens  Amount `json:"input_tokens"`
	OutputTokens Amount `json:"output_tokens"`
	// Cost is in USD.
	Cost Amount `json:"cost"`
	// Seconds is the wall time from the start.
	Seconds Amount `json:"seconds"`
	// Because names the arguments that bound turns and calls, outermost first.
	Because []string `json:"because"`
	// Reasons says of tokens, cost and seconds by which argument they are
	// bounded, or why they are not.
	Reasons map[string]string `json:"reasons"`

	Agents    []Share `json:"agents"`
	Patterns  []Share `json:"patterns"`
	Providers []Share `json:"providers"`
	// Assumptions are what the numbers stand on besides the scenario.
	Assumptions []string `json:"assumptions"`
}

// A Share is what a part of the session takes at most. Shares may add up to
// more than the whole: not all of them can be that large at once.
type Share struct {
	// Address is the block's: agent.writer, pattern.talk, provider.fast.
	Address string `json:"address"`
	Turns   Amount `json:"turns"`
	Calls   Amount `json:"calls"`
	Tokens  Amount `json:"tokens"`
	Cost    Amount `json:"cost"`
}

// history is what is known of a session's conversation.
type history struct {
	intro int // introductions of the others, in tokens
	base  int // what is there before the first turn
	said  int // what all turns add
	most  int // the longest message
	load  load
}

// A bill is what a sum takes with what it reads.
type bill struct{ in, out, cost float64 }

// bill adds what is read of the conversation, of which no call reads more than
// all. Where all is read by the session's own turns it grows: the i-th one reads
// at most i-1 messages.
func (h *history) bill(s sum, grows bool) bill {
	l := &h.load
	fixed := float64(s.in) + product(s.asks, h.intro) + product(s.msgs, h.most)
	cost := s.cost + priced(s.askPrice, h.intro) + priced(s.msgPrice, h.most)
	all := float64(satAdd(h.base, h.said))
	read := timesF(float64(s.reads), all)
	paid := timesF(s.readPrice, all)
	if grows {
		turns, between := readings(satAdd(l.tries, l.sums), satAdd(l.turns, l.sums))
		most := float64(min(l.mostSaid, h.said))
		own := timesF(float64(l.perTurn.reads), most*turns) + timesF(float64(l.decisions.reads), most*between)
		ownPaid := timesF(l.perTurn.readPrice, most*turns) + timesF(l.decisions.readPrice, most*between)
		read = min(read, own+product(s.reads, h.base))
		paid = min(paid, ownPaid+priced(s.readPrice, h.base))
	}
	b := bill{in: fixed + read, out: float64(s.out), cost: cost + paid}
	if s.in >= math.MaxInt {
		b.in = math.Inf(1)
	}
	if s.out >= math.MaxInt {
		b.out = math.Inf(1)
	}
	return b
}

// readings is how many messages so many tries read together, when as many as
// turns are said, and how many the decisions between them.
func readings(tries, turns int) (before, between float64) {
	x, t := float64(tries), float64(turns)
	rising := min(x, t)
	before = rising*(rising-1)/2 + max(x-t, 0)*t
	return before, before + min(x, t)
}

func product(a, b int) float64 { return timesF(float64(a), float64(b)) }

func priced(price float64, tokens int) float64 { return timesF(price, float64(tokens)) }

// timesF is a product in which nothing times anything is nothing.
func timesF(a, b float64) float64 {
	if a == 0 || b == 0 {
		return 0
	}
	if a >= math.MaxInt || b >= math.MaxInt {
		return math.Inf(1)
	}
	return a * b
}

// Certify computes the certificate of a session of a checked scenario. It is nil
// when the scenario has no such session, or nothing bounds its calls, which is
// an error of the scenario. It may be called concurrently.
func Certify(cfg *Config, session string) *Certificate {
	for _, s := range cfg.Sessions {
		if s.Name == session {
			pr := newProver(cfg)
			if l, ok := pr.session(s); ok {
				return pr.certify(s, l)
			}
		}
	}
	return nil
}

// certify writes the certificate of a session whose load is known.
func (pr *prover) certify(s *Session, l load) *Certificate {
	who := pr.cast(s)
	c := &Certificate{Session: s.Name, PerMessage: l.waits, Reasons: map[string]string{}}
	h := pr.historyOf(s, who, l)
	total := h.bill(l.sum, true)
	if l.waits && l.reads > 0 { // each message makes the conversation longer
		total.in = math.Inf(1)
		if l.readPrice > 0 {
			total.cost = math.Inf(1)
		}
	}
	pr.reasons(who, c, l, total)
	seconds := pr.seconds(s, c, l)
	tokens := total.in + total.out
	b := Bound{Turns: l.turns, Calls: l.calls, Because: l.because}
	pr.lastTurn(s, &b)
	if f := s.Finalize; f != nil {
		last := h.bill(pr.last(f), false)
		tokens += last.in + last.out
		total = bill{in: total.in + last.in, out: total.out + last.out, cost: total.cost + last.cost}
		seconds += finalSeconds(s)
	}
	tokens, total = pr.budgeted(s, c, tokens, total)
	c.Turns, c.Calls, c.Because = amount(b.Turns), amount(b.Calls), b.Because
	c.Tokens, c.InputTokens, c.OutputTokens = ceiling(tokens), ceiling(total.in), ceiling(total.out)
	c.Cost, c.Seconds = Amount(total.cost), Amount(seconds)
	pr.shares(s, c, h, l, total)
	c.Assumptions = pr.assumptions(s, who)
	return c
}

// ceiling is a number of tokens; what is too large to be counted has no bound.
func ceiling(f float64) Amount {
	if f >= math.MaxInt {
		return Unbounded()
	}
	return Amount(math.Ceil(f))
}

// historyOf is what is known of a session's conversation.
func (pr *prover) historyOf(s *Session, who *cast, l load) *history {
	h := &history{base: personTokens, said: l.said, load: l}
	if s.Opening != "" {
		h.base = tokensIn(len(s.Opening)) + 10
	}
	h.most = max(l.mostSaid, h.base)
	bytes := 0
	for name := range who.agents {
		bytes += pr.introduced(Ref{Kind: RefAgent, Name: name})
	}
	for name := range who.humans {
		bytes += pr.introduced(Ref{Kind: RefHuman, Name: name})
	}
	h.intro = tokensIn(bytes)
	if most := s.Limits.MaxTokens; most > 0 {
		h.said, h.most = min(h.said, most), min(h.most, max(most, h.base))
	}
	return h
}

package specs

import "math"

// A spend is what calls take at most. What they read of the conversation is
// counted apart, since it grows: the total is known when the session's is.
type spend struct {
	calls int
	// in and out are tokens, without what is read of the conversation.
	in, out int
	// asks are the calls of agents, which get the introductions of the others;
	// reads are calls that get the whole conversation; msgs are single messages
	// that calls get, through a memory's window or as a pattern's note.
	asks, reads, msgs int
	// cost is that of in and out, in USD. The prices are those of a token that is
	// read, summed up over asks, reads and msgs.
	cost, askPrice, readPrice, msgPrice float64
	// wait is the time that passes, in seconds.
	wait float64
}

func (s spend) plus(t spend) spend {
	return spend{
		calls: satAdd(s.calls, t.calls), in: satAdd(s.in, t.in), out: satAdd(s.out, t.out),
		asks: satAdd(s.asks, t.asks), reads: satAdd(s.reads, t.reads), msgs: satAdd(s.msgs, t.msgs),
		cost: s.cost + t.cost, askPrice: s.askPrice + t.askPrice, readPrice: s.readPrice + t.readPrice, msgPrice: s.msgPrice + t.msgPrice,
		wait: s.wait + t.wait,
	}
}

// or is the larger of each.
func (s spend) or(t spend) spend {
	return spend{
		calls: max(s.calls, t.calls), in: max(s.in, t.in), out: max(s.out, t.out),
		asks: max(s.asks, t.asks), reads: max(s.reads, t.reads), msgs: max(s.msgs, t.msgs),
		cost: max(s.cost, t.cost), askPrice: max(s.askPrice, t.askPrice), readPrice: max(s.readPrice, t.readPrice),
		msgPrice: max(s.msgPrice, t.msgPrice), wait: max(s.wait, t.wait),
	}
}

// and is the smaller of each.
func (s spend) and(t spend) spend {
	return spend{
		calls: min(s.calls, t.calls), in: min(s.in, t.in), out: min(s.out, t.out),
		asks: min(s.asks, t.asks), reads: min(s.reads, t.reads), msgs: min(s.msgs, t.msgs),
		cost: min(s.cost, t.cost), askPrice: min(s.askPrice, t.askPrice), readPrice: min(s.readPrice, t.readPrice),
		msgPrice: min(s.msgPrice, t.msgPrice), wait: min(s.wait, t.wait),
	}
}

func (s spend) times(n int) spend {
	return spend{
		calls: satMul(s.calls, n), in: satMul(s.in, n), out: satMul(s.out, n),
		asks: satMul(s.asks, n), reads: satMul(s.reads, n), msgs: satMul(s.msgs, n),
		cost: mulFloat(s.cost, n), askPrice: mulFloat(s.askPrice, n), readPrice: mulFloat(s.readPrice, n), msgPrice: mulFloat(s.msgPrice, n),
		wait: mulFloat(s.wait, n),
	}
}

// noted is the spending of calls that get so many messages of others and so
// many tokens of a pattern's words besides.
func (s spend) noted(messages, tokens int) spend {
	s.msgs = satAdd(s.msgs, satMul(messages, s.asks))
	s.msgPrice += mulFloat(s.askPrice, messages)
	s.in = satAdd(s.in, satMul(tokens, s.asks))
	s.cost += mulFloat(s.askPrice, tokens)
	return s
}

// minus is what is left of a spending of which another is a part.
func (s spend) minus(t spend) spend {
	return spend{
		calls: satSub(s.calls, t.calls), in: satSub(s.in, t.in), out: satSub(s.out, t.out),
		asks: satSub(s.asks, t.asks), reads: satSub(s.reads, t.reads), msgs: satSub(s.msgs, t.msgs),
		cost: subFloat(s.cost, t.cost), askPrice: subFloat(s.askPrice, t.askPrice), readPrice: subFloat(s.readPrice, t.readPrice),
		msgPrice: subFloat(s.msgPrice, t.msgPrice), wait: subFloat(s.wait, t.wait),
	}
}

// unread is the spending of calls that see nothing of the conversation.
func (s spend) unread() spend {
	s.reads, s.readPrice = 0, 0
	return s
}

// mulFloat is a product in which nothing times anything is nothing, and the
// largest number stands for no bound.
func mulFloat(f float64, n int) float64 {
	switch {
	case f == 0 || n <= 0:
		return 0
	case n == math.MaxInt:
		return math.Inf(1)
	default:
		return f * float64(n)
	}
}

// satSub and subFloat leave no bound where there was none.
func satSub(a, b int) int {
	if a == math.MaxInt {
		return a
	}
	return max(a-b, 0)
}

func subFloat(a, b float64) float64 {
	if math.IsInf(a, 1) {
		return a
	}
	return max(a-b, 0)
}

// satAdd and satMul stay at the largest number instead of wrapping around.
// Negative numbers count as 0.
func satAdd(a, b int) int {
	a, b = max(a, 0), max(b, 0)
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

func satMul(a, b int) int {
	a, b = max(a, 0), max(b, 0)
	if a > 0 && b > math.MaxInt/a {
		return math.MaxInt
	}
	return a * b
}

package screen

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// stage puts what is said into an order in which it can be shown: turns that
// are taken at the same time do not mix. One of them is shown as its text
// arrives, the others when they are said.
type stage struct {
	open    []*speech    // agents' turns that are not said yet, by turn
	shown   map[int]bool // turns whose message is on the screen before it is said
	over    map[int]bool // turns of which nothing more is heard
	current *speech      // begun on the screen, or nil
	waiting []block      // said meanwhile
	out     []block      // to be shown now
}

// speech is an agent's turn.
type speech struct {
	turn, frame int
	agent       string
	since       time.Time
	raw         strings.Builder
	held        bool
	// before is what was said in an answer that another one followed.
	before string
	// structured says that the text is JSON, to be shown when it is whole.
	structured bool
}

// block is a piece of the transcript, ready to be shown.
type block struct {
	agent string
	text  string
	// begins and ends say whether it is the first and the last piece of a
	// message.
	begins, ends bool
	simulated    bool
	note         bool
}

func (s *stage) find(turn int) *speech {
	for _, sp := range s.open {
		if sp.turn == turn {
			return sp
		}
	}
	return nil
}

// start opens a turn; it may have been opened by its first text. It is nil when
// the turn is over: a piece of text may be late.
func (s *stage) start(turn int, agent string, at time.Time, structured bool) *speech {
	if sp := s.find(turn); sp != nil || s.over[turn] {
		return sp
	}
	sp := &speech{turn: turn, agent: agent, since: at, structured: structured}
	i, _ := slices.BinarySearchFunc(s.open, turn, func(sp *speech, turn int) int { return sp.turn - turn })
	s.open = slices.Insert(s.open, i, sp)
	return sp
}

// hear takes a piece of a turn's text.
func (s *stage) hear(sp *speech, text string) {
	if sp == nil || sp.held {
		return
	}
	sp.raw.WriteString(text)
	if s.current == nil && s.first() == sp && !sp.structured {
		s.current = sp
		s.out = append(s.out, block{agent: sp.agent, text: sp.raw.String(), begins: true})
		return
	}
	if s.current == sp {
		s.out = append(s.out, block{agent: sp.agent, text: text})
	}
}

// first is the turn that may be shown as it arrives.
func (s *stage) first() *speech {
	if len(s.open) == 0 || s.open[0].held {
		return nil
	}
	return s.open[0]
}

// say shows a message; one of an open turn ends it.
func (s *stage) say(turn int, d *engine.Said) {
	if turn > 0 && s.shown[turn] {
		delete(s.shown, turn)
		return
	}
	sp := s.find(turn)
	switch {
	case turn > 0 && sp != nil && sp == s.current:
		s.finish(sp, d)
		s.next()
	case s.current != nil:
		s.drop(sp)
		s.waiting = append(s.waiting, blockOf(d))
	default:
		s.drop(sp)
		s.out = append(s.out, blockOf(d))
		s.next()
	}
}

// hold notes the answer of a turn that is said later. The one that is on the
// screen is finished at once.
func (s *stage) hold(turn int, d *engine.Said) {
	sp := s.find(turn)
	if sp == nil {
		return
	}
	sp.held = true
	if sp == s.current {
		s.finish(sp, d)
		s.shown[turn] = true
		s.next()
	}
}

// finish shows what is left of a message, or all of it anew when what was
// streamed was not it.
func (s *stage) finish(sp *speech, d *engine.Said) {
	streamed, rest := sp.raw.String(), ""
	switch {
	case streamed == "" && d.Content == sp.before: // that was the answer after all
	case strings.HasPrefix(d.Content, streamed):
		rest = d.Content[len(streamed):]
	case !strings.HasSuffix(streamed, d.Content):
		rest = "\n" + d.Content
	}
	s.out = append(s.out, block{agent: sp.agent, text: rest, ends: true, simulated: d.Simulated})
	s.current = nil
	s.drop(sp)
}

// fail ends a turn without an answer.
func (s *stage) fail(turn int) {
	sp := s.find(turn)
	if sp == nil {
		return
	}
	if sp == s.current {
		s.out = append(s.out, block{agent: sp.agent, text: " …", ends: true})
		s.current = nil
	}
	s.drop(sp)
	s.next()
}

// again says that the text so far was not the answer: another one follows.
func (s *stage) again(turn int) {
	sp := s.find(turn)
	if sp == nil || sp.raw.Len() == 0 {
		return
	}
	sp.before = sp.raw.String()
	sp.raw.Reset()
	if sp == s.current {
		s.out = append(s.out, block{agent: sp.agent, text: " …\n"})
	}
}

// yield lets others be shown while a turn waits for what they do for it in its
// pattern.
func (s *stage) yield(frame int) {
	if s.current == nil || s.current.frame != frame || s.current.raw.Len() > 0 {
		return
	}
	s.out = append(s.out, block{agent: s.current.agent, ends: true})
	s.current = nil
	s.next()
}

// fall ends a turn that has said nothing. One of which something was heard is
// said later.
func (s *stage) fall(turn int) {
	sp := s.find(turn)
	if sp == nil || sp.raw.Len() > 0 {
		return
	}
	if sp == s.current {
		s.out = append(s.out, block{agent: sp.agent, ends: true})
		s.current = nil
	}
	s.drop(sp)
	s.next()
}

// leave gives up the turns of a pattern that is over.
func (s *stage) leave(frame int) {
	for _, sp := range slices.Clone(s.open) {
		if sp.frame == frame {
			s.fail(sp.turn)
		}
	}
}

// abandon gives up all turns.
func (s *stage) abandon() {
	for _, sp := range slices.Clone(s.open) {
		sp.raw.Reset() // what is not shown yet is not begun
		s.fail(sp.turn)
	}
}

// remark shows a note between messages.
func (s *stage) remark(text string) {
	b := block{text: text, note: true, begins: true, ends: true}
	if s.current != nil {
		s.waiting = append(s.waiting, b)
		return
	}
	s.out = append(s.out, b)
}

// next shows what waited for the end of a message, and begins with the next
// turn if it has something to show.
func (s *stage) next() {
	if s.current != nil {
		return
	}
	s.out = append(s.out, s.waiting...)
	s.waiting = nil
	if sp := s.first(); sp != nil && sp.raw.Len() > 0 && !sp.structured {
		s.current = sp
		s.out = append(s.out, block{agent: sp.agent, text: sp.raw.String(), begins: true})
	}
}

func (s *stage) drop(sp *speech) {
	if sp == nil {
		return
	}
	s.over[sp.turn] = true
	s.open = slices.DeleteFunc(s.open, func(x *speech) bool { return x == sp })
}

// take gives what is to be shown now.
func (s *stage) take() []block {
	out := s.out
	s.out = nil
	return out
}

func blockOf(d *engine.Said) block {
	text := d.Content
	if d.Structured {
		text = outline(json.RawMessage(d.Content))
	}
	return block{agent: d.Sender, text: text, begins: true, ends: true, simulated: d.Simulated}
}

package engine

import (
	"slices"
	"strings"
)

// What repeats.
const (
	repeatContent  = "content"
	repeatToolCall = "tool_call"
	repeatSpeakers = "speakers"
)

// maxSequence is the longest sequence of speakers that is seen to come round.
const maxSequence = 4

// repeats counts how often agents say or do the same thing in a row, and how
// often the same speakers come round.
type repeats struct {
	By   map[string]*repeated `json:"by"`
	Most int                  `json:"most,omitempty"`
	// Recent are the last messages of turns, oldest first; Runs[k-1] is how many
	// of the newest ones are each nearly the same as the one k before it.
	Recent []int            `json:"recent,omitempty"`
	Runs   [maxSequence]int `json:"runs"`
}

type repeated struct {
	Text  string `json:"text,omitempty"`
	Tool  string `json:"tool,omitempty"`
	Texts int    `json:"texts,omitempty"`
	Tools int    `json:"tools,omitempty"`
}

func newRepeats() *repeats { return &repeats{By: map[string]*repeated{}} }

func (r *repeats) of(agent string) *repeated {
	x := r.By[agent]
	if x == nil {
		x = &repeated{}
		r.By[agent] = x
	}
	return x
}

func (r *repeats) text(agent, content string) {
	x := r.of(agent)
	if s := folded(content); s == x.Text {
		x.Texts++
	} else {
		x.Text, x.Texts = s, 1
	}
	r.Most = max(r.Most, x.Texts)
}

func (r *repeats) tool(agent, call string) {
	x := r.of(agent)
	if call == x.Tool {
		x.Tools++
	} else {
		x.Tool, x.Tools = call, 1
	}
	r.Most = max(r.Most, x.Tools)
}

// speaker takes in a message of a turn.
func (r *repeats) speaker(st *State, i int) {
	m := &st.messages[i]
	for k := 1; k <= maxSequence; k++ {
		at := len(r.Recent) - k
		if at >= 0 && st.messages[r.Recent[at]].sender == m.sender && alike(st.messages[r.Recent[at]].content, m.content) {
			r.Runs[k-1]++
		} else {
			r.Runs[k-1] = 0
		}
	}
	if len(r.Recent) == maxSequence {
		r.Recent = slices.Clone(r.Recent[1:])
	}
	r.Recent = append(r.Recent, i)
}

// fresh begins anew: somebody has come in between.
func (r *repeats) fresh() { r.Recent, r.Runs = nil, [maxSequence]int{} }

// now is how many times in a row something has come by now.
func (r *repeats) now(what string) int {
	most := 0
	switch what {
	case repeatSpeakers:
		for k, run := range r.Runs {
			most = max(most, 1+run/(k+1))
		}
	default:
		for _, x := range r.By {
			n := x.Texts
			if what == repeatToolCall {
				n = x.Tools
			}
			most = max(most, n)
		}
	}
	return most
}

// repeating are the counters that something in a frame counts in.
func (st *State) repeating(f *Frame, count func(*repeats)) {
	if st.repeat != nil {
		count(st.repeat)
	}
	for ; f != nil; f = f.parent {
		if f.repeat != nil {
			count(f.repeat)
		}
	}
}

// foldRepeat counts a message.
func (st *State) foldRepeat(e *Event, d *Said, i int) {
	st.repeating(st.frames[d.Frame], func(r *repeats) {
		if d.Role == "assistant" {
			r.text(d.Sender, d.Content)
		}
		switch {
		case e.Turn > 0:
			r.speaker(st, i)
		case d.Role == "user":
			r.fresh()
		}
	})
}

// repeatsIn is the counter of a frame, or of the whole session.
func (st *State) repeatsIn(f *Frame) *repeats {
	if f != nil {
		return f.repeat
	}
	return st.repeat
}

// watched are the patterns whose activations need a counter of repetitions, for
// conditions in a scope; the empty name stands for the session.
func watched(stops []*stop, scope string, names map[string]bool) {
	for _, s := range stops {
		in := scope
		if s.spec.Scope != "" {
			in = s.spec.Scope
		}
		if s.spec.Repeat != nil {
			names[in] = true
		}
		watched(s.parts, in, names)
	}
}

// What makes two texts nearly the same: so much of their shingles, which are
// so many words in a row, in common.
const (
	shingle       = 3
	similarity    = 0.9
	maxShingles   = 5000 // of a text; what is behind does not count
	shingleSpacer = "\x00"
)

// alike says whether two texts are nearly the same.
func alike(a, b string) bool {
	x, y := shingles(a), shingles(b)
	if len(x) == 0 || len(y) == 0 {
		return len(x) == len(y)
	}
	common := 0
	for s := range x {
		if y[s] {
			common++
		}
	}
	return float64(common) >= similarity*float64(len(x)+len(y)-common)
}

// shingles are the words of a text, three in a row; case does not count. A
// text of fewer words is one shingle.
func shingles(text string) map[string]bool {
	words := strings.Fields(strings.ToLower(text))
	set := map[string]bool{}
	for i := 0; i+shingle <= len(words) && i < maxShingles; i++ {
		set[strings.Join(words[i:i+shingle], shingleSpacer)] = true
	}
	if len(words) > 0 && len(words) < shingle {
		set[strings.Join(words, shingleSpacer)] = true
	}
	return set
}

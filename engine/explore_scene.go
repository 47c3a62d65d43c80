package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Scene is a path of an exploration with what somebody needs to play it: what
// each call of a model and of a tool has to give, and what persons do.
type Scene struct {
	// Opening replaces the session's, if it is not empty.
	Opening string
	// Calls are those of models, in the order in which they began, Tools those of
	// tools.
	Calls []SceneCall
	Tools []SceneTool
	// Acts are what persons do, in order.
	Acts []Choice
	// Unlike says what of it a script cannot play, empty when it can play all.
	Unlike string
	// Speakers are who said something, in order, the opening and the person's
	// side aside.
	Speakers []string
	// Taken is what it took.
	Taken Taken
	// Ended is nil where the path leads to no end.
	Ended *Ended
}

// SceneCall is a call of a model.
type SceneCall struct {
	// Provider is the name of its block.
	Provider, Agent string
	// Began and Over are how many choices were made before it began and until it
	// was answered; Over is 0 when it never was.
	Began, Over int
	// Text and Tools are the answer, Usage what it took. Text is short where no
	// condition can tell it from the one that was explored.
	Text  string
	Tools []providers.ToolCall
	Usage providers.Usage
	// Failure is how it failed, if it did.
	Failure providers.Kind
}

// SceneTool is a call of a tool that was made.
type SceneTool struct {
	// Tool is the name that the model uses.
	Tool   string
	Result string
	Failed bool
}

// Retrace goes along a path that an exploration of the same template and options
// found.
func Retrace(t *Template, o ExploreOptions, path []Choice) (*Scene, error) {
	x := newExploration(t, o)
	r := &retrace{exploration: x, scene: &Scene{}, calls: map[int]int{}, tools: map[string]string{}}
	x.log = r.events
	w, why := x.start()
	for i := range path {
		if why != "" || w == nil {
			break
		}
		r.at, r.made = i+1, &path[i]
		r.act(&path[i])
		if path[i].Do == DoWait && w.st.awaitsPerson() {
			r.scene.Unlike = "a person who is there stays silent"
		}
		w, why = x.step(w, path[i])
	}
	if why != "" {
		return nil, errors.New(why)
	}
	env := &w.st.env
	r.scene.Taken = Taken{Turns: env.Turns, Calls: env.Calls, Tokens: env.Usage.TotalTokens, Cost: env.Usage.Cost}
	r.scene.Ended = w.st.ended
	return r.scene, nil
}

type retrace struct {
	*exploration
	scene *Scene
	at    int     // choices that were made
	made  *Choice // the last of them
	begun bool
	calls map[int]int       // places in the scene, by the calls' numbers
	tools map[string]string // names, by the calls' ids
}

// act notes what persons and tools do.
func (r *retrace) act(c *Choice) {
	switch c.Do {
	case DoOpen:
		*r.scene, r.begun = Scene{Opening: c.Text}, false
	case DoSay, DoAllow, DoDeny, DoResume, DoCloseInput, DoWait:
		a := *c
		a.Call = r.tools[c.Call]
		r.scene.Acts = append(r.scene.Acts, a)
	case DoResult, DoToolFails:
		r.scene.Tools = append(r.scene.Tools, SceneTool{Tool: r.tools[c.Call], Result: c.Text, Failed: c.Do == DoToolFails})
	}
}

// events notes the calls of models, and who speaks.
func (r *retrace) events(list []Event) {
	for i := range list {
		e := &list[i]
		switch d := e.Data.(type) {
		case *Started:
			r.begun = true
		case *ModelCalled:
			r.calls[d.Call] = len(r.scene.Calls)
			r.scene.Calls = append(r.scene.Calls, SceneCall{Provider: d.Provider, Agent: e.Agent, Began: r.at})
		case *ModelAnswered:
			c := &r.scene.Calls[r.calls[d.Call]]
			c.Over, c.Text, c.Tools = r.at, r.brief(r.made.Text), r.made.Tools
			c.take(e.Usage)
		case *ModelFailed:
			c := &r.scene.Calls[r.calls[d.Call]]
			if d.Kind != providers.Canceled {
				c.Over, c.Failure = r.at, d.Kind
				c.take(e.Usage)
			}
		case *ToolRequested:
			r.tools[d.CallID] = d.Tool
		case *Said:
			if r.begun && d.Sender != userName && d.Role != "system" {
				r.scene.Speakers = append(r.scene.Speakers, d.Sender)
			}
		}
	}
}

func (c *SceneCall) take(u *providers.Usage) {
	if u != nil {
		c.Usage = *u
	}
}

// brief is a shorter text that nothing can tell from a text.
func (r *retrace) brief(text string) string {
	short := strings.TrimSpace(text)
	var v any
	switch err := json.Unmarshal([]byte(text), &v); {
	case err == nil:
		if b, err := json.Marshal(v); err == nil {
			short = string(b)
		}
	case strings.HasPrefix(text, "{{"):
		short = "{"
	case len(short) > 2*len(exploredShort):
		if word, _, found := strings.Cut(short, " "); found {
			short = word
		}
	}
	if r.what.whole || r.what.told(short) != r.what.told(text) {
		return text
	}
	return short
}

// awaitsPerson says whether a person is asked for something, or may say something.
func (st *State) awaitsPerson() bool {
	for _, t := range st.turns {
		if t.human != nil || slices.ContainsFunc(t.pending, func(p toolRun) bool { return p.waits() }) {
			return true
		}
	}
	return st.paused || st.waitsForMessage()
}

// String tells a scene's end in a line.
func (s *Scene) String() string {
	if s.Ended == nil {
		return "it does not end"
	}
	return fmt.Sprintf("%s by %s", s.Ended.Outcome, s.Ended.Reason.Stop)
}

// Together says whether calls of models are under way at the same time, so that
// it matters how long each takes.
func (s *Scene) Together() bool {
	for i := range s.Calls {
		for k := range s.Calls[:i] {
			if over := s.Calls[k].Over; over == 0 || over > s.Calls[i].Began {
				return true
			}
		}
	}
	return false
}

package screen

import (
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// cast knows the participants of a session by their bare names.
type cast struct {
	shown map[string]string
	order map[string]int // agents alone
	human map[string]bool
	you   string // what the person's side is called
	// deciding are the open decisions by turn, with the conditions whose judges
	// are asked.
	deciding map[int]string
}

func newCast(you string) cast {
	return cast{shown: map[string]string{}, order: map[string]int{}, human: map[string]bool{}, you: you}
}

func (c *cast) meet(participants []engine.Participant) {
	for _, p := range participants {
		c.shown[p.Name] = p.Name
		if p.DisplayName != "" {
			c.shown[p.Name] = Line(p.DisplayName)
		}
		if p.Kind == "human" {
			c.human[p.Name] = true
			continue
		}
		c.order[p.Name] = len(c.order)
	}
}

// name is what a participant is called on the screen.
func (c *cast) name(bare string) string {
	if name, ok := c.shown[bare]; ok {
		return name
	}
	if bare == "user" && c.you != "" {
		return c.you
	}
	return Line(bare)
}

// labelOf is the label of a message: that of its sender, with the number of the
// copy that a map made.
func (c *cast) labelOf(t Theme, d *engine.Said) string {
	return c.label(t, d.Sender) + Line(strings.TrimPrefix(d.Copy, d.Sender))
}

// label is the name in the participant's colour; people are bold.
func (c *cast) label(t Theme, bare string) string {
	if n, ok := c.order[bare]; ok {
		return t.Speaker(n, c.name(bare))
	}
	return t.Bold(c.name(bare))
}

package screen

import (
	"fmt"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// copiesNote tells how many copies a map makes.
func copiesNote(pattern string, d *engine.Items) string {
	switch n := len(d.Items); n {
	case 0:
		return Line(pattern) + ": there are no items"
	case 1:
		return Line(pattern) + ": one item"
	default:
		return fmt.Sprintf("%s: %d items", Line(pattern), n)
	}
}

// planNote tells the steps of a plan that is carried out from now on.
func (c *cast) planNote(pattern string, d *engine.Planned) string {
	if len(d.Steps) == 0 {
		return fmt.Sprintf("%s: nothing is left to do", Line(pattern))
	}
	steps := make([]string, len(d.Steps))
	for i, s := range d.Steps {
		steps[i] = fmt.Sprintf("%d. %s: %s", i+1, c.name(s.Agent), short(s.Task))
	}
	return fmt.Sprintf("%s, plan %d: %s", Line(pattern), d.Number, strings.Join(steps, " "))
}

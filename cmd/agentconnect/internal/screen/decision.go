package screen

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// asked remembers who is asked for a decision, by turn.
func (c *cast) asked(turn int, d *engine.TurnStarted) {
	if !d.Decides {
		return
	}
	if c.deciding == nil {
		c.deciding = map[int]string{}
	}
	c.deciding[turn] = d.Stop
}

// decides says whether a turn is a decision, whose text is no message.
func (c *cast) decides(turn int) bool {
	_, ok := c.deciding[turn]
	return ok
}

// decisionNote tells what the judge of a condition decided. What others decide
// shows in what follows.
func (c *cast) decisionNote(who string, turn int, d *engine.TurnFinished) string {
	stop := c.deciding[turn]
	delete(c.deciding, turn)
	if d.Decision == nil || stop == "" {
		return ""
	}
	var v struct {
		Met bool
		Why string
	}
	_ = json.Unmarshal(d.Decision, &v) // another form is no yes
	answer := "not yet"
	if v.Met {
		answer = "yes"
	}
	return fmt.Sprintf("%s on %s: %s%s", who, Line(stop), answer, because(v.Why))
}

// chosenNote tells who was chosen where somebody or something has decided it.
func (c *cast) chosenNote(who string, d *engine.Chosen) string {
	switch d.By {
	case "chair":
		return fmt.Sprintf("the chair gives %s the floor%s", who, because(d.Why))
	case "classifier", "route":
		return fmt.Sprintf("route %s, to %s%s", Line(d.Route), who, because(d.Why))
	case "default":
		return fmt.Sprintf("the default, %s%s", who, because(d.Why))
	case "floor":
		return fmt.Sprintf("the floor comes back to %s", who)
	case "manager":
		return fmt.Sprintf("the manager gives %s the floor%s", who, because(d.Why))
	case "board":
		return fmt.Sprintf("%s looks at the board%s", who, because(d.Why))
	case "bid":
		return fmt.Sprintf("%s wins with a bid of %s", who, short(d.Why))
	case "fallback":
		return fmt.Sprintf("%s stands in%s", who, because(d.Why))
	default:
		return ""
	}
}

func (c *cast) ballotNote(who string, d *engine.Ballot) string {
	switch {
	case d.Spoiled:
		return who + "'s ballot is spoiled"
	case d.Score != nil:
		return fmt.Sprintf("%s votes %s%s", who, strconv.FormatFloat(*d.Score, 'g', 4, 64), because(d.Reason))
	case d.Casting:
		return fmt.Sprintf("%s breaks the tie: %s%s", who, Line(d.Choice), because(d.Reason))
	default:
		return fmt.Sprintf("%s votes %s%s", who, Line(d.Choice), because(d.Reason))
	}
}

func verdictNote(pattern string, d *engine.Verdict) string {
	outcome := Line(d.Outcome)
	switch {
	case d.Score != nil:
		outcome = strconv.FormatFloat(*d.Score, 'g', 4, 64)
	case outcome == "":
		outcome = "no result"
	}
	return fmt.Sprintf("the vote of %s: %s, by %s of %d ballots", Line(pattern), outcome, d.By, d.Ballots)
}

// because puts a reason behind a note.
func because(why string) string {
	if why == "" {
		return ""
	}
	return ": " + short(why)
}

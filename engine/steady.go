package engine

import (
	"sync"
	"time"
)

const (
	// jump is how far the wall clock may be off before it counts as set.
	jump = 100 * time.Millisecond
	// slew is the part of the time that passes by which a clock that was set is
	// followed: an hour takes a day.
	slew = 24
)

// clock is the time of an engine. It goes as fast as time passes, whatever is
// done to the wall clock meanwhile: what was due in a minute stays due in a
// minute. A wall clock that was set is followed slowly. The zero value is ready.
type clock struct {
	wall func() time.Time // the machine's clock; nil is [time.Now]

	mu   sync.Mutex // guards what follows
	seen time.Time  // when the clock was last read, by the monotonic clock
	at   time.Time  // what it said
}

// Now is the time by which sessions live. It never goes back. Whoever waits for
// a [Rest.Wake] waits by it.
func (e *Engine) Now() time.Time { return e.clock.now() }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := time.Now()
	wall := seen.Round(0) // without the monotonic part
	if c.wall != nil {
		wall = c.wall().Round(0)
	}
	passed := seen.Sub(c.seen)
	first := c.seen.IsZero()
	c.seen = seen
	at := c.at.Add(passed)
	switch off := wall.Sub(at); {
	case first:
		at = wall
	case off > jump:
		at = at.Add(passed / slew)
	case off < -jump:
		at = at.Add(-passed / slew)
	case wall.After(c.at):
		at = wall
	}
	if at.After(c.at) {
		c.at = at
	}
	return c.at.UTC().Truncate(time.Microsecond)
}

package engine

import "time"

// SetWall gives an engine another wall clock, before it is used.
func (e *Engine) SetWall(wall func() time.Time) { e.clock.wall = wall }

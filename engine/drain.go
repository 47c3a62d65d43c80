package engine

import (
	"context"
	"fmt"
)

// Drain brings every session to a point at which nothing is lost when the
// process ends. No session begins, and those that live start no turn and no
// call; what is under way finishes and is stored. Then each is let go with
// [ErrClosed]. When ctx ends first the rest is cut, and the error tells how
// many those are; their calls are made again when they are resumed. Close the
// engine after it.
func (e *Engine) Drain(ctx context.Context) error {
	live := e.shut()
	for _, s := range live {
		_ = s.post(drain{}) // it may have ended meanwhile
	}
	cut := 0
	for _, s := range live {
		select {
		case <-s.ended:
			continue
		default:
		}
		select {
		case <-s.ended:
		case <-ctx.Done():
			e.LetGo(s.id, ErrClosed)
			cut++
		}
	}
	if cut > 0 {
		return fmt.Errorf("%d sessions are cut short: %w", cut, context.Cause(ctx))
	}
	return nil
}

// drain is the input after which a session starts nothing more.
type drain struct{}

func (drain) apply(s *Session) { s.drains = true }

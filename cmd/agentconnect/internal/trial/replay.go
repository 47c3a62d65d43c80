package trial

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// replay decides a recorded session again and goes on with how it ended.
func (c *check) replay(t *engine.Template) *ending {
	at := c.trial.Args["replay"]
	path := c.suite.Beside(c.trial.Replay)
	events, err := c.o.ReadLog(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.fail(specs.FailReplay, at, nil, "There is no recorded session %s. \"agentconnect run --record FILE\" writes one.", path)
		return nil
	case err == nil && len(events) == 0:
		c.fail(specs.FailReplay, at, nil, "The recorded session %s has no events.", path)
		return nil
	case err != nil:
		c.fail(specs.FailReplay, at, nil, "The recorded session cannot be read: %v.", err)
		return nil
	}
	d, err := engine.Replay(c.ctx, t, sequence(events))
	switch {
	case err != nil:
		c.fail(specs.FailReplay, at, nil, "The recorded session cannot be replayed: %v.", err)
		return nil
	case d != nil:
		c.r.Events = events[:min(int(d.Seq), len(events))] //nolint:gosec // it is the number of an event
		c.fail(specs.FailReplay, at, nil, "The scenario does not give the recorded session any more. %s.", upperFirst(d.Text))
		return nil
	}
	env, err := engine.Recall(c.ctx, t, sequence(events))
	if err != nil {
		c.fail(specs.FailReplay, at, nil, "The recorded session cannot be replayed: %v.", err)
		return nil
	}
	end := &ending{events: events, env: env, lasted: events[len(events)-1].Time.Sub(events[0].Time)}
	if last, ok := events[len(events)-1].Data.(*engine.Ended); ok {
		end.ended = last
	} else {
		end.unfinished = fmt.Sprintf("the recorded session stops at event %d", len(events))
	}
	return end
}

func sequence(events []engine.Event) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

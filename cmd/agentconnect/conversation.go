package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
)

// drawEvery is how often the screen is drawn while nothing happens.
const drawEvery = 100 * time.Millisecond

// passes is what a person says who has nothing to say when it is their turn.
const passes = "(passes)"

// conversation follows a session to its end: it shows the events and passes on
// what the person says. One goroutine runs it and owns all its fields.
type conversation struct {
	halt    *halt
	session *engine.Session
	show    display
	record  *record
	tally   screen.Tally
	deltas  bool

	// Who speaks for the person's side: messages that are there already, or a
	// person at the terminal, or nobody.
	lines *lines
	desk  *desk

	chat    bool // a human_agent session
	seen    uint64
	agents  map[int]bool
	humans  []personTurn
	asks    questions
	paused  bool
	closed  bool // no person will say anything more
	ended   bool
	blocked bool
	failure error
}

// personTurn is a turn that waits for a person.
type personTurn struct {
	turn int
	name string
}

// run follows the session to its end.
func (c *conversation) run() error {
	ctx, cancel := context.WithCancel(context.Background())
	events := make(chan engine.Event)
	var followed error
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		defer close(events)
		followed = c.follow(ctx, events)
	})
	c.agents = map[int]bool{}
	c.loop(ctx, events)
	if c.failure != nil {
		return c.failure
	}
	return errors.Join(followed, c.session.Err())
}

func (c *conversation) follow(ctx context.Context, to chan<- engine.Event) error {
	for e, err := range c.session.Follow(ctx, 0, c.deltas) {
		if err != nil {
			return err
		}
		select {
		case to <- e:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

func (c *conversation) loop(ctx context.Context, events <-chan engine.Event) {
	tick := time.NewTicker(drawEvery)
	defer tick.Stop()
	stop := c.halt.ctx.Done()
	for {
		c.desk.serve(ctx, c)
		c.checkOutput(ctx, c.show.Draw())
		select {
		case e, ok := <-events:
			if !ok {
				return
			}
			c.take(ctx, e)
			c.takeReady(ctx, events)
		case <-stop:
			stop = nil
			c.stop(ctx, c.halt.by())
		case line, ok := <-c.nextLine():
			c.line(ctx, line, ok)
		case key, ok := <-c.desk.pressed():
			c.desk.press(ctx, c, key, ok)
		case <-tick.C:
		}
	}
}

// takeReady takes the events that are there already, so that they are drawn at
// once.
func (c *conversation) takeReady(ctx context.Context, events <-chan engine.Event) {
	for range 256 {
		select {
		case e, ok := <-events:
			if !ok {
				return
			}
			c.take(ctx, e)
		default:
			return
		}
	}
}

func (c *conversation) take(ctx context.Context, e engine.Event) {
	c.record.event(&e)
	c.tally.Event(e)
	c.show.Event(e)
	if e.Seq != 0 {
		c.seen = e.Seq
	}
	c.asks.take(&e)
	switch d := e.Data.(type) {
	case *engine.ApprovalAsked:
		c.nobodyAllows(ctx)
	case *engine.Created:
		c.chat = d.SessionType == "human_agent"
	case *engine.TurnStarted:
		if c.isHuman(e.Agent) {
			c.humans = append(c.humans, personTurn{e.Turn, e.Agent})
		} else {
			c.agents[e.Turn] = true
		}
	case *engine.TurnFinished, *engine.TurnFailed:
		delete(c.agents, e.Turn)
		c.humans = slices.DeleteFunc(c.humans, func(p personTurn) bool { return p.turn == e.Turn })
	case *engine.Paused:
		c.paused = true
		c.nobodyDecides(ctx)
	case *engine.Resumed:
		c.paused = false
	case *engine.Ended:
		c.ended = true
	}
}

func (c *conversation) isHuman(name string) bool {
	for _, p := range c.session.Template().Participants {
		if p.Name == name {
			return p.Kind == "human"
		}
	}
	return false
}

// nobodyDecides ends a paused session that nobody is there to resume.
func (c *conversation) nobodyDecides(ctx context.Context) {
	if c.desk != nil || c.blocked {
		return
	}
	c.blocked = true
	c.fail(c.session.Block(ctx, "nobody is there to decide whether it goes on"))
}

// wants says whether a person's message would be answered now, and whose turn
// it is; an empty name is the person's side. Until all events are seen that there
// are nothing is wanted: after a turn's end the next one's beginning may follow.
func (c *conversation) wants() (who string, ok bool) {
	if c.ended || c.closed || c.paused || c.seen < c.session.Made() {
		return "", false
	}
	if len(c.humans) > 0 {
		return c.humans[0].name, true
	}
	return "", c.chat && len(c.agents) == 0
}

// nextLine is where the next message comes from, nil while none is wanted.
func (c *conversation) nextLine() <-chan string {
	if c.lines == nil {
		return nil
	}
	if _, ok := c.wants(); !ok {
		return nil
	}
	return c.lines.next
}

// line takes a message that was given, or the end of them.
func (c *conversation) line(ctx context.Context, text string, ok bool) {
	who, _ := c.wants()
	switch {
	case !ok:
		c.closeInput(ctx)
		if c.lines.err != nil && c.failure == nil {
			c.failure = c.lines.err
		}
	case strings.TrimSpace(text) == "" && who == "":
	default:
		c.fail(c.say(ctx, who, text))
	}
}

// say passes a message on.
func (c *conversation) say(ctx context.Context, who, text string) error {
	if strings.TrimSpace(text) == "" {
		text = passes
	}
	_, err := c.session.Say(ctx, engine.Message{Sender: who, Content: text})
	return err
}

func (c *conversation) closeInput(ctx context.Context) {
	if !c.closed {
		c.closed = true
		c.fail(c.session.CloseInput(ctx))
	}
}

func (c *conversation) stop(ctx context.Context, by string) {
	c.fail(c.session.Stop(ctx, by, false))
}

// checkOutput stops a session that nobody can see any more.
func (c *conversation) checkOutput(ctx context.Context, err error) {
	if err != nil && c.failure == nil {
		c.failure = outputError(err)
		c.stop(ctx, "the end of its output")
	}
}

// fail notes an error of the session, but for its having ended.
func (c *conversation) fail(err error) {
	if err != nil && !errors.Is(err, engine.ErrEnded) && c.failure == nil {
		c.failure = &exitError{statusFailed, err.Error()}
	}
}

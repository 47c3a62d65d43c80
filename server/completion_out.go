package server

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// completion is an answer in OpenAI's form while it is made. Of several agents
// that speak at a time, one is passed on as it speaks and the others in whole.
type completion struct {
	id      string
	created int64
	model   string
	usage   completionUsage
	emit    func(text string) error // nil when nobody wants it piece by piece

	text   strings.Builder
	said   int    // messages
	turn   int    // the turn that is passed on, 0 for none
	piece  string // what was passed on of it
	held   []string
	length bool // the last answer was cut by its limit
}

type completionUsage struct {
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens"`
	TotalTokens      int `json:"total_tokens"`
}

// take takes in what happened.
func (c *completion) take(e *engine.Event) error {
	switch d := e.Data.(type) {
	case *engine.TextDelta:
		return c.delta(e.Turn, d.Text)
	case *engine.ModelAnswered:
		c.length = d.Finish == providers.FinishLength
	case *engine.TurnFailed:
		if e.Turn == c.turn {
			c.turn, c.piece = 0, ""
			return c.release()
		}
	case *engine.Said:
		if d.Role == "assistant" {
			return c.message(e.Turn, d.Content)
		}
	}
	return nil
}

func (c *completion) delta(turn int, text string) error {
	if c.turn == 0 {
		c.turn = turn
		if err := c.space(); err != nil {
			return err
		}
	}
	if c.turn != turn {
		return nil
	}
	c.piece += text
	return c.write(text)
}

// message takes in an agent's finished message.
func (c *completion) message(turn int, content string) error {
	c.said++
	switch {
	case c.turn != 0 && c.turn != turn:
		c.held = append(c.held, content)
		return nil
	case c.turn == 0:
		if err := c.space(); err != nil {
			return err
		}
		if err := c.write(content); err != nil {
			return err
		}
	default:
		rest, whole := strings.CutPrefix(content, c.piece)
		if !whole { // a first try was thrown away
			rest = "\n\n" + content
		}
		c.turn, c.piece = 0, ""
		if err := c.write(rest); err != nil {
			return err
		}
	}
	return c.release()
}

// release passes on what had to wait for another agent.
func (c *completion) release() error {
	for _, text := range c.held {
		if err := c.space(); err != nil {
			return err
		}
		if err := c.write(text); err != nil {
			return err
		}
	}
	c.held = nil
	return nil
}

// space stands between the words of two agents.
func (c *completion) space() error {
	if c.text.Len() == 0 {
		return nil
	}
	return c.write("\n\n")
}

func (c *completion) write(text string) error {
	if text == "" {
		return nil
	}
	c.text.WriteString(text)
	if c.emit == nil {
		return nil
	}
	return c.emit(text)
}

func (c *completion) finish() string {
	if c.length {
		return "length"
	}
	return "stop"
}

// completionBody is an answer, or a piece of one.
type completionBody struct {
	ID      string             `json:"id"`
	Object  string             `json:"object"`  // chat.completion or chat.completion.chunk
	Created int64              `json:"created"` // Unix seconds
	Model   string             `json:"model"`
	Choices []completionChoice `json:"choices"`
	Usage   *completionUsage   `json:"usage,omitempty"`
}

type completionChoice struct {
	Index        int                `json:"index"`
	Message      *completionMessage `json:"message,omitempty"`
	Delta        *completionMessage `json:"delta,omitempty"`
	FinishReason *string            `json:"finish_reason"` // null until the end
}

type completionMessage struct {
	Role    string  `json:"role,omitempty"`
	Content *string `json:"content,omitempty"`
}

func (c *completion) whole() completionBody {
	text, why := c.text.String(), c.finish()
	b := c.body("chat.completion", completionChoice{Message: &completionMessage{Role: "assistant", Content: &text}, FinishReason: &why})
	b.Usage = &c.usage
	return b
}

func (c *completion) body(object string, choices ...completionChoice) completionBody {
	if choices == nil {
		choices = []completionChoice{}
	}
	return completionBody{ID: c.id, Object: object, Created: c.created, Model: c.model, Choices: choices}
}

func (c *completion) chunk(choices ...completionChoice) completionBody {
	return c.body("chat.completion.chunk", choices...)
}

// streamAnswer sends an answer as server-sent events while it is made.
func (s *Server) streamAnswer(w http.ResponseWriter, r *http.Request, rec *record, after uint64, in *completionRequest, c *completion) error {
	begun := false
	send := func(v any) error {
		text, err := json.Marshal(v)
		if err == nil {
			_, err = w.Write(append(append([]byte("data: "), text...), "\n\n"...))
		}
		if err != nil {
			return err
		}
		return http.NewResponseController(w).Flush()
	}
	c.emit = func(text string) error {
		m := &completionMessage{Content: &text}
		if !begun {
			begun, m.Role = true, "assistant"
			w.Header().Set("Content-Type", "text/event-stream")
		}
		return send(c.chunk(completionChoice{Delta: m}))
	}
	if err := s.listen(r.Context(), rec, after, true, c); err != nil {
		if begun {
			e := public(err)
			_ = send(map[string]any{"error": map[string]string{"message": e.detail, "type": "server_error", "code": e.code}}) // it may be gone
		}
		return err
	}
	why := c.finish()
	if err := send(c.chunk(completionChoice{Delta: &completionMessage{}, FinishReason: &why})); err != nil {
		return err
	}
	if in.usage {
		last := c.chunk()
		last.Usage = &c.usage
		if err := send(last); err != nil {
			return err
		}
	}
	_, err := w.Write([]byte("data: [DONE]\n\n"))
	return err
}

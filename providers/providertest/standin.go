package providertest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// Said is a call that a [StandIn] was asked, the same whatever the dialect.
type Said struct {
	// Dialect is openai, anthropic or google.
	Dialect string
	// Model is the vendor's model name, Key the key that came along.
	Model, Key string
	// System is the system prompt; Texts are the texts of the conversation, each
	// after its side: "user: " or "assistant: ". What a side says in a row is
	// one text.
	System string
	Texts  []string
}

// StandIn speaks the dialects of all vendors over HTTP, plainly: what answer
// says is streamed word by word. When answer is false, the key is refused.
func StandIn(answer func(Said) (text string, ok bool)) http.Handler {
	s := &standIn{answer: answer}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", s.openai)
	mux.HandleFunc("POST /v1/messages", s.anthropic)
	mux.HandleFunc("POST /v1beta/models/{call}", s.google)
	mux.HandleFunc("GET /v1/models", s.list)
	mux.HandleFunc("GET /v1beta/models", s.list)
	return mux
}

type standIn struct{ answer func(Said) (string, bool) }

func (s *standIn) list(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.answer(Said{Key: keyOf(r)}); !ok {
		refuse(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"data":[{"id":"small"},{"id":"large"}],"models":[{"name":"models/small"},{"name":"models/large"}]}`)
}

func keyOf(r *http.Request) string {
	key := r.Header.Get("X-Api-Key") + r.Header.Get("X-Goog-Api-Key")
	if key == "" {
		key = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	return key
}

// refuse answers in a shape that all dialects share.
func refuse(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = io.WriteString(w, `{"type":"error","error":{"type":"authentication_error","code":"invalid_api_key","status":"UNAUTHENTICATED","message":"this key is not known"}}`)
}

// asked reads a request, and what to answer in words.
func (s *standIn) asked(w http.ResponseWriter, r *http.Request, body any, said func() Said) []string {
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return nil
	}
	call := said()
	call.Key = keyOf(r)
	text, ok := s.answer(call)
	if !ok {
		refuse(w)
		return nil
	}
	return strings.SplitAfter(text, " ")
}

// say adds a text of a side.
func (s *Said) say(side, text string) {
	if text == "" {
		return
	}
	if n := len(s.Texts); n > 0 && strings.HasPrefix(s.Texts[n-1], side+": ") {
		s.Texts[n-1] += "\n\n" + strings.TrimPrefix(text, "\n\n")
		return
	}
	s.Texts = append(s.Texts, side+": "+text)
}

type object = map[string]any

func (s *standIn) openai(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Model    string
		Messages []struct{ Role, Content string }
	}
	words := s.asked(w, r, &body, func() Said {
		said := Said{Dialect: "openai", Model: body.Model}
		for _, m := range body.Messages {
			if m.Role == "system" {
				said.System = m.Content
			} else {
				said.say(m.Role, m.Content)
			}
		}
		return said
	})
	if words == nil {
		return
	}
	out := Stream(w)
	for _, word := range words {
		out.Data("", object{"choices": []object{{"index": 0, "delta": object{"content": word}}}})
	}
	out.Data("", object{"choices": []object{{"index": 0, "delta": object{}, "finish_reason": "stop"}}})
	out.Data("", object{"choices": []object{}, "usage": object{"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}})
	out.Raw("data: [DONE]\n\n")
}

func (s *standIn) anthropic(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Model, System string
		Messages      []struct {
			Role    string
			Content []struct{ Text string }
		}
	}
	words := s.asked(w, r, &body, func() Said {
		said := Said{Dialect: "anthropic", Model: body.Model, System: body.System}
		for _, m := range body.Messages {
			for _, b := range m.Content {
				said.say(m.Role, b.Text)
			}
		}
		return said
	})
	if words == nil {
		return
	}
	out := Stream(w)
	event := func(kind string, fields object) {
		fields["type"] = kind
		out.Data(kind, fields)
	}
	event("message_start", object{"message": object{"usage": object{"input_tokens": 10, "output_tokens": 1}}})
	event("content_block_start", object{"index": 0, "content_block": object{"type": "text", "text": ""}})
	for _, word := range words {
		event("content_block_delta", object{"index": 0, "delta": object{"type": "text_delta", "text": word}})
	}
	event("content_block_stop", object{"index": 0})
	event("message_delta", object{"delta": object{"stop_reason": "end_turn"}, "usage": object{"output_tokens": 5}})
	event("message_stop", object{})
}

func (s *standIn) google(w http.ResponseWriter, r *http.Request) {
	type content struct {
		Role  string
		Parts []struct{ Text string }
	}
	var body struct {
		SystemInstruction content
		Contents          []content
	}
	model, method, _ := strings.Cut(r.PathValue("call"), ":")
	if method != "streamGenerateContent" {
		http.NotFound(w, r)
		return
	}
	words := s.asked(w, r, &body, func() Said {
		said := Said{Dialect: "google", Model: model}
		for _, p := range body.SystemInstruction.Parts {
			said.System += p.Text
		}
		for _, c := range body.Contents {
			for _, p := range c.Parts {
				said.say(map[string]string{"user": "user", "model": "assistant"}[c.Role], p.Text)
			}
		}
		return said
	})
	if words == nil {
		return
	}
	out := Stream(w)
	for _, word := range words {
		out.Data("", object{"candidates": []object{{"content": object{"role": "model", "parts": []object{{"text": word}}}}}})
	}
	out.Data("", object{"candidates": []object{{"finishReason": "STOP"}}, "usageMetadata": object{"promptTokenCount": 10, "candidatesTokenCount": 5}})
}

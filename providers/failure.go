package providers

import (
	"bytes"
	"encoding/json"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// maxMessage bounds what an error says of a vendor's words, in characters.
const maxMessage = 500

// Complaint is what vendors say about a failure, in whatever shape they do.
type Complaint struct {
	Message string
	// Codes are the values of code, type, status and reason, in lower case.
	Codes []string
	// Number is a status that stands in the body instead of a name, or 0.
	Number int
}

// Failure reads the answer to a call that failed. It knows the shapes and codes
// of all vendors. Status is 0 when the failure came within a reply; what the
// body says decides then.
func Failure(status int, h http.Header, body []byte) *Error {
	c, ok := ReadComplaint(body)
	if !ok {
		c.Message = plain(body)
	}
	e := &Error{Kind: kindOf(status, c), Status: status, RetryAfter: RetryAfter(h, time.Now()), Message: c.Message}
	if e.Message == "" || e.Message == "{}" {
		e.Message = strings.ToLower(http.StatusText(status))
	}
	shouldRetry(e, h)
	return e
}

// ReadComplaint finds a complaint in a JSON text: {"error": {…}} or
// {"error": "…"}, the same in a list or without the envelope. It is false when
// the text is not one.
func ReadComplaint(body []byte) (c Complaint, ok bool) {
	body = bytes.TrimSpace(body)
	if len(body) > 0 && body[0] == '[' {
		var list []json.RawMessage
		if json.Unmarshal(body, &list) != nil || len(list) == 0 {
			return c, false
		}
		body = list[0]
	}
	var outer map[string]json.RawMessage
	if json.Unmarshal(body, &outer) != nil {
		return c, false
	}
	inner := outer
	if raw, found := outer["error"]; found && string(raw) != "null" {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			c.Message = clip(text)
		} else if json.Unmarshal(raw, &inner) != nil {
			inner = outer
		}
		ok = true
	}
	if c.Message == "" {
		c.Message = words(inner, "message", "detail", "msg", "error_description")
	}
	for _, level := range []map[string]json.RawMessage{inner, outer} {
		c.codes(level)
	}
	return c, ok || c.Message != ""
}

func (c *Complaint) codes(m map[string]json.RawMessage) {
	for _, name := range []string{"code", "type", "status", "reason"} {
		var text string
		var number int
		switch {
		case json.Unmarshal(m[name], &text) == nil && text != "":
			if n, err := strconv.Atoi(text); err == nil {
				c.Number = n
			} else if text = strings.ToLower(text); !slices.Contains(c.Codes, text) {
				c.Codes = append(c.Codes, text)
			}
		case json.Unmarshal(m[name], &number) == nil && c.Number == 0:
			c.Number = number
		}
	}
}

// words is the first of the fields that has a text, or the JSON of it.
func words(m map[string]json.RawMessage, names ...string) string {
	for _, name := range names {
		var text string
		switch raw := m[name]; {
		case len(raw) == 0, string(raw) == "null":
		case json.Unmarshal(raw, &text) == nil && text != "":
			return clip(text)
		case text == "" && raw[0] != '"':
			return clip(string(raw))
		}
	}
	return ""
}

// kindOf decides on what is most specific: first the vendor's code, then its
// words, then the status.
func kindOf(status int, c Complaint) Kind {
	if c.Number >= 400 && (status == 0 || status/100 == 2) {
		status = c.Number
	}
	for _, rule := range codeRules() {
		if slices.ContainsFunc(c.Codes, func(code string) bool { return slices.Contains(rule.codes, code) }) {
			return rule.kind
		}
	}
	low := strings.ToLower(c.Message)
	for _, rule := range wordRules() {
		if (len(rule.status) == 0 || slices.Contains(rule.status, status)) && slices.ContainsFunc(rule.words, func(w string) bool { return strings.Contains(low, w) }) {
			return rule.kind
		}
	}
	return kindOfStatus(status, c)
}

func kindOfStatus(status int, c Complaint) Kind {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return Auth
	case status == http.StatusPaymentRequired:
		return Quota
	case status == http.StatusRequestEntityTooLarge:
		return TooLong
	case status == http.StatusTooManyRequests:
		return RateLimited
	case status == http.StatusRequestTimeout, status == http.StatusConflict, status == http.StatusTooEarly, status >= 500 && status != http.StatusNotImplemented:
		return Overloaded
	case status >= 300:
		return BadRequest
	}
	for _, rule := range looseRules() {
		if slices.ContainsFunc(c.Codes, func(code string) bool { return slices.Contains(rule.codes, code) }) {
			return rule.kind
		}
	}
	return Other
}

type codeRule struct {
	kind  Kind
	codes []string
}

// codeRules are codes that decide whatever the status.
func codeRules() []codeRule {
	return []codeRule{
		{Quota, []string{"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "billing_error", "insufficient_balance", "access_terminated"}},
		{TooLong, []string{"context_length_exceeded", "string_above_max_length", "request_too_large", "max_tokens_exceeded", "exceed_context_size_error"}},
		{Refused, []string{"content_filter", "content_policy_violation", "contentpolicyviolation", "responsibleaipolicyviolation", "moderation_blocked"}},
		{Auth, []string{"invalid_api_key", "api_key_invalid", "authentication_error", "permission_error", "unauthenticated", "permission_denied", "invalid_authentication"}},
		{Cut, []string{"tool_use_failed", "json_validate_failed", "output_parse_failed"}},
		{Overloaded, []string{"overloaded_error", "engine_overloaded", "server_overloaded", "service_unavailable", "unavailable"}},
	}
}

// looseRules are codes that decide when there is no status: within a reply.
func looseRules() []codeRule {
	return []codeRule{
		{RateLimited, []string{"rate_limit_exceeded", "rate_limit_error", "rate_limited", "resource_exhausted", "tokens", "requests", "too_many_requests"}},
		{Overloaded, []string{"server_error", "api_error", "internal_error", "internal_server_error", "internal", "timeout", "timeout_error", "deadline_exceeded", "service_tier_capacity_exceeded"}},
		{BadRequest, []string{"invalid_request_error", "invalid_argument", "model_not_found", "not_found_error", "invalid_prompt"}},
	}
}

type wordRule struct {
	kind   Kind
	status []int
	words  []string
}

// wordRules are for vendors whose codes do not tell these cases apart.
func wordRules() []wordRule {
	return []wordRule{
		{Quota, []int{0, 200, 400, 402, 403, 429}, []string{
			"credit balance", "insufficient balance", "insufficient credits", "exceeded your current quota, please check your plan", "used all available credits",
			"monthly spending limit", "out of credits", "requires more credits", "billing hard limit",
		}},
		{TooLong, []int{0, 200, 400, 413, 422, 500}, []string{
			"maximum context length", "context length", "context window", "prompt is too long", "input is too long", "maximum prompt length", "too many tokens",
			"exceeds the maximum number of tokens", "reduce the length of the messages", "exceed context limit", "available context size",
		}},
		{TooLong, []int{413, 429}, []string{"request too large"}},
		{Auth, []int{400, 404, 422}, []string{"api key not valid", "incorrect api key", "invalid api key", "api key expired", "no api key", "missing api key"}},
		{Refused, []int{400, 403, 422}, []string{"flagged", "content filter", "content management policy", "content policy", "safety system"}},
	}
}

// plain is what a body says that is not JSON.
func plain(body []byte) string {
	text := strings.TrimSpace(string(body))
	if strings.HasPrefix(text, "<") {
		return "a web page" + titled(body) + " instead of an answer"
	}
	return clip(text)
}

// titled is the title of a web page, in brackets.
func titled(page []byte) string {
	m := regexp.MustCompile(`(?is)<title[^>]*>(.{1,300}?)</title>`).FindSubmatch(page)
	if m == nil {
		return ""
	}
	return " (" + clip(html.UnescapeString(string(m[1]))) + ")"
}

// clip makes a vendor's words one line of bounded length.
func clip(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if runes := []rune(text); len(runes) > maxMessage {
		return string(runes[:maxMessage]) + "…"
	}
	return text
}

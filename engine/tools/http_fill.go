package tools

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var placeholder = regexp.MustCompile(`\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// placeholders are the names in braces, each once.
func placeholders(text string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

// escape writes a value into a text behind what is already there.
type escape func(before string, v any) string

// fillText replaces the placeholders of a text, each once: what a value brings
// along is not looked at again. What is not given is empty.
func fillText(text string, input map[string]any, escape escape) string {
	var b strings.Builder
	at := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(text[at:m[0]])
		b.WriteString(escape(text[:m[0]], input[text[m[2]:m[3]]]))
		at = m[1]
	}
	b.WriteString(text[at:])
	return b.String()
}

// wordOf is a value as a word: a text as it is, nothing for what is not given.
func wordOf(v any) string {
	if v == nil {
		return ""
	}
	s, err := textOf(v)
	if err != nil {
		return "" // a value that was JSON always is
	}
	return s
}

func asIs(_ string, v any) string { return wordOf(v) }

func asForm(_ string, v any) string { return url.QueryEscape(wordOf(v)) }

// asJSON writes a value into JSON: within quotes the characters of a text,
// elsewhere the value itself.
func asJSON(before string, v any) string {
	if !quoted(before) {
		b, err := json.Marshal(v)
		if err != nil {
			return "null"
		}
		return string(b)
	}
	b, err := json.Marshal(wordOf(v))
	if err != nil {
		return ""
	}
	return string(b[1 : len(b)-1])
}

// quoted says whether JSON text ends within a string.
func quoted(text string) bool {
	in := false
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '"':
			in = !in
		case in && text[i] == '\\':
			i++
		}
	}
	return in
}

// bodyEscape says how values get into a body, by its media type or, without
// one, by what it looks like.
func bodyEscape(kind, body string) (fill escape, is string) {
	is = kind
	if is == "" {
		is = "text/plain; charset=utf-8"
		if start := strings.TrimSpace(body); strings.HasPrefix(start, "{") || strings.HasPrefix(start, "[") {
			is = "application/json"
		}
	}
	media, _, _ := mime.ParseMediaType(is)
	switch {
	case media == "application/json" || strings.HasSuffix(media, "+json"):
		return asJSON, is
	case media == "application/x-www-form-urlencoded":
		return asForm, is
	default:
		return asIs, is
	}
}

// urlTemplate is an address with placeholders in its path and query.
type urlTemplate struct {
	origin      string // scheme and host
	path, query string
}

func parseURL(text string) (*urlTemplate, error) {
	text, _, _ = strings.Cut(text, "#")
	rest, query, _ := strings.Cut(text, "?")
	scheme, after, ok := strings.Cut(rest, "://")
	if !ok {
		return nil, errors.New("its url has no scheme")
	}
	host, path, slash := strings.Cut(after, "/")
	if slash {
		path = "/" + path
	}
	if placeholder.MatchString(scheme + host) {
		return nil, errors.New("its url has an input in the place of the host; inputs belong behind it")
	}
	t := &urlTemplate{origin: scheme + "://" + host, path: path, query: query}
	if _, err := url.Parse(t.origin); err != nil {
		return nil, errors.New("its url has no proper host")
	}
	return t, nil
}

// fill makes the address. A value stays within its segment of the path and
// within its parameter.
func (t *urlTemplate) fill(input map[string]any) (*url.URL, error) {
	segments := strings.Split(t.path, "/")
	for i, s := range segments {
		if !placeholder.MatchString(s) {
			continue
		}
		filled := fillText(s, input, asIs)
		if filled == "." || filled == ".." {
			return nil, fmt.Errorf("%q cannot be a part of the address", filled)
		}
		segments[i] = fillText(s, input, func(_ string, v any) string { return url.PathEscape(wordOf(v)) })
	}
	address := t.origin + strings.Join(segments, "/")
	if t.query != "" {
		address += "?" + fillText(t.query, input, asForm)
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the inputs do not make a proper address")
	}
	return u, nil
}

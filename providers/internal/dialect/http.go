package dialect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Base is the address that a base_url stands for, or the kind's own where there
// is none. A version that the path of each call names again is left out.
func Base(base, own, version string) (string, error) {
	if base == "" {
		return own, nil
	}
	u, err := url.Parse(base)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return "", fmt.Errorf("base_url must be a whole address such as %s", own)
	}
	return strings.TrimRight(strings.TrimSuffix(strings.TrimRight(base, "/"), "/"+version), "/"), nil
}

// Body is a request's JSON, the same for equal values.
func Body(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, &providers.Error{Kind: providers.BadRequest, Message: err.Error(), Err: err}
	}
	return bytes.TrimSpace(buf.Bytes()), nil
}

// events are the events of a reply. A vendor that does not stream answers with
// one JSON text, which is taken as the only event.
func events(resp *http.Response) iter.Seq2[providers.ServerEvent, error] {
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "application/json" {
		return providers.ServerEvents(resp.Body)
	}
	return func(yield func(providers.ServerEvent, error) bool) {
		body, err := io.ReadAll(resp.Body) // the wire bounds it
		if err != nil {
			yield(providers.ServerEvent{}, err)
			return
		}
		yield(providers.ServerEvent{Data: bytes.TrimSpace(body)}, nil)
	}
}

// Shorten keeps an error's text to a few lines.
func Shorten(s string) string {
	if runes := []rune(s); len(runes) > 500 {
		return string(runes[:500]) + "…"
	}
	return s
}

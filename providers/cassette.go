package providers

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxRequestBody bounds a request whose body is looked at, in bytes.
const maxRequestBody = 16 << 20

// exchange is one line of a cassette: a request and the answer to it. Of the
// headers there are only those that matter and hold no secret.
type exchange struct {
	Key     string          `json:"key"`
	Method  string          `json:"method"`
	URL     string          `json:"url"`
	Request json.RawMessage `json:"request,omitempty"`

	Status int               `json:"status"`
	Header map[string]string `json:"header,omitempty"`
	// Text is the answer's body, Bytes is it when it is not UTF-8. Cut says that
	// it did not come to its end.
	Text  string `json:"text,omitempty"`
	Bytes []byte `json:"bytes,omitempty"`
	Cut   bool   `json:"cut,omitempty"`
}

// keptHeaders are the headers of an answer that a cassette keeps.
func keptHeaders() []string {
	return []string{"Content-Type", "Location", "Retry-After", "Retry-After-Ms", "X-Should-Retry"}
}

// newExchange describes a request, whose body it takes and gives back.
func newExchange(req *http.Request) (*exchange, *http.Request, error) {
	body, req, err := bodyOf(req)
	if err != nil {
		return nil, nil, err
	}
	x := &exchange{Method: req.Method, URL: addressOf(req.URL), Request: canonical(body)}
	h := sha256.New()
	for _, part := range [][]byte{[]byte(x.Method), []byte(x.URL), x.Request} {
		_, _ = h.Write(append(part, 0))
	}
	x.Key = hex.EncodeToString(h.Sum(nil)[:16])
	return x, req, nil
}

func bodyOf(req *http.Request) ([]byte, *http.Request, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, req, nil
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, maxRequestBody+1))
	_ = req.Body.Close()
	if err != nil {
		return nil, nil, err
	}
	if len(body) > maxRequestBody {
		return nil, nil, &Error{Kind: TooLong, Message: "the request is too long for a cassette"}
	}
	next := *req
	next.Body = io.NopCloser(bytes.NewReader(body))
	return body, &next, nil
}

// addressOf is a URL with its query in order and without keys.
func addressOf(u *url.URL) string {
	query := u.Query()
	for name := range query {
		if low := strings.ToLower(name); slices.ContainsFunc([]string{"key", "token", "secret", "signature"}, func(s string) bool { return strings.Contains(low, s) }) {
			query.Del(name)
		}
	}
	next := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawQuery: query.Encode()}
	return next.String()
}

// canonical is a JSON text with its fields in order; another text is a JSON
// string, so that a line stays JSON.
func canonical(body []byte) json.RawMessage {
	if len(body) == 0 {
		return nil
	}
	var value any
	in := json.NewDecoder(bytes.NewReader(body))
	in.UseNumber()
	if in.Decode(&value) != nil || in.More() {
		value = string(body)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if enc.Encode(value) != nil {
		return nil
	}
	return bytes.TrimSpace(out.Bytes())
}

// answered puts the answer in.
func (x *exchange) answered(resp *http.Response, body []byte, redact *Redactor) {
	x.Status = resp.StatusCode
	for _, name := range keptHeaders() {
		if v := resp.Header.Get(name); v != "" {
			if x.Header == nil {
				x.Header = map[string]string{}
			}
			x.Header[name] = redact.Known(v)
		}
	}
	if utf8.Valid(body) {
		x.Text = redact.Known(string(body))
	} else {
		x.Bytes = []byte(redact.Known(string(body)))
	}
	x.URL = redact.Known(x.URL)
	if text := redact.Known(string(x.Request)); json.Valid([]byte(text)) {
		x.Request = json.RawMessage(text)
	} else {
		x.Request = nil
	}
}

// response is the answer again.
func (x *exchange) response(req *http.Request) *http.Response {
	header := http.Header{}
	for name, value := range x.Header {
		header.Set(name, value)
	}
	var body io.Reader = strings.NewReader(x.Text)
	if x.Bytes != nil {
		body = bytes.NewReader(x.Bytes)
	}
	if x.Cut {
		body = io.MultiReader(body, cutReader{})
	}
	return &http.Response{
		Status: http.StatusText(x.Status), StatusCode: x.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(body), ContentLength: -1, Request: req,
	}
}

// cutReader ends like a connection that breaks off.
type cutReader struct{}

func (cutReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

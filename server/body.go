package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxBody bounds the body of a request, in bytes.
const maxBody = 1 << 20

// decode reads the JSON body of a request into v. The error is 415, 413, 400,
// or 422 with every place where the JSON is not of v's types. Members that v
// does not have are passed over, and null is as good as absent.
func decode(r *http.Request, v any) error {
	if err := mediaType(r, "application/json"); err != nil {
		return err
	}
	text, err := readBody(r)
	if err != nil {
		return err
	}
	return decodeJSON(text, v)
}

// decodeJSON is decode once the bytes are here.
func decodeJSON(text []byte, v any) error {
	if !utf8.Valid(text) {
		return badBody("the body is not UTF-8")
	}
	var value any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return badBody("the body is not JSON: " + syntaxText(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badBody("the body is more than one JSON value")
	}
	var found shapeErrors
	found.check(reflect.TypeOf(v).Elem(), value, []any{"body"})
	if len(found) > 0 {
		slices.SortFunc(found, func(a, b fieldError) int { return strings.Compare(fmt.Sprint(a.Loc), fmt.Sprint(b.Loc)) })
		return invalid(found...)
	}
	if err := json.Unmarshal(text, v); err != nil {
		if e, ok := errors.AsType[*apiError](err); ok {
			return e
		}
		return invalid(fieldError{Loc: []any{"body"}, Msg: "this value is not valid here", Type: "value_error"}).because(err)
	}
	return nil
}

// syntaxText says where JSON ends to be JSON, in our words.
func syntaxText(err error) string {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("it goes wrong at byte %d", e.Offset)
	}
	return "it ends too early"
}

// mediaType checks that a body is of one of some types. Who does not say what
// it is, is believed to know.
func mediaType(r *http.Request, allowed ...string) error {
	given := r.Header.Get("Content-Type")
	if given == "" {
		return nil
	}
	t, params, err := mime.ParseMediaType(given)
	if charset := params["charset"]; err == nil && slices.Contains(allowed, t) && (charset == "" || strings.EqualFold(charset, "utf-8")) {
		return nil
	}
	return &apiError{
		status: http.StatusUnsupportedMediaType, code: "UNSUPPORTED_MEDIA_TYPE",
		detail: "send " + strings.Join(allowed, " or ") + " in UTF-8",
	}
}

// readBody reads a body within the limit.
func readBody(r *http.Request) ([]byte, error) {
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, &apiError{status: http.StatusUnsupportedMediaType, code: "UNSUPPORTED_MEDIA_TYPE", detail: "send the body without Content-Encoding"}
	}
	text, err := io.ReadAll(r.Body)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, badBody("the body ended too early").because(err)
	}
	return text, nil
}

package providers_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/providers"
)

func TestRedactor(t *testing.T) {
	r := providers.NewRedactor("hunter2/ü+", "hunter2", "abc", "")
	for in, want := range map[string]string{
		"the key hunter2 is wrong":                   "the key (secret) is wrong",
		"hunter2/ü+":                                 "(secret)",
		"https://x/?k=hunter2%2F%C3%BC%2B":           "https://x/?k=(secret)",
		"abc is too short to be one":                 "abc is too short to be one",
		"Incorrect API key provided: sk-proj-ab*cd.": "Incorrect API key provided: (secret)",
		"key gsk_0123456789abcdef, key xai-01234567": "key (secret), key (secret)",
		"AIzaSyA0123456789abcdefgh":                  "(secret)",
		"Authorization: Bearer eyJhbGciOi.x.y":       "Authorization: (secret)",
		"ask-questions-politely":                     "ask-questions-politely",
		"a plain text":                               "a plain text",
	} {
		if got := r.Text(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	cause := errors.New("refused")
	if got := r.Error(fmt.Errorf("dial: %w", cause)); !errors.Is(got, cause) {
		t.Errorf("got %v, want the error as it is", got)
	}
	if got := r.Error(fmt.Errorf("hunter2: %w", cause)); strings.Contains(got.Error(), "hunter2") || errors.Is(got, cause) {
		t.Errorf("got %v, want no secret and no way to one", got)
	}
	if r.Error(nil) != nil {
		t.Error("got an error from none")
	}
}

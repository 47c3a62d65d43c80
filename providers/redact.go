package providers

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// minSecret is the length from which a secret is looked for: shorter ones
// would be found in ordinary words.
const minSecret = 4

// redacted stands in the place of a secret.
const redacted = "(secret)"

// Redactor takes secrets out of texts: those that it was given, and what looks
// like a key of a known vendor, as vendors like to quote it back.
type Redactor struct {
	known *strings.Replacer
	looks *regexp.Regexp
}

// NewRedactor makes a redactor of these secrets.
func NewRedactor(secrets ...string) *Redactor {
	secrets = slices.Clone(secrets)
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, s := range secrets {
		if s = strings.TrimSpace(s); len(s) >= minSecret {
			pairs = append(pairs, s, redacted)
			if escaped := url.QueryEscape(s); escaped != s {
				pairs = append(pairs, escaped, redacted)
			}
		}
	}
	return &Redactor{
		known: strings.NewReplacer(pairs...),
		looks: regexp.MustCompile(`(?i)\b(?:(?:sk|gsk|xai|pplx|hf)[-_][\w*.-]{8,}|AIza[\w*-]{16,}|bearer\s+[^\s"',;]{8,})`),
	}
}

// Text is a text without secrets.
func (r *Redactor) Text(s string) string {
	return r.looks.ReplaceAllString(r.known.Replace(s), redacted)
}

// Known is a text without the secrets that the redactor was given.
func (r *Redactor) Known(s string) string { return r.known.Replace(s) }

// Error is err, or an error of the same text without secrets.
func (r *Redactor) Error(err error) error {
	if err == nil {
		return nil
	}
	if text := err.Error(); r.Text(text) != text {
		return errors.New(r.Text(text))
	}
	return err
}

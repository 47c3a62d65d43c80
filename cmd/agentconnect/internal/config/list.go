package config

import (
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// hidden stands for a secret.
const hidden = "(secret)"

// note remembers a setting for the list. Keys of providers that are not set are
// left out.
func (l *loader) note(r *row, from source) {
	if strings.HasPrefix(r.key, "providers.") && from.origin == "default" {
		return
	}
	l.s.list = append(l.s.list, Setting{Key: r.key, Value: r.shown(), Origin: from.origin})
}

// shown is the row's value as it is written in a file.
func (r *row) shown() any {
	switch v := r.to.(type) {
	case *string:
		if r.secret && *v != "" {
			return hidden
		}
		return withoutUser(*v)
	case *Path:
		return string(*v)
	case *bool:
		return *v
	case *int:
		return *v
	case *Size:
		return v.String()
	case *time.Duration:
		return durationText(*v)
	case *[]Path:
		out := []string{}
		for _, p := range *v {
			out = append(out, string(p))
		}
		return out
	case *[]netip.Prefix:
		out := []string{}
		for _, p := range *v {
			out = append(out, p.String())
		}
		return out
	case *[]string:
		return append([]string{}, *v...)
	default:
		return nil
	}
}

// withoutUser hides the user and the password in an address, or in several with
// commas between them.
func withoutUser(text string) string {
	if one, others, more := strings.Cut(text, ","); more && strings.Contains(text, "://") {
		return withoutUser(one) + "," + withoutUser(others)
	}
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		return text
	}
	u.User = nil
	return u.Scheme + "://" + hidden + "@" + u.String()[len(u.Scheme)+len("://"):]
}

// durationText is a time without the zeros that Go writes: 1h, not 1h0m0s.
func durationText(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if n := len(text) - len(zero); n > 0 && text[n:] == zero {
			text = text[:n+1]
		}
	}
	return text
}

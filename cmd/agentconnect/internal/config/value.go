package config

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A source is where a value comes from. Values from flags and the environment
// are text; a file's have types.
type source struct {
	origin string
	text   bool
	dir    string // what paths are relative to; empty is the working directory
}

// assign converts a value to what the row's pointer is for.
func (r *row) assign(raw any, from source) error {
	switch to := r.to.(type) {
	case *string:
		return r.text(to, raw)
	case *Path:
		var text string
		if err := r.text(&text, raw); err != nil {
			return err
		}
		*to = from.path(text)
		return nil
	case *bool:
		return boolean(to, raw, from.text)
	case *int:
		return number(to, raw, from.text, r.zero)
	case *float64:
		return amount(to, raw, from.text)
	case *Size:
		return size(to, raw)
	case *time.Duration:
		return duration(to, raw)
	default:
		return r.assignList(raw, from)
	}
}

func (r *row) assignList(raw any, from source) error {
	items, err := texts(raw, from.text)
	if err != nil {
		return err
	}
	switch to := r.to.(type) {
	case *[]string:
		*to = items
	case *[]Path:
		*to = nil
		for _, item := range items {
			*to = append(*to, from.path(item))
		}
	case *[]netip.Prefix:
		*to, err = prefixes(items)
	default:
		return fmt.Errorf("a setting of type %T is not known", r.to)
	}
	return err
}

func (s source) path(text string) Path {
	if text == "" || s.dir == "" || filepath.IsAbs(text) {
		return Path(text)
	}
	return Path(filepath.Join(s.dir, text))
}

func (r *row) text(to *string, raw any) error {
	text, ok := raw.(string)
	switch {
	case !ok && r.secret:
		return errors.New("want text, in quotes")
	case !ok:
		return fmt.Errorf("want text, not %s; put it in quotes", shown(raw))
	case strings.ContainsAny(text, "\x00\n"):
		return errors.New("want one line of text")
	case len(r.choice) > 0 && text != "" && !slices.Contains(r.choice, text):
		return fmt.Errorf("want %s, not %s", strings.Join(r.choice, " or "), shown(raw))
	}
	*to = text
	return nil
}

func boolean(to *bool, raw any, isText bool) error {
	b, ok := raw.(bool)
	if text, given := raw.(string); given && isText {
		parsed, err := strconv.ParseBool(text)
		b, ok = parsed, err == nil
	}
	if !ok {
		return fmt.Errorf("want true or false, not %s", shown(raw))
	}
	*to = b
	return nil
}

// amount takes a number of 0 or more.
func amount(to *float64, raw any, isText bool) error {
	f, ok := 0.0, true
	switch n := raw.(type) {
	case int:
		f = float64(n)
	case int64:
		f = float64(n)
	case float64:
		f = n
	case string:
		parsed, err := strconv.ParseFloat(n, 64)
		f, ok = parsed, err == nil && isText
	default:
		ok = false
	}
	if !ok || !(f >= 0) || math.IsInf(f, 1) {
		return fmt.Errorf("want a number of 0 or more, not %s", shown(raw))
	}
	*to = f
	return nil
}

// number takes a whole number above zero, or zero where that says something.
func number(to *int, raw any, isText, zero bool) error {
	n, ok := whole(raw)
	if text, given := raw.(string); given && isText {
		parsed, err := strconv.Atoi(text)
		n, ok = parsed, err == nil
	}
	switch {
	case zero && (!ok || n < 0):
		return fmt.Errorf("want a whole number of 0 or more, not %s", shown(raw))
	case !zero && (!ok || n < 1):
		return fmt.Errorf("want a whole number of 1 or more, not %s", shown(raw))
	}
	*to = n
	return nil
}

// whole is a number of a file, which has as many types as there are formats.
func whole(raw any) (int, bool) {
	switch n := raw.(type) {
	case int:
		return n, true
	case int64:
		return int(n), int64(int(n)) == n
	case float64:
		return int(n), n == math.Trunc(n) && math.Abs(n) < 1<<53
	default:
		return 0, false
	}
}

// units are those of sizes, the longer ones first.
var units = []struct { //nolint:gochecknoglobals // a table
	name  string
	bytes int
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"kB", 1000}, {"MB", 1000 * 1000}, {"B", 1}, {"", 1}}

func size(to *Size, raw any) error {
	if n, ok := raw.(Size); ok { // a default
		*to = n
		return nil
	}
	if n, ok := whole(raw); ok && n > 0 {
		*to = Size(n)
		return nil
	}
	text, _ := raw.(string)
	for _, u := range units {
		digits, ok := strings.CutSuffix(text, u.name)
		n, err := strconv.Atoi(strings.TrimSpace(digits))
		if ok && err == nil && n > 0 && n <= math.MaxInt/u.bytes {
			*to = Size(n * u.bytes)
			return nil
		}
	}
	return fmt.Errorf("want a size such as 256KiB, not %s", shown(raw))
}

func duration(to *time.Duration, raw any) error {
	if d, ok := raw.(time.Duration); ok { // a default
		*to = d
		return nil
	}
	text, ok := raw.(string)
	d, err := time.ParseDuration(text)
	if !ok || err != nil || d <= 0 {
		return fmt.Errorf("want a time above zero such as 30s, 5m or 1h30m, not %s", shown(raw))
	}
	*to = d
	return nil
}

// texts takes a list; in a text its items are separated by commas.
func texts(raw any, isText bool) ([]string, error) {
	switch list := raw.(type) {
	case []string: // a default
		return list, nil
	case string:
		if !isText {
			break
		}
		var out []string
		for item := range strings.SplitSeq(list, ",") {
			if item = strings.TrimSpace(item); item != "" {
				out = append(out, item)
			}
		}
		return out, nil
	case []any:
		var out []string
		for _, item := range list {
			text, ok := item.(string)
			if !ok || text == "" {
				return nil, fmt.Errorf("want a list of texts; %s is none", shown(item))
			}
			out = append(out, text)
		}
		return out, nil
	}
	return nil, fmt.Errorf("want a list of texts, not %s", shown(raw))
}

// prefixes takes networks, and addresses as networks of one.
func prefixes(items []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, item := range items {
		p, err := netip.ParsePrefix(item)
		if addr, bad := netip.ParseAddr(item); bad == nil {
			p, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("want networks such as 10.0.0.0/8; %s is none", shown(item))
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// shown is a value in an error.
func shown(raw any) string {
	switch v := raw.(type) {
	case string:
		return strconv.Quote(v)
	case map[string]any:
		return "a section"
	case []any:
		return "a list"
	default:
		return fmt.Sprint(v)
	}
}

// String writes a size as it is configured.
func (s Size) String() string {
	for _, u := range []string{"GiB", "MiB", "KiB"} {
		for _, unit := range units {
			if n := int(s); unit.name == u && n > 0 && n%unit.bytes == 0 {
				return strconv.Itoa(n/unit.bytes) + u
			}
		}
	}
	return strconv.Itoa(int(s))
}

package scripted

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

const maxLength = 4096 // characters of one composed text

// number composes a number within the bounds of a schema: a small whole one
// where that is allowed.
func (f *filler) number(s map[string]any, at spot, whole bool) any {
	lo, hi := limits(s)
	step := bound(s, "multipleOf", 0)
	if step <= 0 {
		step = 1
	}
	if whole && step != math.Trunc(step) {
		step = 1
	}
	first, last := math.Ceil(lo/step), math.Floor(hi/step)
	if first > last {
		return middle(lo, hi)
	}
	n := first + float64((f.v.draw(at.salt, choices(first, last))+at.nth)%choices(first, last))
	return clean(n * step)
}

// limits are the least and the greatest value that a schema allows; where it
// names one alone, the other is nine away, and without any they are 1 and 10.
func limits(s map[string]any) (lo, hi float64) {
	lo, hi = math.Inf(-1), math.Inf(1)
	lo = max(lo, bound(s, "minimum", lo))
	hi = min(hi, bound(s, "maximum", hi))
	if x, ok := s["exclusiveMinimum"].(float64); ok && x >= lo {
		lo = math.Nextafter(x, math.Inf(1))
	}
	if x, ok := s["exclusiveMaximum"].(float64); ok && x <= hi {
		hi = math.Nextafter(x, math.Inf(-1))
	}
	switch far := 9 * max(1, bound(s, "multipleOf", 1)); {
	case math.IsInf(lo, 0) && math.IsInf(hi, 0):
		return 1, 1 + far
	case math.IsInf(hi, 0):
		return lo, lo + far
	case math.IsInf(lo, 0):
		return hi - far, hi
	default:
		return lo, hi
	}
}

// choices is how many whole numbers there are, ten at most.
func choices(first, last float64) int { return int(min(last-first+1, 10)) }

// middle lies between two bounds that have no whole number between them.
func middle(lo, hi float64) float64 {
	if lo > hi {
		return lo // nothing satisfies such a schema
	}
	return lo + (hi-lo)/2
}

// clean removes the noise of a multiplication: 0.30000000000000004 is 0.3.
func clean(x float64) float64 {
	if y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 15, 64), 64); err == nil {
		return y
	}
	return x
}

// bound is a number that a schema gives.
func bound(s map[string]any, keyword string, otherwise float64) float64 {
	if x, ok := s[keyword].(float64); ok {
		return x
	}
	return otherwise
}

// count is a number of characters, items or properties that a schema gives.
func count(s map[string]any, keyword string, otherwise int) int {
	return int(min(max(bound(s, keyword, float64(otherwise)), 0), 1e6))
}

// text composes a string: by its format or pattern where there is one, a name
// where a name is asked for, else a sentence.
func (f *filler) text(s map[string]any, at spot) string {
	least := min(count(s, "minLength", 0), maxLength)
	most := min(count(s, "maxLength", maxLength), maxLength)
	if pattern, ok := s["pattern"].(string); ok {
		if text, ok := matching(pattern, least, most); ok {
			return text
		}
	}
	format, _ := s["format"].(string)
	if text := formatted(format, at.nth); text != "" {
		return text
	}
	text := f.words(at, most)
	if at.nth > 0 {
		text += " (" + strconv.Itoa(at.nth+1) + ")"
	}
	return fit(text, least, most)
}

func (f *filler) words(at spot, most int) string {
	topic := f.v.topic
	if topic == "" {
		topic = "this"
	}
	switch at.name {
	case "name", "title", "subject", "topic", "label", "category", "winner", "id", "key", "tag":
		return topic
	}
	if text := f.v.point(at.salt); utf8.RuneCountInString(text) <= most {
		return text
	}
	return topic
}

// fit makes a text as long as it must be, in characters.
func fit(text string, least, most int) string {
	if n := utf8.RuneCountInString(text); n > most {
		return string([]rune(text)[:max(most, 0)])
	} else if n < least {
		text += strings.Repeat(".", least-n)
	}
	return text
}

// formatted is an example of a format, or empty for one that is not known.
func formatted(format string, nth int) string {
	n := strconv.Itoa(nth + 1)
	two := "0" + strconv.Itoa(nth%9+1)
	switch format {
	case "date":
		return "2026-01-" + two
	case "time":
		return "12:00:" + two + "Z"
	case "date-time":
		return "2026-01-" + two + "T12:00:00Z"
	case "duration":
		return "PT" + n + "M"
	case "email":
		return "someone" + n + "@example.com"
	case "hostname":
		return "host" + n + ".example.com"
	case "ipv4":
		return "192.0.2." + strconv.Itoa(nth%254+1)
	case "ipv6":
		return "2001:db8::" + strconv.Itoa(nth%9+1)
	case "uri", "uri-reference", "iri", "iri-reference":
		return "https://example.com/" + n
	case "uuid":
		return "00000000-0000-4000-8000-00000000000" + strconv.Itoa(nth%9+1)
	default:
		return ""
	}
}

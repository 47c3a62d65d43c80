package specs

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// frame is the environment of one evaluation: what expressions see, and what
// the evaluation may still spend.
type frame struct {
	*Env
	// Args is the input of a tool.
	Args map[string]any `expr:" input"`

	ticks int
	looks int
	start time.Time
	made  int // bytes of text and values made so far
}

// The budget of one evaluation.
const (
	maxTime      = 50 * time.Millisecond
	maxValues    = 100_000
	maxMade      = 16 << 20 // bytes
	ticksPerLook = 4
	// An evaluation that has done next to nothing when its time is over was
	// kept waiting by a busy machine: it gets more time, but not for ever.
	looksAtWork = 100
	patience    = 2 * time.Second
)

const (
	tooLong       = "The expression was cut off after 50 ms. Look at fewer messages, or nest fewer predicates; a tool can do what takes longer."
	tooManyValues = "The expression makes more than 100,000 values. Use smaller ranges and lists."
	tooMuchText   = "The expression makes more than 16 MiB of text. Join and repeat less."
)

// tick ends an evaluation that takes too long. It stands before every body of a
// predicate, since nothing else repeats. The virtual machine turns its panic
// into an error.
func tick(env any) bool {
	f, ok := env.(*frame)
	if !ok {
		return false
	}
	if f.ticks++; f.ticks%ticksPerLook == 1 {
		if err := f.look(); err != nil {
			panic(err)
		}
	}
	return true
}

// look reads the clock; the first look starts it.
func (f *frame) look() error {
	f.looks++
	if f.start.IsZero() {
		f.start = time.Now()
		return nil
	}
	if took := time.Since(f.start); took > maxTime && (f.looks > looksAtWork || took > patience) {
		return evalError(tooLong)
	}
	return nil
}

// spend books bytes of text that are about to be made.
func (f *frame) spend(bytes int) error {
	if bytes < 0 || bytes > maxMade || f.made+bytes > maxMade {
		return evalError(tooMuchText)
	}
	f.made += bytes
	return nil
}

// measure counts what is in values. Lists that contain each other several
// times may be far larger than what made them.
type measure struct{ values, bytes int }

// walk says whether a value, with those before it, is within bounds.
func (m *measure) walk(v any) bool {
	m.values++
	switch v := v.(type) {
	case nil, bool, int, float64:
	case string:
		m.bytes += len(v)
	case []int:
		m.values += len(v)
	case []string:
		for _, text := range v {
			m.bytes += len(text)
		}
		m.values += len(v)
	case EnvMessage:
		m.bytes += len(v.Content)
		m.walk(v.Data)
	case []any:
		for _, elem := range v {
			if !m.walk(elem) {
				return false
			}
		}
	case map[string]any:
		for key, elem := range v {
			m.bytes += len(key)
			if !m.walk(elem) {
				return false
			}
		}
	default:
		m.walkOther(reflect.ValueOf(v))
	}
	return m.values <= maxValues && m.bytes <= maxMade
}

func (m *measure) walkOther(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if !m.walk(v.Index(i).Interface()) {
				return
			}
		}
	case reflect.Map:
		for iter := v.MapRange(); iter.Next(); {
			if !m.walk(iter.Key().Interface()) || !m.walk(iter.Value().Interface()) {
				return
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && !m.walk(v.Field(i).Interface()) {
				return
			}
		}
	default:
	}
}

func scalar(v any) bool {
	switch v.(type) {
	case nil, bool, int, float64, string:
		return true
	default:
		return false
	}
}

// kindOf names the kind of a value.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "nothing"
	case bool:
		return "true or false"
	case string:
		return "a string"
	case EnvMessage:
		return "a message"
	}
	switch reflect.ValueOf(v).Kind() {
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "an object"
	default:
		return "a number"
	}
}

// evalError is a sentence for the user about what went wrong.
type evalError string

func (e evalError) Error() string { return string(e) }

// maxMessage is how many characters of the library's message are shown, which
// may quote a whole text.
const maxMessage = 200

// runtimeMessage turns what the library says into a sentence.
func runtimeMessage(message string) string {
	switch {
	case strings.Contains(message, "memory budget exceeded"):
		return tooManyValues
	default:
		return fmt.Sprintf("The expression cannot be evaluated: %s.", typeWords().Replace(shorten(message, maxMessage)))
	}
}

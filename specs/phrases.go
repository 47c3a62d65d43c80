package specs

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// takes says what an argument takes, for people.
func (a *argSchema) takes() string {
	switch a.typ {
	case typeBool:
		return "true or false"
	case typeInt, typeNumber:
		return "a number"
	case typeDuration:
		return "a time such as \"30s\""
	case typeStrings:
		return "a list of texts"
	case typeStringMap, typeSecretMap:
		return "an object of texts"
	case typeNumberMap:
		return "an object of numbers"
	case typeRef:
		return "a reference to " + kindsText(a.refs)
	case typeRefs:
		return "a list of references to " + kindsText(a.refs)
	case typeRefMap:
		return "an object of lists of names or references to " + kindsText(a.refs)
	case typeRefOrName:
		return "a text or a reference to " + kindsText(a.refs)
	case typeRefsOrNames:
		return "a list of names or references to " + kindsText(a.refs)
	case typeCount:
		return words(a.enum) + " or a number"
	case typeAny, typeValue:
		return "a value"
	case typeObject:
		return "an object"
	case typeConstraint:
		return "a type"
	case typeCondition:
		return "a condition in quotes"
	case typeSpeaker, typeItems, typeResult:
		return "an expression in quotes"
	default:
		return "a text"
	}
}

func kindsText(kinds []string) string {
	out := make([]string, len(kinds))
	for i, kind := range kinds {
		out[i] = article(kind)
	}
	if len(out) == 1 {
		return out[0]
	}
	return strings.Join(out[:len(out)-1], ", ") + " or " + out[len(out)-1]
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

// words quotes and joins: "a", "b" or "c".
func words(list []string) string {
	out := make([]string, len(list))
	for i, word := range list {
		out[i] = fmt.Sprintf("%q", word)
	}
	if len(out) < 2 {
		return strings.Join(out, "")
	}
	return strings.Join(out[:len(out)-1], ", ") + " or " + out[len(out)-1]
}

// kindText says what a value is, for people, without showing it at length.
func kindText(v cty.Value) string {
	v, _ = v.Unmark()
	switch t := v.Type(); {
	case v.IsKnown() && v.IsNull():
		return "null"
	case !v.IsKnown():
		return "unknown"
	case t.Equals(refType):
		ref, _ := v.EncapsulatedValue().(*refValue)
		return ref.String()
	case t == cty.String:
		return fmt.Sprintf("the text %q", brief(v.AsString()))
	case t == cty.Number:
		return "the number " + numberText(v.AsBigFloat())
	case t == cty.Bool:
		return fmt.Sprintf("%t", v.True())
	case t.IsObjectType(), t.IsMapType():
		return "an object"
	default:
		return "a list"
	}
}

// rangeText is the allowed range of a number or a time.
func (a *argSchema) rangeText() string {
	show := func(f *float64) string {
		if a.typ == typeDuration {
			return durationText(*f)
		}
		return numberPlain(*f)
	}
	switch {
	case a.min == nil:
		return "at most " + show(a.max)
	case a.max == nil || *a.max == maxCount || *a.max == maxSeconds:
		if a.max != nil && a.typ == typeDuration && *a.min > 0 {
			return "positive and less than ten years"
		}
		return "at least " + show(a.min)
	default:
		return "from " + show(a.min) + " to " + show(a.max)
	}
}

// numberPlain writes a bound without an exponent.
func numberPlain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// durationText writes a time as the language does.
func durationText(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).String()
}

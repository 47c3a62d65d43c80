package specs

import (
	"strconv"
	"time"
)

// numberPlain writes a bound without an exponent.
func numberPlain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// durationText writes a time as the language does.
func durationText(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).String()
}

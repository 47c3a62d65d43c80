package engine

import (
	"errors"
	"fmt"
	"strings"
)

// Bounds of a [Table]'s records.
const (
	// MaxKey is the length of a key, in bytes.
	MaxKey = 256
	// MaxValue is the size of a value, in bytes.
	MaxValue = 1 << 20
)

// CheckRecord says what is wrong with a record of a [Table], for those that
// implement one.
func CheckRecord(key string, value []byte) error {
	switch {
	case key == "" || len(key) > MaxKey:
		return fmt.Errorf("key of %d bytes: a key has 1 to %d", len(key), MaxKey)
	case key[0] == '.' || key[len(key)-1] == '.':
		return fmt.Errorf("key %q begins or ends with a dot", key)
	case strings.Contains(key, ".."):
		return fmt.Errorf("key %q has two dots in a row", key)
	case strings.IndexFunc(key, notOfKey) >= 0:
		return fmt.Errorf("key %q has more than letters, digits, dots, dashes, underscores and equal signs", key)
	case len(value) > MaxValue:
		return fmt.Errorf("value of key %s has %d bytes, more than %d", key, len(value), MaxValue)
	default:
		return nil
	}
}

func notOfKey(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_' && r != '='
}

// CheckTable says what is wrong with the name of a [Table].
func CheckTable(name string) error {
	if name == "" || len(name) > 32 || strings.IndexFunc(name, func(r rune) bool { return r < 'a' || r > 'z' }) >= 0 {
		return errors.New("a table's name has 1 to 32 lower-case letters")
	}
	return nil
}

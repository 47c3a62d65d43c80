package remote

import (
	"bytes"
	"encoding/json"
	"errors"
)

// ordered is a JSON object that keeps the order of its keys.
type ordered[T any] []entry[T]

type entry[T any] struct {
	key   string
	value T
}

// UnmarshalJSON implements [json.Unmarshaler].
func (o *ordered[T]) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	open, err := d.Token()
	if err != nil || open == nil {
		return err
	}
	if open != json.Delim('{') {
		return errors.New("want an object")
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var e entry[T]
		e.key, _ = key.(string)
		if err := d.Decode(&e.value); err != nil {
			return err
		}
		*o = append(*o, e)
	}
	_, err = d.Token()
	return err
}

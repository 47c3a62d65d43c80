package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// A member is a key of a JSON object with its value.
type member[T any] struct {
	key   string
	value T
}

// An object is a JSON object whose members keep their order.
type object[T any] []member[T]

// MarshalJSON writes the members in their order.
func (o object[T]) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(m.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads the members in their order.
func (o *object[T]) UnmarshalJSON(text []byte) error {
	all, err := members(text)
	if err != nil {
		return err
	}
	*o = make(object[T], len(all))
	for i, m := range all {
		(*o)[i].key = m.key
		if err := json.Unmarshal(m.value, &(*o)[i].value); err != nil {
			return err
		}
	}
	return nil
}

var errNotObject = errors.New("not a JSON object")

// members reads a JSON object; a key that comes twice is there twice.
func members(text json.RawMessage) (object[json.RawMessage], error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil, errNotObject
	}
	var o object[json.RawMessage]
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		m := member[json.RawMessage]{key: key.(string)} //nolint:forcetypeassert // the decoder gives nothing else here
		if err := d.Decode(&m.value); err != nil {
			return nil, err
		}
		o = append(o, m)
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errNotObject
	}
	return o, nil
}

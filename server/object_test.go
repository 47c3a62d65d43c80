package server

import (
	"encoding/json"
	"testing"
)

func TestMembersKeepOrder(t *testing.T) {
	text := `{"b":1,"a":{"z":[2]},"":null}`
	o, err := members(json.RawMessage(text))
	if err != nil {
		t.Fatal(err)
	}
	back, err := json.Marshal(o)
	if err != nil || string(back) != text {
		t.Errorf("got %s, %v, want %s", back, err, text)
	}
	for _, bad := range []string{``, `[]`, `1`, `{"a"`, `{"a":}`, `{} {}`, `{}x`, `null`} {
		if o, err := members(json.RawMessage(bad)); err == nil {
			t.Errorf("%s: got %v, want an error", bad, o)
		}
	}
}

package server

import (
	"strings"
	"testing"
)

func TestHashText(t *testing.T) {
	h := newHash("pässword", cheap())
	text, err := h.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var back passwordHash
	if err := back.UnmarshalText(text); err != nil {
		t.Fatal(err)
	}
	if !back.matches("pässword") || back.matches("passwort") || back.cost != cheap() {
		t.Errorf("%s does not come back", text)
	}
	if other := newHash("pässword", cheap()); string(other.sum) == string(h.sum) {
		t.Errorf("two hashes of one password are the same")
	}
}

func TestHashTextRefused(t *testing.T) {
	good, _ := newHash("x", cheap()).MarshalText()
	for _, change := range [][2]string{
		{"argon2id", "argon2i"},
		{"v=19", "v=16"},
		{"m=8", "m=7"},
		{"m=8", "m=9999999"},
		{"m=8", "m=99999999999"},
		{"t=1", "t=0"},
		{"t=1", "t=17"},
		{"p=1", "p=0"},
		{"p=1", "p=17"},
		{"p=1", "p=256"},
		{"$m", "$x"},
		{",p", ";p"},
		{string(good), ""},
		{"$argon2id", "argon2id"},
	} {
		text := strings.Replace(string(good), change[0], change[1], 1)
		if err := new(passwordHash).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

func FuzzHashText(f *testing.F) {
	good, _ := newHash("x", cheap()).MarshalText()
	f.Add(string(good))
	f.Add("$argon2id$v=19$m=8,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, text string) {
		var h passwordHash
		if h.UnmarshalText([]byte(text)) != nil {
			return
		}
		if h.cost.memory > maxMemory || h.cost.passes < 1 || h.cost.threads < 1 || len(h.sum) != hashBytes {
			t.Errorf("%q: got %+v", text, h.cost)
		}
	})
}

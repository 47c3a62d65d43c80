package server

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func newTestSealer(t *testing.T) *sealer {
	t.Helper()
	return sealerIn(t, t.TempDir(), []byte(testSecret))
}

func sealerIn(t *testing.T, dir string, secret []byte) *sealer {
	t.Helper()
	tokens, err := OpenTokens(TokenConfig{Dir: dir, Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSealer(tokens)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealOpensInItsPlaceAlone(t *testing.T) {
	s := newTestSealer(t)
	sealed := s.seal("session/1", []byte("secret"))
	if bytes.Contains(sealed, []byte("secret")) {
		t.Error("it is in clear")
	}
	if got, err := s.open("session/1", sealed); err != nil || string(got) != "secret" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := s.open("session/2", sealed); !errors.Is(err, errDoc) {
		t.Errorf("in another place: %v", err)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := s.open("session/1", changed); err == nil {
			t.Errorf("byte %d was changed, and it opens", i)
		}
		if _, err := s.open("session/1", sealed[:i]); err == nil {
			t.Errorf("the first %d bytes open", i)
		}
	}
	if bytes.Equal(sealed, s.seal("session/1", []byte("secret"))) {
		t.Error("the same is sealed alike twice")
	}
}

func TestSealNeedsItsKey(t *testing.T) {
	sealed := newTestSealer(t).seal("p", []byte("x"))
	if got, err := newTestSealer(t).open("p", sealed); err != nil || string(got) != "x" {
		t.Errorf("another node with the same secret: %q, %v", got, err)
	}
	if _, err := sealerIn(t, t.TempDir(), []byte(strings.Repeat("z", minSecret))).open("p", sealed); !errors.Is(err, errSealed) {
		t.Errorf("another secret: %v", err)
	}
}

func TestSealOutlivesSigningKeys(t *testing.T) {
	dir := t.TempDir()
	sealed := sealerIn(t, dir, nil).seal("p", []byte("x"))
	tokens, err := OpenTokens(TokenConfig{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := tokens.Rotate(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, keysFile)); err != nil {
		t.Fatal(err)
	}
	if got, err := sealerIn(t, dir, nil).open("p", sealed); err != nil || string(got) != "x" {
		t.Errorf("after the signing keys are others: %q, %v", got, err)
	}
	info, err := os.Stat(filepath.Join(dir, sealFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file: %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(filepath.Join(dir, sealFile), []byte(`{"secret":"AA=="}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if tokens, err = OpenTokens(TokenConfig{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	if _, err := newSealer(tokens); err == nil {
		t.Error("a short secret is accepted")
	}
}

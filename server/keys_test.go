package server

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

func issued(t *testing.T, tokens *Tokens) string {
	t.Helper()
	token, _, err := tokens.Issue(User{Name: "ann", Role: "user"})
	if err != nil {
		t.Fatalf("issue: %v", err)
	}
	return token
}

func TestGeneratedKeyIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	token := issued(t, testTokens(t, TokenConfig{Dir: dir}))
	if _, err := testTokens(t, TokenConfig{Dir: dir}).verify(t.Context(), token); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	if _, err := testTokens(t, TokenConfig{Dir: t.TempDir()}).verify(t.Context(), token); code(err) != "INVALID_TOKEN" {
		t.Errorf("elsewhere: got %v", err)
	}
	if _, err := testTokens(t, TokenConfig{Dir: dir, Secret: []byte(testSecret)}).verify(t.Context(), token); code(err) != "INVALID_TOKEN" {
		t.Errorf("with a configured key: got %v", err)
	}
	if info, err := os.Stat(filepath.Join(dir, keysFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
}

func TestRotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		tokens := testTokens(t, TokenConfig{Dir: dir, TTL: time.Hour})
		before := issued(t, tokens)
		if err := tokens.Rotate(); err != nil {
			t.Fatal(err)
		}
		after := issued(t, tokens)
		for range 2 { // the second time after a restart
			for _, token := range []string{before, after} {
				if _, err := tokens.verify(t.Context(), token); err != nil {
					t.Errorf("got %v", err)
				}
			}
			tokens = testTokens(t, TokenConfig{Dir: dir, TTL: time.Hour})
		}
		if len(tokens.keys.keys) != 2 || tokens.keys.keys[0].ID == tokens.keys.keys[1].ID {
			t.Errorf("got %d keys", len(tokens.keys.keys))
		}
		time.Sleep(2 * time.Hour)
		if err := tokens.Rotate(); err != nil || len(tokens.keys.keys) != 2 {
			t.Errorf("a key that is of no use stays: %d, %v", len(tokens.keys.keys), err)
		}
	})
}

func TestOldKeysRotateThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := testTokens(t, TokenConfig{Dir: t.TempDir()})
		time.Sleep(keyAge - time.Minute)
		before := issued(t, tokens)
		time.Sleep(time.Minute)
		after := issued(t, tokens)
		for _, token := range []string{before, after} {
			if _, err := tokens.verify(t.Context(), token); err != nil {
				t.Errorf("got %v", err)
			}
		}
		if n := len(tokens.keys.keys); n != 2 {
			t.Errorf("got %d keys, want 2", n)
		}
	})
}

// A key that has been replaced signs nothing that would count.
func TestReplacedKeyEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := testTokens(t, TokenConfig{Dir: t.TempDir(), TTL: time.Minute})
		if err := tokens.Rotate(); err != nil {
			t.Fatal(err)
		}
		old := tokens.keys.keys[0]
		time.Sleep(time.Minute + tokenLeeway)
		if _, err := tokens.keys.verifiers(old.ID); err == nil {
			t.Errorf("it still verifies")
		}
	})
}

func TestRotationIsBounded(t *testing.T) {
	tokens := testTokens(t, TokenConfig{Dir: t.TempDir()})
	for range maxKeys - 1 {
		if err := tokens.Rotate(); err != nil {
			t.Fatal(err)
		}
	}
	if err := tokens.Rotate(); err == nil || len(tokens.keys.keys) != maxKeys {
		t.Errorf("got %d keys, %v", len(tokens.keys.keys), err)
	}
	if last := tokens.keys.keys[maxKeys-1]; !last.Until.IsZero() {
		t.Errorf("the key that signs has an end: %v", last.Until)
	}
}

func TestConfiguredKeyIsNotRotated(t *testing.T) {
	if err := secretTokens(t).Rotate(); !errors.Is(err, errConfiguredKey) {
		t.Errorf("got %v", err)
	}
}

func TestDamagedKeys(t *testing.T) {
	for _, text := range []string{"", "{}", "[]", "[{}]", `[{"kid":"a","secret":"c2hvcnQ="}]`, `[{"secret":"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}]`} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, keysFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenTokens(TokenConfig{Dir: dir}); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

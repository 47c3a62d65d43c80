package server

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Generated keys.
const (
	keysFile    = "signing_keys.json"
	maxKeysFile = 1 << 20 // bytes
	maxKeys     = 16
	keyBytes    = 64
	keyAge      = 30 * 24 * time.Hour // then a new one takes over
)

// signingKey signs tokens, and says by its id that it did.
type signingKey struct {
	ID      string    `json:"kid"`
	Secret  []byte    `json:"secret"`
	Created time.Time `json:"created"`
	// Until is when the last token that it signed has expired; zero for the
	// one that signs.
	Until time.Time `json:"until,omitzero"`
}

// keyRing holds the keys that sign our tokens: a configured one, or generated
// ones of which the last signs and those before it still verify. It is safe
// for concurrent use.
type keyRing struct {
	path string // empty when the key is configured
	ttl  time.Duration

	mu   sync.Mutex // guards keys
	keys []signingKey
}

var errConfiguredKey = errors.New("the signing key is configured; it is rotated by configuring another")

func openKeys(dir string, secret []byte, ttl time.Duration) (*keyRing, error) {
	if len(secret) > 0 {
		if len(secret) < minSecret {
			return nil, fmt.Errorf("the signing secret has %d bytes; it has at least %d, for instance those of openssl rand -hex 32", len(secret), minSecret)
		}
		return &keyRing{ttl: ttl, keys: []signingKey{{ID: keyID(secret), Secret: slices.Clone(secret)}}}, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("signing keys: %w", err)
	}
	k := &keyRing{path: filepath.Join(dir, keysFile), ttl: ttl}
	err := readPrivate(k.path, maxKeysFile, &k.keys)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return k, k.rotate(time.Now())
	case err != nil:
		return nil, fmt.Errorf("signing keys: %w", err)
	}
	for _, key := range k.keys {
		if len(key.Secret) < minSecret || key.ID == "" {
			return nil, fmt.Errorf("signing keys: %s has a key without id or of less than %d bytes; remove the file, and everybody logs in again", k.path, minSecret)
		}
	}
	if len(k.keys) == 0 || len(k.keys) > maxKeys {
		return nil, fmt.Errorf("signing keys: %s has %d keys, not 1 to %d; remove the file, and everybody logs in again", k.path, len(k.keys), maxKeys)
	}
	return k, nil
}

// keyID names a key without telling anything about it.
func keyID(secret []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("kid"))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

// current is the key that signs. One that has become old is replaced.
func (k *keyRing) current(now time.Time) (signingKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	last := k.keys[len(k.keys)-1]
	if k.path == "" || now.Before(last.Created.Add(keyAge)) {
		return last, nil
	}
	err := k.rotateLocked(now)
	return k.keys[len(k.keys)-1], err
}

func (k *keyRing) rotate(now time.Time) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.rotateLocked(now)
}

func (k *keyRing) rotateLocked(now time.Time) error {
	if k.path == "" {
		return errConfiguredKey
	}
	next := slices.DeleteFunc(slices.Clone(k.keys), func(key signingKey) bool {
		return !key.Until.IsZero() && now.After(key.Until)
	})
	if n := len(next); n > 0 {
		next[n-1].Until = now.Add(k.ttl + tokenLeeway).UTC()
	}
	if len(next) == maxKeys {
		return fmt.Errorf("there are %d signing keys whose tokens are still valid; wait until %s", maxKeys, next[0].Until.Format(time.RFC3339))
	}
	secret := make([]byte, keyBytes)
	_, _ = rand.Read(secret) // never fails
	next = append(next, signingKey{ID: keyID(secret), Secret: secret, Created: now.UTC()})
	if err := writePrivate(k.path, next); err != nil {
		return fmt.Errorf("signing keys: %w", err)
	}
	k.keys = next
	return nil
}

// verifiers are the keys that may have signed a token: the one of its id, or
// any of them when it names none.
func (k *keyRing) verifiers(id string) (any, error) {
	now := time.Now()
	k.mu.Lock()
	defer k.mu.Unlock()
	var set jwt.VerificationKeySet
	for _, key := range k.keys {
		if (id == "" || id == key.ID) && (key.Until.IsZero() || now.Before(key.Until)) {
			set.Keys = append(set.Keys, key.Secret)
		}
	}
	if len(set.Keys) == 0 {
		return nil, errBadToken
	}
	return set, nil
}

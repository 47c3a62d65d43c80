package server

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// Sealing of what the store may not show.
const (
	sealFile    = "sealing_key.json"
	maxSealFile = 4 << 10 // bytes
	sealKeySize = 32      // AES-256
	sealIDSize  = 8
)

// errSealed says that something was encrypted with another key.
var errSealed = errors.New("it was encrypted with another key: auth.secret, or the file " + sealFile + " of the data directory, is not the one that it was stored with; set that again")

// A sealer encrypts what the store holds of secrets, each value bound to what
// it belongs to. It is safe for concurrent use.
type sealer struct {
	id   [sealIDSize]byte // names the key without telling anything about it
	aead cipher.AEAD
	mac  []byte // of names
}

// newSealer derives its keys from the secret that signs tokens, when that is
// configured; those that are generated change, so that then a file beside them
// has a secret of its own.
func newSealer(t *Tokens) (*sealer, error) {
	var secret []byte
	if t.keys.path == "" {
		secret = t.keys.keys[0].Secret // a configured one stays
	} else {
		var err error
		if secret, err = sealingSecret(filepath.Join(filepath.Dir(t.keys.path), sealFile)); err != nil {
			return nil, fmt.Errorf("key of stored secrets: %w", err)
		}
	}
	s := &sealer{}
	var keys [3][]byte
	for i, use := range []string{"encrypt", "name", "id"} {
		var err error
		if keys[i], err = hkdf.Key(sha256.New, secret, nil, "agentconnect stored secrets: "+use, sealKeySize); err != nil {
			return nil, err
		}
	}
	block, err := aes.NewCipher(keys[0])
	if err != nil {
		return nil, err
	}
	s.aead, err = cipher.NewGCM(block)
	s.mac = keys[1]
	copy(s.id[:], keys[2])
	return s, err
}

func sealingSecret(path string) ([]byte, error) {
	var stored struct {
		Secret []byte `json:"secret"`
	}
	err := readPrivate(path, maxSealFile, &stored)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		stored.Secret = make([]byte, keyBytes)
		_, _ = rand.Read(stored.Secret) // never fails
		return stored.Secret, writePrivate(path, stored)
	case err != nil:
		return nil, err
	case len(stored.Secret) < minSecret:
		return nil, fmt.Errorf("%s has a secret of less than %d bytes; restore the file from a backup, or remove it, and sessions with sensitive variables cannot go on", path, minSecret)
	}
	return stored.Secret, nil
}

// seal encrypts a value for one place.
func (s *sealer) seal(place string, value []byte) []byte {
	nonce := make([]byte, s.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	out := append(bytes.Clone(s.id[:]), nonce...)
	return s.aead.Seal(out, nonce, value, []byte(place))
}

// open decrypts what was sealed for a place.
func (s *sealer) open(place string, sealed []byte) ([]byte, error) {
	size := sealIDSize + s.aead.NonceSize()
	switch {
	case len(sealed) < size:
		return nil, fmt.Errorf("it has %d bytes: %w", len(sealed), errDoc)
	case !bytes.Equal(sealed[:sealIDSize], s.id[:]):
		return nil, errSealed
	}
	value, err := s.aead.Open(nil, sealed[sealIDSize:size], sealed[size:], []byte(place))
	if err != nil {
		return nil, fmt.Errorf("it was changed, or belongs to another session: %w", errDoc)
	}
	return value, nil
}

// name is a name of a text from which nobody without the key learns whether it
// is a text that they guess.
func (s *sealer) name(text []byte) []byte {
	mac := hmac.New(sha256.New, s.mac)
	mac.Write(text)
	return mac.Sum(nil)
}

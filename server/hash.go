package server

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// hashCost is what a password's hash costs.
type hashCost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// defaultCost is what OWASP advises for argon2id: about 25 ms of a core.
func defaultCost() hashCost { return hashCost{memory: 19 << 10, passes: 2, threads: 1} }

// The sizes of salts and hashes, in bytes, and the most that a hash in the
// file of users may cost.
const (
	saltBytes = 16
	hashBytes = 32
	maxMemory = 256 << 10 // KiB
	maxPasses = 16
	maxLanes  = 16
)

// passwordHash is an argon2id hash with what it was made with.
type passwordHash struct {
	cost      hashCost
	salt, sum []byte
}

func newHash(password string, cost hashCost) passwordHash {
	h := passwordHash{cost: cost, salt: make([]byte, saltBytes)}
	_, _ = rand.Read(h.salt) // never fails
	h.sum = h.of(password)
	return h
}

func (h passwordHash) of(password string) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.cost.passes, h.cost.memory, h.cost.threads, hashBytes)
}

// matches takes the same time for any password.
func (h passwordHash) matches(password string) bool {
	return subtle.ConstantTimeCompare(h.of(password), h.sum) == 1
}

// MarshalText writes the customary form: $argon2id$v=19$m=…,t=…,p=…$salt$sum.
func (h passwordHash) MarshalText() ([]byte, error) {
	b64 := base64.RawStdEncoding
	return fmt.Appendf(nil, "$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.cost.memory, h.cost.passes, h.cost.threads, b64.EncodeToString(h.salt), b64.EncodeToString(h.sum)), nil
}

// UnmarshalText reads it, within bounds.
func (h *passwordHash) UnmarshalText(text []byte) error {
	var version int
	head, rest, _ := strings.Cut(strings.Replace(string(text), ",p=", " ", 1), "$m=")
	params, tail, _ := strings.Cut(rest, "$")
	salt, sum, _ := strings.Cut(tail, "$")
	_, err := fmt.Sscanf(head, "$argon2id$v=%d", &version)
	if err == nil {
		_, err = fmt.Sscanf(params, "%d,t=%d %d", &h.cost.memory, &h.cost.passes, &h.cost.threads)
	}
	if err == nil {
		h.salt, err = base64.RawStdEncoding.DecodeString(salt)
	}
	if err == nil {
		h.sum, err = base64.RawStdEncoding.DecodeString(sum)
	}
	switch c := h.cost; {
	case err != nil:
		return fmt.Errorf("password hash: %w", err)
	case version != argon2.Version || len(h.salt) < 8 || len(h.sum) != hashBytes,
		c.memory < 8 || c.memory > maxMemory || c.passes < 1 || c.passes > maxPasses || c.threads < 1 || c.threads > maxLanes:
		return fmt.Errorf("password hash: only argon2id of version %d with at most %d KiB, %d passes and %d lanes is known", argon2.Version, maxMemory, maxPasses, maxLanes)
	}
	return nil
}

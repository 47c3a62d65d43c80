package server

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"slices"
)

// The ways of signing that we take from an identity provider.
const (
	algRSA = "RS256"
	algEC  = "ES256"
	algEd  = "EdDSA"
)

// The sizes of keys.
const (
	minRSABits  = 2048
	maxRSABits  = 8192
	maxExponent = 1<<31 - 1
	curveBytes  = 32 // of a coordinate of P-256
)

// jwk is a published key, as RFC 7517 writes it.
type jwk struct {
	Kty string   `json:"kty"`
	Kid string   `json:"kid"`
	Use string   `json:"use"`
	Alg string   `json:"alg"`
	Ops []string `json:"key_ops"`
	N   string   `json:"n"`
	E   string   `json:"e"`
	Crv string   `json:"crv"`
	X   string   `json:"x"`
	Y   string   `json:"y"`
}

// parseKey reads a key that verifies in one of our ways.
func parseKey(text json.RawMessage) (publicKey, bool) {
	var k jwk
	if json.Unmarshal(text, &k) != nil {
		return publicKey{}, false
	}
	if k.Use != "" && k.Use != "sig" || len(k.Ops) > 0 && !slices.Contains(k.Ops, "verify") {
		return publicKey{}, false
	}
	var alg string
	var key crypto.PublicKey
	switch {
	case k.Kty == "RSA":
		alg, key = algRSA, k.rsa()
	case k.Kty == "EC" && k.Crv == "P-256":
		alg, key = algEC, k.ec()
	case k.Kty == "OKP" && k.Crv == "Ed25519":
		alg, key = algEd, k.ed()
	}
	sameAlg := k.Alg == "" || k.Alg == alg || alg == algEd && k.Alg == "Ed25519"
	return publicKey{id: k.Kid, alg: alg, key: key}, key != nil && sameAlg
}

func (k *jwk) rsa() crypto.PublicKey {
	n, e := number(k.N), number(k.E)
	switch {
	case n == nil || e == nil || n.BitLen() < minRSABits || n.BitLen() > maxRSABits || n.Bit(0) == 0,
		!e.IsInt64() || e.Int64() < 3 || e.Int64() > maxExponent || e.Bit(0) == 0:
		return nil
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}
}

func (k *jwk) ec() crypto.PublicKey {
	x, errX := base64.RawURLEncoding.DecodeString(k.X)
	y, errY := base64.RawURLEncoding.DecodeString(k.Y)
	if errX != nil || errY != nil || len(x) != curveBytes || len(y) != curveBytes {
		return nil
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
	if err != nil {
		return nil
	}
	return key
}

func (k *jwk) ed() crypto.PublicKey {
	x, err := base64.RawURLEncoding.DecodeString(k.X)
	if err != nil || len(x) != ed25519.PublicKeySize {
		return nil
	}
	return ed25519.PublicKey(x)
}

func number(text string) *big.Int {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) == 0 || len(b) > maxRSABits/8+1 {
		return nil
	}
	return new(big.Int).SetBytes(b)
}

package server

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

var testKeys3 = sync.OnceValue(func() (k struct {
	rsa *rsa.PrivateKey
	ec  *ecdsa.PrivateKey
	ed  ed25519.PrivateKey
},
) {
	k.rsa, _ = rsa.GenerateKey(rand.Reader, 2048)
	k.ec, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, k.ed, _ = ed25519.GenerateKey(rand.Reader)
	return k
})

// testKeys are made once.
func testKeys(tb testing.TB) (*rsa.PrivateKey, *ecdsa.PrivateKey, ed25519.PrivateKey) {
	tb.Helper()
	k := testKeys3()
	if k.rsa == nil || k.ec == nil || k.ed == nil {
		tb.Fatal("no keys")
	}
	return k.rsa, k.ec, k.ed
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func rsaKey(k *rsa.PrivateKey, kid string) map[string]any {
	return map[string]any{"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": b64(k.N.Bytes()), "e": b64(big.NewInt(int64(k.E)).Bytes())}
}

func ecKey(tb testing.TB, k *ecdsa.PrivateKey, kid string) map[string]any {
	tb.Helper()
	point, err := k.PublicKey.Bytes()
	if err != nil {
		tb.Fatal(err)
	}
	return map[string]any{"kty": "EC", "kid": kid, "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])}
}

func edKey(k ed25519.PrivateKey, kid string) map[string]any {
	return map[string]any{"kty": "OKP", "kid": kid, "crv": "Ed25519", "x": b64(k.Public().(ed25519.PublicKey))}
}

// identityProvider publishes keys, and counts how often it is asked.
type identityProvider struct {
	*httptest.Server
	asked atomic.Int32
	mu    sync.Mutex
	keys  []map[string]any
	down  bool
}

func newIdentityProvider(tb testing.TB, keys ...map[string]any) *identityProvider {
	tb.Helper()
	p := &identityProvider{keys: keys}
	p.Server = httptest.NewServer(p)
	tb.Cleanup(p.Close)
	return p
}

func (p *identityProvider) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	p.asked.Add(1)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		http.Error(w, "down", http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"keys": p.keys})
}

func (p *identityProvider) set(down bool, keys ...map[string]any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down, p.keys = down, keys
}

const idIssuer, idAudience = "https://id.example.com", "chat"

func (p *identityProvider) tokens(tb testing.TB) *Tokens {
	tb.Helper()
	client := p.Client()
	tb.Cleanup(client.CloseIdleConnections)
	return testTokens(tb, TokenConfig{Secret: []byte(testSecret), Issuer: idIssuer, Audience: idAudience, JWKSURL: p.URL, Client: client})
}

// later makes the keys older than they are.
func (j *jwks) later(d time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.fetched, j.tried = j.fetched.Add(-d), j.tried.Add(-d)
}

func externalClaims(change map[string]any) jwt.MapClaims {
	c := goodClaims(map[string]any{"iss": idIssuer, "aud": idAudience, "sub": "auth|7", "role": nil})
	maps.Copy(c, change)
	return c
}

func TestIdentityProvider(t *testing.T) {
	keyRSA, keyEC, keyEd := testKeys(t)
	p := newIdentityProvider(t, rsaKey(keyRSA, "r"), ecKey(t, keyEC, "e"), edKey(keyEd, "d"))
	tokens := p.tokens(t)
	if p.asked.Load() != 0 {
		t.Errorf("the keys were fetched before they were needed")
	}
	for kid, token := range map[string]string{
		"r": sign(t, jwt.SigningMethodRS256, keyRSA, externalClaims(nil), map[string]any{"kid": "r"}),
		"e": sign(t, jwt.SigningMethodES256, keyEC, externalClaims(nil), map[string]any{"kid": "e"}),
		"d": sign(t, jwt.SigningMethodEdDSA, keyEd, externalClaims(nil), map[string]any{"kid": "d"}),
		"":  sign(t, jwt.SigningMethodEdDSA, keyEd, externalClaims(nil), nil),
	} {
		got, err := tokens.verify(t.Context(), token)
		if err != nil || got.Name != "auth|7" || got.Role != roleUser || !got.external {
			t.Errorf("kid %q: got %+v, %v", kid, got, err)
		}
	}
	admin := sign(t, jwt.SigningMethodEdDSA, keyEd, externalClaims(map[string]any{"role": "admin"}), map[string]any{"kid": "d"})
	if got, err := tokens.verify(t.Context(), admin); err != nil || got.Role != roleAdmin {
		t.Errorf("admin: got %+v, %v", got, err)
	}
	own := issued(t, tokens)
	if got, err := tokens.verify(t.Context(), own); err != nil || got.external {
		t.Errorf("our own: got %+v, %v", got, err)
	}
	if n := p.asked.Load(); n != 1 {
		t.Errorf("asked %d times, want 1", n)
	}
}

// The kinds of keys are not confused, whatever a header claims.
func TestKeyConfusion(t *testing.T) {
	keyRSA, keyEC, keyEd := testKeys(t)
	set := []map[string]any{rsaKey(keyRSA, "r"), ecKey(t, keyEC, "e"), edKey(keyEd, "d")}
	tokens := newIdentityProvider(t, set...).tokens(t)
	modulus := keyRSA.N.Bytes()
	public := []byte(keyEd.Public().(ed25519.PublicKey))
	own := goodClaims(nil)
	for name, token := range map[string]string{
		"HS256 with the RSA key's modulus":  sign(t, jwt.SigningMethodHS256, modulus, externalClaims(nil), map[string]any{"kid": "r"}),
		"HS256 with the Ed25519 public key": sign(t, jwt.SigningMethodHS256, public, externalClaims(nil), map[string]any{"kid": "d"}),
		"ES256 with the id of the RSA key":  sign(t, jwt.SigningMethodES256, keyEC, externalClaims(nil), map[string]any{"kid": "r"}),
		"RS512":                             sign(t, jwt.SigningMethodRS512, keyRSA, externalClaims(nil), map[string]any{"kid": "r"}),
		"PS256":                             sign(t, jwt.SigningMethodPS256, keyRSA, externalClaims(nil), map[string]any{"kid": "r"}),
		"our secret, their claims":          sign(t, jwt.SigningMethodHS256, []byte(testSecret), externalClaims(nil), nil),
		"their key, our claims":             sign(t, jwt.SigningMethodEdDSA, keyEd, own, map[string]any{"kid": "d"}),
		"a key that the token brings along": sign(t, jwt.SigningMethodEdDSA, newEd(t), externalClaims(nil), map[string]any{"jwk": edKey(newEd(t), "x"), "jku": "https://evil.example"}),
		"other issuer":                      sign(t, jwt.SigningMethodEdDSA, keyEd, externalClaims(map[string]any{"iss": "https://evil.example"}), nil),
		"other audience":                    sign(t, jwt.SigningMethodEdDSA, keyEd, externalClaims(map[string]any{"aud": "other"}), nil),
		"no type":                           sign(t, jwt.SigningMethodEdDSA, keyEd, externalClaims(map[string]any{"type": ""}), nil),
	} {
		if got, err := tokens.verify(t.Context(), token); code(err) != "INVALID_TOKEN" {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	expired := sign(t, jwt.SigningMethodEdDSA, keyEd, externalClaims(map[string]any{"exp": time.Now().Unix() - 5}), nil)
	if _, err := tokens.verify(t.Context(), expired); code(err) != "TOKEN_EXPIRED" {
		t.Errorf("expired: got %v", err)
	}
}

func newEd(tb testing.TB) ed25519.PrivateKey {
	tb.Helper()
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func TestKeysAreRefreshed(t *testing.T) {
	first, second := newEd(t), newEd(t)
	p := newIdentityProvider(t, edKey(first, "1"))
	tokens := p.tokens(t)
	verify := func(key ed25519.PrivateKey, kid, want string, asked int32) {
		t.Helper()
		_, err := tokens.verify(t.Context(), sign(t, jwt.SigningMethodEdDSA, key, externalClaims(nil), map[string]any{"kid": kid}))
		if code(err) != want || p.asked.Load() != asked {
			t.Errorf("kid %s: got %v after %d fetches, want %q after %d", kid, err, p.asked.Load(), want, asked)
		}
	}
	verify(first, "1", "", 1)
	p.set(false, edKey(second, "2"))
	for range 5 { // an unknown id asks at most once a minute
		verify(second, "2", "INVALID_TOKEN", 1)
	}
	tokens.provider.later(jwksPause)
	verify(second, "2", "", 2)
	verify(first, "1", "INVALID_TOKEN", 2) // withdrawn
	p.set(true)
	tokens.provider.later(jwksFresh)
	verify(second, "2", "", 3) // the provider is down: the keys at hand do for now
	verify(second, "2", "", 3)
	tokens.provider.later(jwksStale)
	verify(second, "2", "IDENTITY_PROVIDER_UNAVAILABLE", 4)
	p.set(false, edKey(second, "2"))
	tokens.provider.later(jwksPause)
	verify(second, "2", "", 5)
}

func TestOneFetchForAll(t *testing.T) {
	key := newEd(t)
	p := newIdentityProvider(t, edKey(key, "1"))
	tokens := p.tokens(t)
	token := sign(t, jwt.SigningMethodEdDSA, key, externalClaims(nil), map[string]any{"kid": "1"})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := tokens.verify(t.Context(), token); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := p.asked.Load(); n != 1 {
		t.Errorf("asked %d times, want 1", n)
	}
}

func TestBadProviders(t *testing.T) {
	key := newEd(t)
	token := sign(t, jwt.SigningMethodEdDSA, key, externalClaims(nil), nil)
	good, _ := json.Marshal(map[string]any{"keys": []any{edKey(key, "1")}})
	many, _ := json.Marshal(map[string]any{"keys": make([]struct{}, maxJWKSKeys+1)})
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request){
		"no JSON":  func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") },
		"no keys":  func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"keys":[]}`) },
		"too many": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(many) },
		"too large": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, string(good[:len(good)-1]), strings.Repeat(" ", maxJWKS), "}")
		},
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/there" {
				http.Redirect(w, r, "/there", http.StatusFound)
				return
			}
			_, _ = w.Write(good)
		},
		"cut": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9999")
			_, _ = w.Write(good)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := httptest.NewServer(http.HandlerFunc(answer))
			t.Cleanup(p.Close)
			tokens := (&identityProvider{Server: p}).tokens(t)
			_, err := tokens.verify(t.Context(), token)
			if e := public(err); e.status != http.StatusServiceUnavailable || e.retryAfter <= 0 {
				t.Errorf("got %v", err)
			}
			if _, err := tokens.verify(t.Context(), issued(t, tokens)); err != nil {
				t.Errorf("our own tokens: %v", err)
			}
		})
	}
}

func TestParseKey(t *testing.T) {
	keyRSA, keyEC, keyEd := testKeys(t)
	with := func(key map[string]any, name string, v any) map[string]any {
		key[name] = v
		return key
	}
	small, _ := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // small on purpose
	tests := []struct {
		name string
		key  map[string]any
		want string
	}{
		{"RSA", rsaKey(keyRSA, "1"), algRSA},
		{"EC", ecKey(t, keyEC, "1"), algEC},
		{"Ed25519", edKey(keyEd, "1"), algEd},
		{"Ed25519 by its new name", with(edKey(keyEd, "1"), "alg", "Ed25519"), algEd},
		{"for verifying", with(edKey(keyEd, "1"), "key_ops", []string{"verify"}), algEd},
		{"for encryption", with(rsaKey(keyRSA, "1"), "use", "enc"), ""},
		{"for signing alone", with(edKey(keyEd, "1"), "key_ops", []string{"sign"}), ""},
		{"other algorithm", with(rsaKey(keyRSA, "1"), "alg", "RS512"), ""},
		{"small RSA", map[string]any{"kty": "RSA", "n": b64(make([]byte, 128)), "e": "AQAB"}, ""},
		{"exponent 1", with(rsaKey(keyRSA, "1"), "e", "AQ"), ""},
		{"even exponent", with(rsaKey(keyRSA, "1"), "e", "BA"), ""},
		{"huge exponent", with(rsaKey(keyRSA, "1"), "e", b64([]byte(strings.Repeat("\xff", 9)))), ""},
		{"huge modulus", with(rsaKey(keyRSA, "1"), "n", b64([]byte(strings.Repeat("\xff", 1025)))), ""},
		{"no exponent", with(rsaKey(keyRSA, "1"), "e", ""), ""},
		{"off the curve", with(ecKey(t, keyEC, "1"), "x", b64(make([]byte, 32))), ""},
		{"short coordinate", with(ecKey(t, keyEC, "1"), "x", b64(make([]byte, 31))), ""},
		{"other curve", with(ecKey(t, keyEC, "1"), "crv", "P-384"), ""},
		{"short Ed25519", with(edKey(keyEd, "1"), "x", "AAAA"), ""},
		{"symmetric", map[string]any{"kty": "oct", "k": b64([]byte(testSecret)), "alg": "HS256"}, ""},
		{"no kind", map[string]any{}, ""},
		{"kid is a number", with(edKey(keyEd, "1"), "kid", 1), ""},
	}
	if small != nil {
		tests = append(tests, struct {
			name string
			key  map[string]any
			want string
		}{"RSA of 1024 bits", with(rsaKey(small, "1"), "use", "sig"), ""})
	}
	for _, tt := range tests {
		text, _ := json.Marshal(tt.key)
		got, ok := parseKey(text)
		if ok != (tt.want != "") || ok && got.alg != tt.want {
			t.Errorf("%s: got %v, %q", tt.name, ok, got.alg)
		}
	}
}

func FuzzParseKeys(f *testing.F) {
	keyRSA, keyEC, keyEd := testKeys(f)
	text, _ := json.Marshal(map[string]any{"keys": []any{rsaKey(keyRSA, "1"), ecKey(f, keyEC, "2"), edKey(keyEd, "3")}})
	f.Add(text)
	f.Add([]byte(`{"keys":[null,1,{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := parseKeys(text)
		for _, k := range keys {
			if err != nil || k.key == nil || k.alg == "" {
				t.Errorf("%s: got %+v, %v", text, k, err)
			}
		}
	})
}

package server

import (
	"context"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func testTokens(tb testing.TB, cfg TokenConfig) *Tokens {
	tb.Helper()
	tokens, err := OpenTokens(cfg)
	if err != nil {
		tb.Fatalf("open: %v", err)
	}
	return tokens
}

func secretTokens(tb testing.TB) *Tokens {
	tb.Helper()
	return testTokens(tb, TokenConfig{Secret: []byte(testSecret)})
}

// goodClaims are what a token of ours must say; change may alter them, nil
// values take a claim away.
func goodClaims(change map[string]any) jwt.MapClaims {
	now := time.Now().Unix()
	c := jwt.MapClaims{"sub": "ann", "iat": now, "nbf": now, "exp": now + 60, "jti": "1", "iss": "agentconnect", "aud": "agentconnect", "type": "access", "role": "admin"}
	maps.Copy(c, change)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// sign signs claims; header values are added to the header.
func sign(tb testing.TB, method jwt.SigningMethod, key any, c jwt.Claims, header map[string]any) string {
	tb.Helper()
	j := jwt.NewWithClaims(method, c)
	maps.Copy(j.Header, header)
	text, err := j.SignedString(key)
	if err != nil {
		tb.Fatalf("sign: %v", err)
	}
	return text
}

func TestIssueAndVerify(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := secretTokens(t)
		start := time.Now()
		token, expires, err := tokens.Issue(User{Name: "ann", Role: "admin"})
		if err != nil || !expires.Equal(start.Add(30*time.Minute)) {
			t.Fatalf("got %v, %v", expires, err)
		}
		want := principal{Name: "ann", Role: "admin", Expires: expires, issued: start}
		got, err := tokens.verify(t.Context(), token)
		if err != nil || got.Name != want.Name || got.Role != want.Role || !got.Expires.Equal(want.Expires) || !got.issued.Equal(want.issued) {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
		time.Sleep(30*time.Minute - 1)
		if _, err := tokens.verify(t.Context(), token); err != nil {
			t.Errorf("just before its end: %v", err)
		}
		time.Sleep(time.Nanosecond)
		if _, err := tokens.verify(t.Context(), token); !errors.Is(err, errTokenExpired) {
			t.Errorf("at its end: got %v", err)
		}
	})
}

func TestIssuedClaims(t *testing.T) {
	tokens := secretTokens(t)
	seen := map[any]bool{}
	for range 2 {
		token, _, err := tokens.Issue(User{Name: "ann", Role: "user"})
		if err != nil {
			t.Fatal(err)
		}
		text, _ := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
		var c map[string]any
		if err := json.Unmarshal(text, &c); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"sub", "iat", "nbf", "exp", "jti", "iss", "aud", "type", "role"} {
			if c[name] == nil {
				t.Errorf("no %s in %s", name, text)
			}
		}
		if c["type"] != "access" || c["role"] != "user" || c["sub"] != "ann" || c["exp"].(float64)-c["iat"].(float64) != 1800 {
			t.Errorf("got %s", text)
		}
		if seen[c["jti"]] {
			t.Errorf("jti %v comes twice", c["jti"])
		}
		seen[c["jti"]] = true
		if len(token) > maxToken {
			t.Errorf("a token has %d bytes", len(token))
		}
	}
}

func TestVerifyClaims(t *testing.T) {
	now := time.Now().Unix()
	tests := []struct {
		name   string
		change map[string]any
		want   error // nil: it is valid
	}{
		{"all", nil, nil},
		{"without nbf", map[string]any{"nbf": nil}, nil},
		{"without jti", map[string]any{"jti": nil}, nil},
		{"without role", map[string]any{"role": nil}, nil},
		{"one of several audiences", map[string]any{"aud": []string{"other", "agentconnect"}}, nil},
		{"a clock that is 50 s ahead", map[string]any{"iat": now + 50, "nbf": now + 50}, nil},
		{"a clock that is 70 s ahead", map[string]any{"iat": now + 70}, errBadToken},
		{"not yet", map[string]any{"nbf": now + 70}, errBadToken},
		{"expired", map[string]any{"exp": now - 1}, errTokenExpired},
		{"expired long ago", map[string]any{"exp": now - 7200, "iat": now - 9000, "nbf": now - 9000}, errTokenExpired},
		{"without sub", map[string]any{"sub": nil}, errBadToken},
		{"empty sub", map[string]any{"sub": ""}, errBadToken},
		{"sub with a line", map[string]any{"sub": "a\nb"}, errBadToken},
		{"long sub", map[string]any{"sub": strings.Repeat("a", 257)}, errBadToken},
		{"sub is a number", map[string]any{"sub": 1}, errBadToken},
		{"without iat", map[string]any{"iat": nil}, errBadToken},
		{"without exp", map[string]any{"exp": nil}, errBadToken},
		{"exp is a text", map[string]any{"exp": "soon"}, errBadToken},
		{"exp is zero", map[string]any{"exp": 0}, errTokenExpired},
		{"without iss", map[string]any{"iss": nil}, errBadToken},
		{"other iss", map[string]any{"iss": "other"}, errBadToken},
		{"without aud", map[string]any{"aud": nil}, errBadToken},
		{"other aud", map[string]any{"aud": "other"}, errBadToken},
		{"without type", map[string]any{"type": nil}, errBadToken},
		{"other type", map[string]any{"type": "refresh"}, errBadToken},
	}
	tokens := secretTokens(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tokens.verify(t.Context(), sign(t, jwt.SigningMethodHS256, []byte(testSecret), goodClaims(tt.change), nil))
			if code(err) != code(tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func code(err error) string {
	if err == nil {
		return ""
	}
	return public(err).code
}

func TestVerifySignatures(t *testing.T) {
	secret, c := []byte(testSecret), goodClaims(nil)
	good := sign(t, jwt.SigningMethodHS256, secret, c, nil)
	parts := strings.Split(good, ".")
	none := sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, c, nil)
	head := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	keyRSA, keyEC, keyEd := testKeys(t)
	tests := map[string]string{
		"other secret":          sign(t, jwt.SigningMethodHS256, []byte(strings.Repeat("x", 32)), c, nil),
		"HS384":                 sign(t, jwt.SigningMethodHS384, secret, c, nil),
		"HS512":                 sign(t, jwt.SigningMethodHS512, secret, c, nil),
		"none":                  none,
		"None":                  head(`{"alg":"None"}`) + "." + parts[1] + ".",
		"none, with signature":  head(`{"alg":"none"}`) + "." + parts[1] + "." + parts[2],
		"no alg":                head(`{}`) + "." + parts[1] + "." + parts[2],
		"alg is a number":       head(`{"alg":1}`) + "." + parts[1] + "." + parts[2],
		"no signature":          parts[0] + "." + parts[1] + ".",
		"cut signature":         good[:len(good)-4],
		"longer signature":      good + "x",
		"loose bits at the end": good[:len(good)-1] + loose(good[len(good)-1]),
		"other claims":          parts[0] + "." + head(`{"sub":"root"}`) + "." + parts[2],
		"unknown kid":           sign(t, jwt.SigningMethodHS256, secret, c, map[string]any{"kid": "other"}),
		"kid is a number":       sign(t, jwt.SigningMethodHS256, secret, c, map[string]any{"kid": 1}),
		"crit":                  sign(t, jwt.SigningMethodHS256, secret, c, map[string]any{"crit": []string{"b64"}, "b64": false}),
		"too long":              sign(t, jwt.SigningMethodHS256, secret, goodClaims(map[string]any{"x": strings.Repeat("x", maxToken)}), nil),
		"RS256":                 sign(t, jwt.SigningMethodRS256, keyRSA, c, nil),
		"ES256":                 sign(t, jwt.SigningMethodES256, keyEC, c, nil),
		"EdDSA":                 sign(t, jwt.SigningMethodEdDSA, crypto.PrivateKey(keyEd), c, nil),
	}
	tokens := secretTokens(t)
	if _, err := tokens.verify(t.Context(), good); err != nil {
		t.Fatalf("good: %v", err)
	}
	for name, token := range tests {
		if p, err := tokens.verify(t.Context(), token); code(err) != "INVALID_TOKEN" {
			t.Errorf("%s: got %+v, %v", name, p, err)
		}
	}
}

// loose is the next letter of the alphabet: 32 bytes leave two bits of the last
// one unused, so that it means the same to whoever does not look.
func loose(last byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return alphabet[strings.IndexByte(alphabet, last)+1:][:1]
}

func TestNoTokenAtAll(t *testing.T) {
	tokens := secretTokens(t)
	for _, token := range []string{
		"", "x", "a.b", "a.b.c", "a.b.c.d", "..", "e30.e30", "e30.e30.e30.e30", "e30.W10.e30", "W10.e30.e30", "bnVsbA.e30.", "e30.bnVsbA.", "e30=.e30=.",
		"e30.e30.!", "e30.e30.a", "e30 .e30.", "e30.e3\n0.", "MQ.e30.",
	} {
		if _, err := tokens.verify(t.Context(), token); !errors.Is(err, errNotAToken) {
			t.Errorf("%q: got %v", token, err)
		}
	}
	for _, token := range []string{"e30.e30.", "e30.e30.e30"} {
		if _, err := tokens.verify(t.Context(), token); code(err) != "INVALID_TOKEN" {
			t.Errorf("%q: got %v", token, err)
		}
	}
}

func TestOpenTokensRefuses(t *testing.T) {
	for name, cfg := range map[string]TokenConfig{
		"short secret":     {Secret: []byte(strings.Repeat("x", 31))},
		"short life":       {Secret: []byte(testSecret), TTL: time.Millisecond},
		"negative life":    {Secret: []byte(testSecret), TTL: -time.Hour},
		"no issuer":        {Secret: []byte(testSecret), JWKSURL: "https://id.example.com/keys", Audience: "a"},
		"no audience":      {Secret: []byte(testSecret), JWKSURL: "https://id.example.com/keys", Issuer: "a"},
		"http":             {Secret: []byte(testSecret), JWKSURL: "http://id.example.com/keys", Issuer: "a", Audience: "a"},
		"no address":       {Secret: []byte(testSecret), JWKSURL: "keys", Issuer: "a", Audience: "a"},
		"file":             {Secret: []byte(testSecret), JWKSURL: "file:///keys", Issuer: "a", Audience: "a"},
		"not an address":   {Secret: []byte(testSecret), JWKSURL: "https://a b\n", Issuer: "a", Audience: "a"},
		"localhost's name": {Secret: []byte(testSecret), JWKSURL: "http://localhost.example.com/", Issuer: "a", Audience: "a"},
	} {
		if _, err := OpenTokens(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzVerify(f *testing.F) {
	tokens := secretTokens(f)
	good, _, err := tokens.Issue(User{Name: "ann"})
	if err != nil {
		f.Fatal(err)
	}
	for _, token := range []string{good, good[1:], good[:len(good)-1], "", "..", "e30.e30.", "e30.e30.e30", "eyJhbGciOiJub25lIn0.e30."} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		p, err := tokens.verify(context.Background(), token)
		switch {
		case err == nil && p.Name != "ann":
			t.Errorf("%q: got %+v", token, p)
		case err != nil && public(err).status != 401:
			t.Errorf("%q: got %v", token, err)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	tokens := secretTokens(b)
	token, _, err := tokens.Issue(User{Name: "ann", Role: "user"})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tokens.verify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}

package server

import (
	"fmt"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// form is the header of a login.
var form = []string{"Content-Type", "application/x-www-form-urlencoded"}

func (ts *testServer) login(tb testing.TB, name, password string, headers ...string) (*answered, map[string]any) {
	tb.Helper()
	values := url.Values{"username": {name}, "password": {password}, "grant_type": {"password"}}
	return ts.do(tb, "POST", "/auth/login", "", values.Encode(), append(form, headers...)...)
}

// signed is a token that the server's secret has signed.
func signed(tb testing.TB, change map[string]any) string {
	tb.Helper()
	return sign(tb, jwt.SigningMethodHS256, []byte(testSecret), goodClaims(change), nil)
}

func TestLogin(t *testing.T) {
	ts := newTestServer(t, nil)
	for _, path := range []string{"/auth/login", "/api/auth/login"} {
		w, body := ts.do(t, "POST", path, "", "username=ann&password="+url.QueryEscape(annPassword)+"&grant_type=password&scope=&client_id=", form...)
		if w.StatusCode != 200 || len(body) != 3 || body["token_type"] != "bearer" || body["expires_in"] != testTTL.Seconds() {
			t.Fatalf("%s: got %d %v", path, w.StatusCode, body)
		}
		if w.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("a token may be cached")
		}
		token, _ := body["access_token"].(string)
		w, body = ts.do(t, "POST", "/auth/verify", token, nil)
		if w.StatusCode != 200 || body["user"] != "ann" {
			t.Errorf("%s: its token: got %d %v", path, w.StatusCode, body)
		}
	}
}

func TestVerify(t *testing.T) {
	ts := newTestServer(t, nil)
	now := time.Now().Unix()
	w, body := ts.do(t, "POST", "/api/auth/verify", signed(t, map[string]any{"iat": now - 5, "exp": now + 55}), nil)
	timestampOf(t, body)
	delete(body, "timestamp")
	want := map[string]any{"valid": true, "user": "ann", "type": "access", "exp": float64(now + 55), "iat": float64(now - 5)}
	if w.StatusCode != 200 || !reflect.DeepEqual(body, want) {
		t.Errorf("got %d %v, want %v", w.StatusCode, body, want)
	}
	good := signed(t, nil)
	for name, tt := range map[string]struct {
		header string
		status int
		code   string
	}{
		"expired":           {"Bearer " + signed(t, map[string]any{"exp": now - 1}), 401, "TOKEN_EXPIRED"},
		"bad signature":     {"Bearer " + sign(t, jwt.SigningMethodHS256, []byte(strings.Repeat("x", 32)), goodClaims(nil), nil), 401, "INVALID_TOKEN"},
		"unknown user":      {"Bearer " + signed(t, map[string]any{"sub": "nobody"}), 401, "INVALID_TOKEN"},
		"too long":          {"Bearer " + strings.Repeat("x", maxToken+1), 401, "INVALID_TOKEN"},
		"no token at all":   {"Bearer nonsense", 422, "MALFORMED_TOKEN"},
		"no JSON in it":     {"Bearer AAAA.AAAA.AAAA", 422, "MALFORMED_TOKEN"},
		"none":              {"", 401, "NOT_AUTHENTICATED"},
		"empty":             {"Bearer ", 401, "NOT_AUTHENTICATED"},
		"other scheme":      {"Basic " + good, 401, "NOT_AUTHENTICATED"},
		"without scheme":    {good, 401, "NOT_AUTHENTICATED"},
		"scheme in capital": {"BEARER " + good, 200, ""},
	} {
		w, body := ts.do(t, "POST", "/auth/verify", "", nil, "Authorization", tt.header)
		if w.StatusCode != tt.status || tt.code != "" && body["code"] != tt.code {
			t.Errorf("%s: got %d %v, want %d %s", name, w.StatusCode, body, tt.status, tt.code)
		}
		if tt.status == 401 && w.Header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: no WWW-Authenticate", name)
		}
	}
	if w, body := ts.do(t, "GET", "/chat/sessions", "nonsense", nil); w.StatusCode != 401 || body["code"] != "MALFORMED_TOKEN" {
		t.Errorf("on another route: got %d %v, want 401", w.StatusCode, body)
	}
}

func timestampOf(tb testing.TB, body map[string]any) {
	tb.Helper()
	text, _ := body["timestamp"].(string)
	if at, err := time.Parse("2006-01-02T15:04:05.000000Z", text); err != nil || time.Since(at).Abs() > time.Minute {
		tb.Errorf("timestamp %q: want now, RFC 3339 in UTC with microseconds", text)
	}
}

// Unknown, wrong and inactive are one answer.
func TestLoginTellsNothing(t *testing.T) {
	ts := newTestServer(t, nil)
	if err := ts.users.Disable(bob); err != nil {
		t.Fatal(err)
	}
	var first map[string]any
	for _, who := range [][2]string{{ann, "wrong"}, {bob, bobPassword}, {"nobody", annPassword}, {"no\x00body", "x"}, {strings.Repeat("x", 10_000), "x"}} {
		w, body := ts.login(t, who[0], who[1])
		timestampOf(t, body)
		delete(body, "timestamp")
		if first == nil {
			first = body
		}
		if w.StatusCode != 401 || body["code"] != "INVALID_CREDENTIALS" || !reflect.DeepEqual(body, first) || w.Header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%.20q: got %d %v, want 401 %v", who[0], w.StatusCode, body, first)
		}
	}
}

func TestLoginForms(t *testing.T) {
	ts := newTestServer(t, nil)
	for _, tt := range []struct {
		body, mediaType string
		status          int
		loc             any
	}{
		{"username=ann", form[1], 422, []any{"body", "password"}},
		{"password=x", form[1], 422, []any{"body", "username"}},
		{`{"username":"ann","password":"x"}`, "application/json", 415, nil},
		{"username=%", form[1], 400, nil},
		{"username=ann&password=" + strings.Repeat("x", 1<<20), form[1], 413, nil},
	} {
		w, body := ts.do(t, "POST", "/auth/login", "", tt.body, "Content-Type", tt.mediaType)
		if w.StatusCode != tt.status || !reflect.DeepEqual(at(body, "errors", 0, "loc"), tt.loc) {
			t.Errorf("%.30q as %s: got %d %v, want %d", tt.body, tt.mediaType, w.StatusCode, body, tt.status)
		}
	}
}

func limited(l Limits, proxies ...string) func(*Config) {
	return func(c *Config) {
		c.Limits = l
		for _, p := range proxies {
			c.TrustedProxies = append(c.TrustedProxies, netip.MustParsePrefix(p))
		}
	}
}

// Ten failed logins lock an account, whether there is one or not, from
// wherever they come; the limit per address is another matter.
func TestLockOverHTTP(t *testing.T) {
	ts := newTestServer(t, limited(Limits{}, "127.0.0.0/8"))
	from := func(i int) []string { return []string{"X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i)} }
	var bodies []map[string]any
	for _, name := range []string{ann, "nobody"} {
		for i := range 10 {
			if w, _ := ts.login(t, name, "wrong", from(i)...); w.StatusCode != 401 {
				t.Fatalf("%s, login %d: got %d", name, i, w.StatusCode)
			}
		}
		w, body := ts.login(t, name, annPassword, from(99)...)
		if w.StatusCode != 401 || body["code"] != "INVALID_CREDENTIALS" {
			t.Errorf("%s: the eleventh login, with the right password: got %d %v", name, w.StatusCode, body)
		}
		delete(body, "timestamp")
		bodies = append(bodies, body)
	}
	if !reflect.DeepEqual(bodies[0], bodies[1]) {
		t.Errorf("a lock tells that the account exists: %v, %v", bodies[0], bodies[1])
	}
	if w, _ := ts.login(t, bob, bobPassword, from(99)...); w.StatusCode != 200 {
		t.Errorf("somebody else: got %d", w.StatusCode)
	}
	if n := strings.Count(ts.log.String(), "account locked"); n != 1 {
		t.Errorf("the log tells of %d locks, want 1", n)
	}
	if err := ts.users.Enable(ann); err != nil {
		t.Fatal(err)
	}
	if w, _ := ts.login(t, ann, annPassword, from(98)...); w.StatusCode != 200 {
		t.Errorf("after users enable: got %d", w.StatusCode)
	}
}

func TestLimitsSwitchedOff(t *testing.T) {
	ts := newTestServer(t, nil)
	for range 12 {
		w, _ := ts.login(t, ann, "wrong")
		if w.StatusCode != 401 || w.Header.Get("RateLimit-Limit") != "" {
			t.Fatalf("got %d %v", w.StatusCode, w.Header)
		}
	}
	if w, _ := ts.login(t, ann, annPassword); w.StatusCode != 200 {
		t.Errorf("got %d, want no lock", w.StatusCode)
	}
}

// A token ends with its user, and its role is the user's of now.
func TestTokensOfUsersThatChange(t *testing.T) {
	ts := newTestServer(t, nil)
	token := ts.token(t, ann)
	if err := ts.users.Disable(ann); err != nil {
		t.Fatal(err)
	}
	if w, _ := ts.do(t, "GET", "/chat/sessions", token, nil); w.StatusCode != 401 {
		t.Errorf("disabled: got %d", w.StatusCode)
	}
	if err := ts.users.Enable(ann); err != nil {
		t.Fatal(err)
	}
	if w, _ := ts.do(t, "GET", "/chat/sessions", token, nil); w.StatusCode != 200 {
		t.Errorf("enabled: got %d", w.StatusCode)
	}
	if p, err := ts.identify(t.Context(), signed(t, map[string]any{"role": "admin"})); err != nil || p.Role != roleUser {
		t.Errorf("a role of the past: got %+v, %v", p, err)
	}
}

// Who comes from an identity provider is nobody's namesake.
func TestExternalUsers(t *testing.T) {
	key := newEd(t)
	provider := newIdentityProvider(t, edKey(key, "1"))
	ts := newTestServer(t, func(c *Config) { c.Tokens = provider.tokens(t) })
	outside := func(sub string) string {
		return sign(t, jwt.SigningMethodEdDSA, key, externalClaims(map[string]any{"sub": sub}), map[string]any{"kid": "1"})
	}
	w, body := ts.do(t, "POST", "/auth/verify", outside("auth|7"), nil)
	if w.StatusCode != 200 || body["user"] != "auth|7" {
		t.Errorf("got %d %v", w.StatusCode, body)
	}
	if w, body := ts.do(t, "POST", "/auth/verify", outside(ann), nil); w.StatusCode != 401 {
		t.Errorf("the name of a local user: got %d %v", w.StatusCode, body)
	}
	if w, _ := ts.login(t, ann, annPassword); w.StatusCode != 200 {
		t.Errorf("a local login: got %d", w.StatusCode)
	}
	provider.set(true)
	ts.cfg.Tokens.provider.later(jwksStale)
	w, body = ts.do(t, "POST", "/auth/verify", outside("auth|7"), nil)
	if w.StatusCode != 503 || w.Header.Get("Retry-After") == "" || body["code"] != "IDENTITY_PROVIDER_UNAVAILABLE" {
		t.Errorf("without the provider's keys: got %d %v", w.StatusCode, body)
	}
}

package server

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// The rules of tokens.
const (
	tokenType     = "access"
	tokenName     = "agentconnect" // issuer and audience of our own, unless configured
	tokenTTL      = 30 * time.Minute
	maxToken      = 8 << 10 // bytes
	maxSubject    = 256     // bytes
	tokenLeeway   = 60 * time.Second
	minSecret     = 32 // bytes
	algOwn        = "HS256"
	maxTokenParts = 3
)

// TokenConfig configures [Tokens].
type TokenConfig struct {
	// Dir is the data directory, in which generated keys are kept.
	Dir string
	// Secret signs tokens when it is given; it has at least 32 bytes.
	Secret []byte
	// TTL is how long a token is valid; 0 stands for 30 minutes.
	TTL time.Duration
	// Issuer and Audience are those of the identity provider whose keys
	// JWKSURL has; both are required then. Without one they are our own.
	Issuer, Audience string
	// JWKSURL is where an identity provider publishes its keys; empty is none.
	JWKSURL string
	// Client fetches them; nil stands for one that waits ten seconds at most.
	Client *http.Client
}

// Tokens issues tokens and verifies them. It is safe for concurrent use.
type Tokens struct {
	ttl              time.Duration
	issuer, audience string // of our own
	keys             *keyRing
	own              *jwt.Parser
	outside          *jwt.Parser // nil without an identity provider
	provider         *jwks
}

// OpenTokens reads the signing keys of a data directory, and makes the first
// if need be. It does not wait for the identity provider.
func OpenTokens(cfg TokenConfig) (*Tokens, error) {
	t := &Tokens{ttl: cmp.Or(cfg.TTL, tokenTTL), issuer: tokenName, audience: tokenName}
	if t.ttl < time.Second {
		return nil, fmt.Errorf("token lifetime %s: it is at least 1s", cfg.TTL)
	}
	var err error
	if cfg.JWKSURL != "" {
		if cfg.Issuer == "" || cfg.Audience == "" {
			return nil, errors.New("an identity provider needs the issuer and the audience that its tokens must have: set auth.issuer and auth.audience beside auth.jwks_url")
		}
		if t.provider, err = newJWKS(cfg.JWKSURL, cfg.Client); err != nil {
			return nil, err
		}
		t.outside = parser(cfg.Issuer, cfg.Audience, algRSA, algEC, algEd)
	} else {
		t.issuer, t.audience = cmp.Or(cfg.Issuer, tokenName), cmp.Or(cfg.Audience, tokenName)
	}
	t.own = parser(t.issuer, t.audience, algOwn)
	t.keys, err = openKeys(cfg.Dir, cfg.Secret, t.ttl)
	return t, err
}

// parser accepts the tokens of one issuer, signed in one of some ways.
func parser(issuer, audience string, methods ...string) *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods(methods), jwt.WithStrictDecoding(), jwt.WithIssuer(issuer), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(tokenLeeway),
	)
}

// Rotate makes a new signing key. Tokens that the one before has signed stay
// valid until they expire. It is an error when the key is configured.
func (t *Tokens) Rotate() error { return t.keys.rotate(time.Now()) }

// claims are what a token says.
type claims struct {
	jwt.RegisteredClaims
	Type string `json:"type"`
	Role string `json:"role,omitempty"`
}

// Issue makes a token for a user.
func (t *Tokens) Issue(u User) (token string, expires time.Time, err error) {
	now := time.Now().Truncate(time.Second)
	expires = now.Add(t.ttl)
	key, err := t.keys.current(now)
	if err != nil {
		return "", time.Time{}, err
	}
	j := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Subject: u.Name, Issuer: t.issuer, Audience: jwt.ClaimStrings{t.audience}, ID: engine.NewID(""),
			IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(expires),
		},
		Type: tokenType, Role: u.Role,
	})
	j.Header["kid"] = key.ID
	token, err = j.SignedString(key.Secret)
	return token, expires, err
}

// verify says who a token is of. A token that is not valid, or not one at all,
// is an error that a client may see.
func (t *Tokens) verify(ctx context.Context, token string) (principal, error) {
	if len(token) > maxToken {
		return principal{}, errBadToken
	}
	head, err := shapeOf(token)
	if err != nil {
		return principal{}, err
	}
	var c claims
	external := head.Alg != algOwn
	switch {
	case len(head.Crit) > 0: // extensions that must be understood; we know none
		return principal{}, errBadToken
	case !external:
		_, err = t.own.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return t.keys.verifiers(head.Kid) })
	case t.outside != nil:
		_, err = t.outside.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return t.provider.verifiers(ctx, head.Alg, head.Kid) })
	default:
		return principal{}, errBadToken
	}
	if err != nil {
		return principal{}, tokenError(err)
	}
	return c.principal(external)
}

// principal checks what the parser leaves to us.
func (c *claims) principal(external bool) (principal, error) {
	bad := func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }
	switch {
	case c.Subject == "" || len(c.Subject) > maxSubject || !utf8.ValidString(c.Subject) || strings.ContainsFunc(c.Subject, bad),
		c.Type != tokenType, c.IssuedAt == nil:
		return principal{}, errBadToken
	case !time.Now().Before(c.ExpiresAt.Time): // the leeway is for clocks that begin early, not for tokens that end late
		return principal{}, errTokenExpired
	}
	role := roleUser
	if c.Role == roleAdmin {
		role = roleAdmin
	}
	return principal{Name: c.Subject, Role: role, Expires: c.ExpiresAt.Time, issued: c.IssuedAt.Time, external: external}, nil
}

// tokenError is the parser's error as a client sees it.
func tokenError(err error) error {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e
	}
	if errors.Is(err, jwt.ErrTokenExpired) {
		return errTokenExpired
	}
	return errBadToken.because(err)
}

// tokenHead is what of a token's header matters. Keys that a token brings
// along, or points at, do not.
type tokenHead struct {
	Alg  string          `json:"alg"`
	Kid  string          `json:"kid"`
	Crit json.RawMessage `json:"crit"`
}

// shapeOf looks whether a text is a JWT at all: three parts in base64url, of
// which the first two are JSON objects.
func shapeOf(token string) (tokenHead, error) {
	parts := strings.SplitN(token, ".", maxTokenParts+1)
	if len(parts) != maxTokenParts {
		return tokenHead{}, errNotAToken
	}
	var decoded [maxTokenParts][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = base64.RawURLEncoding.DecodeString(part); err != nil || strings.ContainsAny(part, "\r\n") {
			return tokenHead{}, errNotAToken
		}
	}
	for _, text := range decoded[:2] {
		if !bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")) || !json.Valid(text) {
			return tokenHead{}, errNotAToken
		}
	}
	var head tokenHead
	if json.Unmarshal(decoded[0], &head) != nil {
		return tokenHead{}, errBadToken
	}
	return head, nil
}

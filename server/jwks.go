package server

import (
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Keys of an identity provider.
const (
	jwksTimeout = 10 * time.Second
	jwksPause   = time.Minute      // between two fetches
	jwksFresh   = 15 * time.Minute // keys are fetched again then, so that withdrawn ones vanish
	jwksStale   = 24 * time.Hour   // and are of no use any more then, if that fails
	maxJWKS     = 1 << 20          // bytes
	maxJWKSKeys = 100
	maxTried    = 8 // keys for a token that names none
)

// jwks are the keys that an identity provider publishes at a fixed address. It
// is safe for concurrent use.
type jwks struct {
	url    string
	client *http.Client

	fetching chan struct{} // holds one token: one fetch at a time
	mu       sync.Mutex    // guards what follows
	keys     []publicKey
	fetched  time.Time // when keys came, and
	tried    time.Time // when they were last asked for
	problem  error     // of that time
}

// publicKey is a key that can verify.
type publicKey struct {
	id, alg string
	key     crypto.PublicKey
}

func newJWKS(address string, client *http.Client) (*jwks, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, fmt.Errorf("auth.jwks_url %q: it is an https address (http only of this machine)", address)
	}
	if client == nil {
		client = &http.Client{Timeout: jwksTimeout}
	}
	fixed := *client
	fixed.CheckRedirect = func(*http.Request, []*http.Request) error {
		return errors.New("it redirects; configure the address where the keys are")
	}
	return &jwks{url: address, client: &fixed, fetching: make(chan struct{}, 1)}, nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// verifiers are the keys that may have signed a token: those of its algorithm
// and its key id. Unknown ids and age cause a fetch, at most one a minute.
func (j *jwks) verifiers(ctx context.Context, alg, kid string) (any, error) {
	set, fresh := j.find(alg, kid)
	if len(set.Keys) == 0 || !fresh {
		if err := j.fetch(ctx, len(set.Keys) == 0); err != nil {
			return nil, err
		}
		set, _ = j.find(alg, kid)
	}
	if len(set.Keys) > 0 {
		return set, nil
	}
	if err := j.unusable(); err != nil {
		return nil, err
	}
	return nil, errBadToken
}

func (j *jwks) find(alg, kid string) (set jwt.VerificationKeySet, fresh bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	age := time.Since(j.fetched)
	if age > jwksStale {
		return set, false
	}
	for _, k := range j.keys {
		if k.alg == alg && (kid == k.id || kid == "") && len(set.Keys) < maxTried {
			set.Keys = append(set.Keys, k.key)
		}
	}
	return set, age <= jwksFresh
}

// unusable says that the provider could not be asked, so that nothing is known
// about its tokens.
func (j *jwks) unusable() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if time.Since(j.fetched) <= jwksStale {
		return nil
	}
	return &apiError{
		status: http.StatusServiceUnavailable, code: "IDENTITY_PROVIDER_UNAVAILABLE", detail: "the identity provider's keys cannot be had now",
		retryAfter: max(time.Until(j.tried.Add(jwksPause)), time.Second), cause: j.problem,
	}
}

// fetch asks for the keys unless that was done within the last minute. Who
// comes while somebody else asks waits for the outcome only in need of it. The
// fetch itself does not end with the request that caused it.
func (j *jwks) fetch(ctx context.Context, needed bool) error {
	select {
	case j.fetching <- struct{}{}:
	default:
		if !needed {
			return nil
		}
		select {
		case j.fetching <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	defer func() { <-j.fetching }()
	now := time.Now()
	j.mu.Lock()
	recent := !j.tried.IsZero() && now.Sub(j.tried) < jwksPause
	if !recent {
		j.tried = now
	}
	j.mu.Unlock()
	if recent {
		return nil
	}
	keys, err := j.load(context.WithoutCancel(ctx))
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.problem = err; err == nil {
		j.keys, j.fetched = keys, now
	}
	return nil
}

func (j *jwks) load(ctx context.Context) ([]publicKey, error) {
	ctx, cancel := context.WithTimeout(ctx, jwksTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, j.url, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/jwk-set+json, application/json")
	w, err := j.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("identity provider's keys: %w", err)
	}
	defer func() { _ = w.Body.Close() }() // what matters has been read
	if w.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("identity provider's keys: %s", w.Status)
	}
	text, err := io.ReadAll(io.LimitReader(w.Body, maxJWKS+1))
	if err != nil {
		return nil, fmt.Errorf("identity provider's keys: %w", err)
	}
	return parseKeys(text)
}

// parseKeys reads a set of keys. Those of other kinds, or for other uses, are
// passed over.
func parseKeys(text []byte) ([]publicKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if len(text) > maxJWKS {
		return nil, fmt.Errorf("identity provider's keys: more than %d bytes", maxJWKS)
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("identity provider's keys: %w", err)
	}
	if len(set.Keys) > maxJWKSKeys {
		return nil, fmt.Errorf("identity provider's keys: %d, more than %d", len(set.Keys), maxJWKSKeys)
	}
	var keys []publicKey
	for _, text := range set.Keys {
		if key, ok := parseKey(text); ok {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("identity provider's keys: none that can verify RS256, ES256 or EdDSA")
	}
	return keys, nil
}

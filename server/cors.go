package server

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// What browsers of other origins may send and see.
const (
	corsMethods = "GET, HEAD, POST, DELETE, OPTIONS"
	corsHeaders = "Authorization, Content-Type, Idempotency-Key, Prefer, Last-Event-ID"
	corsExposed = "Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Request-ID"
	corsMaxAge  = "600" // seconds
)

// origins are those whose pages may talk to the server: exact ones, and those
// that may have any port.
type origins struct {
	all     bool
	exact   map[string]bool
	anyPort map[string]bool
}

// parseOrigins reads a list of origins: scheme://host[:port], with * for any
// port, or a lone * for any origin.
func parseOrigins(list []string) (origins, error) {
	o := origins{exact: map[string]bool{}, anyPort: map[string]bool{}}
	for _, text := range list {
		if text == "*" {
			o.all = true
			continue
		}
		base, anyPort := strings.CutSuffix(text, ":*")
		u, err := url.Parse(base)
		if err != nil || u.Scheme == "" || u.Host == "" || u.Scheme+"://"+u.Host != base || strings.Contains(u.Host, "*") || anyPort && u.Port() != "" {
			return o, fmt.Errorf("CORS origin %q: write scheme://host, scheme://host:port or scheme://host:*, or * alone", text)
		}
		base = strings.ToLower(base)
		if anyPort {
			o.anyPort[base] = true
		} else {
			o.exact[base] = true
		}
	}
	return o, nil
}

// allow says whether an origin is in the list.
func (o origins) allow(origin string) bool {
	if o.all {
		return true
	}
	origin = strings.ToLower(origin)
	if o.exact[origin] {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	withPort := u.Scheme + "://" + u.Host
	return withPort == origin && o.anyPort[strings.TrimSuffix(withPort, ":"+u.Port())]
}

// originAllowed says whether a page that opens a WebSocket may. Who sends no
// Origin is no browser.
func (s *Server) originAllowed(r *http.Request) bool {
	list := r.Header.Values("Origin")
	return len(list) == 0 || len(list) == 1 && s.origins.allow(list[0])
}

// cors sets the headers that let browsers see an answer, and says whether the
// request was a preflight, which needs no other answer.
func (s *Server) cors(w http.ResponseWriter, r *http.Request) (done bool) {
	h := w.Header()
	h.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	allowed := origin != "" && s.origins.allow(origin)
	if allowed {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", corsExposed)
	}
	if r.Method != http.MethodOptions || origin == "" || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers")
	if allowed {
		h.Set("Access-Control-Allow-Methods", corsMethods)
		h.Set("Access-Control-Allow-Headers", corsHeaders)
		h.Set("Access-Control-Max-Age", corsMaxAge)
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

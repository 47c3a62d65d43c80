package server

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"
)

// principal is who a request comes from.
type principal struct {
	Name, Role string
	// Expires is when the token does.
	Expires, issued time.Time
	external        bool // an identity provider vouches for it
}

func (p principal) admin() bool { return p.Role == roleAdmin }

// caller is who sent a request. It is the zero principal on public routes.
func caller(r *http.Request) principal { return infoOf(r).caller }

// requestInfo is what is known about a request. The goroutine of the request
// owns it.
type requestInfo struct {
	id     string
	addr   netip.Addr
	caller principal
	head   bool // the head of the answer is out
}

type infoKey struct{}

// infoOf finds what outer has put there.
func infoOf(r *http.Request) *requestInfo {
	if info, ok := r.Context().Value(infoKey{}).(*requestInfo); ok {
		return info
	}
	return &requestInfo{}
}

func withInfo(ctx context.Context, info *requestInfo) context.Context {
	return context.WithValue(ctx, infoKey{}, info)
}

// guarded puts a route behind the checks in the contract's order: rate limit,
// authentication, body. A token is looked at first, since it says whom to
// count; what is wrong with it is told after the limit has been.
func (s *Server) guarded(rt route) http.Handler {
	return s.plain(func(w http.ResponseWriter, r *http.Request) error {
		info := infoOf(r)
		var problem error
		if !rt.public {
			info.caller, problem = s.authenticate(r)
		}
		v := s.limits.allow(rt.class, s.limitKey(rt, r))
		v.show(w.Header())
		if err := v.err(); err != nil {
			return err
		}
		if problem != nil {
			return rt.tokenProblem(problem)
		}
		if r.ContentLength > maxBody {
			return errTooLarge
		}
		if s.draining.Load() && rt.adds() {
			return errDraining
		}
		return rt.handle(w, r)
	})
}

// plain makes a handler of what returns an error.
func (s *Server) plain(fn func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := fn(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// tokenProblem is what a route says about a bad token: only verify tells what
// is no token at all from one that is not valid.
func (rt route) tokenProblem(err error) error {
	if rt.class == classVerify && errors.Is(err, errNotAToken) {
		e := *errNotAToken
		e.status = http.StatusUnprocessableEntity
		return &e
	}
	return err
}

// adds says whether a route brings work that a draining server should not
// begin.
func (rt route) adds() bool {
	return rt.method == http.MethodPost && !rt.public && rt.class != classVerify
}

// limitKey is what a request is counted under: its user, or its address as long
// as there is none. A query of a session that exists is counted per session.
func (s *Server) limitKey(rt route, r *http.Request) string {
	info := infoOf(r)
	if info.caller.Name == "" {
		return "address " + addressKey(info.addr)
	}
	key := "user " + info.caller.Name
	if rt.class != classSessionQuery {
		return key
	}
	for _, name := range []string{"session_id", "id"} {
		if id := mux.Vars(r)[name]; id != "" && s.index.entry(id) != nil {
			return key + " " + id
		}
	}
	return key
}

// authenticate finds out who sent a request by its Authorization header.
func (s *Server) authenticate(r *http.Request) (principal, error) {
	token, ok := bearer(r)
	if !ok {
		return principal{}, errNoToken
	}
	return s.identify(r.Context(), token)
}

// bearer is the token of the Authorization header.
func bearer(r *http.Request) (string, bool) {
	list := r.Header.Values("Authorization")
	if len(list) != 1 {
		return "", false
	}
	scheme, token, _ := strings.Cut(list[0], " ")
	token = strings.TrimSpace(token)
	return token, strings.EqualFold(scheme, "Bearer") && token != ""
}

// wrongMethod answers what a path does not take: OPTIONS with what it does
// take, anything else with 405.
func (s *Server) wrongMethod(m *mux.Router) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		allowed := []string{http.MethodOptions}
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			var match mux.RouteMatch
			try := &http.Request{Method: method, URL: r.URL, Host: r.Host, Header: r.Header}
			if m.Match(try, &match) && match.MatchErr == nil {
				allowed = append(allowed, method)
			}
		}
		slices.Sort(allowed)
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		if r.Method != http.MethodOptions {
			return errMethod
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}

// methods are those that a route answers: whoever can GET can ask for the head
// alone.
func (rt route) methods() []string {
	if rt.method == http.MethodGet {
		return []string{http.MethodGet, http.MethodHead}
	}
	return []string{rt.method}
}

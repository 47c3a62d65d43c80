package server

import (
	"net/http"

	"github.com/gorilla/mux"
)

// class is what a rate limit counts together.
type class string

// The classes of the contract.
const (
	classNone          class = ""
	classLogin         class = "login"
	classVerify        class = "verify"
	classSessionCreate class = "session_create"
	classSessionQuery  class = "session_query" // per session
	classQuery         class = "query"
	classAgent         class = "agent"
	classMessage       class = "message"
)

// route is one row of the contract.
type route struct {
	method, path string
	class        class
	public       bool // needs no token
	// handle does the work; what it returns is written by fail.
	handle func(http.ResponseWriter, *http.Request) error
}

// routes puts the rows of all areas behind the checks, in the contract's order:
// CORS, rate limit, authentication, body, ownership, the work. Every route is
// served twice.
func (s *Server) routes(all []route) http.Handler {
	m := mux.NewRouter().SkipClean(true) // a path that is not clean is not there; a redirect would lose the body
	for _, prefix := range []string{"", "/api"} {
		for _, r := range all {
			h := s.metered(r, s.guarded(r))
			m.Handle(prefix+r.path, h).Methods(r.methods()...)
			if prefix != "" && r.path == "/" {
				m.Handle(prefix, h).Methods(r.methods()...)
			}
		}
	}
	nothing := route{path: "none"}
	m.NotFoundHandler = s.metered(nothing, s.plain(func(http.ResponseWriter, *http.Request) error { return errNotFound }))
	m.MethodNotAllowedHandler = s.metered(nothing, s.plain(s.wrongMethod(m)))
	return s.outer(m)
}

func (s *Server) allRoutes() []route {
	var all []route
	for _, area := range [][]route{
		s.authRoutes(), s.sessionRoutes(), s.agentRoutes(), s.templateRoutes(), s.socketRoutes(), s.systemRoutes(),
	} {
		all = append(all, area...)
	}
	return all
}

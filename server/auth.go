package server

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"time"
)

// hashBusy is when a login may be tried again that waited too long.
const hashBusy = 10 * time.Second

func (s *Server) authRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/auth/login", class: classLogin, public: true, handle: s.login},
		{method: http.MethodPost, path: "/auth/verify", class: classVerify, handle: s.verify},
	}
}

// loginResponse is the answer to a login.
type loginResponse struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
}

// verifyResponse is what a valid token says.
type verifyResponse struct {
	Valid     bool   `json:"valid"`
	User      string `json:"user"`
	Type      string `json:"type"`
	Exp       int64  `json:"exp"`
	Iat       int64  `json:"iat"`
	Timestamp string `json:"timestamp"`
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) error {
	name, password, err := readLogin(r)
	if err != nil {
		return err
	}
	a, err := s.cfg.Users.check(r.Context(), name, password)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &apiError{status: http.StatusServiceUnavailable, code: "BUSY", detail: "too many logins at a time", retryAfter: hashBusy, cause: err}
	case err != nil && !errors.Is(err, ErrCredentials):
		return err
	}
	if !s.settle(r, a, err == nil) {
		return errCredentials
	}
	token, _, err := s.cfg.Tokens.Issue(a.User)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, loginResponse{AccessToken: token, TokenType: "bearer", ExpiresIn: int(s.cfg.Tokens.ttl.Seconds())})
	return nil
}

// settle says whether a login stands, and counts it if not.
func (s *Server) settle(r *http.Request, a account, right bool) bool {
	if a.Name == "" || s.cfg.Limits.Disabled {
		return right
	}
	in, nowLocked := s.lock.settle(a, right)
	if nowLocked {
		s.log.WarnContext(r.Context(), "account locked after failed logins", "request", infoOf(r).id, "user", a.Name, "for", lockTime)
	}
	return in
}

func (s *Server) verify(w http.ResponseWriter, r *http.Request) error {
	p := caller(r)
	writeJSON(w, http.StatusOK, verifyResponse{
		Valid: true, User: p.Name, Type: tokenType, Exp: p.Expires.Unix(), Iat: p.issued.Unix(), Timestamp: timestamp(time.Now()),
	})
	return nil
}

// readLogin reads the form of OAuth 2's password grant. Other fields of it are
// of no interest.
func readLogin(r *http.Request) (name, password string, err error) {
	form, err := readForm(r)
	if err != nil {
		return "", "", err
	}
	var missing []fieldError
	for _, field := range []string{"username", "password"} {
		if form.Get(field) == "" {
			missing = append(missing, fieldError{Loc: []any{"body", field}, Msg: "must be given and not be empty", Type: "missing"})
		}
	}
	if grant := form.Get("grant_type"); grant != "" && grant != "password" {
		missing = append(missing, fieldError{Loc: []any{"body", "grant_type"}, Msg: "must be password", Type: "enum"})
	}
	if len(missing) > 0 {
		return "", "", invalid(missing...)
	}
	return form.Get("username"), form.Get("password"), nil
}

// readForm reads a form from the body alone: what is in the URL ends up in the
// logs of others.
func readForm(r *http.Request) (url.Values, error) {
	const encoded, multipart = "application/x-www-form-urlencoded", "multipart/form-data"
	if err := mediaType(r, encoded, multipart); err != nil {
		return nil, err
	}
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t == multipart {
		return readParts(r)
	}
	text, err := readBody(r)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return nil, badBody("the body is not a form").because(err)
	}
	return form, nil
}

// readParts reads a form of several parts; it fits into memory, since the body
// is bounded.
func readParts(r *http.Request) (url.Values, error) {
	err := r.ParseMultipartForm(maxBody)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, badBody("the body is not a form").because(err)
	}
	return r.MultipartForm.Value, nil
}

// identify finds out who a token is of. A local user must still be there and
// be enabled, and has the role that it has now.
func (s *Server) identify(ctx context.Context, token string) (principal, error) {
	p, err := s.cfg.Tokens.verify(ctx, token)
	if err != nil {
		return principal{}, err
	}
	user, local := s.cfg.Users.user(p.Name)
	if local == p.external { // gone, or a name that two sources claim
		return principal{}, errBadToken
	}
	if !local {
		return p, nil
	}
	if !user.Active {
		return principal{}, errBadToken
	}
	p.Role = user.Role
	return p, nil
}

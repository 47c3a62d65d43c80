package server

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gorilla/websocket"
)

// The subprotocols: what the server speaks, and the prefix of one that carries
// a token.
const (
	protocol    = "agentconnect.v1"
	tokenPrefix = "bearer."
)

// readBuffer is the size of a connection's read buffer, in bytes.
const readBuffer = 512

func (s *Server) socketRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/ws/{session_id}", public: true, handle: s.serveSocket},
		{method: http.MethodGet, path: "/chat/ws/{session_id}", public: true, handle: s.serveSocket},
		{method: http.MethodGet, path: "/chat/sessions/{session_id}/events", class: classSessionQuery, handle: s.serveEvents},
		{method: http.MethodGet, path: "/chat/sessions/{session_id}/messages", class: classSessionQuery, handle: s.listMessages},
	}
}

var (
	errOrigin = &apiError{status: http.StatusForbidden, code: "ORIGIN_NOT_ALLOWED", detail: "pages of this origin may not connect"}
	errFlood  = &apiError{status: http.StatusTooManyRequests, code: "TOO_MANY_CONNECTIONS", detail: "there are too many connections; close some", retryAfter: drainWait}
)

// visit is what a client that connects wants, or the code to close with.
type visit struct {
	who    principal
	rec    *record
	detail detail
	after  uint64
	code   int
	text   string
}

// serveSocket upgrades a request. What is wrong with it is told by the code of
// the close, which browsers show; only floods and foreign pages are refused
// before.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) error {
	if !s.originAllowed(r) {
		return errOrigin
	}
	v := s.visit(r)
	address := addressKey(infoOf(r).addr)
	h := http.Header{"X-Request-Id": {infoOf(r).id}} // of the answer to an upgrade, which has none of the others
	if v.who.Name == "" {
		counted := s.limits.allow(classQuery, "address "+address)
		counted.show(w.Header())
		if err := counted.err(); err != nil {
			return err
		}
		counted.show(h)
	}
	if !s.sockets.take(v.who.Name, address) {
		return errFlood
	}
	up := websocket.Upgrader{
		ReadBufferSize: readBuffer, WriteBufferPool: &s.upgrades, Subprotocols: []string{protocol}, Error: s.notUpgraded,
		CheckOrigin: func(*http.Request) bool { return true }, // checked above
	}
	ws, err := up.Upgrade(w, r, h)
	if err != nil {
		s.sockets.free(v.who.Name, address)
		return nil //nolint:nilerr // it is answered
	}
	infoOf(r).caller = v.who // for the log
	s.admit(s.newConn(ws, v.who, v.rec, address), &v)
	return nil
}

// notUpgraded answers a request that is no handshake.
func (s *Server) notUpgraded(w http.ResponseWriter, r *http.Request, status int, reason error) {
	e := &apiError{status: status, code: "INVALID_HANDSHAKE", detail: strings.TrimPrefix(reason.Error(), "websocket: ")}
	if status >= http.StatusInternalServerError {
		e = errInternal.because(reason)
	}
	s.fail(w, r, e)
}

// admit lets a connection live, or closes it with its code.
func (s *Server) admit(c *conn, v *visit) {
	run := []func(){c.read}
	if v.code == 0 {
		c.level, c.deltas, c.echo = v.detail.level(), v.detail == detailDeltas, v.rec.sessionType != humanAgent
		after := v.rec.frames.begin(s.ctx, &c.follower, v.after)
		run = append(run, func() { v.rec.frames.join(s.ctx, &c.follower, after) })
	}
	if !s.sockets.put(&c.follower, run...) {
		_ = c.net.Close()
		s.sockets.free(c.user, c.address)
		return
	}
	if v.code == closeAgain {
		c.send(errorFrame(errStore.code, v.text, nil))
	}
	if v.code != 0 {
		c.shut(v.code, v.text)
	}
}

// visit finds out who connects, and to what.
func (s *Server) visit(r *http.Request) visit {
	if s.draining.Load() {
		return visit{code: closeDraining, text: "the server is shutting down"}
	}
	who, err := s.visitor(r)
	if err != nil {
		return visit{code: closeAuth, text: public(err).detail}
	}
	rec, err := s.ownedBy(r.Context(), who, sessionID(r))
	if e := public(err); err != nil && e.code == errStore.code {
		return visit{who: who, code: closeAgain, text: e.detail}
	}
	if e := public(err); err != nil && e.status >= http.StatusInternalServerError {
		return visit{who: who, code: closeGeneric, text: e.detail}
	}
	if err != nil {
		return visit{who: who, code: closeNoSession, text: "you have no session by this id"}
	}
	v := visit{who: who, rec: rec}
	q := r.URL.Query()
	var ok bool
	if v.detail, ok = parseDetail(q.Get("detail")); !ok {
		return visit{who: who, code: closeGeneric, text: "detail must be messages, turns or deltas"}
	}
	if v.after, err = parseAfter(q.Get("after")); err != nil {
		return visit{who: who, code: closeGeneric, text: "after must be a seq: a whole number from 0"}
	}
	return v
}

func parseAfter(text string) (uint64, error) {
	if text == "" {
		return 0, nil
	}
	return strconv.ParseUint(text, 10, 63)
}

// visitor finds out who connects by the token in the query, the header or the
// subprotocols. Two different tokens are none.
func (s *Server) visitor(r *http.Request) (principal, error) {
	var token string
	for _, t := range tokensOf(r) {
		if token != "" && t != token {
			return principal{}, errBadToken
		}
		token = t
	}
	if token == "" {
		return principal{}, errNoToken
	}
	who, err := s.identify(r.Context(), token)
	if errors.Is(err, r.Context().Err()) && err != nil {
		return principal{}, errBadToken.because(err)
	}
	return who, err
}

func tokensOf(r *http.Request) []string {
	var list []string
	if t := r.URL.Query().Get("token"); t != "" {
		list = append(list, t)
	}
	if r.Header.Get("Authorization") != "" {
		t, _ := bearer(r)
		list = append(list, t)
	}
	for _, p := range websocket.Subprotocols(r) {
		if t, ok := strings.CutPrefix(p, tokenPrefix); ok {
			list = append(list, t)
		}
	}
	return list
}

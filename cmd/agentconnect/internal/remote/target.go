package remote

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// sessionPrefix begins the ids of sessions.
const sessionPrefix = "session_"

// Target is what a client is pointed at.
type Target struct {
	// Server is the address below which the routes are, without a slash at the
	// end.
	Server *url.URL
	// Session or Template is what is meant there; both may be empty.
	Session, Template string
}

// ParseTarget reads an address of a server, of one of its sessions or
// templates, or the name of a session or a template at the server given.
func ParseTarget(text, server string) (Target, error) {
	if !strings.Contains(text, "://") {
		base, err := ParseTarget(server, "")
		if err != nil {
			return Target{}, err
		}
		base.Session, base.Template = named(text)
		return base, nil
	}
	u, err := url.Parse(text)
	if err != nil {
		return Target{}, fmt.Errorf("%q is not an address: want http://HOST:PORT", text)
	}
	switch u.Scheme {
	case "http", "https":
	case "ws", "wss":
		u.Scheme = "http" + strings.TrimPrefix(u.Scheme, "ws")
	default:
		return Target{}, fmt.Errorf("%q is not an address of a server: want http://HOST:PORT or https://HOST", text)
	}
	if u.Host == "" {
		return Target{}, fmt.Errorf("%q names no host: want http://HOST:PORT", text)
	}
	parts := strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
	t := Target{Server: &url.URL{Scheme: u.Scheme, Host: u.Host}}
	if len(parts) > 0 && parts[0] == "api" {
		t.Server.Path = "/api"
		parts = parts[1:]
	}
	if n := len(parts); n > 0 && parts[n-1] != "console" {
		t.Session, t.Template = named(parts[n-1])
	}
	return t, nil
}

func named(text string) (session, template string) {
	if strings.HasPrefix(text, sessionPrefix) {
		return text, ""
	}
	return "", text
}

// Exposed says that what is sent can be read on the way: it is not encrypted
// and leaves the machine.
func (t *Target) Exposed() bool {
	host := t.Server.Hostname()
	ip := net.ParseIP(host)
	return t.Server.Scheme == "http" && host != "localhost" && (ip == nil || !ip.IsLoopback())
}

package control

import (
	"context"
	"net/http"

	"github.com/agentconnect-dev/agentconnect/server"
)

type remoteUsers struct{ r *Remote }

// Add implements [Users].
func (u remoteUsers) Add(name, role, password string) error {
	return u.do("add", command{Name: name, Role: role, Password: password})
}

// Disable implements [Users].
func (u remoteUsers) Disable(name string) error { return u.do("disable", command{Name: name}) }

// Enable implements [Users].
func (u remoteUsers) Enable(name string) error { return u.do("enable", command{Name: name}) }

// SetPassword implements [Users].
func (u remoteUsers) SetPassword(name, password string) error {
	return u.do("passwd", command{Name: name, Password: password})
}

func (u remoteUsers) do(what string, c command) error { return u.r.ask(u.r.ctx, "users/"+what, c, nil) }

// List implements [Users].
func (u remoteUsers) List() ([]server.User, error) {
	ctx, cancel := context.WithTimeout(u.r.ctx, commandTime)
	defer cancel()
	var list []server.User
	err := u.r.call(ctx, http.MethodGet, "users", nil, &list)
	return list, err
}

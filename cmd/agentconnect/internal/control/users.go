package control

import (
	"encoding/json"
	"net/http"
	"sync"

	"github.com/agentconnect-dev/agentconnect/server"
)

// Users are those who may log in, as administrative commands see them.
type Users interface {
	Add(name, role, password string) error
	List() ([]server.User, error)
	Disable(name string) error
	Enable(name string) error
	SetPassword(name, password string) error
}

// command is what is done to a user.
type command struct {
	Name     string `json:"name"`
	Role     string `json:"role,omitempty"`
	Password string `json:"password,omitempty"`
}

// serveUsers does the commands about users, one after the other.
func serveUsers(m *http.ServeMux, users Users) {
	var turn sync.Mutex
	m.HandleFunc("GET /users", func(w http.ResponseWriter, _ *http.Request) {
		list, err := users.List()
		if err != nil {
			refuse(w, err)
			return
		}
		_ = json.NewEncoder(w).Encode(list) // who does not read it is gone
	})
	for path, do := range map[string]func(command) error{
		"POST /users/add":     func(c command) error { return users.Add(c.Name, c.Role, c.Password) },
		"POST /users/disable": func(c command) error { return users.Disable(c.Name) },
		"POST /users/enable":  func(c command) error { return users.Enable(c.Name) },
		"POST /users/passwd":  func(c command) error { return users.SetPassword(c.Name, c.Password) },
	} {
		m.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			var c command
			if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&c); err != nil {
				refuse(w, err)
				return
			}
			turn.Lock()
			defer turn.Unlock()
			if err := do(c); err != nil {
				refuse(w, err)
			}
		})
	}
}

package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/server"
)

// The bounds of a command.
const (
	maxBody     = 16 << 10 // bytes
	readTime    = 5 * time.Second
	commandTime = 30 * time.Second
)

// Users are those who may log in, as administrative commands see them.
type Users interface {
	Add(name, role, password string) error
	List() ([]server.User, error)
	Disable(name string) error
	Enable(name string) error
	SetPassword(name, password string) error
}

// Listener is a control socket that is served.
type Listener struct {
	path string
	http *http.Server
	wg   sync.WaitGroup
	once sync.Once
}

// Serve serves commands on a socket. One that a dead process has left is
// replaced, so the caller makes sure that its owner is gone. The socket has its
// name only once nobody else can open it.
func Serve(path string, users Users) (*Listener, error) {
	temp, err := os.MkdirTemp(filepath.Dir(path), ".c")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp) //nolint:errcheck // it is empty
	l, err := listen(filepath.Join(temp, "s"))
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false) // it gets another name
	err = os.Chmod(filepath.Join(temp, "s"), 0o600)
	if err == nil {
		err = os.Rename(filepath.Join(temp, "s"), path)
	}
	if err != nil {
		_ = l.Close()
		return nil, err
	}
	c := &Listener{path: path, http: &http.Server{
		Handler: handler(users), ReadTimeout: readTime, WriteTimeout: commandTime, IdleTimeout: readTime, MaxHeaderBytes: maxBody,
	}}
	c.wg.Go(func() { _ = c.http.Serve(l) }) // it ends when it is closed
	return c, nil
}

// listen listens on a path, whose length the system bounds.
func listen(path string) (*net.UnixListener, error) {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: short(path), Net: "unix"})
	if err != nil && len(short(path)) > maxPath {
		return nil, fmt.Errorf("the path %s is too long for a socket: choose a shorter data_dir", path)
	}
	return l, err
}

// maxPath is the length of the path of a socket that every system allows.
const maxPath = 103

// short is the shorter one of a path and the same path from the working
// directory.
func short(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(wd, path); err == nil && len(rel) < len(path) && filepath.IsAbs(path) {
		return rel
	}
	return path
}

// Remove removes the socket's name at once.
func (l *Listener) Remove() { l.once.Do(func() { _ = os.Remove(l.path) }) }

// Close waits for the command that is under way, and removes the socket.
func (l *Listener) Close() {
	l.Remove()
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	defer cancel()
	if l.http.Shutdown(ctx) != nil {
		_ = l.http.Close()
	}
	l.wg.Wait()
}

// command is what is done to a user.
type command struct {
	Name     string `json:"name"`
	Role     string `json:"role,omitempty"`
	Password string `json:"password,omitempty"`
}

// handler does the commands, one after the other.
func handler(users Users) http.Handler {
	var turn sync.Mutex
	m := http.NewServeMux()
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
	return m
}

// refusal is the answer to a command that fails.
type refusal struct {
	Error string `json:"error"`
}

func refuse(w http.ResponseWriter, err error) {
	status := http.StatusUnprocessableEntity
	if errors.Is(err, server.ErrNoUser) {
		status = http.StatusNotFound
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(refusal{err.Error()}) // who does not read it is gone
}

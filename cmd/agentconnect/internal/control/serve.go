package control

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// The bounds of a command.
const (
	maxBody     = 16 << 10 // bytes, of one about a user
	maxRequest  = 2 << 20  // of one about sessions
	maxArchive  = 4 << 30  // of a session that is imported
	readTime    = 5 * time.Second
	commandTime = 30 * time.Second
)

// Target is what commands act on.
type Target struct {
	Users    Users
	Sessions Sessions
	// Backup writes a copy of all that is stored; what it returns is told to
	// whoever asked.
	Backup func(ctx context.Context, w io.Writer) (any, error)
}

// Listener is a control socket that is served.
type Listener struct {
	path string
	http *http.Server
	stop context.CancelFunc // ends the streams
	wg   sync.WaitGroup
	once sync.Once
}

// Serve serves commands on a socket. One that a dead process has left is
// replaced, so the caller makes sure that its owner is gone. The socket has its
// name only once nobody else can open it.
func Serve(path string, to Target) (*Listener, error) {
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
	ctx, stop := context.WithCancel(context.Background())
	c := &Listener{path: path, stop: stop, http: &http.Server{
		Handler: handler(ctx, to), ReadTimeout: readTime, WriteTimeout: commandTime, IdleTimeout: readTime, MaxHeaderBytes: maxBody,
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

// Close breaks off the copies that are being made, waits for the other commands
// that are under way, and removes the socket.
func (l *Listener) Close() {
	l.Remove()
	l.stop()
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	defer cancel()
	if l.http.Shutdown(ctx) != nil {
		_ = l.http.Close()
	}
	l.wg.Wait()
}

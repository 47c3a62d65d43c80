package control

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/agentconnect-dev/agentconnect/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// book is a Users that writes down what is done.
type book struct {
	mu    sync.Mutex
	lines []string
	busy  int
	most  int
}

func (b *book) note(format string, args ...any) error {
	b.mu.Lock()
	b.busy++
	b.most = max(b.most, b.busy)
	b.mu.Unlock()
	time.Sleep(time.Millisecond)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.busy--
	b.lines = append(b.lines, fmt.Sprintf(format, args...))
	return nil
}

func (b *book) Add(name, role, password string) error {
	if name == "taken" {
		return server.ErrUserExists
	}
	return b.note("add %s %s %s", name, role, password)
}

func (b *book) List() ([]server.User, error) {
	return []server.User{{Name: "ann", Role: "user", Active: true}}, nil
}
func (b *book) Disable(name string) error { return b.note("disable %s", name) }
func (b *book) Enable(name string) error  { return b.note("enable %s", name) }
func (b *book) SetPassword(name, password string) error {
	return b.note("passwd %s %s", name, password)
}

func serve(t *testing.T, users Users) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "control.sock")
	l, err := Serve(path, Target{Users: users})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return path
}

func dial(t *testing.T, path string) Users {
	t.Helper()
	r, err := Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r.Target().Users
}

func TestCommands(t *testing.T) {
	b := &book{}
	path := serve(t, b)
	r := dial(t, path)
	for _, err := range []error{r.Add("ann", "admin", "pass word ü"), r.Disable("ann"), r.Enable("ann"), r.SetPassword("ann", "x")} {
		if err != nil {
			t.Error(err)
		}
	}
	want := "add ann admin pass word ü|disable ann|enable ann|passwd ann x"
	if got := strings.Join(b.lines, "|"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := r.Add("taken", "", "x"); err == nil || err.Error() != server.ErrUserExists.Error() {
		t.Errorf("got %v, want %v", err, server.ErrUserExists)
	}
	list, err := r.List()
	if err != nil || len(list) != 1 || list[0].Name != "ann" || !list[0].Active {
		t.Errorf("got %+v, %v", list, err)
	}
	if err := r.Add("big", "", strings.Repeat("x", maxBody)); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("a command of any size is taken: %v", err)
	}
}

// Only the owner can open the socket, also while it is being made.
func TestSocketIsPrivate(t *testing.T) {
	path := serve(t, &book{})
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Mode()&os.ModeSocket == 0 {
		t.Errorf("got %v, %v; want a socket of mode 0600", info.Mode(), err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("got %v beside the socket, %v", entries, err)
	}
}

// What a dead process has left is replaced; a closed one is gone.
func TestSocketIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control.sock")
	old, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	old.SetUnlinkOnClose(false)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Dial(t.Context(), path); err == nil {
		t.Error("nobody listens, and a connection is made")
	}
	l, err := Serve(path, Target{Users: &book{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := dial(t, path).Enable("ann"); err != nil {
		t.Error(err)
	}
	l.Close()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the socket is still there: %v", err)
	}
}

func TestCommandsTakeTurns(t *testing.T) {
	b := &book{}
	path := serve(t, b)
	var wg sync.WaitGroup
	for i := range 20 {
		r := dial(t, path)
		wg.Go(func() {
			if err := r.Disable(fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(b.lines) != 20 || b.most != 1 {
		t.Errorf("%d commands were done, %d at a time; want 20, 1", len(b.lines), b.most)
	}
}

func TestLongPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("d", 120))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if l, err := Serve(filepath.Join(dir, "control.sock"), Target{Users: &book{}}); err == nil {
		l.Close() // this system allows it
	} else if !strings.Contains(err.Error(), "choose a shorter data_dir") {
		t.Errorf("got %v", err)
	}
	t.Chdir(dir)
	l, err := Serve(filepath.Join(dir, "control.sock"), Target{Users: &book{}})
	if err != nil {
		t.Fatalf("from within the directory: %v", err)
	}
	defer l.Close()
	if err := dial(t, filepath.Join(dir, "control.sock")).Enable("ann"); err != nil {
		t.Error(err)
	}
}

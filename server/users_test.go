package server

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func cheap() hashCost { return hashCost{memory: 8, passes: 1, threads: 1} }

func openTestUsers(t *testing.T, dir string) *Users {
	t.Helper()
	u, err := openUsers(dir, cheap())
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return u
}

func add(t *testing.T, u *Users, name, role, password string) {
	t.Helper()
	if err := u.Add(name, role, password); err != nil {
		t.Fatalf("add %s: %v", name, err)
	}
}

func TestUsersAreKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	u := openTestUsers(t, dir)
	add(t, u, "zoe", "", "one")
	add(t, u, "ann", "admin", "two")
	if err := u.Disable("zoe"); err != nil {
		t.Fatal(err)
	}
	again := openTestUsers(t, dir).List()
	if len(again) != 2 || again[0].Name != "ann" || again[0].Role != "admin" || !again[0].Active ||
		again[1].Name != "zoe" || again[1].Role != "user" || again[1].Active {
		t.Errorf("got %+v", again)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, usersFile): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: got mode %o, want %o", path, got, want)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("files of half-done writes stay: %v", files)
	}
	text, _ := os.ReadFile(filepath.Join(dir, usersFile))
	if strings.Contains(string(text), `"two"`) || !strings.Contains(string(text), "$argon2id$v=19$m=8,t=1,p=1$") {
		t.Errorf("got %s", text)
	}
}

func TestUsersCheck(t *testing.T) {
	u := openTestUsers(t, t.TempDir())
	add(t, u, "ann", "", "right")
	add(t, u, "off", "", "right")
	if err := u.Disable("off"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, password string
		want           error
	}{
		{"ann", "right", nil},
		{"ann", "wrong", ErrCredentials},
		{"ann", "", ErrCredentials},
		{"ann", "right\n", ErrCredentials},
		{"Ann", "right", ErrCredentials},
		{"off", "right", ErrCredentials},
		{"nobody", "right", ErrCredentials},
		{"", "", ErrCredentials},
	} {
		if _, err := u.Check(tt.name, tt.password); !errors.Is(err, tt.want) {
			t.Errorf("%q %q: got %v, want %v", tt.name, tt.password, err, tt.want)
		}
	}
	if err := errors.Join(u.Enable("off"), u.SetPassword("ann", "new")); err != nil {
		t.Fatal(err)
	}
	if _, err := u.Check("off", "right"); err != nil {
		t.Errorf("enabled: %v", err)
	}
	if _, err := u.Check("ann", "right"); !errors.Is(err, ErrCredentials) {
		t.Errorf("old password: got %v", err)
	}
	if _, err := u.Check("ann", "new"); err != nil {
		t.Errorf("new password: %v", err)
	}
}

func TestUsersRefuse(t *testing.T) {
	u := openTestUsers(t, t.TempDir())
	add(t, u, "ann", "", "x")
	for name, err := range map[string]error{
		"taken":            u.Add("ann", "", "x"),
		"no name":          u.Add("", "", "x"),
		"slash":            u.Add("a/b", "", "x"),
		"space":            u.Add("a b", "", "x"),
		"line":             u.Add("a\nb", "", "x"),
		"no UTF-8":         u.Add("a\xff", "", "x"),
		"long name":        u.Add(strings.Repeat("a", 65), "", "x"),
		"role":             u.Add("bob", "root", "x"),
		"no password":      u.Add("bob", "", ""),
		"long password":    u.Add("bob", "", strings.Repeat("x", 1025)),
		"empty password":   u.SetPassword("ann", ""),
		"unknown":          u.SetPassword("bob", "x"),
		"unknown enabled":  u.Enable("bob"),
		"unknown disabled": u.Disable("bob"),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if n := len(u.List()); n != 1 {
		t.Errorf("got %d users, want 1", n)
	}
}

func TestFirstUser(t *testing.T) {
	u := openTestUsers(t, t.TempDir())
	name, password, err := u.AddFirst()
	if err != nil || name != "admin" || len(password) < 20 {
		t.Fatalf("got %q, %q, %v", name, password, err)
	}
	if user, err := u.Check(name, password); err != nil || user.Role != roleAdmin {
		t.Errorf("got %+v, %v", user, err)
	}
	if name, password, err := u.AddFirst(); name != "" || password != "" || err != nil {
		t.Errorf("again: got %q, %q, %v", name, password, err)
	}
}

func TestUsersReload(t *testing.T) {
	dir := t.TempDir()
	here, there := openTestUsers(t, dir), openTestUsers(t, dir)
	add(t, there, "ann", "", "x")
	if err := here.Reload(); err != nil || len(here.List()) != 1 {
		t.Fatalf("got %v, %v", here.List(), err)
	}
	path := filepath.Join(dir, usersFile)
	for _, text := range []string{"", "{", "null1", `{"a":1}`, `[{"name":"ann","hash":"$argon2id$v=19$m=99999999,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA"}]`} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := here.Reload(); err == nil {
			t.Errorf("%q: no error", text)
		}
		if len(here.List()) != 1 {
			t.Errorf("%q: the users are gone", text)
		}
	}
}

func TestPrivateFilesBecomePrivate(t *testing.T) {
	dir := t.TempDir()
	add(t, openTestUsers(t, dir), "ann", "", "x")
	path := filepath.Join(dir, usersFile)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	openTestUsers(t, dir)
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %o", info.Mode().Perm())
	}
}

// No more hashes are computed at a time than there are slots, and who waits
// gives up with its context.
func TestHashesAreBounded(t *testing.T) {
	u := openTestUsers(t, t.TempDir())
	add(t, u, "ann", "", "x")
	for range cap(u.slots) {
		u.slots <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := u.check(ctx, "ann", "x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	for range cap(u.slots) {
		<-u.slots
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := u.check(t.Context(), "ann", "x"); err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
	wg.Wait()
}

func TestUsersChangeInParallel(t *testing.T) {
	u := openTestUsers(t, t.TempDir())
	var wg sync.WaitGroup
	for name := range strings.SplitSeq("a b c d e f g h", " ") {
		wg.Go(func() {
			if err := u.Add(name, "", "x"); err != nil {
				t.Error(err)
			}
			u.List()
		})
	}
	wg.Wait()
	if err := u.Reload(); err != nil || len(u.List()) != 8 {
		t.Errorf("got %d users, %v", len(u.List()), err)
	}
}

// Unknown, disabled and wrong are compared with a hash of the same cost; the
// time is the hash's, so nothing tells them apart.
func TestEqualCost(t *testing.T) {
	cost := hashCost{memory: 1 << 10, passes: 1, threads: 1}
	u, err := openUsers(t.TempDir(), cost)
	if err != nil {
		t.Fatal(err)
	}
	add(t, u, "ann", "", "x")
	add(t, u, "off", "", "x")
	if err := u.Disable("off"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ann", "off", "nobody"} {
		hash := u.dummy
		if a, known := u.account(name); known {
			hash = a.Hash
		}
		if hash.cost != cost || len(hash.salt) != saltBytes || len(hash.sum) != len(u.dummy.sum) {
			t.Errorf("%s: is compared with a hash of cost %+v, %d and %d bytes", name, hash.cost, len(hash.salt), len(hash.sum))
		}
		if _, err := u.Check(name, "wrong"); !errors.Is(err, ErrCredentials) {
			t.Errorf("%s: got %v, want %v", name, err, ErrCredentials)
		}
	}
	if _, err := u.Check("off", "x"); !errors.Is(err, ErrCredentials) {
		t.Errorf("a disabled user with the right password: got %v, want %v", err, ErrCredentials)
	}
}

package server

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

func cheap() hashCost { return hashCost{memory: 8, passes: 1, threads: 1} }

func openTestUsers(t *testing.T, store engine.Store, dir string) *Users {
	t.Helper()
	u, err := openUsers(t.Context(), UsersConfig{Store: store, Dir: dir, Logger: slog.New(slog.DiscardHandler)}, cheap())
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(u.Close)
	return u
}

func add(t *testing.T, u *Users, name, role, password string) {
	t.Helper()
	if err := u.Add(name, role, password); err != nil {
		t.Fatalf("add %s: %v", name, err)
	}
}

func TestUsersAreKept(t *testing.T) {
	store := &memory.Journal{}
	u := openTestUsers(t, store, "")
	add(t, u, "zoe", "", "one")
	add(t, u, "ann", "admin", "two")
	add(t, u, "çelik.@x.", "", "three")
	if err := u.Disable("zoe"); err != nil {
		t.Fatal(err)
	}
	again := openTestUsers(t, store, "").List()
	if len(again) != 3 || again[0].Name != "ann" || again[0].Role != "admin" || !again[0].Active ||
		again[1].Name != "zoe" || again[1].Role != "user" || again[1].Active || again[2].Name != "çelik.@x." {
		t.Errorf("got %+v", again)
	}
	table, _ := store.Table(t.Context(), tableUsers)
	e, err := table.Get(t.Context(), userKey("ann"))
	if err != nil || strings.Contains(string(e.Value), `"two"`) || !strings.Contains(string(e.Value), "$argon2id$v=19$m=8,t=1,p=1$") {
		t.Errorf("got %s, %v", e.Value, err)
	}
}

// What another node changes is seen here, and who wants to is told.
func TestUsersOfAnotherNode(t *testing.T) {
	store := &memory.Journal{}
	here, there := openTestUsers(t, store, ""), openTestUsers(t, store, "")
	heard := make(chan User, 8)
	defer here.hear(func(u User) { heard <- u })()
	add(t, there, "ann", "", "x")
	eventually(t, "ann is known here", func() bool { return len(here.List()) == 1 })
	if err := here.Add("ann", "", "y"); !errors.Is(err, ErrUserExists) {
		t.Errorf("twice: got %v", err)
	}
	if err := there.Disable("ann"); err != nil {
		t.Fatal(err)
	}
	if u := <-heard; u.Name != "ann" || u.Active {
		t.Errorf("heard %+v", u)
	}
	if _, err := here.Check("ann", "x"); !errors.Is(err, ErrCredentials) {
		t.Errorf("disabled there: got %v", err)
	}
	if err := here.Enable("ann"); err != nil { // from what is in the store
		t.Fatal(err)
	}
	if _, err := here.Check("ann", "x"); err != nil {
		t.Errorf("enabled here: %v", err)
	}
	table, _ := store.Table(t.Context(), tableUsers)
	if err := table.Delete(t.Context(), userKey("ann")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "ann is gone", func() bool { return len(here.List()) == 0 })
}

// Two nodes that start together make one first user.
func TestFirstUserOfTwoNodes(t *testing.T) {
	store := &memory.Journal{}
	a, b := openTestUsers(t, store, ""), openTestUsers(t, store, "")
	var wg sync.WaitGroup
	var made atomic.Int32
	for _, u := range []*Users{a, b} {
		wg.Go(func() {
			if _, password, err := u.AddFirst(); err != nil {
				t.Error(err)
			} else if password != "" {
				made.Add(1)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d first users were made, want 1", made.Load())
	}
}

// Changes at the same time on two nodes are both kept.
func TestUsersAlterTogether(t *testing.T) {
	store := &memory.Journal{}
	a, b := openTestUsers(t, store, ""), openTestUsers(t, store, "")
	add(t, a, "ann", "", "x")
	for range 20 {
		var wg sync.WaitGroup
		wg.Go(func() { _ = a.SetPassword("ann", "new") })
		wg.Go(func() { _ = b.Disable("ann") })
		wg.Wait()
		fresh := openTestUsers(t, store, "")
		if acc, _ := fresh.account("ann"); acc.Active || !acc.Hash.matches("new") {
			t.Fatalf("a change is lost: active %v, new password %v", acc.Active, acc.Hash.matches("new"))
		}
		if err := errors.Join(a.Enable("ann"), a.SetPassword("ann", "x")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestUsersCheck(t *testing.T) {
	u := openTestUsers(t, &memory.Journal{}, "")
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
	u := openTestUsers(t, &memory.Journal{}, "")
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
	u := openTestUsers(t, &memory.Journal{}, "")
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

// The file of an earlier version is taken over once, and stays beside it under
// another name.
func TestUsersFileIsTakenOver(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	list := []account{
		{User: User{Name: "ann", Role: roleAdmin, Active: true, Created: now}, Hash: newHash("x", cheap()), Changed: now},
		{User: User{Name: "zoe", Role: roleUser, Created: now}, Hash: newHash("y", cheap()), Changed: now},
		{User: User{Name: "off", Role: roleUser, Created: now}, Hash: newHash("z", cheap()), Changed: now},
	}
	if err := writePrivate(filepath.Join(dir, usersFile), list); err != nil {
		t.Fatal(err)
	}
	store := &memory.Journal{}
	before := openTestUsers(t, store, "")
	add(t, before, "zoe", "", "newer")
	u := openTestUsers(t, store, dir)
	if _, err := u.Check("ann", "x"); err != nil {
		t.Errorf("taken over: %v", err)
	}
	if _, err := u.Check("zoe", "newer"); err != nil {
		t.Errorf("a user of the store was replaced: %v", err)
	}
	if a, known := u.account("off"); !known || a.Active || !a.Hash.matches("z") || !a.Created.Equal(now) {
		t.Errorf("got %+v, want who was disabled to be it", a.User)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 || files[0].Name() != importedFile {
		t.Errorf("got the files %v, want %s alone", files, importedFile)
	}
	if n := len(openTestUsers(t, store, dir).List()); n != 3 {
		t.Errorf("again: got %d users, want 3", n)
	}
}

func TestDamagedUsers(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, usersFile)
	for _, text := range []string{"", "{", "null1", `{"a":1}`, `[{"name":"a/b","hash":"$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA"}]`, `[{"name":"a b"}]`} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openUsers(t.Context(), UsersConfig{Store: &memory.Journal{}, Dir: dir}, cheap()); err == nil {
			t.Errorf("%q: no error", text)
		}
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%q: the file is gone: %v", text, err)
		}
	}
	store := &memory.Journal{}
	add(t, openTestUsers(t, store, ""), "ann", "", "x")
	table, _ := store.Table(t.Context(), tableUsers)
	for key, text := range map[string]string{userKey("bob"): "{", userKey("eve"): `{"name":"ann","active":true}`} {
		if _, err := table.Put(t.Context(), key, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if list := openTestUsers(t, store, "").List(); len(list) != 1 || list[0].Name != "ann" {
		t.Errorf("got %v, want ann alone", list)
	}
}

func TestPrivateFilesBecomePrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	if err := os.WriteFile(path, []byte("[]"), 0o644); err != nil {
		t.Fatal(err)
	}
	var list []int
	if err := readPrivate(path, 100, &list); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %o", info.Mode().Perm())
	}
}

// No more hashes are computed at a time than there are slots, and who waits
// gives up with its context.
func TestHashesAreBounded(t *testing.T) {
	u := openTestUsers(t, &memory.Journal{}, "")
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
	u := openTestUsers(t, &memory.Journal{}, "")
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
	if n := len(u.List()); n != 8 {
		t.Errorf("got %d users, want 8", n)
	}
}

// Unknown, disabled and wrong are compared with a hash of the same cost; the
// time is the hash's, so nothing tells them apart.
func TestEqualCost(t *testing.T) {
	cost := hashCost{memory: 1 << 10, passes: 1, threads: 1}
	u, err := openUsers(t.Context(), UsersConfig{Store: &memory.Journal{}}, cost)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(u.Close)
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

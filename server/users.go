package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// The roles of users.
const (
	roleUser  = "user"
	roleAdmin = "admin"
)

// The bounds of users.
const (
	maxUserName     = 64   // bytes
	maxPassword     = 1024 // bytes
	maxUsers        = 100_000
	maxUsersFile    = 64 << 20 // bytes
	loginWait       = 10 * time.Second
	usersFile       = "users.json"
	firstUser       = "admin"
	userNameAllowed = "letters, digits and . _ - @"
)

// What [Users] says.
var (
	// ErrCredentials says that there is no such user, that the password is
	// wrong, or that the user is disabled: never which of these.
	ErrCredentials = errors.New("the user name or the password is wrong")
	// ErrNoUser says that there is no such user, to who administers them.
	ErrNoUser = errors.New("there is no such user")
	// ErrUserExists says that the name is taken.
	ErrUserExists = errors.New("there is a user of this name")
)

// User is somebody who may log in.
type User struct {
	Name    string    `json:"name"`
	Role    string    `json:"role"` // user or admin
	Active  bool      `json:"active"`
	Created time.Time `json:"created"`
}

// account is a user with what nobody else sees.
type account struct {
	User
	Hash passwordHash `json:"hash"`
	// Changed is when the password was set or the user enabled.
	Changed time.Time `json:"changed"`
}

// Users are kept in a file of the data directory that only its owner can read.
// They are safe for concurrent use within one process; another process's
// changes are seen after [Users.Reload].
type Users struct {
	path  string
	cost  hashCost
	dummy passwordHash  // what the passwords of unknown users are compared with
	slots chan struct{} // as many hashes are computed at a time

	mu      sync.RWMutex // guards what follows
	byName  map[string]account
	writing sync.Mutex // one change at a time
}

// OpenUsers opens the users of a data directory, which it makes if need be.
func OpenUsers(dir string) (*Users, error) { return openUsers(dir, defaultCost()) }

func openUsers(dir string, cost hashCost) (*Users, error) {
	u := &Users{
		path: filepath.Join(dir, usersFile), cost: cost, dummy: newHash(rand.Text(), cost),
		slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0))),
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	return u, u.Reload()
}

// Reload reads the file again. When it cannot be read, the users stay as they
// were.
func (u *Users) Reload() error {
	var list []account
	if err := readPrivate(u.path, maxUsersFile, &list); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("users: %w", err)
	}
	byName := make(map[string]account, len(list))
	for _, a := range list {
		byName[a.Name] = a
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.byName = byName
	return nil
}

// Add adds a user; an empty role is user.
func (u *Users) Add(name, role, password string) error {
	role = cmp.Or(role, roleUser)
	if err := checkUserName(name); err != nil {
		return err
	}
	if role != roleUser && role != roleAdmin {
		return fmt.Errorf("role %q: a role is %s or %s", role, roleUser, roleAdmin)
	}
	if err := checkPassword(password); err != nil {
		return err
	}
	hash := newHash(password, u.cost)
	return u.change(func(byName map[string]account) error {
		if _, taken := byName[name]; taken {
			return fmt.Errorf("user %s: %w", name, ErrUserExists)
		}
		if len(byName) >= maxUsers {
			return fmt.Errorf("there are %d users already, the most that the file may hold", maxUsers)
		}
		now := time.Now().UTC()
		byName[name] = account{User: User{Name: name, Role: role, Active: true, Created: now}, Hash: hash, Changed: now}
		return nil
	})
}

// AddFirst adds the user admin with a random password if there is no user at
// all. The password is empty when there is one.
func (u *Users) AddFirst() (name, password string, err error) {
	if len(u.List()) > 0 {
		return "", "", nil
	}
	password = rand.Text()
	return firstUser, password, u.Add(firstUser, roleAdmin, password)
}

// List gives the users by name.
func (u *Users) List() []User {
	u.mu.RLock()
	defer u.mu.RUnlock()
	list := make([]User, 0, len(u.byName))
	for _, a := range u.byName {
		list = append(list, a.User)
	}
	slices.SortFunc(list, func(a, b User) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Disable keeps a user from logging in, and makes the tokens that it has
// worthless while it is disabled.
func (u *Users) Disable(name string) error {
	return u.alter(name, func(a *account) { a.Active = false })
}

// Enable undoes [Users.Disable], and unlocks a user that is locked out.
func (u *Users) Enable(name string) error {
	return u.alter(name, func(a *account) { a.Active, a.Changed = true, time.Now().UTC() })
}

// SetPassword gives a user another password, and unlocks it. Tokens that were
// issued before stay valid until they expire.
func (u *Users) SetPassword(name, password string) error {
	if err := checkPassword(password); err != nil {
		return err
	}
	hash := newHash(password, u.cost)
	return u.alter(name, func(a *account) { a.Hash, a.Changed = hash, time.Now().UTC() })
}

// Check gives the user of a name and a password, or [ErrCredentials] after the
// same time.
func (u *Users) Check(name, password string) (User, error) {
	a, err := u.check(context.Background(), name, password)
	return a.User, err
}

// check is Check that gives up waiting for its turn with ctx. It gives the
// account also when the password is wrong.
func (u *Users) check(ctx context.Context, name, password string) (account, error) {
	ctx, cancel := context.WithTimeout(ctx, loginWait)
	defer cancel()
	select {
	case u.slots <- struct{}{}:
		defer func() { <-u.slots }()
	case <-ctx.Done():
		return account{}, fmt.Errorf("too many logins at a time: %w", ctx.Err())
	}
	a, known := u.account(name)
	hash := a.Hash
	if !known {
		hash = u.dummy
	}
	if right := hash.matches(password); !right || !known || !a.Active {
		return a, ErrCredentials
	}
	return a, nil
}

func (u *Users) account(name string) (account, bool) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	a, ok := u.byName[name]
	return a, ok
}

// user gives a user by name.
func (u *Users) user(name string) (User, bool) {
	a, ok := u.account(name)
	return a.User, ok
}

func (u *Users) alter(name string, do func(*account)) error {
	return u.change(func(byName map[string]account) error {
		a, ok := byName[name]
		if !ok {
			return fmt.Errorf("user %q: %w", name, ErrNoUser)
		}
		do(&a)
		byName[name] = a
		return nil
	})
}

// change does something to a copy of the users, which replaces them once it is
// on disk.
func (u *Users) change(do func(map[string]account) error) error {
	u.writing.Lock()
	defer u.writing.Unlock()
	u.mu.RLock()
	byName := maps.Clone(u.byName)
	u.mu.RUnlock()
	if err := do(byName); err != nil {
		return err
	}
	list := make([]account, 0, len(byName))
	for _, a := range byName {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b account) int { return strings.Compare(a.Name, b.Name) })
	if err := writePrivate(u.path, list); err != nil {
		return fmt.Errorf("users: %w", err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.byName = byName
	return nil
}

func checkUserName(name string) error {
	bad := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-@", r)
	}
	if name == "" || len(name) > maxUserName || !utf8.ValidString(name) || strings.ContainsFunc(name, bad) {
		return fmt.Errorf("user name %q: a name has 1 to %d bytes of %s", name, maxUserName, userNameAllowed)
	}
	return nil
}

func checkPassword(password string) error {
	if password == "" || len(password) > maxPassword {
		return fmt.Errorf("a password has 1 to %d bytes; this one has %d", maxPassword, len(password))
	}
	return nil
}

// readPrivate reads a JSON file of at most so many bytes and sees to it that
// only its owner can.
func readPrivate(path string, most int64, v any) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() > most {
		return fmt.Errorf("%s has %d bytes; it may have %d", path, info.Size(), most)
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(path, 0o600); err != nil {
			return fmt.Errorf("others can read it: %w", err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%s is damaged: %w", path, err)
	}
	return nil
}

// writePrivate writes a JSON file that only its owner can read: wholly, or not
// at all.
func writePrivate(path string, v any) (err error) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // made with 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // what is left of it harms nobody
		}
	}()
	_, err = f.Write(append(text, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a rename last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

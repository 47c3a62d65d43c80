package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/agentconnect-dev/agentconnect/engine"
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
	loginWait       = 10 * time.Second
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

	revision uint64 // of its record
}

// Users are kept in a table of the store, one record each, and in memory as
// they are there: what another node changes is seen at once. They are safe for
// concurrent use. Close them.
type Users struct {
	table engine.Table
	log   *slog.Logger
	cost  hashCost
	dummy passwordHash  // what the passwords of unknown users are compared with
	slots chan struct{} // as many hashes are computed at a time

	mu     sync.RWMutex // guards what follows
	byName map[string]account
	heard  map[int]func(User) // who is told of changes
	next   int                // key in heard

	cancel context.CancelFunc // ends the watching
	wg     sync.WaitGroup
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
	now := time.Now().UTC()
	a := account{User: User{Name: name, Role: role, Active: true, Created: now}, Hash: newHash(password, u.cost), Changed: now}
	if u.count() >= maxUsers {
		return fmt.Errorf("there are %d users already, the most that a server may have", maxUsers)
	}
	ctx, cancel := storeContext()
	defer cancel()
	err := u.save(ctx, a, 0)
	if errors.Is(err, engine.ErrConflict) {
		return fmt.Errorf("user %s: %w", name, ErrUserExists)
	}
	return err
}

// AddFirst adds the user admin with a random password if there is no user at
// all. The password is empty when there is one.
func (u *Users) AddFirst() (name, password string, err error) {
	if len(u.List()) > 0 {
		return "", "", nil
	}
	password = rand.Text()
	err = u.Add(firstUser, roleAdmin, password)
	if errors.Is(err, ErrUserExists) { // another node was faster
		return "", "", nil
	}
	return firstUser, password, err
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

func (u *Users) count() int {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return len(u.byName)
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

// alter changes a user as it is in the store, whoever else changes it.
func (u *Users) alter(name string, do func(*account)) error {
	ctx, cancel := storeContext()
	defer cancel()
	for {
		e, err := u.table.Get(ctx, userKey(name))
		switch {
		case errors.Is(err, engine.ErrNotFound):
			return fmt.Errorf("user %q: %w", name, ErrNoUser)
		case err != nil:
			return fmt.Errorf("user %q: %w", name, err)
		}
		a, err := decodeAccount(&e)
		if err != nil {
			return err
		}
		do(&a)
		if err := u.save(ctx, a, e.Revision); !errors.Is(err, engine.ErrConflict) {
			return err
		}
	}
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

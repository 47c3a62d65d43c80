package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// What versions before this one kept the users in.
const (
	usersFile    = "users.json"
	importedFile = usersFile + ".imported"
	maxUsersFile = 64 << 20 // bytes
)

// storeTime bounds how long a change of a record may take, and watchAgain is
// when a watch that broke off is begun again.
const (
	storeTime  = 10 * time.Second
	watchAgain = time.Second
)

// storeContext bounds what is done to the store for nobody's request.
func storeContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), storeTime)
}

// UsersConfig says where [Users] are.
type UsersConfig struct {
	// Store has their table. It is required.
	Store engine.Store
	// Dir is where an earlier version may have left a file of users, which is
	// taken over into the table and renamed; empty is nowhere.
	Dir string
	// Logger hears of that, and of records that cannot be read; nil stands for
	// slog.Default.
	Logger *slog.Logger
}

// OpenUsers reads the users of a store and follows their changes until Close.
func OpenUsers(ctx context.Context, cfg UsersConfig) (*Users, error) {
	return openUsers(ctx, cfg, defaultCost())
}

func openUsers(ctx context.Context, cfg UsersConfig, cost hashCost) (*Users, error) {
	table, err := cfg.Store.Table(ctx, tableUsers)
	if err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	u := &Users{
		table: table, log: cmp.Or(cfg.Logger, slog.Default()), cost: cost, dummy: newHash(rand.Text(), cost),
		slots:  make(chan struct{}, max(1, runtime.GOMAXPROCS(0))),
		byName: map[string]account{}, heard: map[int]func(User){},
	}
	if cfg.Dir != "" {
		if err := u.takeOver(ctx, cfg.Dir); err != nil {
			return nil, fmt.Errorf("users: %w", err)
		}
	}
	watching, cancel := context.WithCancel(context.WithoutCancel(ctx))
	u.cancel = cancel
	read := make(chan error, 1)
	u.wg.Go(func() { u.watch(watching, read) })
	select {
	case err = <-read:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if err != nil {
		u.Close()
		return nil, fmt.Errorf("users: %w", err)
	}
	return u, nil
}

// Close ends the following of changes. The store stays open.
func (u *Users) Close() {
	u.cancel()
	u.wg.Wait()
}

// watch follows the table and tells read when all that is in it was read.
func (u *Users) watch(ctx context.Context, read chan<- error) {
	followTable(ctx, u.table, func(e *engine.Entry, err error) {
		switch {
		case err != nil:
			u.log.WarnContext(ctx, "users cannot be followed", "error", err)
			select {
			case read <- err:
			default: // it is read already
			}
		case e.Key == "":
			select {
			case read <- nil:
			default:
			}
		default:
			u.learn(ctx, e)
		}
	})
}

// learn takes note of a record as it is in the store.
func (u *Users) learn(ctx context.Context, e *engine.Entry) {
	if e.Deleted {
		if name, err := base64.RawURLEncoding.DecodeString(e.Key); err == nil {
			u.note(account{User: User{Name: string(name)}, revision: e.Revision}, true)
		}
		return
	}
	a, err := decodeAccount(e)
	if err != nil {
		u.log.ErrorContext(ctx, "a user cannot be read and is passed over", "error", err)
		return
	}
	u.note(a, false)
}

// note takes note of a user, unless something newer is known, and tells who
// wants to hear of changes.
func (u *Users) note(a account, gone bool) {
	u.mu.Lock()
	old, known := u.byName[a.Name]
	news := !known && !gone || known && old.revision < a.revision
	switch {
	case !news:
	case gone:
		delete(u.byName, a.Name)
	default:
		u.byName[a.Name] = a
	}
	heard := make([]func(User), 0, len(u.heard))
	for _, fn := range u.heard {
		heard = append(heard, fn)
	}
	u.mu.Unlock()
	if news && (known || gone) {
		for _, fn := range heard {
			fn(a.User)
		}
	}
}

// hear calls fn after each change of a user, wherever it was made, until stop.
// A user that is gone is not active. fn must not wait.
func (u *Users) hear(fn func(User)) (stop func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	key := u.next
	u.next++
	u.heard[key] = fn
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		delete(u.heard, key)
	}
}

// save stores a user whose record still has a revision.
func (u *Users) save(ctx context.Context, a account, revision uint64) error {
	text, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("user %s: %w", a.Name, err)
	}
	if a.revision, err = u.table.Update(ctx, userKey(a.Name), text, revision); err != nil {
		return fmt.Errorf("user %s: %w", a.Name, err)
	}
	u.note(a, false)
	return nil
}

// userKey is the key of a user's record: names may have letters that keys may
// not.
func userKey(name string) string { return base64.RawURLEncoding.EncodeToString([]byte(name)) }

func decodeAccount(e *engine.Entry) (account, error) {
	var a account
	if err := json.Unmarshal(e.Value, &a); err != nil {
		return a, fmt.Errorf("the record %s of a user is damaged: %w", e.Key, err)
	}
	if userKey(a.Name) != e.Key {
		return a, fmt.Errorf("the record %s of a user has the name %q", e.Key, brief(a.Name))
	}
	a.revision = e.Revision
	return a, nil
}

// takeOver moves the users of an earlier version's file into the table. Users
// that are there already stay as they are.
func (u *Users) takeOver(ctx context.Context, dir string) error {
	path := filepath.Join(dir, usersFile)
	var list []account
	err := readPrivate(path, maxUsersFile, &list)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	n := 0
	for _, a := range list {
		if err := checkUserName(a.Name); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		err := u.save(ctx, a, 0)
		switch {
		case err == nil:
			n++
		case !errors.Is(err, engine.ErrConflict):
			return err
		}
	}
	to := filepath.Join(dir, importedFile)
	if err := os.Rename(path, to); err != nil {
		return err
	}
	u.log.InfoContext(ctx, "users were taken over into the store", "from", path, "users", n, "there already", len(list)-n, "renamed to", to)
	return syncDir(dir)
}

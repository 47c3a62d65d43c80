package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// OpenUsersFile opens users that are kept in a file of the data directory, for
// a server whose sessions end with its process. Nobody else may change them
// meanwhile.
func OpenUsersFile(dir string) (*Users, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	t := &fileTable{path: filepath.Join(dir, usersFile), byKey: map[string]engine.Entry{}}
	if err := t.load(); err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	u, err := OpenUsers(context.Background(), UsersConfig{Store: fileStore{table: t}})
	if err == nil {
		u.Close() // there is nothing to follow
	}
	return u, err
}

// fileStore has the table of users and nothing else.
type fileStore struct {
	engine.Store // none
	table        *fileTable
}

// Table implements [engine.Store].
func (s fileStore) Table(context.Context, string) (engine.Table, error) { return s.table, nil }

// fileTable is an [engine.Table] of accounts in a JSON file.
type fileTable struct {
	engine.Table // what it has not
	path         string

	mu       sync.Mutex // guards what follows
	byKey    map[string]engine.Entry
	revision uint64
}

func (t *fileTable) load() error {
	var list []account
	if err := readPrivate(t.path, maxUsersFile, &list); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, a := range list {
		text, err := json.Marshal(a)
		if err != nil {
			return err
		}
		t.revision++
		t.byKey[userKey(a.Name)] = engine.Entry{Key: userKey(a.Name), Value: text, Revision: t.revision}
	}
	return nil
}

// Get implements [engine.Table].
func (t *fileTable) Get(_ context.Context, key string) (engine.Entry, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.byKey[key]
	if !ok {
		return e, engine.ErrNotFound
	}
	return e, nil
}

// Update implements [engine.Table].
func (t *fileTable) Update(_ context.Context, key string, value []byte, revision uint64) (uint64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old, there := t.byKey[key]
	if old.Revision != revision {
		return 0, engine.ErrConflict
	}
	t.byKey[key] = engine.Entry{Key: key, Value: value, Revision: t.revision + 1}
	if err := t.write(); err != nil {
		if t.byKey[key] = old; !there {
			delete(t.byKey, key)
		}
		return 0, err
	}
	t.revision++
	return t.revision, nil
}

func (t *fileTable) write() error {
	list := make([]json.RawMessage, 0, len(t.byKey))
	for _, key := range slices.Sorted(maps.Keys(t.byKey)) {
		list = append(list, t.byKey[key].Value)
	}
	return writePrivate(t.path, list)
}

// Watch implements [engine.Table]: nobody else changes the file.
func (t *fileTable) Watch(ctx context.Context) iter.Seq2[engine.Entry, error] {
	return func(yield func(engine.Entry, error) bool) {
		t.mu.Lock()
		list := make([]engine.Entry, 0, len(t.byKey)+1)
		for _, e := range t.byKey {
			list = append(list, e)
		}
		t.mu.Unlock()
		for _, e := range append(list, engine.Entry{}) {
			if !yield(e, nil) {
				return
			}
		}
		<-ctx.Done()
	}
}

package jetstream

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nats-io/nats-server/v2/server"
)

// storeDir is where in the data directory the server of the tables stores, and
// eventsDir where below it that of the events does.
const (
	storeDir  = "journal"
	eventsDir = "events"
)

// streamsDir is where a server has its streams.
func streamsDir(store string) string {
	return filepath.Join(store, server.JetStreamStoreDir, server.DEFAULT_GLOBAL_ACCOUNT, "streams")
}

// moveEvents brings the streams of events to their place, which in directories
// of older versions are with the tables.
func moveEvents(root string) error {
	from, to := streamsDir(root), streamsDir(filepath.Join(root, eventsDir))
	moved := false
	for i := range shards {
		name := streamName(i)
		if _, err := os.Stat(filepath.Join(from, name)); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := os.MkdirAll(to, 0o700); err != nil {
			return err
		}
		if err := os.Rename(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return err
		}
		moved = true
	}
	if !moved {
		return nil
	}
	return errors.Join(syncTree(filepath.Join(root, eventsDir)), syncDir(root), syncDir(from))
}

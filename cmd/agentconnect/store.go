package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/config"
	"github.com/agentconnect-dev/agentconnect/engine/jetstream"
)

// storeDir is the part of a data directory that the embedded journal keeps for
// itself.
const storeDir = "store"

// openJournal opens the journal that the settings mean: the one embedded in
// this process, which has the data directory for itself, or a cluster's.
func openJournal(ctx context.Context, set *config.Settings, log *slog.Logger) (*jetstream.Journal, error) {
	journal, err := jetstream.Open(ctx, journalConfig(set, log))
	switch {
	case err == nil:
		return journal, nil
	case ctx.Err() != nil:
		return nil, silent(statusInterrupted)
	case errors.Is(err, jetstream.ErrLocked):
		return nil, &inUseError{string(set.DataDir), "another process"}
	case set.Journal.URL != "":
		return nil, usageError("journal.url: %v", err)
	default:
		return nil, usageError("data_dir: %v", err)
	}
}

func journalConfig(set *config.Settings, log *slog.Logger) jetstream.Config {
	j := &set.Journal
	if j.URL == "" {
		return jetstream.Config{Dir: filepath.Join(string(set.DataDir), storeDir), Sync: jetstream.Sync(j.Sync), Logger: log}
	}
	return jetstream.Config{
		URL: j.URL, Credentials: string(j.Credentials), Replicas: j.Replicas, Logger: log,
		TLS: jetstream.TLS{CA: string(j.TLSCA), Cert: string(j.TLSCert), Key: string(j.TLSKey)},
	}
}

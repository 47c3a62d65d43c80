package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/config"
	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/control"
)

// startTime is how long a server may hold its data directory without listening
// to commands: it starts or stops.
const startTime = 5 * time.Second

// onTarget does something administrative: through the server that runs on the
// data directory, or to what is stored there, which nobody else has meanwhile.
// With create a data directory that is not there is made, as it is with a
// cluster, which has what is stored.
func (a *app) onTarget(o *placeOptions, create bool, do func(*control.Target) error) error {
	set, err := o.load()
	if err != nil {
		return err
	}
	dir := string(set.DataDir)
	if !create && set.Journal.URL == "" && !exists(dir) {
		return usageError("there is no data directory %s: say where it is by --data-dir, or add a user", dir)
	}
	ctx := a.halt.ctx
	for end := time.Now().Add(startTime); ; {
		remote, err := control.Dial(ctx, controlPath(set))
		if err == nil {
			defer remote.Close()
			return do(remote.Target())
		}
		if errors.Is(err, os.ErrPermission) {
			return usageError("the server of %s belongs to another user: %v", dir, err)
		}
		data, err := openDataDir(ctx, dir)
		switch {
		case err == nil:
			defer data.close()
			return a.onStore(ctx, set, do)
		case ctx.Err() != nil:
			return silent(statusInterrupted)
		}
		if _, used := errors.AsType[*inUseError](err); !used || time.Now().After(end) {
			return usageError("%v", err)
		}
	}
}

// onStore does something to what is stored, without a server.
func (a *app) onStore(ctx context.Context, set *config.Settings, do func(*control.Target) error) error {
	log := quietLog(a)
	cfg, err := serverConfig(a.vendors, set, log) //nolint:contextcheck // vendors outlive the command that asks
	if err != nil {
		return err
	}
	cfg.Passive = true
	b, err := openBackend(ctx, set, log, cfg)
	if err != nil {
		return err
	}
	defer b.close() //nolint:contextcheck // what is to be given back is, whoever has given up
	target := b.target()
	return do(&target)
}

// quietLog is the log of a command, which speaks of what it cannot tell
// otherwise.
func quietLog(a *app) *slog.Logger {
	return slog.New(slog.NewTextHandler(a.con.err, &slog.HandlerOptions{Level: slog.LevelError}))
}

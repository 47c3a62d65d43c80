package main

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/config"
	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/control"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/jetstream"
	"github.com/agentconnect-dev/agentconnect/server"
)

// passiveTime is how long a session that waits is kept in memory.
const passiveTime = time.Minute

// snapshotTable has states of sessions, which can be made again at any time.
const snapshotTable = "snapshots"

// backend is a server with what it works on.
type backend struct {
	store  *jetstream.Journal
	users  *server.Users
	engine *engine.Engine
	server *server.Server
}

// openBackend opens what is stored and makes a server of it. The data directory
// belongs to this process.
func openBackend(ctx context.Context, set *config.Settings, log *slog.Logger, cfg server.Config) (*backend, error) {
	b := &backend{}
	if err := b.open(ctx, set, log, cfg); err != nil {
		b.close() //nolint:contextcheck // what is to be given back is, whoever has given up
		return nil, err
	}
	return b, nil
}

func (b *backend) open(ctx context.Context, set *config.Settings, log *slog.Logger, cfg server.Config) (err error) {
	dir := string(set.DataDir)
	if b.store, err = openJournal(ctx, set, log); err != nil {
		return err
	}
	if b.users, err = server.OpenUsers(ctx, server.UsersConfig{Store: b.store, Dir: dir, Logger: log}); err != nil {
		return usageError("%v", err)
	}
	tokens, err := server.OpenTokens(server.TokenConfig{
		Dir: dir, Secret: []byte(set.Auth.Secret), TTL: set.Auth.TokenTTL,
		Issuer: set.Auth.Issuer, Audience: set.Auth.Audience, JWKSURL: set.Auth.JWKSURL,
	})
	if err != nil {
		return usageError("%v", err)
	}
	snapshots, err := b.store.Table(ctx, snapshotTable)
	if err != nil {
		return usageError("%v", err)
	}
	cfg.Metrics = server.NewMetrics()
	cfg.Hooks = server.NewHooks(cfg.Metrics)
	run := engine.Config{Journal: b.store, Logger: log, Passive: passiveTime, Snapshots: snapshots}
	day := server.DayLimits{Tokens: set.Limits.TokensPerDay, Cost: set.Limits.CostPerDay}
	if cfg.Budget, err = server.OpenBudget(ctx, b.store, day, log); err != nil {
		return usageError("%v", err)
	}
	if cfg.Budget != nil {
		run.Budget = cfg.Budget
	}
	b.engine = engine.New(cfg.Hooks.Wire(run))
	cfg.Engine, cfg.Store, cfg.Users, cfg.Tokens = b.engine, b.store, b.users, tokens
	if b.server, err = server.New(cfg); err != nil { //nolint:contextcheck // it lives on
		return usageError("%v", err)
	}
	return nil
}

// target is what administrative commands act on.
func (b *backend) target() control.Target {
	return control.Target{
		Users:    userList{b.users},
		Sessions: b.server.Admin(),
		Backup:   func(ctx context.Context, w io.Writer) (any, error) { return b.store.Backup(ctx, w) },
	}
}

// close ends what has come to life, the last first.
func (b *backend) close() {
	if b.server != nil {
		b.server.Close()
	}
	if b.engine != nil {
		b.engine.Close()
	}
	if b.users != nil {
		b.users.Close()
	}
	if b.store != nil {
		b.store.Close()
	}
}

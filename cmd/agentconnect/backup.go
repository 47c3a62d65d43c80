package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/config"
	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/control"
	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine/jetstream"
)

func newBackup(a *app) *cobra.Command {
	o := &placeOptions{}
	cmd := &cobra.Command{
		Use:   "backup FILE|-",
		Short: "Copy all that a server has stored to a file, while it runs",
		Long: `Copy all that a server has stored to a file, or to standard output: sessions with their
events, users, and what was answered to repeated requests. The server goes on meanwhile;
each session is copied as it is at one moment. The keys in the data directory are not part
of it: copy those files by themselves, and keep them apart.

The file has what users said and how their passwords are checked; it is readable for its
owner alone.`,
		Example: `  agentconnect backup /var/backups/agentconnect-$(date +%F)
  agentconnect backup - | ssh elsewhere 'cat > agentconnect.backup'`,
		Args: oneFile,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.onTarget(o, false, func(t *control.Target) error { return a.backup(t, args[0]) })
		},
	}
	o.flags(cmd.Flags(), false)
	return cmd
}

func (a *app) backup(t *control.Target, path string) error {
	if path == "-" && a.con.outTTY {
		return usageError("a backup is not for a terminal: name a file, or pipe it somewhere")
	}
	file, err := a.createOutput("backup", path, 0o600)
	if err != nil {
		return err
	}
	p := a.progress("copied")
	result, err := t.Backup(a.halt.ctx, p.writer(file))
	p.done()
	if err := a.refused(file.finish(outputGone(err))); err != nil {
		return err
	}
	fmt.Fprintf(a.con.err, "copied %s\n", statsText(result))
	return nil
}

// statsText says what is in a backup.
func statsText(result any) string {
	var stats jetstream.Stats
	text, err := json.Marshal(result)
	if err != nil || json.Unmarshal(text, &stats) != nil {
		return string(text)
	}
	parts := screen.Plural(int(stats.Sessions), "session") + ", " + bytesText(stats.Bytes)
	if stats.Missing > 0 {
		parts += fmt.Sprintf("; %d could not be read", stats.Missing)
	}
	return parts
}

func newRestore(a *app) *cobra.Command {
	o := &placeOptions{}
	cmd := &cobra.Command{
		Use:   "restore FILE|-",
		Short: "Fill a new data directory from a backup",
		Long: `Fill a data directory from a backup. The directory must not have sessions or users; keys
that are there already are kept, so copy those of the old one first when its tokens, and
values of variables that were encrypted, are to stay valid. When the backup is not whole
nothing is left of it.`,
		Example: `  agentconnect restore /var/backups/agentconnect-2026-11-24 --data-dir /var/lib/agentconnect`,
		Args:    oneFile,
		RunE: func(_ *cobra.Command, args []string) error {
			set, err := o.load()
			if err != nil {
				return err
			}
			return a.restore(a.halt.ctx, set, args[0])
		},
	}
	o.flags(cmd.Flags(), false)
	return cmd
}

func (a *app) restore(ctx context.Context, set *config.Settings, path string) error {
	file, err := a.openInput(path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // it was only read from
	dir := string(set.DataDir)
	data, err := openDataDir(ctx, dir)
	if err != nil {
		return usageError("%v", err)
	}
	defer data.close()
	if exists(filepath.Join(dir, "users.json")) { // an earlier version's, which would be taken over
		return notEmpty(dir)
	}
	p := a.progress("restored")
	stats, err := jetstream.Restore(ctx, journalConfig(set, quietLog(a)), p.reader(file))
	p.done()
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return silent(statusInterrupted)
	case errors.Is(err, jetstream.ErrNotEmpty) && set.Journal.URL == "":
		return notEmpty(dir)
	default:
		return &exitError{statusFailed, fmt.Sprintf("%s: %v", path, err)}
	}
	_, err = fmt.Fprintf(a.con.out, "restored %s\n", statsText(stats))
	return outputError(err)
}

func notEmpty(dir string) error {
	return usageError("the data directory %s has sessions or users: a backup is restored into a new one", dir)
}

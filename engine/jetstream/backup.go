package jetstream

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"
)

// Backup writes all that is stored, while the journal is in use. Tables come
// before events, so that what a table says of a session is in its events. It
// holds a few megabytes in memory, whatever the size. The nodes of a cluster
// and what they own are not part of it.
func (j *Journal) Backup(ctx context.Context, w io.Writer) (Stats, error) {
	tables, err := j.tableStreams(ctx)
	if err != nil {
		return Stats{}, err
	}
	d := newDumpWriter(w)
	b := backup{j: j, out: d}
	for _, stream := range tables {
		if err := b.stream(ctx, stream, tableSubject(strings.TrimPrefix(stream, tablePrefix), ">")); err != nil {
			return b.stats, err
		}
	}
	for i := range shards {
		if err := b.stream(ctx, streamName(i), recordSubject(i, ">")); err != nil {
			return b.stats, err
		}
	}
	return b.stats, d.end(b.stats)
}

// tableStreams are the streams of the tables but the journal's own.
func (j *Journal) tableStreams(ctx context.Context) ([]string, error) {
	var list []string
	infos := j.main.js.ListStreams(ctx)
	for info := range infos.Info() {
		name, ok := strings.CutPrefix(info.Config.Name, tablePrefix)
		mine := len(info.Config.Subjects) == 2 && info.Config.Subjects[1] == probeSubject(info.Config.Name)
		if ok && mine && name != tableNodes && name != tableOwners {
			list = append(list, info.Config.Name)
		}
	}
	if err := infos.Err(); err != nil {
		return nil, j.readTrouble(ctx, "", err)
	}
	return list, nil
}

// backup is where a backup stands.
type backup struct {
	j     *Journal
	out   *dumpWriter
	stats Stats
}

// stream copies a stream up to what it has now.
func (b *backup) stream(ctx context.Context, stream, filter string) error {
	b.out.stream(stream)
	end, err := b.end(ctx, stream, filter)
	if err != nil {
		return err
	}
	for at, moved := uint64(0), time.Now(); at < end; {
		list, _, err := b.j.batch(ctx, stream, allSubjects, at+1)
		if err != nil {
			return b.j.readTrouble(ctx, stream, err)
		}
		for i := range list {
			b.message(stream, &list[i])
			at, moved = list[i].stream, time.Now()
		}
		if b.out.err != nil {
			return b.out.err
		}
		if len(list) > 0 {
			continue
		}
		if end, err = b.end(ctx, stream, filter); err != nil { // it may be removed by now
			return err
		}
		if at < end && time.Since(moved) > b.j.patience() { // a copy would have come up by now
			b.stats.Missing++
			at++
		} else if at < end {
			time.Sleep(20 * time.Millisecond)
		}
	}
	return nil
}

// end is the sequence of the last message of a stream.
func (b *backup) end(ctx context.Context, stream, filter string) (uint64, error) {
	m, err := b.j.last(ctx, stream, filter)
	if err == nil {
		return m.stream, nil
	}
	if !unreadable(err) {
		return 0, b.j.readTrouble(ctx, stream, err)
	}
	s, err := b.j.conn(stream).js.Stream(ctx, stream)
	if err != nil {
		return 0, b.j.readTrouble(ctx, stream, err)
	}
	return s.CachedInfo().State.LastSeq, nil
}

func (b *backup) message(stream string, m *stored) {
	if m.subject == probeSubject(stream) || m.header.Get(headerOperation) != "" || m.header.Get(headerMarker) != "" {
		return
	}
	b.stats.add(stream, m)
	b.out.message(m)
}

// Restore fills a journal that is empty with a backup. Where anything fails, or
// the backup is not whole, nothing of it stays. An embedded journal is made
// beside its place and moved there at the end.
func Restore(ctx context.Context, cfg Config, r io.Reader) (Stats, error) {
	cfg.defaults()
	d, err := newDumpReader(r)
	if err != nil {
		return Stats{}, err
	}
	if cfg.URL == "" {
		err = restoreDir(ctx, cfg, d)
	} else {
		err = restoreURL(ctx, cfg, d)
	}
	if err != nil {
		return Stats{}, redact(err, cfg.URL)
	}
	return d.stats, nil
}

// ErrNotEmpty says that a journal to restore into holds something.
var ErrNotEmpty = errors.New("there is a journal already: restore into an empty place")

package jetstream

import (
	"fmt"
	"hash/fnv"

	"github.com/nats-io/nats.go/jetstream"
)

func streamConfig(shard int, cfg Config) jetstream.StreamConfig {
	all := recordSubject(shard, ">")
	return jetstream.StreamConfig{
		Name: streamName(shard), Subjects: []string{all, probeSubject(streamName(shard))},
		Storage: jetstream.FileStorage, Replicas: max(1, cfg.Replicas),
		AllowDirect: true, DenyDelete: true, AllowRollup: true, Discard: jetstream.DiscardNew, MaxMsgSize: maxRecord,
		RePublish: &jetstream.RePublish{Source: all, Destination: liveSubject(shard, ">")},
	}
}

// eventsPrefix begins the names of the streams of events.
const eventsPrefix = "EV"

func streamName(shard int) string { return fmt.Sprintf("%s%02d", eventsPrefix, shard) }

// shardOf is the stream of a session.
func shardOf(session string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(session))
	return int(h.Sum32() % shards)
}

func streamOf(session string) string { return streamName(shardOf(session)) }

func subject(session string) string { return recordSubject(shardOf(session), session) }

// recordSubject is where a session's records are stored, and liveSubject where
// they are published again.
func recordSubject(shard int, session string) string { return fmt.Sprintf("ev.%d.%s", shard, session) }

func liveSubject(shard int, session string) string { return fmt.Sprintf("live.%d.%s", shard, session) }

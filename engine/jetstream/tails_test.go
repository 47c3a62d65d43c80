package jetstream

import (
	"sync"
	"testing"
)

// The file is written by whoever removes a session and by the clock.
func TestTailsAtOnce(t *testing.T) {
	dir := t.TempDir()
	tails, err := openTails(dir)
	if err != nil {
		t.Fatal(err)
	}
	var runs sync.WaitGroup
	for shard := range shards {
		runs.Go(func() {
			for seq := range uint64(20) {
				tails.note(shard, seq+1)
				if err := tails.save(0); err != nil {
					t.Errorf("save: %v", err)
				}
				if err := tails.lower(shard, seq+1); err != nil {
					t.Errorf("lower: %v", err)
				}
				tails.note(shard, seq+2)
			}
		})
	}
	runs.Wait()
	if err := tails.close(); err != nil {
		t.Fatal(err)
	}
	again, err := openTails(dir)
	if err != nil {
		t.Fatal(err)
	}
	if again.ends != tails.ends || again.ends[shards-1] != 21 {
		t.Errorf("got %d, want %d", again.ends, tails.ends)
	}
}

// What a power loss may take is not in the file yet, a removal is at once and of
// its stream alone.
func TestTailsLag(t *testing.T) {
	dir := t.TempDir()
	tails, err := openTails(dir)
	if err != nil {
		t.Fatal(err)
	}
	stored := func(want ...uint64) {
		t.Helper()
		again, err := openTails(dir)
		if err != nil {
			t.Fatal(err)
		}
		for shard, end := range want {
			if again.ends[shard] != end {
				t.Errorf("stream %d: got end %d, want %d", shard, again.ends[shard], end)
			}
		}
	}
	save := func() {
		t.Helper()
		if err := tails.save(2); err != nil {
			t.Fatal(err)
		}
	}
	tails.note(0, 5)
	tails.note(1, 7)
	save()
	tails.note(1, 8)
	save()
	stored(0, 0)
	save()
	stored(5, 7)
	if err := tails.lower(0, 5); err != nil {
		t.Fatal(err)
	}
	stored(0, 7)
	save()
	stored(0, 8)
	if err := tails.close(); err != nil {
		t.Fatal(err)
	}
	stored(0, 8)
}

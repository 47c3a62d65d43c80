package server

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestSourceThatTakesManyRecords(t *testing.T) {
	ts := newTestServer(t, nil)
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // any text that does not compress
	for _, secret := range []bool{false, true} {
		var b strings.Builder
		for b.Len() < 4<<20 {
			b.WriteByte(byte(' ' + random.IntN(90)))
		}
		text := b.String()
		src := &source{Root: "main.hcl", Files: map[string]*string{"main.hcl": &text, "listed": nil}, Secret: secret}
		key, err := ts.keepSource(t.Context(), src)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ts.sourceAt(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if *got.Files["main.hcl"] != text || got.Root != src.Root || got.Secret != secret || got.Files["listed"] != nil {
			t.Error("the texts came back otherwise")
		}
		table, err := ts.cfg.Store.Table(t.Context(), tableSources)
		if err != nil {
			t.Fatal(err)
		}
		part, err := table.Get(t.Context(), partKey(key, 1))
		if err != nil {
			t.Fatalf("there is one record: %v", err)
		}
		part.Value[100] ^= 1
		if _, err := table.Put(t.Context(), partKey(key, 1), part.Value); err != nil {
			t.Fatal(err)
		}
		if _, err := ts.sourceAt(t.Context(), key); err == nil {
			t.Error("a damaged record was not seen")
		}
		if err := table.Delete(t.Context(), partKey(key, 1)); err != nil {
			t.Fatal(err)
		}
		if _, err := ts.sourceAt(t.Context(), key); err == nil {
			t.Error("a missing record was not seen")
		}
	}
	text := strings.Repeat("x", maxSourceText)
	if _, err := ts.keepSource(t.Context(), &source{Files: map[string]*string{"x": &text}}); err == nil {
		t.Error("a source of any size is stored")
	}
}

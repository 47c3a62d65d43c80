package server

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func sampleDoc() *doc {
	cost := 1.25
	return &doc{
		head: docHead{
			owner: "ann", template: "a\tb\\n\n", sessionType: agentAgent, status: statusPaused,
			created: time.Unix(1_700_000_000, 123_456_789).UTC(), wake: time.Unix(1_800_000_000, 0).UTC(), direct: true, deleted: true, resting: true,
		},
		Agents: []docAgent{{ID: "pro_1", Key: "pro", Provider: "p", Model: "m", Capabilities: []string{"a"}}},
		Usage:  SessionUsage{InputTokens: 3, Cost: &cost}, Seq: 9, ForkedFrom: "session_0",
		Blueprint: blueprint{Source: "c1", Session: "s", Hash: "h", Sealed: []byte{1, 2}},
	}
}

func TestDocComesBack(t *testing.T) {
	long := sampleDoc()
	long.Agents[0].Personality = strings.Repeat("a long personality. ", 50_000)
	for _, d := range []*doc{sampleDoc(), long, {}} {
		value, err := d.encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeDoc(value)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, got, cmp.AllowUnexported(doc{}, docHead{})); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		head, err := decodeHead(value)
		if err != nil || head != d.head {
			t.Errorf("head is %+v, %v; want %+v", head, err, d.head)
		}
	}
}

func TestDocHeadComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := func(name string) time.Time {
			n := rapid.Int64().Draw(t, name)
			if n == 0 {
				return time.Time{}
			}
			return time.Unix(0, n).UTC()
		}
		h := docHead{
			owner: rapid.String().Draw(t, "owner"), template: rapid.String().Draw(t, "template"), status: rapid.String().Draw(t, "status"),
			created: at("created"), ended: at("ended"), wake: at("wake"), direct: rapid.Bool().Draw(t, "direct"), deleted: rapid.Bool().Draw(t, "deleted"),
			resting: rapid.Bool().Draw(t, "resting"),
		}
		got, err := decodeHead(h.line())
		if err != nil || got != h {
			t.Fatalf("got %+v, %v; want %+v", got, err, h)
		}
	})
}

func TestDocOfALaterVersion(t *testing.T) {
	value, err := sampleDoc().encode()
	if err != nil {
		t.Fatal(err)
	}
	more := bytes.Replace(value, []byte(`{"agents":`), []byte(`{"later":{"x":1},"agents":`), 1)
	if d, err := decodeDoc(more); err != nil || d.Seq != 9 {
		t.Errorf("with an unknown member: %v, %v", d, err)
	}
	value[0] = '3'
	if _, err := decodeHead(value); !errors.Is(err, errDoc) || !strings.Contains(err.Error(), `version "3"`) {
		t.Errorf("another version: %v", err)
	}
	if _, err := decodeDoc(value); !errors.Is(err, errDoc) {
		t.Errorf("another version: %v", err)
	}
}

// What the first version stored, with its count of agents, is read.
func TestFirstDocVersion(t *testing.T) {
	want := docHead{
		owner: "ann", template: "debate", sessionType: agentAgent, status: statusPaused,
		created: time.Unix(1_700_000_000, 123_456_789).UTC(), wake: time.Unix(1_800_000_000, 0).UTC(), direct: true, resting: true,
	}
	d, err := decodeDoc([]byte("1\tann\tdebate\tagent_agent\tpaused\t1700000000123456789\t\t1800000000000000000\t3\tdr\n{\"seq\":9}"))
	if err != nil || d.head != want {
		t.Fatalf("got %+v, %v, want %+v", d, err, want)
	}
	again, err := d.encode()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := decodeHead(again); err != nil || got != want {
		t.Errorf("stored again it is %+v, %v, want %+v", got, err, want)
	}
}

func TestDocThatIsTooLarge(t *testing.T) {
	d := sampleDoc()
	random := make([]byte, maxDocValue)
	for i := range random {
		random[i] = byte(i * i >> 3)
	}
	d.Blueprint.Sealed = newTestSealer(t).seal("x", random) // does not compress
	if _, err := d.encode(); err == nil || public(err).status != 422 {
		t.Errorf("got %v, want 422", err)
	}
}

func FuzzDecodeDoc(f *testing.F) {
	long := sampleDoc()
	long.Agents[0].Personality = strings.Repeat("x", docPacked)
	for _, d := range []*doc{sampleDoc(), long, {}} {
		value, err := d.encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(value)
	}
	f.Add([]byte("1\t\t\t\t\t\t\t\t\n{}"))
	f.Add([]byte("2\t\t\t\t\t\t\t\t\n{}"))
	f.Add([]byte("2\n"))
	f.Fuzz(func(t *testing.T, value []byte) {
		head, headErr := decodeHead(value)
		d, err := decodeDoc(value)
		if err != nil {
			return
		}
		if headErr != nil || head != d.head {
			t.Fatalf("the head alone is %+v, %v; the doc's is %+v", head, headErr, d.head)
		}
		again, err := d.encode()
		if err != nil {
			return // too large
		}
		got, err := decodeDoc(again)
		if err != nil {
			t.Fatalf("what was encoded again cannot be read: %v", err)
		}
		if !reflect.DeepEqual(got.head, d.head) || got.Seq != d.Seq || got.Blueprint.Hash != d.Blueprint.Hash {
			t.Fatalf("got %+v, want %+v", got, d)
		}
	})
}

// BenchmarkDecodeHead is what each of a million stored sessions costs at start.
func BenchmarkDecodeHead(b *testing.B) {
	d := sampleDoc()
	d.head.template = "support-triage"
	value, err := d.encode()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decodeHead(value); err != nil {
			b.Fatal(err)
		}
	}
}

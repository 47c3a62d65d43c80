package jetstream

import (
	"bytes"
	"compress/gzip"
	"errors"
	"strconv"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// FuzzRecord decodes what may stand in a stream: it is whole or damaged.
func FuzzRecord(f *testing.F) {
	m, _, err := encode("s", "id", head{}, []engine.Event{{Seq: 1, Session: "s", Data: &engine.Said{Content: "x"}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("1", "1", "", m.Header.Get(headerSum), m.Data)
	f.Add("18446744073709551615", "2", "", "", []byte("[]"))
	f.Fuzz(func(t *testing.T, first, count, before, sum string, data []byte) {
		h := nats.Header{headerFirst: {first}, headerCount: {count}, headerBefore: {before}, headerSum: {sum}}
		r, err := decode(h, data, 1)
		if err == nil {
			if r.last < r.first || strconv.FormatUint(r.first, 10) == "0" {
				t.Fatalf("events %d to %d", r.first, r.last)
			}
			_ = r.follows(head{last: r.first - 1, sum: before})
			_ = r.ends()
			if list, eventsErr := r.events(); eventsErr == nil && uint64(len(list)) != r.last-r.first+1 {
				t.Fatalf("%d events, want %d to %d", len(list), r.first, r.last)
			}
			err = r.whole()
		}
		if err != nil && !errors.Is(err, engine.ErrDamaged) {
			t.Fatalf("got %v, want %v", err, engine.ErrDamaged)
		}
	})
}

// FuzzMessage reads a server's answer.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(`{"message":{"subject":"a","seq":1,"hdrs":"TkFUUy8xLjANCg0K","data":"eA=="}}`))
	f.Add([]byte(`{"error":{"err_code":10037}}`))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = messageOf(b) })
}

// FuzzBackup reads a backup: it is whole or it is refused.
func FuzzBackup(f *testing.F) {
	var out bytes.Buffer
	d := newDumpWriter(&out)
	d.stream("EV00")
	m := stored{subject: "ev.0.s", header: nats.Header{headerFirst: {"1"}}, data: []byte("x")}
	d.message(&m)
	if err := d.end(Stats{Sessions: 1, Records: 1, Bytes: 1}); err != nil {
		f.Fatal(err)
	}
	plain, err := gzip.NewReader(&out)
	if err != nil {
		f.Fatal(err)
	}
	var whole bytes.Buffer
	if _, err := whole.ReadFrom(plain); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add([]byte(dumpMagic + "S\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var packed bytes.Buffer
		zip := gzip.NewWriter(&packed)
		_, _ = zip.Write(b)
		_ = zip.Close()
		r, err := newDumpReader(&packed)
		for err == nil {
			var stream string
			var m *stored
			if stream, m, err = r.next(); err == nil && m == nil && stream == "" {
				return
			}
		}
		if !errors.Is(err, ErrBackup) {
			t.Fatalf("got %v, want %v", err, ErrBackup)
		}
	})
}

// An error never tells a password, however the address is written.
func TestRedact(t *testing.T) {
	for _, address := range []string{
		"nats://me:geheim@host:4222", "nats://geheim@host", "nats://me:geheim@a,nats://me:geheim@b", "nats://me:geh%65im@host", "nats://me:geheim@ho st",
	} {
		err := redact(errors.New("dial "+address+": geheim is wrong: "+address), address)
		if bytes.Contains([]byte(err.Error()), []byte("geheim")) || bytes.Contains([]byte(err.Error()), []byte("geh%65im")) {
			t.Errorf("%s: the error says %q", address, err)
		}
	}
}

func TestVersions(t *testing.T) {
	for v, want := range map[string]bool{
		"2.15.2": false, "2.15.3": false, "2.16.0": false, "3.0.0": false, "v2.15.2": false, "2.15.1": true, "2.9.30": true, "": true, "2.15.2-beta.1": true,
		"2.16.0-RC.1": false,
	} {
		if got := older(v, leastVersion); got != want {
			t.Errorf("version %q is too old: got %t, want %t", v, got, want)
		}
	}
}

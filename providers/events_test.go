package providers_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/agentconnect-dev/agentconnect/providers"
)

func readEvents(r io.Reader) (events []string, err error) {
	for e, err := range providers.ServerEvents(r) {
		if err != nil {
			return events, err
		}
		events = append(events, e.Name+"|"+string(e.Data))
	}
	return events, nil
}

func TestServerEvents(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"one", "data: a\n\n", []string{"|a"}},
		{"several", "data: a\n\ndata: b\n\n", []string{"|a", "|b"}},
		{"names", "event: x\ndata: a\n\ndata: b\n\n", []string{"x|a", "|b"}},
		{"name alone", "event: x\n\ndata: b\n\n", []string{"|b"}},
		{"lines", "data: a\ndata:b\ndata:  c\n\n", []string{"|a\nb\n c"}},
		{"carriage returns", "data: a\r\n\r\ndata: b\r\n\r\n", []string{"|a", "|b"}},
		{"comments and others", ": hi\nid: 1\nretry: 3\nfoo\ndata: a\n\n", []string{"|a"}},
		{"byte order mark", "\uFEFFdata: a\n\n", []string{"|a"}},
		{"no end", "data: a\n\ndata: b", []string{"|a", "|b"}},
		{"bare JSON", "{\"a\":1}\n{\"b\":2}", []string{`|{"a":1}`, `|{"b":2}`}},
		{"colons", "data: a: b\n\n", []string{"|a: b"}},
		{"empty data", "data:\n\ndata: a\n\n", []string{"|a"}},
		{"cut within the end of a line", "data: a\r\n\r", []string{"|a"}},
		{"half of an end alone", "\r", nil},
		{"nothing", "", nil},
		{"long lines", "data: " + strings.Repeat("x", 9000) + "\n\n", []string{"|" + strings.Repeat("x", 9000)}},
	}
	for _, tt := range tests {
		for how, r := range map[string]io.Reader{"at once": strings.NewReader(tt.in), "by bytes": iotest.OneByteReader(strings.NewReader(tt.in))} {
			got, err := readEvents(r)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%s, %s: got %.200q and error %v, want %.200q", tt.name, how, got, err, tt.want)
			}
		}
	}
}

func TestServerEventsFail(t *testing.T) {
	broken := errors.New("broken")
	got, err := readEvents(io.MultiReader(strings.NewReader("data: a\n\ndata: b"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || !slices.Equal(got, []string{"|a", "|b"}) {
		t.Errorf("got %q and error %v, want what came before it and the error", got, err)
	}
	many := strings.Repeat("data: "+strings.Repeat("x", 1000)+"\n", 2000)
	for name, in := range map[string]string{"line": "data: " + strings.Repeat("x", 2<<20), "event": many} {
		if _, err := readEvents(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), "longer than 1 MiB") {
			t.Errorf("%s: got error %v, want it to be too long", name, err)
		}
	}
}

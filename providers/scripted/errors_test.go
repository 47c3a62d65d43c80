package scripted_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
	"github.com/agentconnect-dev/agentconnect/providers/scripted"
)

func TestNothingLeft(t *testing.T) {
	m := scripted.New(scripted.Config{Name: "script", Strict: true, Replies: []scripted.Reply{
		{Label: "a.hcl:3", Content: "1"},
		{Label: "a.hcl:4", Content: "2", Agent: "bob"},
		{Label: "a.hcl:5", Content: "3", When: heard("x"), Times: 2},
		{Content: "4", When: heard("y")},
	}})
	for _, input := range []string{"", "x", "x"} {
		outcome(t, m, from("ada", input))
	}
	r := providertest.Collect(t, m.Stream(t.Context(), from("ada", "What\nnow?")))
	want := `provider "script": no_reply: no reply is left at call 4 by agent "ada" (last message: "What now?"); tried ` +
		`a.hcl:4 (for agent "bob"), reply 4 (its condition does not hold), a.hcl:3 (used), a.hcl:5 (used 2 times); ` +
		`add a reply, raise times, or set strict = false`
	if r.Err == nil || r.Err.Error() != want {
		t.Errorf("got %v\nwant %s", r.Err, want)
	}
	if got := providers.KindOf(r.Err); got != providers.NoReply {
		t.Errorf("got kind %q, want %q", got, providers.NoReply)
	}
}

func TestNothingLeftOfNothing(t *testing.T) {
	m := scripted.New(scripted.Config{Strict: true})
	r := providertest.Collect(t, m.Stream(t.Context(), &providers.Request{}))
	want := "no_reply: no reply is left at call 1; the script has no reply at all; add a reply, raise times, or set strict = false"
	if r.Err == nil || r.Err.Error() != want {
		t.Errorf("got %v, want %s", r.Err, want)
	}
}

// However much was tried, the text stays short.
func TestNothingLeftIsBounded(t *testing.T) {
	replies := make([]scripted.Reply, 5000)
	for i := range replies {
		replies[i] = scripted.Reply{Label: strings.Repeat("long/", 100), Agent: strings.Repeat("ü", 500), When: heard("x")}
	}
	m := scripted.New(scripted.Config{Strict: true, Replies: replies})
	r := providertest.Collect(t, m.Stream(t.Context(), from(strings.Repeat("a", 10_000), strings.Repeat("é", 10_000))))
	if n := len(r.Err.Error()); n > 2500 || !strings.Contains(r.Err.Error(), "and 4992 more") {
		t.Errorf("got %d bytes, want at most 2500 that say how many are left out:\n%v", n, r.Err)
	}
}

func TestFailure(t *testing.T) {
	m := scripted.New(scripted.Config{Name: "script", Strict: true, Fails: []scripted.Fail{
		{Label: "a.hcl:9", Call: 1, Kind: providers.RateLimited, RetryAfter: 3 * time.Second},
	}})
	r := providertest.Collect(t, m.Stream(t.Context(), from("a", "")))
	e, ok := r.Err.(*providers.Error) //nolint:errorlint // the very error, not one in its chain
	if !ok || e.RetryAfter != 3*time.Second || e.Status != 429 || e.Vendor != "scripted" {
		t.Fatalf("got %+v, want the vendor's wish and status", r.Err)
	}
	want := `provider "script": rate_limit (status 429): the script makes this call fail (a.hcl:9)`
	if e.Error() != want {
		t.Errorf("got %q, want %q", e.Error(), want)
	}
}

// Who watches a script hears what is due at each call, with the error in fields.
func TestWatch(t *testing.T) {
	var got []scripted.Due
	m := scripted.New(scripted.Config{
		Strict: true, Watch: func(d scripted.Due) { got = append(got, d) },
		Replies: []scripted.Reply{{Content: "1"}, {Content: "2", Agent: "bob"}},
		Fails:   []scripted.Fail{{Call: 1, Kind: providers.Cut}, {Call: 2}},
	})
	s := m.ForSession(nil)
	for range 4 {
		outcome(t, s, from("ada", "Well?"))
	}
	want := []scripted.Due{{Reply: 0, Fail: 0}, {Reply: -1, Fail: 1}, {Reply: 0, Fail: -1}, {Reply: -1, Fail: -1}}
	if len(got) != len(want) {
		t.Fatalf("got %d calls, want %d", len(got), len(want))
	}
	for i, d := range got {
		if d.Reply != want[i].Reply || d.Fail != want[i].Fail || (d.Err != nil) != (i == 3) {
			t.Errorf("call %d: got %+v, want %+v", i+1, d, want[i])
		}
	}
	e, ok := errors.AsType[*scripted.NoReplyError](got[3].Err)
	if !ok || e.Call != 4 || e.Agent != "ada" || e.Last != "Well?" || len(e.Tried) != 2 || e.Tried[0].Agent != "bob" || e.Tried[1].Used != 1 {
		t.Errorf("got %+v, want what was asked and tried", got[3].Err)
	}
}

package server

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// An archive carries what is known of a session that its events do not say: the
// agents that were unregistered, the template's people, and why it is broken;
// also to another id.
func TestArchiveCarriesTheDoc(t *testing.T) {
	one := serveOn(t, &memory.Journal{}, 0)
	id, _ := archived(t, one)
	one.crash()
	one.rewrite(t, id, func(d *doc) {
		d.People, d.Broken, d.Agents[0].Removed = []string{"bob", "eve"}, brokenTemplate, true
		d.head.status, d.head.ended, d.Outcome, d.Stop = statusFailed, now(), string(engine.Failed), brokenTemplate
	})
	want, _, err := one.readDoc(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	events, err := one.headOf(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	file := exported(t, one, id)
	two := serveOn(t, &memory.Journal{}, 0)
	for range 2 { // the second time its id is taken
		as, err := two.Admin().Import(t.Context(), bytes.NewReader(file), ImportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := two.readDoc(t.Context(), as)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.People, got.People); diff != "" || got.Broken != want.Broken {
			t.Errorf("%s: broken %q, people (-want +got)\n%s", as, got.Broken, diff)
		}
		if len(got.Agents) != 1 || !got.Agents[0].Removed || got.Agents[0].Key != want.Agents[0].Key {
			t.Errorf("%s: its agents are %+v", as, got.Agents)
		}
		if got.head.status != statusFailed || got.Stop != brokenTemplate || got.Seq != events {
			t.Errorf("%s: it is %s, stop %q, of %d events, want %d", as, got.head.status, got.Stop, got.Seq, events)
		}
		if _, err := two.agent(t.Context(), got.Agents[0].ID); !errors.Is(err, engine.ErrNotFound) {
			t.Errorf("%s: the agent that was unregistered is there: %v", as, err)
		}
		check(t, two.as(t, ann, 200, "GET", "/chat/sessions/"+as, nil), brokenTemplate, "stop")
	}
}

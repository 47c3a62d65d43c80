package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

func TestAdminLists(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.Node = Node{Listen: "127.0.0.1:1", Version: "v9"} })
	var ids []string
	for i := range 5 {
		ids = append(ids, ts.createChat(t, []string{ann, bob}[i%2]))
		time.Sleep(2 * time.Millisecond) // ids sort by milliseconds
	}
	admin := ts.Admin()
	var got []string
	cursor := ""
	for range 3 {
		list, next, err := admin.List(t.Context(), Filter{Limit: 2, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range list {
			got = append([]string{one.ID}, got...)
		}
		cursor = next
	}
	if fmt.Sprint(got) != fmt.Sprint(ids) || cursor != "" {
		t.Errorf("got %v, next %q, want %v", got, cursor, ids)
	}
	for f, want := range map[Filter]int{
		{Owner: bob}: 2, {Owner: "nobody"}: 0, {Template: builtinChat}: 5, {Template: "x"}: 0, {Status: statusActive, Owner: ann}: 3, {Status: statusFailed}: 0,
	} {
		if list, _, err := admin.List(t.Context(), f); err != nil || len(list) != want {
			t.Errorf("%+v: got %d, %v, want %d", f, len(list), err, want)
		}
	}
	for _, limit := range []int{-1, maxAdminPage + 1} {
		if _, _, err := admin.List(t.Context(), Filter{Limit: limit}); err == nil {
			t.Errorf("limit %d is accepted", limit)
		}
	}
	nodes, err := admin.Nodes(t.Context())
	if err != nil || len(nodes) != 1 || !nodes[0].Self || nodes[0].Listen != "127.0.0.1:1" || nodes[0].Version != "v9" || nodes[0].Running+nodes[0].Waiting != 5 {
		t.Errorf("nodes are %+v, %v", nodes, err)
	}
}

func TestAdminShowsReplaysAndExplains(t *testing.T) {
	ts := newTestServer(t, func(c *Config) {
		c.Templates, c.Connect = []Scenario{testScenario(t, debateHCL)}, testScripts
	})
	admin := ts.Admin()
	id, _ := ts.create(t, ann, map[string]any{
		"template": "debate", "metadata": map[string]any{"opening": "Begin.", "n": 1}, "agents": map[string]any{"con": map[string]any{"model": "fast-7"}},
	})
	ts.replies(t, ann, id, 2)
	detail, err := admin.Show(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if detail.ID != id || detail.Owner != ann || detail.Template != "debate" || detail.Type != agentAgent || detail.Builtin || detail.Seq == 0 || detail.Metadata["opening"] != "Begin." {
		t.Errorf("it is %+v", detail)
	}
	if len(detail.Agents) != 2 || detail.Agents[1].Key != "con" || detail.Agents[1].Model != "fast-7" {
		t.Errorf("its agents are %+v", detail.Agents)
	}
	text, err := json.Marshal(detail)
	if err != nil || !strings.Contains(string(text), `"id":"`+id) || !strings.Contains(string(text), `"session_type"`) {
		t.Errorf("as JSON it is %s, %v", text, err)
	}
	if d, err := admin.Replay(t.Context(), id); err != nil || d != nil {
		t.Errorf("replay: %+v, %v", d, err)
	}
	if d, err := admin.ReplayWith(t.Context(), id, "debate"); err != nil || d != nil {
		t.Errorf("replay with its template: %+v, %v", d, err)
	}
	other := strings.Replace(debateHCL, "turns == 2", "turns == 1", 1)
	other = strings.Replace(other, "default = 4", "default = 1", 1)
	if err := ts.SetTemplates([]Scenario{testScenario(t, other)}); err != nil {
		t.Fatal(err)
	}
	if d, err := admin.Replay(t.Context(), id); err != nil || d != nil {
		t.Errorf("replay after another version is offered: %+v, %v", d, err)
	}
	if d, err := admin.ReplayWith(t.Context(), id, "debate"); err != nil || d == nil || d.Text == "" {
		t.Errorf("replay with another version: %+v, %v", d, err)
	}
	x, err := admin.Explain(t.Context(), id)
	if err != nil || x.Turns < 2 {
		t.Errorf("explained as %+v, %v", x, err)
	}
	for what, call := range map[string]func() error{
		"show":         func() error { _, err := admin.Show(t.Context(), "session_nope"); return err },
		"show a path":  func() error { _, err := admin.Show(t.Context(), "../x"); return err },
		"export":       func() error { return admin.Export(t.Context(), "session_nope", &strings.Builder{}) },
		"replay":       func() error { _, err := admin.Replay(t.Context(), "session_nope"); return err },
		"explain":      func() error { _, err := admin.Explain(t.Context(), "session_nope"); return err },
		"fork":         func() error { _, err := admin.Fork(t.Context(), "session_nope", ForkOptions{}); return err },
		"replay by an": func() error { _, err := admin.ReplayWith(t.Context(), "session_nope", "debate"); return err },
	} {
		if err := call(); !errors.Is(err, engine.ErrNotFound) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if _, err := admin.ReplayWith(t.Context(), id, "nope"); err == nil || !strings.Contains(err.Error(), `there is no template "nope"`) {
		t.Errorf("got %v", err)
	}
}

func TestAdminForks(t *testing.T) {
	ts := newTestServer(t, func(c *Config) {
		c.Templates, c.Connect = []Scenario{testScenario(t, debateHCL)}, testScripts
	})
	admin := ts.Admin()
	id, _ := ts.create(t, ann, map[string]any{"template": "debate"})
	got, err := admin.Fork(t.Context(), id, ForkOptions{
		At: 1, Variables: map[string]string{"motion": "Tea is better than coffee.", "turns": "3"}, Models: map[string]string{"pro": "fast-3"}, Owner: bob, Say: "Begin.",
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Owner != bob || got.ForkedFrom != id || got.Template != "debate" {
		t.Errorf("it is %+v", got)
	}
	detail, err := admin.Show(t.Context(), got.ID)
	if err != nil || detail.Agents[0].Model != "fast-3" {
		t.Errorf("it is %+v, %v", detail, err)
	}
	d, err := ts.docOf(t.Context(), got.ID)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ts.planOf(t.Context(), got.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	if v := p.template.Variables(); string(v["turns"]) != "3" || !strings.Contains(string(v["motion"]), "Tea") {
		t.Errorf("its variables are %s", v)
	}
	ts.replies(t, bob, got.ID, 1)
	for _, id := range []string{ts.createChat(t, ann), id} { // one that waits, and one that is at work or has ended
		talk, err := admin.Fork(t.Context(), id, ForkOptions{Say: "Hello.", Owner: bob})
		if err != nil {
			t.Fatal(err)
		}
		ts.replies(t, bob, talk.ID, 1)
		if log := strings.Join(ts.storedLog(t, talk.ID), "\n"); strings.Count(log, `"Hello."`) != 1 {
			t.Errorf("the copy's log is\n%s", log)
		}
	}
	for _, o := range []ForkOptions{
		{At: 1 << 40}, {Models: map[string]string{"nope": "m"}}, {Variables: map[string]string{"nope": "1"}}, {Variables: map[string]string{"turns": "many"}},
	} {
		if _, err := admin.Fork(t.Context(), id, o); err == nil || strings.Contains(err.Error(), "see errors") {
			t.Errorf("%+v: got %v", o, err)
		}
	}
	kept, err := admin.Fork(t.Context(), id, ForkOptions{})
	if err != nil || kept.Owner != ann {
		t.Errorf("got %+v, %v", kept, err)
	}
}

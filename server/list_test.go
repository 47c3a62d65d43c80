package server

import (
	"slices"
	"testing"
	"time"
)

func TestListSessions(t *testing.T) {
	ts := newTestServer(t, withScenario(t, debateHCL))
	var ids []string
	for range 5 {
		ids = append(ids, ts.createChat(t, ann))
		time.Sleep(2 * time.Millisecond) // ids sort by the millisecond
	}
	waiting, _ := ts.as(t, ann, 200, "POST", "/chat/sessions/create", `{"template":"waiting"}`)["session_id"].(string)
	ts.createChat(t, bob)
	ts.as(t, ann, 200, "POST", "/chat/sessions/"+ids[0]+"/stop", nil)
	ts.as(t, ann, 200, "POST", "/chat/sessions/"+ids[1]+"/pause", nil)

	for query, want := range map[string][]string{
		"":                             {waiting, ids[4], ids[3], ids[2], ids[1], ids[0]},
		"?status=stopped":              {ids[0]},
		"?status=paused":               {ids[1]},
		"?status=initializing":         {waiting},
		"?status=active":               {ids[4], ids[3], ids[2]},
		"?status=failed":               {},
		"?template=waiting":            {waiting},
		"?template=chat&status=paused": {ids[1]},
		"?template=nope":               {},
	} {
		got := ts.as(t, ann, 200, "GET", "/chat/sessions"+query, nil)
		if list := sessionIDs(got); !slices.Equal(list, want) {
			t.Errorf("%s: got %v, want %v", query, list, want)
		}
		check(t, got, len(want), "total_count")
		check(t, got, nil, "next_cursor")
	}
	for _, query := range []string{"?limit=0", "?limit=x", "?limit=1000", "?status=gone"} {
		ts.as(t, ann, 422, "GET", "/chat/sessions"+query, nil)
	}
}

func TestListSessionsByPages(t *testing.T) {
	ts := newTestServer(t, nil)
	var want []string
	for range 7 {
		want = append(want, ts.createChat(t, ann))
		time.Sleep(2 * time.Millisecond)
	}
	slices.Reverse(want)
	var got []string
	query := "?limit=3"
	for pages := 1; ; pages++ {
		page := ts.as(t, ann, 200, "GET", "/chat/sessions"+query, nil)
		check(t, page, 7, "total_count")
		got = append(got, sessionIDs(page)...)
		next, more := page["next_cursor"].(string)
		if !more {
			if pages != 3 {
				t.Errorf("got %d pages, want 3", pages)
			}
			break
		}
		query = "?limit=3&cursor=" + next
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func sessionIDs(list map[string]any) []string {
	ids := []string{}
	sessions, _ := list["sessions"].([]any)
	for _, s := range sessions {
		id, _ := at(s, "session_id").(string)
		ids = append(ids, id)
	}
	return ids
}

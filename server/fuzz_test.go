package server

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
)

// createSeeds are bodies from which mutations are made.
func createSeeds() []string {
	return []string{
		chatBody, duoBody,
		`{"template":"debate","variables":{"motion":"Tea is better than coffee","turns":3,"key":"x"},"agents":{"pro":{"provider":"other","metadata":{"a":1}}}}`,
		`{"session_type":"agent_agent","agents":{"a":{"provider":"scripted","capabilities":["x"],"model":"m"},"b":{"provider":"scripted"}},"metadata":{"opening":"Go."},"interaction_modes":["agent_to_agent"]}`,
		`{"template":"chat"}`, `null`, `{"agents":{"":null}}`, `{"template":"debate","variables":{"turns":1e999}}`,
	}
}

// mutated is a text with some changes: bytes, pieces left out, doubled or put
// elsewhere, and values in the place of others.
func mutated(r *rand.Rand, s string) string {
	words := []string{`null`, `{}`, `[]`, `""`, `-1`, `1e400`, `"\u0000"`, `{"a":{"a":{}}}`, "\xff", `"` + strings.Repeat("x", 300) + `"`, `:`, `,`, `}`, strings.Repeat("[", 200)}
	for range 1 + r.IntN(3) {
		if s == "" {
			return s
		}
		i := r.IntN(len(s))
		j := min(len(s), i+1+r.IntN(12))
		switch r.IntN(5) {
		case 0:
			s = s[:i] + string(rune(r.IntN(128))) + s[i+1:]
		case 1:
			s = s[:i] + s[j:]
		case 2:
			s = s[:j] + s[i:]
		case 3:
			s = s[:i] + words[r.IntN(len(words))] + s[j:]
		case 4: // a whole value
			if k := strings.IndexByte(s[i:], ':'); k >= 0 {
				end := strings.IndexAny(s[i+k:], ",}")
				if end > 0 {
					s = s[:i+k+1] + words[r.IntN(len(words))] + s[i+k+end:]
				}
			}
		}
	}
	return s
}

// A thousand broken bodies give answers of the contract and stop nothing.
func TestMutatedBodies(t *testing.T) {
	ts := newTestServer(t, func(c *Config) {
		withScenario(t, debateHCL)(c)
		c.Sessions.MaxPerUser = 1 << 20
	})
	id := ts.createChat(t, ann)
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same mutations each time
	seen := map[int]int{}
	seeds := createSeeds()
	for i := range 1000 {
		path, seed := "/chat/sessions/create", seeds[i%len(seeds)]
		if i%4 == 3 {
			path, seed = "/chat/sessions/"+id+"/messages", `{"content":"hello","metadata":{"client_id":"c","x":[1,{"y":null}]}}`
		}
		body := mutated(r, seed)
		w, got := ts.do(t, "POST", path, ts.token(t, ann), body)
		seen[w.StatusCode]++
		switch w.StatusCode {
		case 200, 202, 400, 422:
		default:
			t.Errorf("%q: got %d %v", body, w.StatusCode, got)
		}
		if w.StatusCode >= 400 && (got["code"] == nil || got["detail"] == nil || got["timestamp"] == nil) {
			t.Errorf("%q: got %v, want the shape of errors", body, got)
		}
	}
	if seen[200] < 20 || seen[400] < 100 || seen[422] < 100 {
		t.Errorf("got the statuses %v, want some of each", seen)
	}
	ts.createChat(t, ann)
}

func FuzzReadCreate(f *testing.F) {
	for _, s := range createSeeds() {
		f.Add([]byte(s))
	}
	ts := newTestServer(f, withScenario(f, debateHCL))
	f.Fuzz(func(t *testing.T, body []byte) {
		var raw json.RawMessage
		if decodeJSON(body, &raw) != nil {
			return
		}
		in, err := readCreate(raw)
		if err == nil {
			_, err = ts.plan(&in)
		}
		if err != nil && public(err).status != 422 {
			t.Errorf("%q: got %v, want what is not valid to be 422", body, err)
		}
	})
}

package scripted

import (
	"hash/fnv"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// voice is what a composed answer is made from: what the system prompt and the
// conversation say, and numbers drawn from them by hashing. The same request at
// the same call gives the same answer.
type voice struct {
	phrases phrases
	brief   bool
	// topic is what the conversation is about, aim what the agent is told to do;
	// either may be empty.
	topic, aim string
	// seed differs from prompt to prompt and from call to call.
	seed uint64
	// far says that the conversation has come some way, so that answers that
	// decide something are given in the affirmative.
	far bool
	// room is how long the answer should be at most, in bytes; 0 is no bound.
	room int
}

// progress is the number of calls or messages after which a conversation has
// come some way.
const progress = 4

// Where the salts of the parts of an answer begin, so that they are drawn apart.
const (
	saltOpening = 100 * (iota + 1)
	saltClosing
	saltPoint
)

// compose writes the answer that no script gives.
func compose(req *providers.Request, call int) (string, error) {
	v := newVoice(req, call)
	if len(req.Schema) > 0 {
		return v.json(req.Schema)
	}
	before := lastBy(req.Messages, providers.Assistant)
	salt := uint64(0)
	for salt < 8 && strings.Contains(before, v.point(salt)) { // nobody repeats himself
		salt++
	}
	return v.text(salt), nil
}

func newVoice(req *providers.Request, call int) *voice {
	h := fnv.New64a()
	for _, s := range []string{req.System, req.Agent, lastHeard(req.Messages)} {
		_, _ = h.Write([]byte(s))
		_, _ = h.Write([]byte{0})
	}
	system, _, _ := strings.Cut(req.System, "\nOthers ") // who else is there
	system = system[:boundary(system, maxScanned)]
	tone, brief := toneOf(system)
	return &voice{
		phrases: phrasesOf(tone),
		brief:   brief,
		topic:   topicOf(req.Messages),
		aim:     aimOf(system),
		seed:    mix(h.Sum64() + uint64(call)),
		far:     max(call, len(req.Messages)) > progress,
		room:    req.MaxTokens * bytesPerToken,
	}
}

// text is a few sentences; as many as there is room for.
func (v *voice) text(salt uint64) string {
	point := v.point(salt)
	if v.brief {
		return point
	}
	open, closing := v.pick(v.phrases.openings, saltOpening+salt), v.pick(v.phrases.closings, saltClosing+salt)
	for _, parts := range [][]string{{open, point, closing}, {point, closing}, {open, point}} {
		if s := strings.Join(parts, " "); v.room <= 0 || len(s) <= v.room {
			return s
		}
	}
	return point
}

// point is the one sentence that says something about the topic.
func (v *voice) point(salt uint64) string {
	topic := v.topic
	if topic == "" {
		topic = "this"
	}
	pool := v.phrases.points
	if v.aim != "" && !strings.EqualFold(v.aim, topic) {
		pool = v.phrases.aimed
	}
	return strings.NewReplacer("{topic}", topic, "{aim}", v.aim).Replace(v.pick(pool, saltPoint+salt))
}

func (v *voice) pick(from []string, salt uint64) string {
	return from[v.draw(salt, len(from))]
}

// draw is a number below n that depends on the seed and the salt alone.
func (v *voice) draw(salt uint64, n int) int {
	return int(mix(v.seed^mix(salt)) % uint64(n)) //nolint:gosec // below n
}

// mix spreads the bits of a number over the whole of it (the finalizer of
// splitmix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func lastBy(messages []providers.Message, role providers.Role) string {
	for _, m := range slices.Backward(messages) {
		if m.Role == role {
			return m.Content
		}
	}
	return ""
}

// lastHeard is the last message that has a text and is not the agent's own.
func lastHeard(messages []providers.Message) string {
	for _, m := range slices.Backward(messages) {
		if m.Role != providers.Assistant && m.Content != "" {
			return m.Content
		}
	}
	return ""
}

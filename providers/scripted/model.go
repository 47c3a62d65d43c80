package scripted

import (
	"context"
	"iter"
	"strconv"
	"strings"
	"sync"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// vendor is what errors say of who failed.
const vendor = "scripted"

// Model walks through a script. It implements [providers.PerSession].
type Model struct {
	script *script // immutable, shared by all sessions

	mu   sync.Mutex // guards walk
	walk walk
}

var _ providers.PerSession = (*Model)(nil)

// New makes a model at the beginning of a script. The config's slices must not
// be changed afterwards.
func New(cfg Config) *Model {
	return &Model{script: prepare(cfg)}
}

// Simulate makes a model that composes all its answers, as a stand-in for the
// provider of the given name.
func Simulate(name string) *Model {
	return New(Config{Name: name})
}

// ForSession makes a model of the same script with a walk of its own, which
// has come as far as the marks of the session's earlier calls say. A mark that
// is empty or not understood stands for a call that used up no reply.
func (m *Model) ForSession(marks []string) providers.Model {
	s := &Model{script: m.script}
	for _, mark := range marks {
		s.walk.restore(m.script, mark)
	}
	return s
}

// Stream chooses the reply at once and streams it when the sequence is ranged
// over. The context ends a delay and a stream in the middle.
func (m *Model) Stream(ctx context.Context, req *providers.Request) iter.Seq2[providers.Chunk, error] {
	m.mu.Lock()
	due := m.walk.next(m.script, req)
	m.mu.Unlock()
	if watch := m.script.watch; watch != nil {
		watch(due.due)
	}
	return func(yield func(providers.Chunk, error) bool) {
		due.stream(ctx, req, yield)
	}
}

// script is a [Config], prepared for being walked through.
type script struct {
	name    string
	idName  string // name, as far as it may stand in a tool call id
	strict  bool
	chunks  int
	watch   func(Due)
	replies []reply
	fails   []fail
	plain   []int // the replies without When, in order
	when    []int // the replies with When, in order
}

type reply struct {
	Reply
	text  string
	mark  string
	times int // 0 is no bound
	fail  *fail
}

type fail struct {
	Fail
	mark string
}

func prepare(cfg Config) *script {
	s := &script{name: cfg.Name, idName: idName(cfg.Name), strict: cfg.Strict, chunks: cfg.Chunks, watch: cfg.Watch}
	if s.chunks <= 0 {
		s.chunks = defaultChunks
	}
	s.replies = make([]reply, len(cfg.Replies))
	for i, r := range cfg.Replies {
		s.replies[i] = prepareReply(r, i)
		if r.When == nil {
			s.plain = append(s.plain, i)
		} else {
			s.when = append(s.when, i)
		}
	}
	s.fails = make([]fail, len(cfg.Fails))
	for i, f := range cfg.Fails {
		if f.Kind == "" {
			f.Kind = providers.Overloaded
		}
		if f.Label == "" {
			f.Label = "fail " + strconv.Itoa(i+1)
		}
		s.fails[i] = fail{Fail: f, mark: markFail + strconv.Itoa(i)}
	}
	return s
}

func prepareReply(r Reply, i int) reply {
	p := reply{Reply: r, text: r.Content, mark: markReply + strconv.Itoa(i), times: r.Times}
	if r.Data != nil {
		p.text = string(r.Data)
	}
	if r.Times <= 0 && r.When == nil {
		p.times = 1
	}
	if r.Label == "" {
		p.Label = "reply " + strconv.Itoa(i+1)
	}
	if r.Fail != "" {
		p.fail = &fail{mark: p.mark, Fail: Fail{Label: p.Label, Kind: r.Fail}}
		if u := r.Usage; u != nil {
			p.fail.Usage = &providers.Usage{InputTokens: max(0, u.InputTokens), OutputTokens: max(0, u.OutputTokens)}
		}
	}
	return p
}

// idName keeps what every vendor accepts in a tool call id.
func idName(name string) string {
	keep := func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_', r == '-':
			return r
		default:
			return -1
		}
	}
	name = strings.Map(keep, name)
	if name == "" {
		return vendor
	}
	return name[:min(len(name), 24)]
}

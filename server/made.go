package server

import (
	"crypto/sha256"
	"encoding/json"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// maxMade bounds the plans that are kept for sessions which began alike.
const maxMade = 256

// made are plans that were made again, so that sessions which began alike share
// one, and the sources that are known to be stored. It is safe for concurrent
// use.
type made struct {
	making singleflight.Group
	given  map[string]*source // by key, beside those in the store; not changed

	mu    sync.Mutex // guards what follows
	plans map[string]*plan
	known map[string]time.Time // until when a source is known to be stored
}

func newMade() *made {
	return &made{plans: map[string]*plan{}, known: map[string]time.Time{}}
}

// plan is the plan of a blueprint, made once while it is kept.
func (m *made) plan(o *origin, again func() (*plan, error)) (*plan, error) {
	text, err := json.Marshal(o.Blueprint)
	if err != nil {
		return nil, err
	}
	if len(o.Blueprint.Sealed) > 0 { // it opens for its session alone
		text = append(text, o.Session...)
	}
	sum := sha256.Sum256(text)
	key := string(sum[:])
	m.mu.Lock()
	p := m.plans[key]
	m.mu.Unlock()
	if p != nil {
		return p, nil
	}
	got, err, _ := m.making.Do(key, func() (any, error) {
		p, err := again()
		if err == nil {
			m.keep(key, p)
		}
		return p, err
	})
	if err != nil {
		return nil, err
	}
	return got.(*plan), nil //nolint:forcetypeassert // the function above gives nothing else
}

func (m *made) keep(key string, p *plan) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for old := range m.plans { // any of them
		if len(m.plans) < maxMade {
			break
		}
		delete(m.plans, old)
	}
	m.plans[key] = p
}

// knows says whether a source is known to be stored.
func (m *made) knows(key string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return time.Now().Round(0).Before(m.known[key])
}

func (m *made) know(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known) >= maxSourceKeys {
		clear(m.known)
	}
	m.known[key] = time.Now().Round(0).Add(sourceKnown) // by the wall clock, which goes on while the machine sleeps
}

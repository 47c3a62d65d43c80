package server

import "sync"

// Places count the sessions that are being started beside those that live,
// so that requests at the same time cannot pass the cap together.
type places struct {
	records *records

	mu       sync.Mutex
	starting map[string]int // by owner
}

// take takes a place, if there is one left of most.
func (q *places) take(owner string, most int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.records.live(owner)+q.starting[owner] >= most {
		return false
	}
	q.starting[owner]++
	return true
}

func (q *places) free(owner string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.starting[owner]--; q.starting[owner] <= 0 {
		delete(q.starting, owner)
	}
}

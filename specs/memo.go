package specs

import "sync"

// maxMemo bounds the texts that a [Memo] has been asked for last, in bytes.
const maxMemo = 512 << 10

// A Memo remembers what was made of pieces of texts, by the piece, for an editor
// that asks for most of them again after each letter. What was not asked for
// since as many bytes as 512 KiB is forgotten. The zero Memo is ready for use, by
// several goroutines at once.
type Memo[T any] struct {
	mu          sync.Mutex
	now, before map[string]T
	size        int // of the pieces in now
}

// Get is what was made of a piece.
func (m *Memo[T]) Get(piece []byte) (made T, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if made, ok = m.now[string(piece)]; ok {
		return made, true
	}
	if made, ok = m.before[string(piece)]; ok {
		m.add(string(piece), made)
	}
	return made, ok
}

// Put remembers what was made of a piece.
func (m *Memo[T]) Put(piece []byte, made T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.add(string(piece), made)
}

// Len is how many pieces are remembered.
func (m *Memo[T]) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.now) + len(m.before)
}

// add remembers a piece. The caller holds the mutex.
func (m *Memo[T]) add(piece string, made T) {
	if m.size += len(piece); m.now == nil || m.size > maxMemo {
		m.before, m.now, m.size = m.now, map[string]T{}, len(piece)
	}
	m.now[piece] = made
}

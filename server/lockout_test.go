package server

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestLockout(t *testing.T) {
	a := account{User: User{Name: "ann"}}
	fail := func(l *lockout, n int) {
		for range n {
			l.settle(a, false)
		}
	}
	tests := []struct {
		name string
		do   func(*lockout)
		want bool // whether the right password is let in afterwards
	}{
		{"nine", func(l *lockout) { fail(l, 9) }, true},
		{"ten", func(l *lockout) { fail(l, 10) }, false},
		{"ten, and nearly ten minutes", func(l *lockout) { fail(l, 10); time.Sleep(10*time.Minute - 1) }, false},
		{"ten, and ten minutes", func(l *lockout) { fail(l, 10); time.Sleep(10 * time.Minute) }, true},
		{"more of them while locked do not make it longer", func(l *lockout) {
			fail(l, 10)
			time.Sleep(9 * time.Minute)
			fail(l, 50)
			time.Sleep(time.Minute)
		}, true},
		{"ten in more than ten minutes", func(l *lockout) {
			for range 10 {
				fail(l, 1)
				time.Sleep(10*time.Minute/9 + 1)
			}
		}, true},
		{"ten in just ten minutes", func(l *lockout) {
			for range 9 {
				fail(l, 1)
				time.Sleep((10*time.Minute - 1) / 9)
			}
			fail(l, 1)
		}, false},
		{"nine, a good one, nine", func(l *lockout) { fail(l, 9); l.settle(a, true); fail(l, 9) }, true},
		{"after a lock it takes ten again", func(l *lockout) { fail(l, 10); time.Sleep(10 * time.Minute); fail(l, 9) }, true},
		{"somebody else", func(l *lockout) {
			for range 10 {
				l.settle(account{User: User{Name: "bob"}}, false)
			}
		}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLockout()
				tt.do(l)
				if got, _ := l.settle(a, true); got != tt.want {
					t.Errorf("got %v, want %v", got, tt.want)
				}
			})
		})
	}
}

func TestLockoutEndsWithAdministration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, a := newLockout(), account{User: User{Name: "ann"}}
		for range 10 {
			l.settle(a, false)
		}
		time.Sleep(time.Second)
		a.Changed = time.Now()
		if in, _ := l.settle(a, true); !in {
			t.Errorf("locked out with a password that was set after the lock")
		}
	})
}

// However many are tried at a time, ten outcomes are told and no more.
func TestLockoutInParallel(t *testing.T) {
	l, a := newLockout(), account{User: User{Name: "ann"}}
	var locks, in atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, now := l.settle(a, false); now {
				locks.Add(1)
			}
		})
	}
	wg.Wait()
	for range 50 {
		wg.Go(func() {
			if ok, _ := l.settle(a, true); ok {
				in.Add(1)
			}
		})
	}
	wg.Wait()
	if locks.Load() != 1 || in.Load() != 0 {
		t.Errorf("got %d locks and %d let in, want 1 and 0", locks.Load(), in.Load())
	}
}

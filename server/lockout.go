package server

import (
	"sync"
	"time"
)

// How many failed logins within which time lock an account for how long.
const (
	lockAfter  = 10
	lockWindow = 10 * time.Minute
	lockTime   = 10 * time.Minute
)

// lockout counts the failed logins of accounts. Names that are no user's are
// not counted: their logins fail anyway, in the same way as those of a locked
// account. It is safe for concurrent use, and no larger than there are users.
type lockout struct {
	mu       sync.Mutex
	accounts map[string]*failedLogins
}

// failedLogins are those of one account.
type failedLogins struct {
	times  []time.Time // of the last ones, at most lockAfter
	locked time.Time   // until then
}

func newLockout() *lockout { return &lockout{accounts: map[string]*failedLogins{}} }

// settle takes the outcome of a login and says whether it counts. It is asked
// after the password was looked at, so that it decides in one place and in one
// order, however many logins are tried at a time: nobody learns of more than
// ten wrong passwords that they are wrong, or of one that it is right.
func (l *lockout) settle(a account, right bool) (in, nowLocked bool) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.accounts[a.Name]
	if f != nil && f.forgotten(a, now) {
		delete(l.accounts, a.Name)
		f = nil
	}
	switch {
	case f != nil && now.Before(f.locked):
		return false, false
	case right:
		delete(l.accounts, a.Name)
		return true, false
	case f == nil:
		f = &failedLogins{}
		l.accounts[a.Name] = f
	}
	return false, f.add(now)
}

// forgotten says that nothing of it matters any more: its time has passed, or
// the account was changed since by who administers it.
func (f *failedLogins) forgotten(a account, now time.Time) bool {
	last := f.locked
	if n := len(f.times); n > 0 {
		last = f.times[n-1].Add(lockWindow)
	}
	return !now.Before(last) || !f.locked.IsZero() && f.locked.Add(-lockTime).Before(a.Changed)
}

// add counts a failure and says whether it locks the account.
func (f *failedLogins) add(now time.Time) bool {
	for len(f.times) > 0 && !now.Before(f.times[0].Add(lockWindow)) {
		f.times = f.times[1:]
	}
	f.times = append(f.times, now)
	if len(f.times) < lockAfter {
		return false
	}
	f.times, f.locked = nil, now.Add(lockTime)
	return true
}

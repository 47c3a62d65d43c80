package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

const (
	// daySteps is in how many parts a node takes what users may spend in a day,
	// so that not every call is a write to the store.
	daySteps = 50
	// daysEnd is the part of a day's limit that is too little to begin a session.
	daysEnd = 100
	// maxTakes bounds the tries at a record that other nodes change, too.
	maxTakes = 20
)

// DayLimits bound what the sessions of one user take from midnight to midnight,
// UTC; 0 is no limit.
type DayLimits struct {
	Tokens int
	// Cost is in USD.
	Cost float64
}

// Budget counts what users take in a day, on all nodes that share a store. Each
// node takes a step of the day's limit before calls need it and spends from
// that. A node that dies loses its step: no restart gives a user more. It is
// safe for concurrent use, and the engine's [engine.Budget].
type Budget struct {
	most  DayLimits
	table engine.Table
	log   *slog.Logger
	now   func() time.Time

	mu     sync.Mutex // guards purses
	purses map[string]*purse
}

// purse is what a node knows of a user's day.
type purse struct {
	mu   sync.Mutex // guards what follows
	day  string
	took engine.Spent // of the day's limit, for this node
	used engine.Spent // of that, reserved or spent
}

// taken is the record of a user: what all nodes took of a day.
type taken struct {
	Day    string  `json:"day"`
	Tokens int     `json:"tokens"`
	Cost   float64 `json:"cost"`
}

// OpenBudget opens what users have spent. It is nil when nothing is limited.
func OpenBudget(ctx context.Context, store engine.Store, most DayLimits, log *slog.Logger) (*Budget, error) {
	if most.Tokens <= 0 && most.Cost <= 0 {
		return nil, nil //nolint:nilnil // there is no limit
	}
	table, err := store.Table(ctx, tableSpent)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	return &Budget{most: most, table: table, log: log, now: time.Now, purses: map[string]*purse{}}, nil
}

func (b *Budget) today() string { return b.now().UTC().Format(time.DateOnly) }

// purse finds a user's, on the day that it is now, and locks it.
func (b *Budget) purse(owner string) *purse {
	day := b.today()
	b.mu.Lock()
	a := b.purses[owner]
	if a == nil {
		b.tidy(day)
		a = &purse{day: day}
		b.purses[owner] = a
	}
	b.mu.Unlock()
	a.mu.Lock()
	if a.day != day { // what calls in flight have reserved counts for the day on which they end
		a.day, a.took, a.used = day, engine.Spent{}, engine.Spent{}
	}
	return a
}

// tidy forgets the purses of other days, when there are many.
func (b *Budget) tidy(day string) {
	if len(b.purses) < maxBuckets {
		return
	}
	for owner, a := range b.purses {
		if a.mu.TryLock() {
			if a.day != day {
				delete(b.purses, owner)
			}
			a.mu.Unlock()
		}
	}
}

// Reserve implements [engine.Budget].
func (b *Budget) Reserve(owner string, most engine.Spent) *engine.Refusal {
	a := b.purse(owner)
	defer a.mu.Unlock()
	need := engine.Spent{Tokens: a.used.Tokens + most.Tokens, Cost: a.used.Cost + most.Cost}
	if !b.within(need, a.took) {
		if no := b.take(owner, a, need); no != nil {
			return no
		}
	}
	a.used = need
	return nil
}

// within says whether an amount is within another, as far as there are limits.
func (b *Budget) within(need, most engine.Spent) bool {
	return (b.most.Tokens <= 0 || need.Tokens <= most.Tokens) && (b.most.Cost <= 0 || need.Cost <= most.Cost)
}

// Settle implements [engine.Budget].
func (b *Budget) Settle(owner string, reserved, took engine.Spent) {
	a := b.purse(owner)
	defer a.mu.Unlock()
	a.used.Tokens = max(0, a.used.Tokens-reserved.Tokens) + took.Tokens
	a.used.Cost = max(0, a.used.Cost-reserved.Cost) + took.Cost
}

// take gets what a node needs of a user's day from the record that all share,
// and a step more if there is as much. While the store does not answer, calls
// are let through: they cannot begin without it anyway.
func (b *Budget) take(owner string, a *purse, need engine.Spent) *engine.Refusal {
	ctx, cancel := storeContext()
	defer cancel()
	for range maxTakes {
		rec, revision, err := b.record(ctx, owner, a.day)
		if err != nil {
			return b.unread(owner, err)
		}
		tokens, enough := step(need.Tokens-a.took.Tokens, b.most.Tokens-rec.Tokens, b.most.Tokens/daySteps)
		if b.most.Tokens > 0 && !enough {
			return refusedDay("limits.tokens_per_day", strconv.Itoa(need.Tokens-a.took.Tokens), strconv.Itoa(max(0, b.most.Tokens-rec.Tokens)), strconv.Itoa(b.most.Tokens))
		}
		cost, enough := step(need.Cost-a.took.Cost, b.most.Cost-rec.Cost, b.most.Cost/daySteps)
		if b.most.Cost > 0 && !enough {
			return refusedDay("limits.cost_per_day", dollars(need.Cost-a.took.Cost), dollars(max(0, b.most.Cost-rec.Cost)), dollars(b.most.Cost))
		}
		rec.Tokens, rec.Cost = rec.Tokens+tokens, rec.Cost+cost
		value, err := json.Marshal(rec)
		if err != nil {
			return b.unread(owner, err)
		}
		_, err = b.table.Update(ctx, recordKey(owner), value, revision)
		switch {
		case err == nil:
			a.took.Tokens, a.took.Cost = a.took.Tokens+tokens, a.took.Cost+cost
			return nil
		case !errors.Is(err, engine.ErrConflict):
			return b.unread(owner, err)
		}
	}
	return b.unread(owner, engine.ErrConflict)
}

// step is how much to take: what is missing, and a step more, or what is left.
// It is false when not even that is there which is missing.
func step[T int | float64](missing, left, more T) (T, bool) {
	if missing <= 0 {
		return 0, true
	}
	return min(missing+max(more, 0), max(left, 0)), missing <= left
}

func (b *Budget) unread(owner string, err error) *engine.Refusal {
	b.log.Warn("what a user has spent today cannot be counted", "owner", owner, "error", err)
	return nil
}

func refusedDay(limit, need, left, most string) *engine.Refusal {
	return &engine.Refusal{
		Limit: limit,
		Text:  fmt.Sprintf("%s does not allow the next call: it may take %s more, and %s of %s are left until midnight (UTC)", limit, need, left, most),
		Seen:  []engine.Seen{{Name: "next call", Value: need}, {Name: "left", Value: left}, {Name: limit, Value: most}},
	}
}

func dollars(f float64) string { return strconv.FormatFloat(f, 'f', 6, 64) }

// record is what all nodes took of a user's day.
func (b *Budget) record(ctx context.Context, owner, day string) (rec taken, revision uint64, err error) {
	e, err := b.table.Get(ctx, recordKey(owner))
	switch {
	case errors.Is(err, engine.ErrNotFound):
		return taken{Day: day}, 0, nil
	case err != nil:
		return taken{}, 0, err
	}
	if err := json.Unmarshal(e.Value, &rec); err != nil || rec.Day != day {
		rec = taken{Day: day} // of another day, or unreadable: it is written anew
	}
	return rec, e.Revision, nil
}

// begins says whether a user may begin a session: not when as good as nothing
// is left of the day.
func (b *Budget) begins(ctx context.Context, owner string) error {
	if b == nil {
		return nil
	}
	a := b.purse(owner)
	defer a.mu.Unlock()
	rec, _, err := b.record(ctx, owner, a.day)
	if err != nil {
		return storeError(err)
	}
	limit := ""
	switch {
	case b.most.Tokens > 0 && b.most.Tokens-rec.Tokens+a.took.Tokens-a.used.Tokens <= b.most.Tokens/daysEnd:
		limit = "limits.tokens_per_day"
	case b.most.Cost > 0 && b.most.Cost-rec.Cost+a.took.Cost-a.used.Cost <= b.most.Cost/daysEnd:
		limit = "limits.cost_per_day"
	default:
		return nil
	}
	now := b.now().UTC()
	midnight := now.Truncate(24 * time.Hour).Add(24 * time.Hour)
	return &apiError{
		status: http.StatusTooManyRequests, code: "DAY_LIMIT", retryAfter: midnight.Sub(now),
		detail: "you have used what " + limit + " allows in a day; it begins anew at midnight (UTC)",
	}
}

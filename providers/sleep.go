package providers

import (
	"context"
	"time"
)

// Waiter lets a duration pass and says why it did not.
type Waiter func(ctx context.Context, d time.Duration) error

type waiterKey struct{}

// WithWaiter gives a context in which [Sleep] leaves the waiting to wait. A
// session that is rehearsed counts the time so and spends none.
func WithWaiter(ctx context.Context, wait Waiter) context.Context {
	return context.WithValue(ctx, waiterKey{}, wait)
}

// Sleep lets a duration pass, by the clock of whoever calls. When the context
// ends before, its cause is returned. Models and tools whose delays are written
// down wait by it.
func Sleep(ctx context.Context, d time.Duration) error {
	if wait, ok := ctx.Value(waiterKey{}).(Waiter); ok && d > 0 && ctx.Err() == nil {
		return wait(ctx, d)
	}
	if d <= 0 || ctx.Err() != nil {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return context.Cause(ctx)
}

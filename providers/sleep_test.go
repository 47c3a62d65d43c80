package providers_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

func TestSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if err := providers.Sleep(t.Context(), time.Hour); err != nil || time.Since(began) != time.Hour {
			t.Errorf("it slept %s: %v, want an hour", time.Since(began), err)
		}
		why := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { cancel(why) })
		began = time.Now()
		if err := providers.Sleep(ctx, time.Hour); !errors.Is(err, why) || time.Since(began) != time.Minute {
			t.Errorf("it slept %s: %v, want a minute and the cause", time.Since(began), err)
		}
		if err := providers.Sleep(ctx, 0); !errors.Is(err, why) {
			t.Errorf("no time in an ended context gives %v, want the cause", err)
		}
	})
}

func TestSleepByAnotherClock(t *testing.T) {
	var passed time.Duration
	why := errors.New("no more time")
	ctx := providers.WithWaiter(t.Context(), func(_ context.Context, d time.Duration) error {
		if passed += d; passed > time.Hour {
			return why
		}
		return nil
	})
	if err := providers.Sleep(ctx, time.Hour); err != nil {
		t.Error(err)
	}
	if err := providers.Sleep(ctx, -time.Hour); err != nil || passed != time.Hour {
		t.Errorf("a wait below 0 gives %v, and %s passed", err, passed)
	}
	if err := providers.Sleep(ctx, time.Minute); !errors.Is(err, why) {
		t.Errorf("got %v, want what the waiter says", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := providers.Sleep(ended, time.Minute); !errors.Is(err, context.Canceled) || passed != time.Hour+time.Minute {
		t.Errorf("an ended context gives %v, and %s passed", err, passed)
	}
}

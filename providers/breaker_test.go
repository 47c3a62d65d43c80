package providers_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := wire(providers.WireConfig{})
		down := far{err: &providers.Error{Kind: providers.Overloaded}}
		for range 20 { // what is not the vendor's being down does not count
			_, err := call(t.Context(), w, "s", far{err: &providers.Error{Kind: providers.RateLimited}})
			wantKind(t, err, providers.RateLimited, "")
		}
		for range 8 {
			_, err := call(t.Context(), w, "s", down)
			wantKind(t, err, providers.Overloaded, "")
		}
		_, err := call(t.Context(), w, "s", far{say: spoken("a")})
		if after := wantKind(t, err, providers.Overloaded, "not called"); after != 10*time.Second {
			t.Errorf("got retry after %v, want 10s", after)
		}
		time.Sleep(10*time.Second + time.Millisecond)
		var wg sync.WaitGroup
		wg.Go(func() { _, err = call(t.Context(), w, "s", far{after: time.Second, say: spoken("a", "b", "c")}) })
		synctest.Wait()
		_, other := call(t.Context(), w, "s", far{say: spoken("a")})
		wantKind(t, other, providers.Overloaded, "one is trying")
		time.Sleep(time.Second + time.Millisecond) // it has said something
		if _, other := call(t.Context(), w, "s", far{say: spoken("a")}); other != nil {
			t.Errorf("got %v, want the calls to pass again", other)
		}
		wg.Wait()
		if err != nil {
			t.Errorf("the call that tried: %v", err)
		}
	})
}

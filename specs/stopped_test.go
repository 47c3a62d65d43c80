package specs

import (
	"path/filepath"
	"testing"
)

// Loading ends wherever it is told to, without a Config, and without a finding
// that there is none.
func TestStopped(t *testing.T) {
	names, err := filepath.Glob("../examples/*/main.hcl")
	if err != nil || len(names) == 0 {
		t.Fatalf("got %d examples, %v", len(names), err)
	}
	dir := filepath.Dir(names[0])
	asked := 0
	a := Analyze(dir, Options{AllowMissingEnv: true, Stopped: func() bool { asked++; return false }})
	if a.Config == nil || asked < 5 {
		t.Fatalf("got %v, asked %d times, want a sound scenario", a.Diagnostics, asked)
	}
	for last := range asked {
		count := 0
		opts := Options{AllowMissingEnv: true, Stopped: func() bool { count++; return count > last }}
		if a := Analyze(dir, opts); a.Config != nil || a.Diagnostics.HasErrors() {
			t.Errorf("stopped at question %d: got a Config or %v", last, a.Diagnostics)
		}
		if count > last+2 {
			t.Errorf("stopped at question %d: asked %d times", last, count)
		}
	}
}

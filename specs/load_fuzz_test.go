package specs

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// fuzzTime is how long one input may take on a busy machine.
const fuzzTime = 20 * time.Second

// FuzzLoad loads anything as HCL, as JSON, as a file of variables and as a
// value. Nothing may crash it or keep it busy, and each error has a code.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"valid/*.hcl", "valid/*.json", "invalid/*.hcl"} {
		paths, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text), "x", "x = 1")
		}
	}
	f.Add(saying(`templatefile("a.vars.hcl", { x = 1 })`), `{ a = [1, "${2}"] }`, "${x} %{ for y in [1] }${y}%{ endfor }")
	f.Add(`{"locals": {"x": "${[for y in [1] : \"%{ if true }z%{ endif }\"]}"}}`, "[", `v = {"a" = 1}`)
	f.Fuzz(func(t *testing.T, scenario, value, vars string) {
		const declared = "variable \"v\" {\n  type     = object({ a = optional(any) })\n  default = {}\n}\n"
		watch := time.AfterFunc(fuzzTime, func() { panic(fmt.Sprintf("still busy with %q, %q, %q", scenario, value, vars)) })
		defer watch.Stop()
		files := map[string]string{"main.hcl": scenario, "v.hcl": declared, "a.vars.hcl": vars}
		inputs := []VarInput{{File: "a.vars.hcl"}, {Name: "v", Text: value}}
		check := func(cfg *Config, ds Diagnostics) {
			if (cfg == nil) != ds.HasErrors() {
				t.Fatalf("got a configuration %v and findings %v", cfg != nil, codesOf(ds))
			}
			for i := range ds {
				if ds[i].Code == codeInternal || ds[i].Summary == "" || ds[i].Detail == "" {
					t.Fatalf("got finding %+v", ds[i])
				}
			}
			text(t, ds, RenderOptions{})
		}
		check(loadFiles(t, files, ".", Options{Vars: inputs, AllowMissingEnv: true}))
		check(loadFiles(t, map[string]string{"main.hcl.json": scenario}, "main.hcl.json", Options{}))
	})
}

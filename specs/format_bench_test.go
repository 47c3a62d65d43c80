package specs

import (
	"bytes"
	"testing"
)

// BenchmarkFormat formats a scenario of about a thousand lines, as an editor
// does at each save.
func BenchmarkFormat(b *testing.B) {
	src := bytes.Repeat([]byte("agent \"a\" {\n  provider = provider.p\n\n\n  instructions = <<-EOT\n    Speak ${ var.x }.\n  EOT\n  metadata = { a = \"${var.x}\", b = [1,2,3] }\n}\n"), 112)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, ds := Format("a.hcl", src); len(ds) > 0 {
			b.Fatal(ds)
		}
	}
}

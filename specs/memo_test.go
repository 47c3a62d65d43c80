package specs

import "testing"

// What nobody asks for any more is forgotten.
func TestMemoForgets(t *testing.T) {
	var m Memo[string]
	text := make([]byte, maxMemo/3)
	for i := range byte(20) {
		text[0] = i
		m.Put(text, "made")
		if _, ok := m.Get(text); !ok {
			t.Fatalf("text %d was forgotten at once", i)
		}
	}
	if n := m.Len(); n > 7 {
		t.Errorf("got %d texts, want those of twice %d bytes at most", n, maxMemo)
	}
	text[0] = 0
	if _, ok := m.Get(text); ok {
		t.Error("the first text is still there")
	}
}

package trial

// Coverage is what runs have exercised.
type Coverage struct{}

func cover(*Report) *Coverage { return &Coverage{} }

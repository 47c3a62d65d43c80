package engine

import "context"

// Planted is a copy of a template whose outermost pattern behaves otherwise.
func Planted(t *Template, p Pattern) *Template {
	c, root := *t, *t.root
	root.pattern = p
	c.root = &root
	return &c
}

// Longer is a copy of a template whose outermost pattern has more rounds than
// its proof knows of.
func Longer(t *Template, rounds int) *Template {
	c, root, spec := *t, *t.root, *t.root.spec
	spec.MaxRounds += rounds
	root.spec = &spec
	c.root = &root
	return &c
}

// ExploreSaved is Explore with states that are copied by writing them down as
// snapshots and reading them again.
func ExploreSaved(ctx context.Context, t *Template, o ExploreOptions) (*Report, error) {
	x := newExploration(t, o)
	x.copy = func(st *State) *State {
		if st.head == 0 {
			return newState(t, st.session)
		}
		b, err := st.encode(Mark{})
		if err != nil {
			panic(err)
		}
		c, _, err := decodeState(t, st.session, b)
		if err != nil {
			panic(err)
		}
		return c
	}
	err := x.search(ctx)
	return x.result(), err
}

// Busy says whether something is under way in a frame.
func Busy(f *Frame) bool { return len(f.open) > 0 }

// ExploreAll is Explore without leaving anything of a state out.
func ExploreAll(ctx context.Context, t *Template, o ExploreOptions) (*Report, error) {
	x := newExploration(t, o)
	x.what.all = true
	cut, err := x.pass(ctx, x.o.States)
	x.report.Complete, x.report.States = cut == "", x.kept
	return x.result(), err
}

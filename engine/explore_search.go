package engine

import (
	"context"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
)

// search goes through the states twice: first through those that decide
// differently, for what can happen and the shortest ways there, then through
// those that take more, for what can be taken.
func (x *exploration) search(ctx context.Context) (err error) {
	r := &x.report
	r.Cut, err = x.pass(ctx, x.o.States)
	r.Complete, r.States = r.Cut == "", x.kept
	if err != nil {
		r.MeasuredCut = r.Cut
		return err
	}
	x.measuring, x.what.story = true, true // prompts are made of what was said
	r.MeasuredCut, err = x.pass(ctx, x.o.Measured)
	r.Measured = r.MeasuredCut == ""
	return err
}

// pass goes through so many states, and says what cut it off.
func (x *exploration) pass(ctx context.Context, states int) (cut string, err error) {
	x.seen, x.steps, x.front, x.left, x.kept, x.deep = map[stateKey][]weights{}, nil, nil, 0, 0, false
	x.begin()
	for len(x.front) > 0 {
		switch {
		case ctx.Err() != nil:
			return CutInterrupted, context.Cause(ctx)
		case x.kept >= states:
			return CutStates, nil
		case x.taken%progressEvery == 0 && x.full():
			return CutMemory, nil
		}
		from, c := x.take()
		x.follow(from.w, from.at, c)
		if x.o.Progress != nil && x.taken%progressEvery == 0 {
			x.o.Progress(ExploreProgress{States: x.kept, Open: x.left, Findings: len(x.report.Findings)})
		}
	}
	if x.deep {
		return CutDepth, nil
	}
	return "", nil
}

// full says whether the program takes as much memory as it may: what is live
// after the garbage was collected is half of it.
func (x *exploration) full() bool {
	if x.o.Memory <= 0 || live() <= uint64(x.o.Memory)/2 {
		return false
	}
	runtime.GC() // what was live then may not be any more
	return live() > uint64(x.o.Memory)/2
}

// live is how many bytes were live when the garbage was collected last.
func live() uint64 {
	list := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	if metrics.Read(list); list[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return list[0].Value.Uint64()
}

// take takes the next choice: mostly the one that came first, so that paths are
// short, and often the one that came last, so that ends are seen soon. A search
// for what takes most goes on with the one that came last, where the choices that
// take most are the last.
func (x *exploration) take() (from *open, c Choice) {
	i, first := len(x.front)-1, false
	if x.taken++; !x.measuring && x.taken%deepEvery != 0 {
		i, first = 0, true
	}
	from = x.front[i]
	at := from.last - 1
	switch {
	case first:
		at = from.first
		from.first++
	default:
		from.last--
	}
	if x.left--; from.first == from.last {
		if x.front[i] = nil; i == 0 {
			x.front = x.front[1:]
		} else {
			x.front = x.front[:i]
		}
	}
	if x.measuring { // the first is taken first
		at = from.choices.count() - 1 - at
	}
	return from, from.choices.at(at)
}

// begin begins with the opening, and with others that conditions tell from it.
func (x *exploration) begin() {
	x.steps = append(x.steps, pathStep{from: -1})
	w, why := x.start()
	x.visit(w, 0, why)
	if x.o.Opening == "" || x.measuring { // what is longer than the opening takes more than certified
		return
	}
	known := []string{x.what.told(x.o.Opening)}
	for _, text := range x.texts {
		if c := x.what.told(text); text != "" && !slices.Contains(known, c) { // none is the session's own
			known = append(known, c)
			x.follow(w, 0, Choice{Do: DoOpen, Text: text})
		}
	}
}

// follow makes a choice and looks at where it leads. A turn whose answer is no
// answer gives it again until it fails: if it gave a right one in between, it
// would be as if that was its first.
func (x *exploration) follow(before *world, from int, c Choice) {
	at := len(x.steps)
	x.steps = append(x.steps, pathStep{from: from, depth: x.steps[from].depth + 1, choice: c})
	w, why := x.step(before, c)
	last := at
	for !x.measuring && why == "" && x.mends(before, w, c) {
		x.steps = append(x.steps, pathStep{from: last, depth: x.steps[last].depth + 1, choice: c})
		last, before = last+1, w
		w, why = x.step(before, c)
	}
	if x.visit(w, last, why); len(x.steps) == last {
		x.steps = x.steps[:at]
	}
}

// visit looks at a state that was reached, unless it was there before.
func (x *exploration) visit(w *world, at int, panicked string) {
	if panicked != "" {
		x.found(FoundPanic, panicked, at)
		return
	}
	if d := w.st.ended; d != nil && (!x.measuring || x.report.Complete) {
		x.ended(d, at)
	}
	if !x.isNew(w) {
		x.steps = x.steps[:at]
		return
	}
	x.report.Depth = max(x.report.Depth, x.steps[at].depth)
	if !w.opened {
		x.measure(w, at)
	}
	if w.st.ended != nil {
		return
	}
	list, stuck := x.choices(w)
	if stuck && !x.measuring {
		x.found(FoundDeadlock, "the session has not ended, and nobody does anything or is waited for", at)
	}
	if x.steps[at].depth >= x.o.Depth {
		x.deep = x.deep || list.count() > 0
		return
	}
	if n := list.count(); n > 0 {
		x.front = append(x.front, &open{w: w, at: at, choices: list, last: n})
		x.left += n
	}
}

// isNew says whether a state with the same key was not there before, or, where
// that is measured, none that weighs as much.
func (x *exploration) isNew(w *world) bool {
	key, weight := x.what.key(w)
	list := x.seen[key]
	if len(list) > 0 && !x.measuring {
		return false
	}
	if slices.ContainsFunc(list, weight.atMost) {
		return false
	}
	x.seen[key] = append(slices.DeleteFunc(list, func(o weights) bool { return o.atMost(weight) }), weight)
	x.kept++
	return true
}

// ended notes an end, and the shortest way to it. The search for what takes most
// adds those that were not seen before, so that none is missing where every path
// was followed: a limit may be reached only by sessions that always take most.
func (x *exploration) ended(d *Ended, at int) {
	key := endKey{d.Outcome, d.Reason.Stop}
	livelock := d.Reason.Stop == "error" && strings.HasSuffix(d.Reason.Text, noTurn)
	if livelock {
		key.stop = FoundLivelock
	}
	e := x.ends[key]
	if e != nil && x.measuring {
		return
	}
	if e == nil {
		if livelock {
			x.found(FoundLivelock, d.Reason.Text, at)
		}
		e = &End{Outcome: d.Outcome, Stop: d.Reason.Stop}
		x.ends[key] = e
	}
	if e.Count++; e.Count == 1 || x.steps[at].depth < len(e.Path) {
		e.Path = x.path(at)
	}
}

func (x *exploration) found(kind, text string, at int) {
	if len(x.report.Findings) < maxFindings {
		x.report.Findings = append(x.report.Findings, Finding{Kind: kind, Text: text, Path: x.path(at)})
	}
}

// path are the choices that led to a step.
func (x *exploration) path(at int) []Choice {
	list := []Choice{}
	for ; at > 0; at = x.steps[at].from {
		list = append(list, x.steps[at].choice)
	}
	slices.Reverse(list)
	return list
}

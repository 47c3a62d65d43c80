package chart

import (
	"cmp"
	"slices"
)

// A layout is where the steps of a group are drawn, by layers: a step is below
// all those from which a way leads to it, but for the ways back.
type layout struct {
	group         *Group
	layer         []int
	boxes         []box
	width, height float64
}

// A box is the place of a step; x and y are its middle.
type box struct{ x, y, w, h float64 }

func arrange(g *Group) *layout {
	l := &layout{group: g, layer: make([]int, len(g.Nodes)), boxes: make([]box, len(g.Nodes))}
	l.layers()
	rows := l.rows()
	l.place(rows)
	return l
}

// layers puts each step below the steps before it. Ways back, which depth-first
// search finds, do not count; the end is below all.
func (l *layout) layers() {
	out := make([][]int, len(l.layer))
	for i := range l.group.Edges {
		e := &l.group.Edges[i]
		out[e.From] = append(out[e.From], e.To)
	}
	const fresh, open, done = 0, 1, 2
	state := make([]int, len(l.layer))
	var order []int
	var visit func(n int)
	back := map[[2]int]bool{}
	visit = func(n int) {
		state[n] = open
		for _, to := range out[n] {
			switch state[to] {
			case fresh:
				visit(to)
			case open:
				back[[2]int{n, to}] = true
			}
		}
		state[n] = done
		order = append(order, n)
	}
	for n := range l.layer {
		if state[n] == fresh {
			visit(n)
		}
	}
	deepest := 0
	for _, n := range slices.Backward(order) {
		for _, to := range out[n] {
			if !back[[2]int{n, to}] {
				l.layer[to] = max(l.layer[to], l.layer[n]+1)
			}
		}
		deepest = max(deepest, l.layer[n])
	}
	if len(l.layer) > 1 {
		l.layer[1] = max(deepest, l.layer[1])
	}
}

// rows are the steps by layer, ordered so that ways cross little: each by the
// mean place of those before it.
func (l *layout) rows() [][]int {
	var rows [][]int
	for n, layer := range l.layer {
		for len(rows) <= layer {
			rows = append(rows, nil)
		}
		rows[layer] = append(rows[layer], n)
	}
	at := make([]float64, len(l.layer))
	for _, row := range rows {
		mean := make(map[int]float64, len(row))
		for k, n := range row {
			mean[n] = float64(k)
		}
		sum, count := map[int]float64{}, map[int]float64{}
		for i := range l.group.Edges {
			if e := &l.group.Edges[i]; l.layer[e.To] == l.layer[row[0]] && l.layer[e.From] < l.layer[e.To] {
				sum[e.To] += at[e.From]
				count[e.To]++
			}
		}
		for n, c := range count {
			mean[n] = sum[n] / c
		}
		slices.SortStableFunc(row, func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
		for k, n := range row {
			at[n] = float64(k)
		}
	}
	return rows
}

func (l *layout) place(rows [][]int) {
	room := 0.0 // for labels of ways back
	for i := range l.group.Edges {
		if e := &l.group.Edges[i]; l.layer[e.To] <= l.layer[e.From] {
			room = max(room, textWidth(e.Label)+80)
		}
	}
	widest := textWidth(l.group.Title)
	for _, row := range rows {
		widest = max(widest, l.measure(row))
	}
	y := padding + lineHigh + gapDown/2
	for _, row := range rows {
		x := padding + (widest-l.measure(row))/2
		high := 0.0
		for _, n := range row {
			high = max(high, l.boxes[n].h)
		}
		for _, n := range row {
			b := &l.boxes[n]
			b.x, b.y = x+b.w/2, y+high/2
			x += b.w + gapAcross
		}
		y += high + gapDown
	}
	l.width, l.height = widest+2*padding+room, y-gapDown+2*padding
}

// measure is the width of a row; it gives each step its size.
func (l *layout) measure(row []int) float64 {
	width := -gapAcross
	for _, n := range row {
		b := &l.boxes[n]
		if b.w == 0 {
			for _, line := range l.group.Nodes[n].Lines {
				b.w = max(b.w, textWidth(line)+2*padding)
			}
			b.h = float64(len(l.group.Nodes[n].Lines))*lineHigh + padding
		}
		width += b.w + gapAcross
	}
	return width
}

package chart

import (
	"fmt"
	"math"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// Sizes of the drawing, in pixels.
const (
	letter    = 7.2 // the width of a letter, about
	lineHigh  = 17.0
	padding   = 12.0
	gapAcross = 36.0
	gapDown   = 54.0
	margin    = 24.0
)

// SVG writes a chart as a picture: each block as a panel, its steps in layers
// from the top, ways back along the sides.
func (c *Chart) SVG() string {
	var panels []*layout
	width, height := float64(len([]rune(c.Title)))*letter+2*margin, 2*margin+lineHigh
	for i := range c.Groups {
		l := arrange(&c.Groups[i])
		panels = append(panels, l)
		width = max(width, l.width+2*margin)
		height += l.height + margin
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" font-family="sans-serif" font-size="12">`+"\n",
		width, height, width, height)
	b.WriteString(`<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="#555"/></marker></defs>` + "\n")
	b.WriteString(`<rect width="100%" height="100%" fill="white"/>` + "\n")
	fmt.Fprintf(&b, "<text x=\"%.0f\" y=\"%.0f\" font-weight=\"bold\">%s</text>\n", margin, margin+lineHigh/2, svgText(c.Title))
	y := 2*margin + lineHigh/2
	for _, l := range panels {
		fmt.Fprintf(&b, "<g id=\"%s\" transform=\"translate(%.1f %.1f)\">\n", l.group.ID, margin, y)
		l.write(&b)
		b.WriteString("</g>\n")
		y += l.height + margin
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (l *layout) write(b *strings.Builder) {
	fmt.Fprintf(b, `<rect width="%.1f" height="%.1f" rx="6" fill="#fafafa" stroke="#bbb"/>`+"\n", l.width, l.height)
	fmt.Fprintf(b, "<text x=\"%.0f\" y=\"%.0f\" fill=\"#555\">%s</text>\n", padding, padding+6, svgText(l.group.Title))
	for i := range l.group.Edges {
		l.edge(b, i)
	}
	for n := range l.group.Nodes {
		l.node(b, n)
	}
}

// edge is a curve from a step's lower side to the next one's upper side, or
// around the steps where it leads back.
func (l *layout) edge(b *strings.Builder, i int) {
	e := &l.group.Edges[i]
	from, to := &l.boxes[e.From], &l.boxes[e.To]
	x1, y1, x2, y2 := from.x, from.y+from.h/2, to.x, to.y-to.h/2
	var path string
	tx, ty := (x1+x2)/2, (y1+y2)/2
	if l.layer[e.To] > l.layer[e.From] {
		bend := (y2 - y1) / 2
		path = fmt.Sprintf("M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f", x1, y1, x1, y1+bend, x2, y2-bend, x2, y2)
	} else {
		x1, y1, x2, y2 = from.x+from.w/2, from.y, to.x+to.w/2, to.y
		out := max(x1, x2) + 24 + 6*float64(i%5)
		if e.From == e.To {
			y1, y2 = y1+8, y2-8
		}
		path = fmt.Sprintf("M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f", x1, y1, out, y1, out, y2, x2, y2)
		tx, ty = (max(x1, x2)+3*out)/4+4, (y1+y2)/2
		fmt.Fprintf(b, `<path d="%s" fill="none" stroke="#a55" marker-end="url(#tip)"/>`+"\n", path)
		l.say(b, tx, ty, "start", e.Label)
		return
	}
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="#555" marker-end="url(#tip)"/>`+"\n", path)
	l.say(b, tx, ty+4, "middle", e.Label)
}

func (l *layout) say(b *strings.Builder, x, y float64, anchor, text string) {
	if text == "" {
		return
	}
	fmt.Fprintf(b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"11\" fill=\"#333\" stroke=\"#fafafa\" stroke-width=\"3\" paint-order=\"stroke\">%s</text>\n",
		x, y, anchor, svgText(shorten(text)))
}

func (l *layout) node(b *strings.Builder, n int) {
	box, node := &l.boxes[n], &l.group.Nodes[n]
	radius, fill := 4.0, "#eef4ff"
	switch node.Kind {
	case specs.StepEnter, specs.StepLeave, specs.StepWait, specs.StepPerson:
		radius, fill = box.h/2, "#fff6e0"
	case specs.StepChoice:
		radius, fill = 0, "#f0f0f0"
	case specs.StepBlock:
		fill = "#e8f6e8"
	case specs.StepDecision:
		fill = "#f6eaff"
	default:
	}
	if node.Into != "" {
		fmt.Fprintf(b, "<a href=\"#%s\">", node.Into)
	}
	fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="%.1f" fill="%s" stroke="#777"/>`, box.x-box.w/2, box.y-box.h/2, box.w, box.h, radius, fill)
	top := box.y - float64(len(node.Lines)-1)*lineHigh/2 + 4
	for i, line := range node.Lines {
		fmt.Fprintf(b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>", box.x, top+float64(i)*lineHigh, svgText(shorten(line)))
	}
	if node.Into != "" {
		b.WriteString("</a>")
	}
	b.WriteString("\n")
}

// shorten keeps a text to a width that can be drawn.
func shorten(s string) string {
	const most = 48
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

func textWidth(s string) float64 { return math.Ceil(float64(len([]rune(shorten(s)))) * letter) }

func svgText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\n", " ").Replace(s)
}

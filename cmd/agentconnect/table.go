package main

import (
	"io"
	"strings"

	"github.com/clipperhouse/displaywidth"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
)

// table is a list, with a title above each column if it has titles.
type table struct {
	titles []string
	rows   [][]string
}

func newTable(titles ...string) *table { return &table{titles: titles} }

func (t *table) add(cells ...string) {
	for i, c := range cells {
		if cells[i] = screen.Line(c); c == "" && i < len(t.titles) && t.titles[i] != "" {
			cells[i] = "-"
		}
	}
	t.rows = append(t.rows, cells)
}

// write aligns the columns.
func (t *table) write(w io.Writer, theme screen.Theme) error {
	var widths []int
	for _, row := range append([][]string{t.titles}, t.rows...) {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], displaywidth.String(c))
		}
	}
	var out strings.Builder
	line := func(row []string, style func(string) string) {
		for len(row) > 0 && row[len(row)-1] == "" {
			row = row[:len(row)-1]
		}
		for i, c := range row {
			out.WriteString(style(c))
			if i < len(row)-1 {
				out.WriteString(strings.Repeat(" ", widths[i]-displaywidth.String(c)+2))
			}
		}
		out.WriteByte('\n')
	}
	if len(t.titles) > 0 {
		line(t.titles, theme.Dim)
	}
	for _, row := range t.rows {
		line(row, func(c string) string { return c })
	}
	_, err := io.WriteString(w, out.String())
	return err
}

package screen

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// Theme gives texts their looks. The zero value leaves texts as they are.
type Theme struct {
	// Color says whether the output shows colours.
	Color bool
}

// paint applies a style. Colours are those of the terminal's own palette, which
// its user has chosen to be readable.
func (t Theme) paint(s lipgloss.Style, text string) string {
	if !t.Color || text == "" {
		return text
	}
	return s.Render(text)
}

func (t Theme) ink(c color.Color, text string) string {
	return t.paint(lipgloss.NewStyle().Bold(true).Foreground(c), text)
}

// Dim is for what stands beside the conversation.
func (t Theme) Dim(text string) string { return t.paint(lipgloss.NewStyle().Faint(true), text) }

// Bold is for headings.
func (t Theme) Bold(text string) string { return t.paint(lipgloss.NewStyle().Bold(true), text) }

// Good is for what was achieved.
func (t Theme) Good(text string) string { return t.ink(lipgloss.Green, text) }

// Warn is for what deserves a look.
func (t Theme) Warn(text string) string { return t.ink(lipgloss.Yellow, text) }

// Bad is for failures.
func (t Theme) Bad(text string) string { return t.ink(lipgloss.Red, text) }

// Speaker paints the name of the n-th participant, always in the same colour.
func (t Theme) Speaker(n int, name string) string {
	palette := [...]color.Color{lipgloss.Cyan, lipgloss.Magenta, lipgloss.Green, lipgloss.Yellow, lipgloss.Blue, lipgloss.BrightRed}
	return t.ink(palette[n%len(palette)], name)
}

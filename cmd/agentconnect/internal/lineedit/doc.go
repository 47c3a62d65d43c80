// Package lineedit edits a line: [Decoder] turns what a terminal in raw mode
// sends into keys, [Editor] turns keys into a line, with a history.
//
// Neither reads nor writes anything; the caller does.
package lineedit

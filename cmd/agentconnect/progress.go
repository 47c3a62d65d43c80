package main

import (
	"fmt"
	"io"
	"time"
)

// progressEvery is how often progress is shown.
const progressEvery = 200 * time.Millisecond

// progress shows on standard error how far something is, when that is a terminal
// and it takes a while.
type progress struct {
	con   *stdio
	what  string
	bytes int64
	shown time.Time
	since time.Time
}

func (a *app) progress(what string) *progress {
	return &progress{con: a.con, what: what, since: time.Now()}
}

// writer counts what is written.
func (p *progress) writer(w io.Writer) io.Writer { return countingWriter{w, p} }

// reader counts what is read.
func (p *progress) reader(r io.Reader) io.Reader { return countingReader{r, p} }

func (p *progress) add(n int) {
	p.bytes += int64(n)
	p.show(func() string { return bytesText(p.bytes) })
}

// show shows a text, unless one was shown a moment ago.
func (p *progress) show(text func() string) {
	if !p.con.errTTY || time.Since(p.since) < progressEvery || time.Since(p.shown) < progressEvery {
		return
	}
	p.shown = time.Now()
	fmt.Fprintf(p.con.err, "\r\x1b[K%s: %s", p.what, text())
}

// done removes what was shown.
func (p *progress) done() {
	if !p.shown.IsZero() {
		fmt.Fprint(p.con.err, "\r\x1b[K")
	}
}

type countingWriter struct {
	w io.Writer
	p *progress
}

// Write writes and counts.
func (c countingWriter) Write(text []byte) (int, error) {
	n, err := c.w.Write(text)
	c.p.add(n)
	return n, err
}

type countingReader struct {
	r io.Reader
	p *progress
}

// Read reads and counts.
func (c countingReader) Read(buf []byte) (int, error) {
	n, err := c.r.Read(buf)
	c.p.add(n)
	return n, err
}

// bytesText is a size as a person reads it.
func bytesText(n int64) string {
	switch {
	case n < 10_000:
		return fmt.Sprintf("%d bytes", n)
	case n < 10_000_000:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	case n < 10_000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	default:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	}
}

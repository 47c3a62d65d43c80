package jetstream

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/nats-io/nats.go"
)

// ErrBackup says that a file is no backup, or not all of one.
var ErrBackup = errors.New("not a whole backup")

// A backup is a compressed sequence of frames: a line that says what it is, the
// tables and streams with their messages, and a line with the counts and the
// checksum of all before it.
const (
	dumpMagic   = "agentconnect backup 1\n"
	frameStream = 'S' // name: what follows belongs to it
	frameMsg    = 'M' // subject, headers, data
	frameEnd    = 'E' // the trailer
)

// Bounds of what a backup holds.
const (
	mostName    = 512
	mostHeaders = 16
	mostValue   = 4 << 10
)

// Stats are the counts of a backup.
type Stats struct {
	Sessions int64 `json:"sessions"`
	Records  int64 `json:"records"`
	Entries  int64 `json:"entries"`
	// Bytes is the size of what is stored, before compression.
	Bytes int64 `json:"bytes"`
	// Missing is the number of messages that could not be read.
	Missing int64 `json:"missing,omitempty"`
}

func (s *Stats) add(stream string, m *stored) {
	s.Bytes += int64(len(m.data))
	switch {
	case strings.HasPrefix(stream, tablePrefix):
		s.Entries++
	default:
		s.Records++
		if m.header.Get(headerFirst) == "1" {
			s.Sessions++
		}
	}
}

// trailer ends a backup.
type trailer struct {
	Stats

	Sum string `json:"sum"`
}

// dumpWriter writes a backup.
type dumpWriter struct {
	zip *gzip.Writer
	out *bufio.Writer
	sum hash.Hash
	err error
}

func newDumpWriter(w io.Writer) *dumpWriter {
	d := &dumpWriter{zip: gzip.NewWriter(w), sum: sha256.New()}
	d.out = bufio.NewWriterSize(io.MultiWriter(d.zip, d.sum), 64<<10)
	d.write([]byte(dumpMagic))
	return d
}

func (d *dumpWriter) write(b []byte) {
	if d.err == nil {
		_, d.err = d.out.Write(b)
	}
}

func (d *dumpWriter) bytes(b []byte) {
	var n [binary.MaxVarintLen64]byte
	d.write(n[:binary.PutUvarint(n[:], uint64(len(b)))])
	d.write(b)
}

func (d *dumpWriter) stream(name string) {
	d.write([]byte{frameStream})
	d.bytes([]byte(name))
}

func (d *dumpWriter) message(m *stored) {
	d.write([]byte{frameMsg})
	d.bytes([]byte(m.subject))
	keys := make([]string, 0, 8)
	for k := range m.header {
		if strings.HasPrefix(k, "Ac-") {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	d.write([]byte{byte(len(keys))})
	for _, k := range keys {
		d.bytes([]byte(k))
		d.bytes([]byte(m.header.Get(k)))
	}
	d.bytes(m.data)
}

// end writes the trailer.
func (d *dumpWriter) end(s Stats) error {
	d.write([]byte{frameEnd})
	if d.err == nil {
		d.err = d.out.Flush()
	}
	if d.err != nil {
		return d.err
	}
	text, err := json.Marshal(trailer{s, hex.EncodeToString(d.sum.Sum(nil))})
	if err != nil {
		return err
	}
	d.bytes(text)
	if d.err == nil {
		d.err = d.out.Flush()
	}
	return errors.Join(d.err, d.zip.Close())
}

// dumpReader reads a backup.
type dumpReader struct {
	zip    *gzip.Reader
	in     *bufio.Reader
	sum    hash.Hash
	stats  Stats
	stream string
}

func newDumpReader(r io.Reader) (*dumpReader, error) {
	zip, err := gzip.NewReader(r)
	if err != nil {
		return nil, broken(err)
	}
	d := &dumpReader{zip: zip, in: bufio.NewReaderSize(zip, 64<<10), sum: sha256.New()}
	magic := make([]byte, len(dumpMagic))
	if err := d.full(magic); err != nil {
		return nil, err
	}
	if string(magic) != dumpMagic {
		return nil, fmt.Errorf("%w: it begins with %q", ErrBackup, magic)
	}
	return d, nil
}

func broken(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("%w: %w", ErrBackup, err)
}

func (d *dumpReader) full(b []byte) error {
	if _, err := io.ReadFull(d.in, b); err != nil {
		return broken(err)
	}
	d.sum.Write(b)
	return nil
}

// ReadByte implements io.ByteReader.
func (d *dumpReader) ReadByte() (byte, error) {
	b, err := d.in.ReadByte()
	if err == nil {
		d.sum.Write([]byte{b})
	}
	return b, err
}

// bytes reads a length and so many bytes.
func (d *dumpReader) bytes(most uint64) ([]byte, error) {
	n, err := binary.ReadUvarint(d)
	if err != nil {
		return nil, broken(err)
	}
	if n > most {
		return nil, fmt.Errorf("%w: a part has %d bytes, more than %d", ErrBackup, n, most)
	}
	b := make([]byte, n)
	return b, d.full(b)
}

// next gives the next message and the stream that it belongs to; the message is
// nil at the end of a backup that is whole, and for a stream's own beginning.
func (d *dumpReader) next() (stream string, m *stored, err error) {
	kind, err := d.ReadByte()
	if err != nil {
		return "", nil, broken(err)
	}
	switch kind {
	case frameStream:
		name, err := d.bytes(mostName)
		d.stream = string(name)
		return d.stream, nil, err
	case frameMsg:
		m, err := d.message()
		return d.stream, m, err
	case frameEnd:
		return "", nil, d.end()
	default:
		return "", nil, fmt.Errorf("%w: an unknown part %q", ErrBackup, kind)
	}
}

func (d *dumpReader) message() (*stored, error) {
	subject, err := d.bytes(mostName)
	if err != nil {
		return nil, err
	}
	n, err := d.ReadByte()
	if err != nil {
		return nil, broken(err)
	}
	if n > mostHeaders {
		return nil, fmt.Errorf("%w: a message with %d headers", ErrBackup, n)
	}
	m := &stored{subject: string(subject), header: nats.Header{}}
	for range n {
		key, err := d.bytes(mostName)
		if err != nil {
			return nil, err
		}
		value, err := d.bytes(mostValue)
		if err != nil {
			return nil, err
		}
		m.header.Set(string(key), string(value))
	}
	if m.data, err = d.bytes(maxRecord); err != nil {
		return nil, err
	}
	d.stats.add(d.stream, m)
	return m, nil
}

// end checks the trailer and that nothing follows it.
func (d *dumpReader) end() error {
	sum := hex.EncodeToString(d.sum.Sum(nil))
	text, err := d.bytes(mostValue)
	if err != nil {
		return err
	}
	var t trailer
	if err := json.Unmarshal(text, &t); err != nil {
		return broken(err)
	}
	d.stats.Missing = t.Missing
	if t.Sum != sum || t.Stats != d.stats {
		return fmt.Errorf("%w: it was changed: its counts or its checksum do not fit", ErrBackup)
	}
	switch _, err := d.in.ReadByte(); {
	case err == nil:
		return fmt.Errorf("%w: something follows its end", ErrBackup)
	case !errors.Is(err, io.EOF):
		return broken(err)
	default:
		return nil
	}
}

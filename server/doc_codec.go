package server

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// A stored doc is a line with its head, whose fields are parted by tabs, and
// then JSON, compressed when it is long. What a later version adds to the JSON
// an earlier one passes over; a later head is another version. The first version
// had one field more, before the last one: a count of agents.
const (
	docVersion  = "2"
	docFirst    = "1"
	docFields   = 9
	docPacked   = 16 << 10 // bytes of JSON from which on it is compressed
	maxDocValue = 1 << 20  // bytes of a record of a table
	maxDocText  = 16 << 20 // bytes of JSON
)

// errDoc says that a stored doc cannot be read.
var errDoc = errors.New("record of a session cannot be read")

// encode is the doc as it is stored.
func (d *doc) encode() ([]byte, error) {
	text, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	stored := text
	if len(text) >= docPacked {
		stored = pack(text)
	}
	value := append(d.head.line(), stored...)
	if len(value) > maxDocValue || len(text) > maxDocText {
		return nil, errSessionTooLarge
	}
	return value, nil
}

// line is the head with the end of its line.
func (h *docHead) line() []byte {
	b := make([]byte, 0, 128)
	for _, text := range []string{docVersion, h.owner, h.template, h.sessionType, h.status} {
		b = append(b, escapeField(text)...)
		b = append(b, '\t')
	}
	for _, t := range []time.Time{h.created, h.ended, h.wake} {
		if !t.IsZero() {
			b = strconv.AppendInt(b, t.UnixNano(), 10)
		}
		b = append(b, '\t')
	}
	for i, is := range [...]bool{h.direct, h.resting, h.deleted} {
		if is {
			b = append(b, "drx"[i])
		}
	}
	return append(b, '\n')
}

// decodeDoc reads what encode wrote.
func decodeDoc(value []byte) (*doc, error) {
	line, text, found := bytes.Cut(value, []byte{'\n'})
	if !found {
		return nil, fmt.Errorf("%w: it has one line", errDoc)
	}
	head, err := decodeHead(line)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		if text, err = unpack(text, maxDocText); err != nil {
			return nil, fmt.Errorf("%w: %w", errDoc, err)
		}
	}
	d := &doc{}
	if err := decodeNumbers(text, d); err != nil {
		return nil, fmt.Errorf("%w: %w", errDoc, err)
	}
	d.head = head
	return d, nil
}

// decodeHead reads the head of a stored doc, whose rest is not looked at. The
// texts share one copy of the line: who keeps many heads interns them.
func decodeHead(value []byte) (docHead, error) {
	if end := bytes.IndexByte(value, '\n'); end >= 0 {
		value = value[:end]
	}
	fields := docFields
	switch version, _, _ := bytes.Cut(value, []byte{'\t'}); string(version) {
	case docVersion:
	case docFirst:
		fields++
	default:
		return docHead{}, fmt.Errorf("%w: its head has version %q, and this version of agentconnect reads %s; use the one that wrote it, or a later one",
			errDoc, brief(string(version)), docVersion)
	}
	var at [docFields + 1]string
	rest, n := string(value), 0
	for more := true; more && n < fields; n++ {
		at[n], rest, more = strings.Cut(rest, "\t")
	}
	if n < fields || rest != "" {
		return docHead{}, fmt.Errorf("%w: its head has not %d fields", errDoc, fields)
	}
	flags := at[fields-1]
	h := docHead{
		owner: plainField(at[1]), template: plainField(at[2]), sessionType: plainField(at[3]), status: plainField(at[4]),
		direct: strings.Contains(flags, "d"), resting: strings.Contains(flags, "r"), deleted: strings.Contains(flags, "x"),
	}
	for i, t := range []*time.Time{&h.created, &h.ended, &h.wake} {
		if at[5+i] == "" {
			continue
		}
		nanos, err := strconv.ParseInt(at[5+i], 10, 64)
		if err != nil {
			return docHead{}, fmt.Errorf("%w: %q is no time", errDoc, brief(at[5+i]))
		}
		*t = time.Unix(0, nanos).UTC()
	}
	return h, nil
}

// What stands for the characters that part fields and lines.
func escapeField(text string) string {
	if !strings.ContainsAny(text, "\\\t\n") {
		return text
	}
	return strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`).Replace(text)
}

func plainField(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	return strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n").Replace(text)
}

// pack compresses a text.
func pack(text []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(text) // a buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

// unpack decompresses at most so many bytes.
func unpack(packed []byte, most int) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(z, int64(most)+1))
	if err != nil {
		return nil, err
	}
	if len(text) > most {
		return nil, fmt.Errorf("it has more than %d bytes", most)
	}
	return text, nil
}

// decodeNumbers decodes a JSON value and keeps the text of numbers whose type
// is open, so that they are written again as they came.
func decodeNumbers(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something behind the value")
	}
	return nil
}

package trace

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"mlsref/impl/suite"
	"mlsref/trace/whole"
)

const (
	formatName   = "mlsref-trace"
	maxTraceLine = 64 << 20 // bytes; no line that this package writes comes near it
)

// Write writes a trace as JSON Lines: the header, the events, and an end event
// with their number, by which a reader sees that nothing is missing.
func Write(w io.Writer, t *Trace) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(t.Header); err != nil {
		return err
	}
	last := -1
	for i := range t.Events {
		if err := enc.Encode(&t.Events[i]); err != nil {
			return fmt.Errorf("event %d: %w", t.Events[i].Seq, err)
		}
		last = t.Events[i].Seq
	}
	if err := enc.Encode(Event{Seq: last + 1, Kind: KindEnd, Count: len(t.Events)}); err != nil {
		return err
	}
	return out.Flush()
}

// WriteFile writes a trace to path, whole or not at all.
func WriteFile(path string, t *Trace) error {
	return whole.Write(path, func(w io.Writer) error { return Write(w, t) })
}

// Read reads a trace and checks everything that the format promises. Its
// errors are *InputError, with name as the file.
func Read(r io.Reader, name string) (*Trace, error) {
	return readBounded(r, name, maxTraceLine)
}

// ReadFile reads the trace at path.
func ReadFile(path string) (*Trace, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Read(f, path)
}

var errCutShort = errors.New("the line is cut short: it has no line end")

// wholeLines is bufio.ScanLines, but the last line must be ended too.
func wholeLines(data []byte, atEOF bool) (advance int, line []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return 0, nil, errCutShort
	}
	return 0, nil, nil
}

// Scan reads a trace as Read does, and hands on one event after the other without
// keeping it. The header comes first; an error of a callback ends the reading.
func Scan(r io.Reader, name string, header func(Header), each func(*Event) error) error {
	return scanBounded(r, name, maxTraceLine, &reader{header: header, each: each})
}

func readBounded(r io.Reader, name string, longest int) (*Trace, error) {
	t := &Trace{}
	err := scanBounded(r, name, longest, &reader{
		header: func(h Header) { t.Header = h },
		each:   func(e *Event) error { t.Events = append(t.Events, *e); return nil },
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

func scanBounded(r io.Reader, name string, longest int, rd *reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longest)
	lines.Split(wholeLines)
	number := 0
	rd.terms.light = true
	bad := func(line int, err error) error {
		return &InputError{File: name, Line: max(line, 1), Msg: err.Error()}
	}
	for lines.Scan() {
		number++
		if err := rd.line(number, lines.Bytes()); err != nil {
			return bad(number, err)
		}
		if rd.failed != nil {
			return rd.failed
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return bad(number+1, fmt.Errorf("the line is longer than %d bytes", longest))
	case err != nil:
		return bad(number+1, err)
	case number == 0:
		return bad(number, errors.New("not a trace: it is empty"))
	case !rd.ended:
		return bad(number, errors.New("the trace breaks off: it has no end event"))
	}
	return nil
}

// reader takes in a trace line by line.
type reader struct {
	header func(Header)
	each   func(*Event) error
	failed error // of each
	terms  definitions
	count  int // events
	last   int // the last one's Seq
	ended  bool
}

func (rd *reader) line(number int, text []byte) error {
	if number == 1 {
		var h Header
		if err := readHeader(text, &h); err != nil {
			return err
		}
		rd.header(h)
		return nil
	}
	if rd.ended {
		return errors.New("something follows the end of the trace")
	}
	var e Event
	if err := strictJSON(text, &e); err != nil {
		return fmt.Errorf("not an event: %w", err)
	}
	if rd.count > 0 && e.Seq <= rd.last {
		return fmt.Errorf("event %d does not come after event %d", e.Seq, rd.last)
	}
	if rd.ended = e.Kind == KindEnd; rd.ended {
		if e.Count != rd.count {
			return fmt.Errorf("the trace ends after %d events and says that it has %d", rd.count, e.Count)
		}
		return nil
	}
	if err := rd.terms.event(&e); err != nil {
		return fmt.Errorf("event %d: %w", e.Seq, err)
	}
	rd.count, rd.last = rd.count+1, e.Seq
	rd.failed = rd.each(&e)
	return nil
}

func readHeader(line []byte, h *Header) error {
	// Another version may have other fields: look at the name and version first.
	var loose struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if json.Unmarshal(line, &loose) != nil || loose.Format != formatName {
		return fmt.Errorf("not a trace: the first line is no %s header", formatName)
	}
	if loose.Version != Version {
		return fmt.Errorf("a trace of version %d; this program reads version %d", loose.Version, Version)
	}
	if err := strictJSON(line, h); err != nil {
		return fmt.Errorf("bad header: %v", err)
	}
	if _, err := suite.ByName(h.Suite); err != nil {
		return fmt.Errorf("bad header: %v", err)
	}
	return nil
}

func strictJSON(line []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return errors.New("the JSON is cut short")
		}
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("something follows the JSON object on its line")
	}
	return nil
}

package campaign

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"

	"mlsref/props"
)

// Format is the name and version of the files' format.
const Format = "mlsref-campaign/1"

// Header is the first line of a file.
type Header struct {
	Format string `json:"format"`
	Build  Build  `json:"build"`
	Params Params `json:"params"`
	Shard  Shard  `json:"shard"` // "": a merged file
}

// Result is what came of the history of one seed. It is a function of the header and the
// seed.
type Result struct {
	Seed       uint64          `json:"seed"`
	Steps      int             `json:"steps"` // statements that were played
	Operations map[string]int  `json:"operations,omitempty"`
	Rules      map[string]int  `json:"rules,omitempty"`  // that answers named, by ID
	Shapes     map[string]int  `json:"shapes,omitempty"` // of trees, as Shape writes them
	Failures   []props.Failure `json:"failures,omitempty"`
	Scenario   string          `json:"scenario,omitempty"` // as it was drawn, if something failed
}

// Shrunk is the scenario of a finding, made as short as it goes. A shard has one for each
// of its findings, from the first seed that has it.
type Shrunk struct {
	Finding  string `json:"finding"` // as Finding writes it
	Seed     uint64 `json:"seed"`
	Property string `json:"property"`
	Scenario string `json:"scenario,omitempty"` // none, if the property does not fail when it looks on alone
	Lines    int    `json:"lines,omitempty"`    // statements of it
	After    string `json:"after,omitempty"`    // what the property says of it
}

// line is one line of a file: one of the three. Sum is over all but the time, which is
// the one thing that is not the same each time.
type line struct {
	Header *Header `json:"campaign,omitempty"`
	Result *Result `json:"history,omitempty"`
	Shrunk *Shrunk `json:"shrunk,omitempty"`
	MS     int64   `json:"ms,omitempty"` // how long it took, by the clock
	Sum    string  `json:"sum"`          // CRC-32 of the line with no MS and an empty Sum
}

// maxLine is how long a line may be, in bytes: many times what a history comes to.
const maxLine = 1 << 24

// encode writes the line, with its end.
func (l line) encode() ([]byte, error) {
	sum, err := l.sum()
	if err != nil {
		return nil, err
	}
	l.Sum = sum
	b, err := marshal(l)
	return append(b, '\n'), err
}

func (l line) sum() (string, error) {
	l.MS, l.Sum = 0, ""
	b, err := marshal(l)
	return fmt.Sprintf("%08x", crc32.ChecksumIEEE(b)), err
}

// marshal does without escapes that only HTML needs, so that a scenario can be read.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// decode reads a line without its end. Whatever encode would not write is an error, and
// so is whatever a header, result or scenario cannot be.
func decode(b []byte) (line, error) {
	var l line
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return l, errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	sum, err := l.sum()
	if err != nil {
		return l, err
	}
	if l.Sum != sum {
		return l, fmt.Errorf("its checksum is %q, and should be %q", l.Sum, sum)
	}
	again, err := l.encode()
	if err != nil {
		return l, err
	}
	if !bytes.Equal(again, append(b[:len(b):len(b)], '\n')) {
		return l, errors.New("it is not written as mlsref writes it")
	}
	kinds := 0
	for _, there := range []bool{l.Header != nil, l.Result != nil, l.Shrunk != nil} {
		if there {
			kinds++
		}
	}
	if kinds != 1 {
		return l, errors.New("it is no header, history or shrunk scenario")
	}
	return l, nil
}

// valid makes of a text what comes back from a file as it was.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

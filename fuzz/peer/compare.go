package peer

import (
	"bytes"
	"errors"
	"iter"
	"regexp"
	"strings"
)

// Side says who accepted.
type Side string

// The ways in which two answers differ.
const (
	OwnAccepts  Side = "only mlsref accepts"
	PeerAccepts Side = "only the peer accepts"
	OtherBytes  Side = "both accept, and write it differently"
	PeerFails   Side = "the peer does not answer"
)

// Difference is one input on which both sides disagree.
type Difference struct {
	Input  Input  `json:"input"`
	Peer   string `json:"peer"` // its name
	Side   Side   `json:"side"`
	Own    Answer `json:"own"`
	Theirs Answer `json:"theirs"`
}

// Shape is what differences of one cause have in common, as far as words tell: numbers
// in them do not count.
func (d *Difference) Shape() string {
	text := strings.TrimSpace(d.Input.Do+" "+d.Input.Type) + ": " + string(d.Side)
	for _, e := range []string{d.Own.Error, d.Theirs.Error} {
		if e != "" {
			text += "; " + numbers.ReplaceAllString(e, "#")
		}
	}
	return text
}

var numbers = regexp.MustCompile(`(\b[0-9a-f]*[0-9][0-9a-f]*\b|\[\d+(, \d+)*\])`)

// differ compares two answers; nil if they agree. Bytes are compared only where the
// peer wrote some.
func differ(in Input, name string, theirs Answer) *Difference {
	own := Own(in.Request)
	d := &Difference{Input: in, Peer: name, Own: own, Theirs: theirs}
	switch {
	case own.OK && !theirs.OK:
		d.Side = OwnAccepts
	case !own.OK && theirs.OK:
		d.Side = PeerAccepts
	case own.OK && len(theirs.Hex) > 0 && !bytes.Equal(own.Hex, theirs.Hex):
		d.Side = OtherBytes
	default:
		return nil
	}
	return d
}

// Tally is what a comparison found.
type Tally struct {
	Asked       int            `json:"asked"`              // inputs that the peer answered
	Accepted    int            `json:"accepted"`           // by both
	Refused     int            `json:"refused"`            // by both
	Unsupported int            `json:"unsupported"`        // by the peer
	Failed      int            `json:"failed"`             // inputs without an answer, of no known class
	Known       map[string]int `json:"known"`              // disagreements of a known class, by its name
	Unknown     map[string]int `json:"unknown"`            // the others, by their shape
	Examples    []*Difference  `json:"examples,omitempty"` // the shortest input of each class or shape, in the order of their first
	Failures    []InputFailure `json:"failures,omitempty"` // the first of those that failed

	example map[string]int // by class or shape, the place in Examples
}

// InputFailure is an input on which a peer failed.
type InputFailure struct {
	Input Input  `json:"input"`
	What  string `json:"what"`
}

// mostFailures is how many failures one after the other end a comparison, and how many of
// them are kept.
const mostFailures = 20

// Compare gives inputs to both sides. An error says that the peer cannot be asked any
// more; what was found until then is there all the same.
func (p *Peer) Compare(inputs iter.Seq[Input]) (*Tally, error) {
	t := &Tally{Known: map[string]int{}, Unknown: map[string]int{}, example: map[string]int{}}
	row := 0
	for in := range inputs {
		if !p.Hello.Knows(in.Request) {
			t.Unsupported++
			continue
		}
		theirs, err := p.Ask(in.Request)
		if err != nil {
			if p.ctx.Err() != nil {
				return t, p.ctx.Err()
			}
			if row++; !t.failed(in, p.Hello.Name, err) || row == mostFailures {
				return t, err
			}
			continue
		}
		row = 0
		t.add(in, p.Hello.Name, theirs)
	}
	return t, nil
}

// failed counts a failure of the peer; false: it is none of an input.
func (t *Tally) failed(in Input, name string, err error) bool {
	var f *Failure
	if !errors.As(err, &f) || f.Request.ID == 0 {
		return false
	}
	d := &Difference{Input: in, Peer: name, Side: PeerFails, Theirs: Answer{Error: f.What}}
	if ClassOf(d) != nil {
		t.differs(d)
		return true
	}
	t.Failed++
	if len(t.Failures) < mostFailures {
		t.Failures = append(t.Failures, InputFailure{in, err.Error()})
	}
	return true
}

func (t *Tally) add(in Input, name string, theirs Answer) {
	if theirs.Unsupported {
		t.Unsupported++
		return
	}
	t.Asked++
	d := differ(in, name, theirs)
	switch {
	case d == nil && theirs.OK:
		t.Accepted++
	case d == nil:
		t.Refused++
	default:
		t.differs(d)
	}
}

func (t *Tally) differs(d *Difference) {
	key := d.Shape()
	if c := ClassOf(d); c != nil {
		key = c.Name
		t.Known[key]++
	} else {
		t.Unknown[key]++
	}
	at, found := t.example[key]
	switch {
	case !found:
		t.example[key] = len(t.Examples)
		t.Examples = append(t.Examples, d)
	case len(d.Input.Hex) < len(t.Examples[at].Input.Hex):
		t.Examples[at] = d
	}
}

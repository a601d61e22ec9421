package props

import (
	"bytes"
	"fmt"

	"mlsref/impl/group"
	"mlsref/trace"
)

// resumptions compares what a member keeps of past epochs before and after each Commit
// that it takes. What it is before is right by induction: a group begins with nothing.
type resumptions struct {
	kept   int                     // epochs, as the scenario says
	before map[string]*group.Group // of who is reading, by name and room
}

func newResumptions(h *History) *resumptions {
	return &resumptions{h.Scenario.PastPSKs, map[string]*group.Group{}}
}

func (r *resumptions) reading(s *trace.Session, reader string, m trace.Message) error {
	delete(r.before, reader+" in "+m.Room)
	if at, in := s.Member(reader, m.Room); in && m.Kind == "commit" {
		r.before[reader+" in "+m.Room] = at.Group
	}
	return nil
}

func (r *resumptions) read(s *trace.Session, reader string, m trace.Message, refused error) error {
	was := r.before[reader+" in "+m.Room]
	at, in := s.Member(reader, m.Room)
	if was == nil || !in || refused != nil {
		return nil
	}
	if err := keptPSKs(was, at.Group, r.kept); err != nil {
		return fmt.Errorf("%s in %s: %w", reader, at.State, err)
	}
	return nil
}

// keptPSKs: the resumption_psk of an epoch stays what it was, for as many epochs as are
// kept, and is gone after that (RFC 9420 §8.6).
func keptPSKs(was, is *group.Group, kept int) error {
	if is.ResumptionPSK(is.Epoch()+1) != nil {
		return fmt.Errorf("it has a resumption_psk of an epoch to come")
	}
	for back := range uint64(kept + 2) {
		if back > was.Epoch() {
			break
		}
		epoch := was.Epoch() - back
		var want []byte
		if is.Epoch()-epoch <= uint64(kept) {
			want = was.ResumptionPSK(epoch)
		}
		if have := is.ResumptionPSK(epoch); !bytes.Equal(have, want) {
			return fmt.Errorf("its resumption_psk of epoch %d is %x, was %x (RFC 9420 §8.6)", epoch, have, want)
		}
	}
	return nil
}

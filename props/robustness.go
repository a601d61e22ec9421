package props

import (
	"bytes"
	"fmt"
	"slices"

	"mlsref/impl/group"
	"mlsref/impl/wire"
	"mlsref/props/dump"
	"mlsref/trace"
)

// robust is the property that nobody takes what somebody changed on the way.
type robust struct {
	h     *History
	posts posts
}

func robustness(h *History) Checks {
	r := &robust{h: h}
	return Checks{Watch: trace.Watch{Reading: r.before}}
}

// before gives the reader changed copies of what it is about to read. That it reads
// the right one afterwards is property acceptance.
func (r *robust) before(s *trace.Session, reader string, m trace.Message) error {
	mutate := mutator{r.h.Rand, r.posts.any(r.h.Rand), message}
	r.posts.add(m.Bytes)
	try := r.received
	if m.Kind == "welcome" {
		try = r.joined
	}
	var bad [][]byte
	var what []string
	tries := 3
	if r.h.look.Thorough {
		tries = 30
	}
	for range tries {
		b, change := mutate.mutate(m.Bytes)
		if !r.posts.has(b) { // it is the same, or another that may be good
			bad, what = append(bad, b), append(what, change)
		}
	}
	for i, err := range try(s, reader, m, bad) {
		if err != nil {
			return fmt.Errorf("%s's %s, changed (%s): %w", m.From, m.Kind, what[i], err)
		}
	}
	return nil
}

// received gives bad messages to a member.
func (r *robust) received(s *trace.Session, reader string, m trace.Message, bad [][]byte) []error {
	member, ok := s.Member(reader, m.Room)
	if !ok || len(bad) == 0 {
		return nil
	}
	t := aim(s, member, m)
	errs := make([]error, len(bad))
	for i, b := range bad {
		errs[i] = t.refuses(b)
	}
	return errs
}

// joined gives bad Welcomes to who is to join. What a Welcome holds for others, nobody
// can vouch for, and in which order it stands (RFC 9420 §12.4.3.1): with that changed,
// it leads to the same group.
func (r *robust) joined(s *trace.Session, reader string, m trace.Message, bad [][]byte) []error {
	as, k, _, ok := s.Joining(reader, m)
	if !ok {
		return nil
	}
	before := dump.Hash(s.Live(reader))
	errs := make([]error, len(bad))
	for i, b := range bad {
		g, err := s.Join(reader, m, b)
		switch {
		case err == nil && !sameForUs(as, k, b, m.Bytes):
			errs[i] = fmt.Errorf("%s joins by it", reader)
		case err == nil:
			honest, err := s.Join(reader, m, m.Bytes)
			if err != nil || dump.Hash(honest) != dump.Hash(g) {
				errs[i] = fmt.Errorf("%s joins another group by it (%v)", reader, err)
			}
		case !Refusal(err):
			errs[i] = fmt.Errorf("%s refuses it for an odd reason: %w", reader, err)
		}
		if errs[i] == nil && dump.Hash(s.Live(reader)) != before {
			errs[i] = fmt.Errorf("%s does not join by it (%v) and yet changes", reader, err)
		}
	}
	return errs
}

// sameForUs: a changed Welcome holds the same for the client as the original, of
// several entries for one KeyPackage in the first.
func sameForUs(as group.Client, k group.KeyPackageSecrets, changed, original []byte) bool {
	kp, err := wire.Marshal(&k.KeyPackage)
	if err != nil {
		return false
	}
	ref := as.Suite.RefHash("MLS 1.0 KeyPackage Reference", kp)
	ours := func(b []byte) []byte {
		m := &wire.MLSMessage{}
		if wire.Unmarshal(b, m) != nil || m.Welcome == nil {
			return nil
		}
		w := m.Welcome
		i := slices.IndexFunc(w.Secrets, func(e wire.EncryptedGroupSecrets) bool { return bytes.Equal(e.NewMember, ref) })
		if i < 0 {
			return nil
		}
		w.Secrets = w.Secrets[i : i+1]
		b, err := wire.Marshal(m)
		if err != nil {
			return nil
		}
		return b
	}
	a := ours(changed)
	return a != nil && bytes.Equal(a, ours(original))
}

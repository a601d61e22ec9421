package props

import (
	"bytes"
	"fmt"
	mathrand "math/rand"
	"math/rand/v2"

	"mlsref/impl/group"
	"mlsref/impl/wire"
	"mlsref/props/encoding"
	"mlsref/trace"
)

// codec looks at every message once, at the tree of every state, and at some saved
// groups, GroupInfos and random structs.
type codec struct {
	h     *History
	seen  map[string]bool // messages and states
	kinds []wire.Kind
}

func newCodec(h *History) Checks {
	c := &codec{h, map[string]bool{}, wire.Kinds()}
	return Checks{Watch: trace.Watch{Reading: c.reading, Step: c.step}, End: c.end}
}

// kind is a struct of wire by its name, which must exist.
func kind(name string) wire.Kind {
	k, ok := wire.KindOf(name)
	if !ok {
		panic("props: internal: wire has no " + name)
	}
	return k
}

func (c *codec) reading(_ *trace.Session, _ string, m trace.Message) error {
	if c.seen[string(m.Bytes)] {
		return nil
	}
	c.seen[string(m.Bytes)] = true
	if err := encoding.One(c.h.Rand.IntN, kind("MLSMessage"), m.Bytes, encoding.Few); err != nil {
		return fmt.Errorf("a %s of %s: %w", m.Kind, m.From, err)
	}
	return nil
}

func (c *codec) step(s *trace.Session, _ int) error {
	members := s.Members()
	for _, m := range members {
		if c.seen["state "+m.State] {
			continue
		}
		c.seen["state "+m.State] = true
		rt := m.Group.Tree().Wire()
		if err := c.written("RatchetTree", &rt); err != nil {
			return fmt.Errorf("the tree of %s: %w", m.State, err)
		}
	}
	if len(members) == 0 || !c.h.sometimes(8) {
		return nil
	}
	m := members[c.h.Rand.IntN(len(members))]
	if err := c.saved(m); err != nil {
		return fmt.Errorf("%s's saved group in %s: %w", m.Name, m.State, err)
	}
	return nil
}

// written checks what the codec writes for v.
func (c *codec) written(name string, v wire.Wirer) error {
	b, err := wire.Marshal(v)
	if err != nil {
		return err
	}
	return encoding.One(c.h.Rand.IntN, kind(name), b, encoding.Few)
}

// saved checks a saved group, whose struct only package group knows: it loads, and what
// was loaded is saved as the same bytes; one byte more or less is refused.
func (c *codec) saved(m trace.Member) error {
	b, err := m.Group.Save()
	if err != nil {
		return err
	}
	as := m.Group.Client()
	loaded, err := as.Load(b)
	if err != nil {
		return err
	}
	if again, err := loaded.Save(); err != nil || !bytes.Equal(again, b) {
		return fmt.Errorf("loaded and saved again it is %d other bytes, was %d (%v)", len(again), len(b), err)
	}
	if _, err := as.Load(append(bytes.Clone(b), 0)); err == nil {
		return fmt.Errorf("it loads with a trailing byte")
	}
	for _, cut := range []int{c.h.Rand.IntN(len(b)), len(b) - 1} {
		if _, err := as.Load(b[:cut]); err == nil {
			return fmt.Errorf("the first %d of %d bytes load", cut, len(b))
		}
	}
	return nil
}

// end looks at what no history sends beside its messages, and at structs that mean
// nothing.
func (c *codec) end(s *trace.Session) {
	rng := rand.NewChaCha8([32]byte{byte(c.h.Rand.IntN(256))})
	if members := s.Members(); len(members) > 0 {
		c.h.Check(c.published(members[c.h.Rand.IntN(len(members))], rng))
	}
	c.h.Check(encoding.Lengths(c.h.Rand.IntN))
	for range 3 {
		k := c.kinds[c.h.Rand.IntN(len(c.kinds))]
		b := encoding.Made(k, c.h.Rand.IntN)
		if err := encoding.One(c.h.Rand.IntN, k, b, encoding.Few); err != nil {
			c.h.Fail("a random %s, %s: %v", k.Name, encoding.Clipped(b), err)
		}
		if _, err := encoding.RoundTrip(k, mathrand.NewSource(c.h.Rand.Int64()), nil); err != nil {
			c.h.Fail("%v", err)
		}
	}
}

// published checks a GroupInfo and a KeyPackage of a member.
func (c *codec) published(m trace.Member, rng *rand.ChaCha8) error {
	kp, _, err := m.Group.Client().NewKeyPackage(rng)
	if err != nil {
		return err
	}
	if err := c.written("MLSMessage", &wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatKeyPackage, KeyPackage: &kp}); err != nil {
		return fmt.Errorf("a key package of %s: %w", m.Name, err)
	}
	if m.Group.ReInit() != nil {
		return nil // the group has ended
	}
	info, err := m.Group.GroupInfo(rng, group.GroupInfoOptions{Tree: true, ExternalPub: true})
	if err != nil {
		return err
	}
	if err := encoding.One(c.h.Rand.IntN, kind("MLSMessage"), info, encoding.Few); err != nil {
		return fmt.Errorf("the GroupInfo of %s: %w", m.State, err)
	}
	return nil
}

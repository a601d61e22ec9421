package treedem

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"

	"pgregory.net/rapid"
)

var kinds = []wire.ContentType{wire.ContentProposal, wire.ContentApplication}

// slowKey is the key of a generation, worked out from the root each time: the
// figures of RFC 9420 §9 and §9.1 as they stand.
func slowKey(s suite.Suite, n uint32, encryptionSecret []byte, leaf tree.LeafIndex, kind wire.ContentType, generation uint32) generationKey {
	secret := encryptionSecret
	for lo := uint32(0); n > 1; n /= 2 {
		side := "left"
		if leaf >= lo+n/2 {
			side, lo = "right", lo+n/2
		}
		secret = s.ExpandWithLabel(secret, "tree", []byte(side), s.Nh())
	}
	label := "handshake"
	if kind == wire.ContentApplication {
		label = "application"
	}
	secret = s.ExpandWithLabel(secret, label, nil, s.Nh())
	for j := range generation {
		secret = s.DeriveTreeSecret(secret, "secret", j, s.Nh())
	}
	return generationKey{generation, s.DeriveTreeSecret(secret, "key", generation, s.Nk()), s.DeriveTreeSecret(secret, "nonce", generation, s.Nn())}
}

// model says what is to become of a generation, from the list of all that was
// consumed: nothing of keys or secrets.
type model struct {
	limits  Limits
	next    map[string]uint32
	skipped map[string][]uint32 // oldest first
}

func (m *model) rule(ratchet string, generation uint32) error {
	switch next := m.next[ratchet]; {
	case generation >= next && generation-next > m.limits.MaxForward:
		return spec.ForwardBound
	case generation < next && !slices.Contains(m.skipped[ratchet], generation):
		return spec.GenerationOnce
	}
	return nil
}

func (m *model) consume(ratchet string, generation uint32) {
	skipped := slices.DeleteFunc(m.skipped[ratchet], func(g uint32) bool { return g == generation })
	for ; m.next[ratchet] <= generation; m.next[ratchet]++ {
		if m.next[ratchet] != generation {
			skipped = append(skipped, m.next[ratchet])
		}
	}
	m.skipped[ratchet] = skipped[max(0, len(skipped)-m.limits.MaxSkipped):]
}

// play draws receptions, some of them failed trials, and holds every outcome
// against the model and slowKey.
func play(t *rapid.T, r *Ratchets, m *model, root []byte, leaves []uint32) {
	for range rapid.IntRange(0, 25).Draw(t, "steps") {
		leaf := rapid.SampledFrom(leaves).Draw(t, "leaf")
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		generation := rapid.Uint32Range(0, 14).Draw(t, "generation")
		ratchet := fmt.Sprint(leaf, kind)
		k, consume, err := r.key(leaf, kind, generation)
		if want := m.rule(ratchet, generation); !errors.Is(err, want) {
			t.Fatalf("leaf %d, %v %d: got %v, want %v", leaf, kind, generation, err, want)
		}
		if err != nil {
			continue
		}
		if want := slowKey(r.suite, r.leaves, root, leaf, kind, generation); !bytes.Equal(k.key, want.key) || !bytes.Equal(k.nonce, want.nonce) {
			t.Fatalf("leaf %d, %v %d: another key than from the root", leaf, kind, generation)
		}
		if rapid.Bool().Draw(t, "accepted") {
			consume()
			m.consume(ratchet, generation)
		}
	}
}

// drawRatchets is a played state and its model; leaf own only sends.
func drawRatchets(t *rapid.T) (r *Ratchets, m *model, root []byte, own tree.LeafIndex, others []uint32) {
	s, err := suite.ByID(wire.CipherSuite(rapid.SampledFrom([]int{1, 3, 7}).Draw(t, "suite")))
	if err != nil {
		t.Fatal(err)
	}
	n := uint32(1) << rapid.IntRange(0, 4).Draw(t, "log leaves")
	own = rapid.Uint32Range(0, n-1).Draw(t, "own")
	limits := Limits{MaxForward: rapid.Uint32Range(1, 6).Draw(t, "forward"), MaxSkipped: rapid.IntRange(1, 6).Draw(t, "kept")}
	root = bytes.Repeat([]byte{byte(n)}, s.Nh())
	r = NewRatchets(s, n, root, limits)
	m = &model{limits, map[string]uint32{}, map[string][]uint32{}}
	for leaf := range n {
		if leaf != own {
			others = append(others, leaf)
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "sent") {
		if _, err := r.nextKey(own, wire.ContentApplication, 1); err != nil {
			t.Fatal(err)
		}
	}
	if len(others) > 0 {
		play(t, r, m, root, others)
	}
	return r, m, root, own, others
}

// Subtle point 34 and rules X09, X17: only success consumes, once; and whichever
// keys are held, they are the right ones.
func TestRatchetsAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { drawRatchets(t) })
}

// The window's edges: as far as MaxForward and no further, as many as MaxSkipped
// and no more, the oldest going first.
func TestWindowEdges(t *testing.T) {
	c := newChannel(t)
	var msgs []*wire.PrivateMessage
	for range 20 {
		msgs = append(msgs, c.private())
	}
	r := NewRatchets(c.s, 2, c.encryption, Limits{MaxForward: 5, MaxSkipped: 3})
	for _, v := range []struct {
		generation int
		rule       error
	}{
		{6, spec.ForwardBound}, {5, nil}, // 2, 3 and 4 are kept
		{1, spec.GenerationOnce}, {2, nil}, {2, spec.GenerationOnce},
		{12, spec.ForwardBound}, {11, nil}, // of 3, 4 and 6 to 10 the last three
		{7, spec.GenerationOnce}, {8, nil}, {10, nil}, {9, nil}, {9, spec.GenerationOnce},
		{12, nil}, {11, spec.GenerationOnce}, {18, nil},
	} {
		if err := c.receivePrivate(r, msgs[v.generation]); !errors.Is(err, v.rule) {
			t.Errorf("generation %d: got %v, want %v", v.generation, err, v.rule)
		}
	}
}

// A client that wants no late messages keeps no skipped keys.
func TestNoSkippedKeys(t *testing.T) {
	c := newChannel(t)
	m0, m1, m2 := c.private(), c.private(), c.private()
	r := NewRatchets(c.s, 2, c.encryption, Limits{MaxSkipped: -1})
	for _, v := range []struct {
		m    *wire.PrivateMessage
		rule error
	}{{m1, nil}, {m0, spec.GenerationOnce}, {m2, nil}} {
		if err := c.receivePrivate(r, v.m); !errors.Is(err, v.rule) {
			t.Errorf("got %v, want %v", err, v.rule)
		}
	}
}

// secrets lists every secret that r holds, by its bytes.
func (r *Ratchets) secrets() map[string]bool {
	all := map[string]bool{}
	for _, secret := range r.nodes {
		all[string(secret)] = true
	}
	for _, l := range r.used {
		for _, x := range []ratchet{l.handshake, l.application} {
			all[string(x.secret)] = true
			for _, k := range x.skipped {
				all[string(k.key)], all[string(k.nonce)] = true, true
			}
		}
	}
	return all
}

// Subtle point 33: RFC 9420 §9.2's own example. D's generation 1 arrives and
// generation 0 did not: K1, N1, AR1, AR0, D, F and G are gone; K0, N0, AR2, HR0, E
// and C are all that is left.
func TestDeletionSchedule(t *testing.T) {
	s := must[suite.Suite](t)(suite.ByID(1))
	G := bytes.Repeat([]byte{7}, s.Nh())
	F, E := s.ExpandWithLabel(G, "tree", []byte("right"), s.Nh()), s.ExpandWithLabel(G, "tree", []byte("left"), s.Nh())
	D, C := s.ExpandWithLabel(F, "tree", []byte("right"), s.Nh()), s.ExpandWithLabel(F, "tree", []byte("left"), s.Nh())
	HR0, AR0 := s.ExpandWithLabel(D, "handshake", nil, s.Nh()), s.ExpandWithLabel(D, "application", nil, s.Nh())
	AR1 := s.DeriveTreeSecret(AR0, "secret", 0, s.Nh())
	AR2 := s.DeriveTreeSecret(AR1, "secret", 1, s.Nh())
	K0, N0 := s.DeriveTreeSecret(AR0, "key", 0, s.Nk()), s.DeriveTreeSecret(AR0, "nonce", 0, s.Nn())

	holds := func(r *Ratchets, want ...[]byte) {
		t.Helper()
		all := map[string]bool{}
		for _, b := range want {
			all[string(b)] = true
		}
		if got := r.secrets(); !maps.Equal(got, all) {
			t.Errorf("%d secrets are held, want %d others", len(got), len(all))
		}
	}
	r := NewRatchets(s, 4, G, Limits{})
	_, consume, err := r.key(3, wire.ContentApplication, 1)
	if err != nil {
		t.Fatal(err)
	}
	holds(r, G) // nothing is kept of a trial
	consume()
	holds(r, K0, N0, AR2, HR0, E, C)
	_, consume, err = r.key(3, wire.ContentApplication, 0)
	if err != nil {
		t.Fatal(err)
	}
	consume()
	holds(r, AR2, HR0, E, C)
	// The sender's own key goes as it is handed out.
	sender := NewRatchets(s, 4, G, Limits{})
	if _, err := sender.nextKey(3, wire.ContentApplication, 1); err != nil {
		t.Fatal(err)
	}
	holds(sender, AR1, HR0, E, C)
}

// Two messages are opened before either is accepted: each still consumes its own.
func TestOverlappingTrials(t *testing.T) {
	c := newChannel(t)
	m0, m1 := c.private(), c.private()
	for _, order := range [][]*wire.PrivateMessage{{m0, m1}, {m1, m0}, {m1, m1}} {
		r := c.ratchets()
		var consume []func()
		for _, m := range order {
			_, f, err := UnprotectPrivate(c.s, c.senderData, r, m, c.context, 0)
			if err != nil {
				t.Fatal(err)
			}
			consume = append(consume, f)
		}
		for _, f := range consume {
			f()
		}
		for _, m := range order {
			if err := c.receivePrivate(r, m); !errors.Is(err, spec.GenerationOnce) {
				t.Errorf("a key is back: got %v, want %v", err, spec.GenerationOnce)
			}
		}
	}
}

// Subtle point 34: whatever is wrong with a message, the honest one still opens.
// The forger here knows the epoch's keys, as any member does.
func TestFailedTrialConsumesNothing(t *testing.T) {
	c := newChannel(t)
	honest := c.private()
	r := c.ratchets()
	for what, bend := range map[string]func(*wire.PrivateMessage){
		"the ciphertext": func(m *wire.PrivateMessage) { m.Ciphertext[len(m.Ciphertext)-1] ^= 1 },
		"the padding": func(m *wire.PrivateMessage) {
			c.reseal(m, func(_ *wire.SenderData, i *wire.PrivateMessageContent) { i.Padding[0] = 1 })
		},
		"the signature": func(m *wire.PrivateMessage) {
			c.reseal(m, func(_ *wire.SenderData, i *wire.PrivateMessageContent) { i.Auth.Signature[0] ^= 1 })
		},
		"the syntax": func(m *wire.PrivateMessage) {
			c.reseal(m, func(_ *wire.SenderData, i *wire.PrivateMessageContent) {
				*i = wire.PrivateMessageContent{ContentType: 2, Proposal: c.add()}
			})
		},
		"a later generation, forged": func(m *wire.PrivateMessage) {
			c.reseal(m, func(d *wire.SenderData, i *wire.PrivateMessageContent) { d.Generation, i.Auth.Signature = 900, nil })
		},
	} {
		m := *honest
		m.Ciphertext = bytes.Clone(honest.Ciphertext)
		bend(&m)
		before := r.secrets()
		if err := c.receivePrivate(r, &m); err == nil {
			t.Errorf("%s: the changed message opens", what)
		}
		if !maps.Equal(before, r.secrets()) {
			t.Errorf("%s: a failed trial changed the state", what)
		}
	}
	if err := c.receivePrivate(r, honest); err != nil {
		t.Error(err)
	}
}

// Rule X08: each message has the next generation, and a fresh reuse guard from the
// random numbers given.
func TestReuseGuardIsFresh(t *testing.T) {
	c := newChannel(t)
	c.rng = rand.Reader
	guards := map[[4]byte]bool{}
	for generation := range uint32(20) {
		data := must[wire.SenderData](t)(openSenderData(c.s, c.senderData, c.private()))
		if data.Generation != generation {
			t.Errorf("generation %d, want %d", data.Generation, generation)
		}
		guards[data.ReuseGuard] = true
	}
	if len(guards) < 19 {
		t.Errorf("%d guards in 20 messages", len(guards))
	}
	c.rng = bytes.NewReader([]byte{1, 2, 3})
	if _, err := c.send(wire.ContentApplication); err == nil {
		t.Error("a guard of three bytes is enough")
	}
	c.rng = bytes.NewReader([]byte{9, 8, 7, 6})
	data := must[wire.SenderData](t)(openSenderData(c.s, c.senderData, c.mustSend(wire.ContentApplication)))
	if data.ReuseGuard != [4]byte{9, 8, 7, 6} || data.Generation != 20 {
		t.Errorf("got guard %x, generation %d", data.ReuseGuard, data.Generation)
	}
}

// Subtle point 31: the sample is Nh bytes of the ciphertext, or all of it.
func TestSenderDataSample(t *testing.T) {
	s := must[suite.Suite](t)(suite.ByID(1))
	secret, long := bytes.Repeat([]byte{1}, s.Nh()), bytes.Repeat([]byte{2}, s.Nh()+1)
	for _, v := range []struct {
		a, b []byte
		same bool
	}{
		{long, long[:s.Nh()], true},
		{long, long[:s.Nh()-1], false},
		{long[:3], long[:2], false},
		{nil, long[:0], true},
	} {
		ka, na := senderDataKey(s, secret, v.a)
		kb, nb := senderDataKey(s, secret, v.b)
		if bytes.Equal(ka, kb) != v.same || bytes.Equal(na, nb) != v.same {
			t.Errorf("samples of %d and %d bytes: same key is %v, want %v", len(v.a), len(v.b), !v.same, v.same)
		}
	}
}

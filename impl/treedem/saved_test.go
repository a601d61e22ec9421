package treedem

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"weak"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"

	"pgregory.net/rapid"
)

// A loaded state is the saved one, but for the member's own leaf.
func TestSaveAndLoad(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, m, root, own, others := drawRatchets(t)
		b, err := r.Save(own)
		if err != nil {
			t.Fatal(err)
		}
		loaded, err := LoadRatchets(r.suite, b, r.limits)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := loaded.Save(own); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("saved anew, it differs (%v)", err)
		}
		if loaded.Fits(r.leaves, own) != nil || loaded.Fits(2*r.leaves, own) == nil || loaded.Fits(r.leaves, own+1) == nil || r.Fits(r.leaves, own) == nil {
			t.Fatal("a loaded state fits another tree or member, or not its own; or the saved one fits")
		}
		if loaded.CanSend(own) || !r.CanSend(own) {
			t.Fatal("a loaded state sends, or the saved one does not")
		}
		for _, kind := range kinds {
			if _, err := loaded.nextKey(own, kind, 1); err != ErrCannotSend {
				t.Fatalf("own %v: got %v, want %v", kind, err, ErrCannotSend)
			}
			if _, _, err := loaded.key(own, kind, 0); err != ErrCannotSend {
				t.Fatalf("own %v: got %v, want %v", kind, err, ErrCannotSend)
			}
		}
		// Both answer alike for every generation, and as the model says.
		for _, leaf := range others {
			for _, kind := range kinds {
				for generation := range uint32(16) {
					want := m.rule(fmt.Sprint(leaf, kind), generation)
					k, _, err := loaded.key(leaf, kind, generation)
					if !errors.Is(err, want) {
						t.Fatalf("leaf %d, %v %d: got %v, want %v", leaf, kind, generation, err, want)
					}
					if err == nil && !bytes.Equal(k.key, slowKey(r.suite, r.leaves, root, leaf, kind, generation).key) {
						t.Fatalf("leaf %d, %v %d: another key", leaf, kind, generation)
					}
				}
			}
		}
		if len(others) > 0 {
			play(t, loaded, m, root, others)
		}
		if _, err := r.nextKey(own, wire.ContentApplication, 1); err != nil {
			t.Fatalf("after Save the original does not send: %v", err)
		}
	})
}

// Nothing in the saved bytes leads to a key of the member's own, used or not.
func TestSavedHoldsNoOwnKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, _, root, own, _ := drawRatchets(t)
		b, err := r.Save(own)
		if err != nil {
			t.Fatal(err)
		}
		s, secret, n := r.suite, root, r.leaves
		above := [][]byte{secret}
		for lo := uint32(0); n > 1; n /= 2 {
			side := "left"
			if own >= lo+n/2 {
				side, lo = "right", lo+n/2
			}
			secret = s.ExpandWithLabel(secret, "tree", []byte(side), s.Nh())
			above = append(above, secret)
		}
		for _, label := range []string{"handshake", "application"} {
			x := s.ExpandWithLabel(secret, label, nil, s.Nh())
			for j := range uint32(5) {
				above = append(above, x, s.DeriveTreeSecret(x, "key", j, s.Nk()), s.DeriveTreeSecret(x, "nonce", j, s.Nn()))
				x = s.DeriveTreeSecret(x, "secret", j, s.Nh())
			}
		}
		for _, x := range above {
			if bytes.Contains(b, x) {
				t.Fatal("the saved bytes hold a secret that leads to the member's own keys")
			}
		}
	})
}

// Whole messages: one that is late when the state is saved opens after it is
// loaded, one that was opened before does not, and nothing can be sent.
func TestLoadedReceives(t *testing.T) {
	c := newChannel(t)
	r := c.ratchets()
	late, opened, later := c.private(), c.private(), c.private()
	if err := c.receivePrivate(r, opened); err != nil {
		t.Fatal(err)
	}
	b := must[[]byte](t)(r.Save(0))
	loaded := must[*Ratchets](t)(LoadRatchets(c.s, b, Limits{}))
	for _, v := range []struct {
		what string
		m    *wire.PrivateMessage
		rule error
	}{{"opened before", opened, spec.GenerationOnce}, {"late", late, nil}, {"later", later, nil}, {"late, again", late, spec.GenerationOnce}} {
		if err := c.receivePrivate(loaded, v.m); !errors.Is(err, v.rule) {
			t.Errorf("%s: got %v, want %v", v.what, err, v.rule)
		}
	}
	// Sending needs more than the other's leaf: as leaf 0 it cannot be done.
	own := c.signed(wire.ContentApplication, wire.WireFormatPrivateMessage)
	own.Content.Sender.LeafIndex = 0
	if _, err := ProtectPrivate(c.s, c.rng, c.senderData, r, own, nil); err != nil {
		t.Fatalf("the original: %v", err)
	}
	if _, err := ProtectPrivate(c.s, c.rng, c.senderData, loaded, own, nil); err != ErrCannotSend {
		t.Errorf("got %v, want %v", err, ErrCannotSend)
	}
	if _, err := loaded.Save(1); err == nil {
		t.Error("a state without leaf 0 is saved without leaf 1")
	}
	if _, err := r.Save(2); !errors.Is(err, spec.SenderIsMember) {
		t.Errorf("without a leaf that there is not: got %v, want %v", err, spec.SenderIsMember)
	}
}

// A ratchet at its end, and one with more skipped keys than the loader would keep.
func TestLoadAtTheEdges(t *testing.T) {
	c := newChannel(t)
	r := c.ratchets()
	msgs := []*wire.PrivateMessage{c.private(), c.private(), c.private(), c.private()}
	if err := c.receivePrivate(r, msgs[3]); err != nil {
		t.Fatal(err)
	}
	r.used[1].handshake = ratchet{next: generations}
	b := must[[]byte](t)(r.Save(0))
	loaded := must[*Ratchets](t)(LoadRatchets(c.s, b, Limits{MaxSkipped: 2}))
	if _, _, err := loaded.key(1, wire.ContentProposal, 1<<32-1); !errors.Is(err, spec.GenerationOnce) {
		t.Errorf("got %v, want %v", err, spec.GenerationOnce)
	}
	for generation, rule := range []error{spec.GenerationOnce, nil, nil, spec.GenerationOnce} {
		if err := c.receivePrivate(loaded, msgs[generation]); !errors.Is(err, rule) {
			t.Errorf("generation %d: got %v, want %v", generation, err, rule)
		}
	}
}

// savedSample is a state of eight leaves, saved without leaf 2: leaf 5's message
// skipped two keys, leaf 6's none.
func savedSample(t testing.TB) (suite.Suite, []byte) {
	s, err := suite.ByID(1)
	if err != nil {
		t.Fatal(err)
	}
	r := NewRatchets(s, 8, bytes.Repeat([]byte{3}, s.Nh()), Limits{})
	for leaf, generation := range map[uint32]uint32{5: 2, 6: 0} {
		_, consume, err := r.key(leaf, wire.ContentApplication, generation)
		if err != nil {
			t.Fatal(err)
		}
		consume()
	}
	b, err := r.Save(2)
	if err != nil {
		t.Fatal(err)
	}
	return s, b
}

// Each case breaks one thing in a saved state.
func TestLoadRefuses(t *testing.T) {
	s, b := savedSample(t)
	for what, bend := range map[string]func(*savedRatchets){
		"another format":   func(v *savedRatchets) { v.Format++ },
		"another suite":    func(v *savedRatchets) { v.CipherSuite = 3 },
		"no leaves":        func(v *savedRatchets) { v.Leaves = 0 },
		"seven leaves":     func(v *savedRatchets) { v.Leaves, v.Nodes = 7, v.Nodes[:len(v.Nodes)-1] },
		"sixteen leaves":   func(v *savedRatchets) { v.Leaves = 16 },
		"four leaves":      func(v *savedRatchets) { v.Leaves = 4 },
		"without leaf 8":   func(v *savedRatchets) { v.Without = 8 },
		"without another":  func(v *savedRatchets) { v.Without = 3 },
		"without one used": func(v *savedRatchets) { v.Without = 6 },
		"a node less":      func(v *savedRatchets) { v.Nodes = v.Nodes[1:] },
		"a node twice":     func(v *savedRatchets) { v.Nodes = append(v.Nodes[:1], v.Nodes...) },
		"nodes swapped":    func(v *savedRatchets) { v.Nodes[0], v.Nodes[1] = v.Nodes[1], v.Nodes[0] },
		"a leaf far out": func(v *savedRatchets) {
			v.Used = append(v.Used, savedLeaf{9, v.Used[0].Handshake, v.Used[0].Application})
		},
		"without none":        func(v *savedRatchets) { v.Without, v.Nodes, v.Used = 8, []savedNode{{7, v.Nodes[0].Secret}}, nil },
		"the root":            func(v *savedRatchets) { v.Nodes, v.Used = []savedNode{{7, v.Nodes[0].Secret}}, nil },
		"a node above it all": func(v *savedRatchets) { v.Nodes[0].Index = 1<<32 - 1 },
		"a node far out":      func(v *savedRatchets) { v.Nodes = append(v.Nodes, savedNode{16, v.Nodes[0].Secret}) },
		"the left-out leaf": func(v *savedRatchets) {
			v.Used = append([]savedLeaf{{Leaf: 2, Handshake: v.Used[0].Handshake, Application: v.Used[0].Application}}, v.Used...)
		},
		"a leaf less":          func(v *savedRatchets) { v.Used = v.Used[1:] },
		"a leaf twice":         func(v *savedRatchets) { v.Used = append(v.Used[:1], v.Used...) },
		"a short secret":       func(v *savedRatchets) { v.Nodes[0].Secret = v.Nodes[0].Secret[1:] },
		"a short ratchet":      func(v *savedRatchets) { v.Used[0].Handshake.Secret = nil },
		"a ratchet too far":    func(v *savedRatchets) { v.Used[0].Handshake.Next = generations + 1 },
		"a secret at the end":  func(v *savedRatchets) { v.Used[0].Handshake.Next = generations },
		"a key to come":        func(v *savedRatchets) { v.Used[0].Application.Skipped[1].Generation = 3 },
		"a key twice":          func(v *savedRatchets) { v.Used[0].Application.Skipped[1].Generation = 0 },
		"a short key":          func(v *savedRatchets) { v.Used[0].Application.Skipped[0].Key = nil },
		"a nonce of many more": func(v *savedRatchets) { v.Used[0].Application.Skipped[0].Nonce = make([]byte, 99) },
	} {
		var v savedRatchets
		if err := wire.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		if got := must[[]byte](t)(wire.Marshal(&v)); !bytes.Equal(got, b) {
			t.Fatal("the honest state does not encode as it was")
		}
		bend(&v)
		if _, err := LoadRatchets(s, must[[]byte](t)(wire.Marshal(&v)), Limits{}); err == nil {
			t.Errorf("%s: the state loads", what)
		}
	}
	if _, err := LoadRatchets(s, b, Limits{}); err != nil {
		t.Errorf("the honest state: %v", err)
	}
}

// whole says whether a loaded state is consistent: every leaf but one gives its
// first possible key, and what was loaded is what Save would write.
func whole(t testing.TB, s suite.Suite, b []byte) {
	r, err := LoadRatchets(s, b, Limits{MaxSkipped: 1 << 30})
	if err != nil {
		return
	}
	if again, err := r.Save(*r.without); err != nil || !bytes.Equal(again, b) {
		t.Fatalf("%x loads, but is saved as %x (%v)", b, again, err)
	}
	for leaf := range min(r.leaves, 64) {
		for _, kind := range kinds {
			_, consume, err := r.key(leaf, kind, 0)
			if err == nil {
				consume()
			} else if (err == ErrCannotSend) != (leaf == *r.without) || !errors.Is(err, spec.GenerationOnce) && err != ErrCannotSend {
				t.Fatalf("leaf %d: %v", leaf, err)
			}
		}
	}
}

// Bytes that are cut or flipped are refused, or are another consistent state: a
// secret's bits cannot be told from others.
func TestLoadMalformed(t *testing.T) {
	s, b := savedSample(t)
	for n := range b {
		if _, err := LoadRatchets(s, b[:n], Limits{}); err == nil {
			t.Errorf("the first %d bytes of %d load", n, len(b))
		}
		for bit := range 8 {
			flipped := bytes.Clone(b)
			flipped[n] ^= 1 << bit
			whole(t, s, flipped)
		}
	}
	if _, err := LoadRatchets(s, append(bytes.Clone(b), 0), Limits{}); err == nil {
		t.Error("a trailing byte is ignored")
	}
}

func FuzzLoadRatchets(f *testing.F) {
	s, b := savedSample(f)
	f.Add(b)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) { whole(t, s, b) })
}

// Two histories that hold the same keys are saved to the same bytes.
func TestSaveIsDeterministic(t *testing.T) {
	_, b := savedSample(t)
	for range 20 {
		if _, again := savedSample(t); !bytes.Equal(again, b) {
			t.Fatal("the same state is saved in two ways")
		}
	}
}

// Rule X17: a secret consumed from a loaded state is not kept alive by the bytes
// that it came in.
func TestLoadedSecretsGo(t *testing.T) {
	s, b := savedSample(t)
	r := must[*Ratchets](t)(LoadRatchets(s, b, Limits{}))
	node := tree.LeafNode(3)
	secret := weak.Make(&r.nodes[node][0])
	key := weak.Make(&r.used[5].application.skipped[0].key[0])
	for leaf, generation := range map[uint32]uint32{3: 0, 5: 0} {
		_, consume, err := r.key(leaf, wire.ContentApplication, generation)
		if err != nil {
			t.Fatal(err)
		}
		consume()
	}
	runtime.GC()
	if secret.Value() != nil || key.Value() != nil {
		t.Error("a consumed secret is still in memory")
	}
	runtime.KeepAlive(r)
}

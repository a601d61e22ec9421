package toy_test

import (
	"bytes"
	"errors"
	"testing"

	"mlsref/impl/group"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
	"mlsref/props/toy"
	"mlsref/spec"
)

// verdict is what an error comes down to: the rule that is broken, if it is one.
func verdict(err error) string {
	var rule *spec.Rule
	var syntax *wire.SyntaxError
	switch {
	case err == nil:
		return "accepted"
	case errors.As(err, &rule):
		return rule.ID
	case errors.As(err, &syntax):
		return "malformed" // where depends on the bytes of keys
	}
	return err.Error()
}

type nodes = []wire.UpdatePathNode

// bentPaths each break one thing in a path.
var bentPaths = []struct {
	what string
	rule *spec.Rule
	bend func(nodes) nodes
}{
	{"nothing", nil, func(n nodes) nodes { return n }},
	{"a node missing", spec.PathLength, func(n nodes) nodes { return n[:1] }},
	{"a ciphertext missing", spec.PathCiphertexts, func(n nodes) nodes {
		n[1].EncryptedPathSecret = n[1].EncryptedPathSecret[1:]
		return n
	}},
	{"a ciphertext twice", spec.PathCiphertexts, func(n nodes) nodes {
		n[0].EncryptedPathSecret = append(n[0].EncryptedPathSecret, n[0].EncryptedPathSecret[0])
		return n
	}},
	{"one key twice", spec.PathKeysFresh, func(n nodes) nodes {
		n[1].EncryptionKey = n[0].EncryptionKey
		return n
	}},
	{"another key", spec.PathParentHash, func(n nodes) nodes {
		n[1].EncryptionKey = bytes.Repeat([]byte{9}, 32)
		return n
	}},
	{"a ciphertext that is cut", spec.PathDecrypts, func(n nodes) nodes {
		ct := &n[1].EncryptedPathSecret[0].Ciphertext
		*ct = (*ct)[:len(*ct)-1]
		return n
	}},
	{"a flipped bit", spec.PathDecrypts, func(n nodes) nodes {
		ct := bytes.Clone(n[1].EncryptedPathSecret[0].Ciphertext)
		ct[5] ^= 1 // of what is for carol, in either
		n[1].EncryptedPathSecret[0].Ciphertext = ct
		return n
	}},
	{"another's ciphertext", spec.PathDecrypts, func(n nodes) nodes {
		n[1].EncryptedPathSecret[0] = n[0].EncryptedPathSecret[0]
		return n
	}},
}

// TestBentPaths: whatever agreement made a bent path, it is found by the same rule. The
// committer finds what layer 1 sees, a receiver the rest.
func TestBentPaths(t *testing.T) {
	for _, v := range bentPaths {
		for name, a := range map[string]treekem.Agreement{"TreeKEM": treekem.TreeKEM{}, "pairwise": toy.Pairwise{}} {
			on := false
			w := newWorld(t, bent{a, func(n nodes) nodes {
				if on {
					return v.bend(n)
				}
				return n
			}}, group.Public)
			w.commit("alice", group.CommitOptions{}, "bob", "carol", "dave")
			w.commit("carol", group.CommitOptions{}) // in TreeKEM, one ciphertext is now for carol and dave
			on = true
			pending, err := w.members["alice"].Commit(w.rng, group.CommitOptions{Format: group.Private})
			if err == nil {
				before := w.members["carol"].EpochAuthenticator()
				_, err = w.members["carol"].Receive(pending.Commit)
				if !bytes.Equal(w.members["carol"].EpochAuthenticator(), before) {
					t.Errorf("%s, %s: what was received changed the epoch", name, v.what)
				}
			}
			if v.rule == nil && err != nil || v.rule != nil && !errors.Is(err, v.rule) {
				t.Errorf("%s, %s: %v", name, v.what, err)
			}
		}
	}
}

// twins are two groups with the same history, one on TreeKEM and one on the toy.
func twins(t tb, format group.Format) (a, b *world) {
	return newWorld(t, nil, format), newWorld(t, toy.Pairwise{}, format)
}

// same demands one verdict of both.
func same(t *testing.T, what string, a, b error) {
	t.Helper()
	if verdict(a) != verdict(b) {
		t.Errorf("%s: on TreeKEM %v, pairwise %v", what, a, b)
	}
}

// TestFlippedBytes flips each byte of an Update and of a message. Layer 3, and the
// follower, reject it as they do on TreeKEM.
func TestFlippedBytes(t *testing.T) {
	for _, format := range []group.Format{group.Public, group.Private} {
		a, b := twins(t, format)
		var update, hello [2][]byte
		for i, w := range []*world{a, b} {
			w.commit("alice", group.CommitOptions{}, "bob", "carol")
			w.commit("bob", group.CommitOptions{})
			var err error
			hello[i], err = w.members["bob"].Send(w.rng, []byte("hello"), nil)
			w.ok(err)
			_, update[i], err = w.members["bob"].ProposeUpdate(w.rng, group.LeafChange{}, format)
			w.ok(err)
		}
		for _, msg := range [][2][]byte{update, hello} {
			if len(msg[0]) != len(msg[1]) {
				t.Fatalf("%d bytes on TreeKEM, %d pairwise", len(msg[0]), len(msg[1]))
			}
			flips := map[string]int{}
			for i := range msg[0] {
				var member, follower [2]error
				for k, w := range []*world{a, b} {
					bad := bytes.Clone(msg[k])
					bad[i] ^= 1
					_, member[k] = w.members["alice"].Receive(bad)
					if format == group.Public {
						_, _, follower[k] = w.f.Receive(bad)
					}
				}
				same(t, "a member", member[0], member[1])
				same(t, "the follower", follower[0], follower[1])
				flips[verdict(member[1])]++
			}
			if flips["accepted"] > 0 || len(flips) < 4 {
				t.Errorf("flips come down to %v", flips)
			}
		}
	}
}

// TestRefused are Commits and messages that layers 1 and 3 refuse.
func TestRefused(t *testing.T) {
	a, b := twins(t, group.Private)
	for _, w := range []*world{a, b} {
		w.commit("alice", group.CommitOptions{}, "bob", "carol")
		w.commit("carol", group.CommitOptions{Remove: []tree.LeafIndex{1}})
	}
	for what, try := range map[string]func(w *world) error{
		"a Remove of a blank leaf": func(w *world) error { return refused(w, group.CommitOptions{Remove: []tree.LeafIndex{1}}) },
		"a Remove of oneself":      func(w *world) error { return refused(w, group.CommitOptions{Remove: []tree.LeafIndex{0}}) },
		"a Remove without path": func(w *world) error {
			return refused(w, group.CommitOptions{Remove: []tree.LeafIndex{2}, NoPath: true})
		},
		"a PSK that nobody has": func(w *world) error {
			return refused(w, group.CommitOptions{PSKs: []wire.PreSharedKeyID{group.ExternalPSK([]byte("none"))}})
		},
		"a KeyPackage with a bad signature": func(w *world) error {
			kp, _, err := w.client("dave").NewKeyPackage(w.rng)
			w.ok(err)
			kp.Signature[0] ^= 1
			return refused(w, group.CommitOptions{Add: []wire.KeyPackage{kp}})
		},
		"a KeyPackage twice": func(w *world) error {
			kp, _, err := w.client("dave").NewKeyPackage(w.rng)
			w.ok(err)
			return refused(w, group.CommitOptions{Add: []wire.KeyPackage{kp, kp}})
		},
		"a message twice": func(w *world) error {
			msg, err := w.members["carol"].Send(w.rng, []byte("hello"), nil)
			w.ok(err)
			_, err = w.members["alice"].Receive(msg)
			w.ok(err)
			_, err = w.members["alice"].Receive(msg)
			return err
		},
		"a Commit of the epoch before": func(w *world) error {
			late, err := w.members["alice"].Commit(w.rng, group.CommitOptions{})
			w.ok(err)
			w.commit("carol", group.CommitOptions{})
			_, err = w.members["carol"].Receive(late.Commit)
			return err
		},
	} {
		first, second := try(a), try(b)
		same(t, what, first, second)
		var rule *spec.Rule
		if !errors.As(second, &rule) {
			t.Errorf("%s: %v", what, second)
		}
	}
}

func refused(w *world, opt group.CommitOptions) error {
	_, err := w.members["alice"].Commit(w.rng, opt)
	return err
}

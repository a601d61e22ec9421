package group

import (
	"bytes"
	"errors"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Subtle point 47: three GroupContexts are in one Commit. The signature is over the
// old one, path secrets are encrypted under the provisional one, which has the old
// transcript, and the epoch's keys come from the new one. The transcript goes on
// from confirmed hash to tag to interim hash.
func TestThreeContexts(t *testing.T) {
	p := suiteOne(t, Public, Config{Capabilities: wire.Capabilities{Extensions: []wire.ExtensionType{0xff01}}})
	alice, bob := p.members["alice"], p.members["bob"]
	extensions := []wire.Extension{{Type: 0xff01, Data: []byte("new")}}
	pending, err := alice.Commit(p.rng, CommitOptions{Format: Public, Extensions: &extensions})
	p.ok(err)
	next, _ := pending.Accept()
	var m wire.MLSMessage
	p.ok(wire.Unmarshal(pending.Commit, &m))
	c, err := treedem.OpenPublic(m.PublicMessage, bob.Context())
	p.ok(err)
	path := c.Content.Commit.Path
	list, err := bob.public.Resolve(c.Content.Commit, c.Content.Sender)
	p.ok(err)
	ch, err := bob.public.Plan(list, c.Content.Sender, true, treesync.Ordinary)
	p.ok(err)
	merged, err := ch.Merge(path)
	p.ok(err)
	old, provisional, now := bob.Context(), bob.Context(), next.Context()
	provisional.Epoch, provisional.TreeHash, provisional.Extensions = old.Epoch+1, merged.TreeHash(p.s), extensions
	signatureKey := bob.public.Tree.Leaf(alice.Leaf()).SignatureKey
	with := func(bend func(*wire.GroupContext)) wire.GroupContext { // provisional, but for one field
		c := provisional
		bend(&c)
		return c
	}
	for _, v := range []struct {
		name        string
		context     wire.GroupContext
		signed, hid bool
	}{
		{"old", old, true, false}, {"provisional", provisional, false, true}, {"new", now, false, false},
		{"provisional, other group_id", with(func(c *wire.GroupContext) { c.GroupID = []byte("hall") }), false, false},
		{"provisional, old epoch", with(func(c *wire.GroupContext) { c.Epoch = old.Epoch }), false, false},
		{"provisional, old tree_hash", with(func(c *wire.GroupContext) { c.TreeHash = old.TreeHash }), false, false},
		{"provisional, old extensions", with(func(c *wire.GroupContext) { c.Extensions = old.Extensions }), false, false},
	} {
		if err := treedem.VerifySignature(p.s, signatureKey, c, v.context); (err == nil) != v.signed {
			t.Errorf("the signature under the %s context: %v", v.name, err)
		}
		b, err := wire.Marshal(&v.context)
		p.ok(err)
		if _, _, err := bob.half().Open(p.s, stepsOf(ch), path.Nodes, b); (err == nil) != v.hid {
			t.Errorf("the path secret under the %s context: %v", v.name, err)
		}
	}
	confirmed, err := treedem.ConfirmedTranscript(p.s, bob.interim, c)
	p.ok(err)
	tag := treedem.ConfirmationTag(p.s, next.secrets.Confirmation, confirmed)
	interim, err := treedem.InterimTranscript(p.s, confirmed, tag)
	p.ok(err)
	if !bytes.Equal(now.ConfirmedTranscriptHash, confirmed) || !bytes.Equal(c.Auth.ConfirmationTag, tag) || !bytes.Equal(next.interim, interim) {
		t.Error("confirmed hash, tag and interim hash do not follow one another")
	}
}

// Subtle point 2: who is added counts when the path is filtered, and gets no
// ciphertext: the first Commit of a group of one has a node without any.
func TestNodeWithoutCiphertexts(t *testing.T) {
	s, err := suite.ByID(1)
	check(t, err)
	p := newParty(t, s, Public)
	p.create("alice")
	kp, kps, err := p.client("bob").NewKeyPackage(p.rng)
	p.ok(err)
	pending, err := p.members["alice"].Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}, Format: Public})
	p.ok(err)
	var m wire.MLSMessage
	p.ok(wire.Unmarshal(pending.Commit, &m))
	nodes := m.PublicMessage.Content.Commit.Path.Nodes
	if len(nodes) != 1 || len(nodes[0].EncryptedPathSecret) != 0 {
		t.Errorf("the path is %+v, want one node without ciphertexts", nodes)
	}
	_, welcome := pending.Accept()
	_, err = p.client("bob").Join(kps, welcome, JoinOptions{})
	p.ok(err)
}

// Subtle point 58: epoch 0 begins with a random epoch_secret. Nothing leads up to
// it, so that two groups alike in all that is public have other keys.
func TestEpochZeroIsRandom(t *testing.T) {
	s, err := suite.ByID(1)
	check(t, err)
	p := newParty(t, s, Private)
	c := p.client("alice")
	one, err := c.Create(seeded(2), []byte("room"))
	p.ok(err)
	other, err := c.Create(&lastDiffers{n: s.Nh()}, []byte("room"))
	p.ok(err)
	again, err := c.Create(&lastDiffers{n: s.Nh(), flip: 1}, []byte("room"))
	p.ok(err)
	if len(one.Context().ConfirmedTranscriptHash) != 0 || one.Epoch() != 0 {
		t.Error("epoch 0 has a transcript")
	}
	if !bytes.Equal(other.Context().TreeHash, again.Context().TreeHash) {
		t.Fatal("the two groups differ in public")
	}
	if bytes.Equal(other.EpochAuthenticator(), again.EpochAuthenticator()) {
		t.Error("the epoch's keys do not come from fresh randomness")
	}
}

// lastDiffers gives zeros, but flip where n bytes are read at once a second time:
// after the leaf's key comes the epoch_secret.
type lastDiffers struct {
	n, reads int
	flip     byte
}

func (r *lastDiffers) Read(b []byte) (int, error) {
	clear(b)
	if len(b) == r.n {
		if r.reads++; r.reads == 2 {
			b[0] = r.flip
		}
	}
	return len(b), nil
}

// Subtle point 57: who comes from outside checks of the GroupInfo all that a joiner
// by Welcome does, but for the confirmation tag, whose key it does not know: the
// members refuse its Commit, whose transcript the wrong tag is in.
func TestOutsiderChecksGroupInfo(t *testing.T) {
	p := suiteOne(t, Public, Config{})
	alice, dave := p.members["alice"], p.client("dave")
	good := p.groupInfo("alice", GroupInfoOptions{Tree: true, ExternalPub: true})
	for _, v := range []struct {
		what         string
		mine, theirs error
		bend         func(*opened)
	}{
		{"nothing", nil, nil, func(*opened) {}},
		{"the signature", spec.GroupInfoSignature, nil, func(o *opened) { o.signKey = dave.Identity.SignatureKey }},
		{"the tree hash", spec.JoinTreeHash, nil, func(o *opened) { o.info.GroupContext.TreeHash[0] ^= 1 }},
		{"a leaf", spec.LeafSignature, nil, func(o *opened) {
			o.bendTree(func(rt *wire.RatchetTree) { rt.Nodes[2].Leaf.Signature[0] ^= 1 })
		}},
		{"a parent", spec.ParentHashValid, nil, func(o *opened) {
			o.bendTree(func(rt *wire.RatchetTree) { rt.Nodes[3].Parent.EncryptionKey[0] ^= 1 })
		}},
		{"the confirmation tag", nil, spec.ConfirmationTag, func(o *opened) { o.info.ConfirmationTag[0] ^= 1 }},
	} {
		t.Run(v.what, func(t *testing.T) {
			var m wire.MLSMessage
			p.ok(wire.Unmarshal(good, &m))
			o := &opened{info: *m.GroupInfo, signKey: alice.client.Identity.SignatureKey, s: p.s}
			v.bend(o)
			tbs, err := wire.Marshal(&wire.GroupInfoTBS{GroupInfo: &o.info})
			p.ok(err)
			o.info.Signature, err = p.s.SignWithLabel(o.signKey, "GroupInfoTBS", tbs)
			p.ok(err)
			m.GroupInfo = &o.info
			info, err := wire.Marshal(&m)
			p.ok(err)
			pending, err := dave.JoinExternally(p.rng, info, ExternalOptions{})
			if !errors.Is(err, v.mine) {
				t.Fatalf("got %v, want %v", err, v.mine)
			}
			if err != nil {
				return
			}
			if _, err := alice.Receive(pending.Commit); !errors.Is(err, v.theirs) {
				t.Errorf("alice: got %v, want %v", err, v.theirs)
			}
		})
	}
}

// Subtle point 53: blank ancestors take no path secret. Frank comes to leaf 1 of a
// tree whose node 3, between him and the root, is filtered out of alice's path.
func TestBlankAncestorTakesNoSecret(t *testing.T) {
	s, err := suite.ByID(1)
	check(t, err)
	p := newParty(t, s, Private)
	p.create("alice")
	p.commit("alice", CommitOptions{}, "bob", "carol", "dave", "erin")
	p.commit("alice", CommitOptions{Remove: []tree.LeafIndex{1, 2, 3}})
	p.commit("alice", CommitOptions{}, "frank") // agree looks at what frank holds
	frank := p.members["frank"]
	if frank.Leaf() != 1 || !frank.public.Tree.Blank(3) || frank.public.Tree.Blank(7) || len(frank.half().Holds()) != 3 {
		t.Errorf("frank is at leaf %d and holds %v", frank.Leaf(), frank.half().Holds())
	}
	p.commit("erin", CommitOptions{})
}

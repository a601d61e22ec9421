package vectors

import (
	"bytes"
	"crypto/sha256"
	"math/rand/v2"
	"strings"
	"testing"

	"mlsref/impl/group"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// newTestGenerator makes small entries of suite 1.
func newTestGenerator(t *testing.T) *generator {
	t.Helper()
	c := newChecker([]byte(t.Name()))
	if !c.pick(0x0001) {
		t.Fatal(c.failures)
	}
	return &generator{suite: c.suite, small: true, rng: rand.NewChaCha8(sha256.Sum256([]byte(t.Name())))}
}

// found verifies a spoilt entry and wants exactly this failure first.
func found[T any](t *testing.T, g *generator, verify func(*checker, *T), v *T, field, problem string) {
	t.Helper()
	c := newChecker(nil)
	c.suite = g.suite
	verify(c, v)
	if len(c.failures) == 0 {
		t.Errorf("nobody notices; want %s: %s", field, problem)
	} else if f := c.failures[0]; f.Field != field || !strings.Contains(f.Problem, problem) {
		t.Errorf("got %v, want %s: …%s…", f, field, problem)
	}
}

func TestTranscriptOfNoCommit(t *testing.T) {
	g := newTestGenerator(t)
	v := generateTranscript(g)[0]
	var content wire.AuthenticatedContent
	ok(wire.Unmarshal(v.Content, &content))
	content.Content.ContentType, content.Content.Commit = wire.ContentApplication, nil
	v.Content = marshal(&content)
	found(t, g, verifyTranscript, &v, "authenticated_content", "it is no Commit")
}

func TestLengthNotMinimal(t *testing.T) {
	g := newTestGenerator(t)
	for _, header := range []Hex{{0x40, 0x01}, {0xc0}, {0x80, 0, 0, 1}, {0x01, 0x01}, {}} {
		found(t, g, verifyLength, &lengthVector{header, 1}, "vlbytes_header", "malformed")
	}
	found(t, g, verifyLength, &lengthVector{Hex{0x01}, 1 << 30}, "length", "got 1, expected 1073741824")
}

// spoilWelcome opens a Welcome, lets f change what is in it, and closes it again,
// signed by a new key: only what f did is wrong.
func spoilWelcome(g *generator, f func(*wire.GroupInfo, *wire.GroupSecrets, *wire.Welcome)) welcomeVector {
	v := generateWelcome(g)[0]
	s := g.suite
	var kp, m wire.MLSMessage
	ok(wire.Unmarshal(v.KeyPackage, &kp))
	ok(wire.Unmarshal(v.Welcome, &m))
	w := m.Welcome
	var secrets wire.GroupSecrets
	ok(wire.Unmarshal(must(s.DecryptWithLabel(v.InitPriv, "Welcome", w.EncryptedGroupInfo, w.Secrets[0].EncryptedGroupSecrets)), &secrets))
	key, nonce := treekem.WelcomeKey(s, treekem.JoinerSecret(secrets.JoinerSecret).Member(s, treekem.Zero(s)).Welcome(s))
	var info wire.GroupInfo
	ok(wire.Unmarshal(must(s.Open(key, nonce, nil, w.EncryptedGroupInfo)), &info))
	f(&info, &secrets, w)
	sk, pk := g.signatureKey()
	info.Signature = must(s.SignWithLabel(sk, "GroupInfoTBS", marshal(&wire.GroupInfoTBS{GroupInfo: &info})))
	v.SignerPub = pk
	w.EncryptedGroupInfo = must(s.Seal(key, nonce, nil, marshal(&info)))
	w.Secrets[0].EncryptedGroupSecrets = must(s.EncryptWithLabel(g.rng, kp.KeyPackage.InitKey, "Welcome", w.EncryptedGroupInfo, marshal(&secrets)))
	v.Welcome = marshal(&m)
	return v
}

func TestWelcomeChecks(t *testing.T) {
	g := newTestGenerator(t)
	good := spoilWelcome(g, func(*wire.GroupInfo, *wire.GroupSecrets, *wire.Welcome) {})
	c := &checker{suite: g.suite}
	if verifyWelcome(c, &good); len(c.failures) > 0 {
		t.Fatal(c.failures)
	}
	v := spoilWelcome(g, func(i *wire.GroupInfo, _ *wire.GroupSecrets, _ *wire.Welcome) { i.ConfirmationTag[0] ^= 1 })
	found(t, g, verifyWelcome, &v, "welcome", "confirmation-tag")
	v = spoilWelcome(g, func(_ *wire.GroupInfo, s *wire.GroupSecrets, _ *wire.Welcome) {
		s.PSKs = []wire.PreSharedKeyID{{PSKType: wire.PSKExternal}}
	})
	found(t, g, verifyWelcome, &v, "welcome", "it needs PSKs")
	v = spoilWelcome(g, func(_ *wire.GroupInfo, _ *wire.GroupSecrets, w *wire.Welcome) { w.CipherSuite = 3 })
	found(t, g, verifyWelcome, &v, "welcome", "another cipher suite")
	v = spoilWelcome(g, func(_ *wire.GroupInfo, _ *wire.GroupSecrets, w *wire.Welcome) { w.Secrets[0].NewMember[0] ^= 1 })
	found(t, g, verifyWelcome, &v, "welcome", "no entry is for the key package")
	v = good
	v.KeyPackage = v.Welcome
	found(t, g, verifyWelcome, &v, "key_package", "it is no KeyPackage")
	v = good
	v.Welcome = v.KeyPackage
	found(t, g, verifyWelcome, &v, "welcome", "it is no Welcome")
}

func TestTreeOperationChecks(t *testing.T) {
	g := newTestGenerator(t)
	v := operation(growTree(g, 3), 0, wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: 1}})
	blank := v
	blank.Sender = 3
	found(t, g, verifyTreeOperation, &blank, "proposal_sender", "leaf 3 is blank")
	blank = v
	blank.Proposal = marshal(&wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: 3}})
	found(t, g, verifyTreeOperation, &blank, "proposal", "leaf 3, to be removed, is blank")
	other := v
	other.Proposal = marshal(&wire.Proposal{Type: wire.ProposalExternalInit, ExternalInit: &wire.ExternalInit{}})
	found(t, g, verifyTreeOperation, &other, "proposal", "expected add, update or remove")
}

// TestTreeValidationChecks: trees whose hashes are right, and which are wrong.
func TestTreeValidationChecks(t *testing.T) {
	g := newTestGenerator(t)
	w := growTree(g, 4)
	rt := w.tree.Wire()
	rt.Nodes[1].Parent.ParentHash = g.secret() // node 1 hangs below node 3 no more
	w.tree = must(treesync.FromWire(g.suite, rt))
	v := validationOf(w)
	found(t, g, verifyTreeValidation, &v, "tree", "parent-hash")

	w = unmergedLeaves(g) // no parent hash covers leaf 3
	leaf := *w.tree.Leaf(3)
	leaf.EncryptionKey = w.tree.Leaf(2).EncryptionKey
	ok(treesync.SignLeaf(g.suite, w.signatures[3], &leaf, w.groupID, 3))
	w.tree = w.tree.SetLeaf(3, leaf)
	v = validationOf(w)
	found(t, g, verifyTreeValidation, &v, "tree", "share")
}

func TestTreeKEMChecks(t *testing.T) {
	g := newTestGenerator(t)
	w := growTree(g, 4)
	fresh := func() treeKEM { return treeKEMOf(w) }
	resign := func(v *treeKEM, f func(*wire.UpdatePath)) {
		var p wire.UpdatePath
		ok(wire.Unmarshal(v.Updates[0].Path, &p))
		f(&p)
		ok(treesync.SignLeaf(g.suite, w.signatures[0], &p.LeafNode, w.groupID, 0))
		v.Updates[0].Path = marshal(&p)
	}
	for _, x := range []struct {
		spoil          func(*treeKEM)
		field, problem string
	}{
		{func(v *treeKEM) { v.Leaves = v.Leaves[:3] }, "leaves_private", "there is no leaf 3"},
		{func(v *treeKEM) { v.Leaves[3].Index = 9 }, "leaves_private[3].index", "leaf 9 is blank or not in the tree"},
		{func(v *treeKEM) { v.Leaves[3].Index = 2 }, "leaves_private[3].index", "leaf 2 stands there twice"},
		{func(v *treeKEM) { v.Leaves[0].PathSecrets = v.Leaves[0].PathSecrets[:1] }, "leaves_private[0].path_secrets", "there is none for node 3"},
		{func(v *treeKEM) { v.Leaves[0].PathSecrets[0].Node = 5 }, "leaves_private[0].path_secrets[0].node", "node 5 is no parent above leaf 0"},
		{func(v *treeKEM) { v.Updates = nil }, "update_paths", "there is none"},
		{func(v *treeKEM) { v.Updates[0].Sender = 4 }, "update_paths[0].sender", "leaf 4 is blank"},
		{func(v *treeKEM) { v.Updates[0].PathSecrets[1] = nil }, "update_paths[0].path_secrets[1]", "a secret stands there for each member"},
		{func(v *treeKEM) { v.Updates[0].PathSecrets[0] = &v.GroupID }, "update_paths[0].path_secrets[0]", "null for others"},
		{func(v *treeKEM) { v.Updates[0].PathSecrets = v.Updates[0].PathSecrets[:3] }, "update_paths[0].path_secrets", "none for leaf 3"},
		{func(v *treeKEM) { resign(v, func(p *wire.UpdatePath) { p.Nodes = p.Nodes[:1] }) }, "update_paths[0].update_path", "it has 1 nodes, the filtered direct path 2"},
		{func(v *treeKEM) {
			resign(v, func(p *wire.UpdatePath) { p.Nodes[0].EncryptedPathSecret = nil })
		}, "update_paths[0].update_path", "node 0 has 0 ciphertexts"},
		{func(v *treeKEM) { resign(v, func(p *wire.UpdatePath) { p.LeafNode.ParentHash = g.secret() }) },
			"update_paths[0].update_path (parent_hash of its leaf)", "expected"},
		{func(v *treeKEM) {
			resign(v, func(p *wire.UpdatePath) { p.Nodes[1].EncryptedPathSecret[0].Ciphertext[0] ^= 1 })
		}, "update_paths[0].update_path", "leaf "},
	} {
		v := fresh()
		x.spoil(&v)
		found(t, g, verifyTreeKEM, &v, x.field, x.problem)
	}
}

func TestPassiveChecks(t *testing.T) {
	g := newTestGenerator(t)
	p := newStage(g)
	p.proposeUpdate(1, group.Public)
	p.commit(0, group.CommitOptions{})
	p.committed()
	good := p.v
	spoil := func(f func(*passiveEpoch)) passive {
		v := good
		e := good.Epochs[0]
		f(&e)
		v.Epochs = []passiveEpoch{e}
		return v
	}
	v := spoil(func(e *passiveEpoch) { e.Commit = e.Proposals[0] })
	found(t, g, verifyPassive, &v, "epochs[0].commit", "it is no Commit")
	v = spoil(func(e *passiveEpoch) { e.Proposals = []Hex{e.Proposals[0], e.Commit} })
	found(t, g, verifyPassive, &v, "epochs[0].proposals[1]", "it is no proposal")
	v = spoil(func(e *passiveEpoch) { e.Proposals = nil })
	found(t, g, verifyPassive, &v, "epochs[0].commit", "12.4")
	v = good
	v.KeyPackage = v.Welcome
	found(t, g, verifyPassive, &v, "key_package", "expected a KeyPackage")
	v = good
	v.InitPriv = v.EncryptionPriv
	found(t, g, verifyPassive, &v, "init_priv (its public key)", "expected")

	// The client is removed.
	var kp wire.MLSMessage
	ok(wire.Unmarshal(good.KeyPackage, &kp))
	var own tree.LeafIndex
	for _, i := range p.members[0].Tree().Members() {
		if bytes.Equal(p.members[0].Tree().Leaf(i).SignatureKey, kp.KeyPackage.LeafNode.SignatureKey) {
			own = i
		}
	}
	p.commit(0, group.CommitOptions{Remove: []tree.LeafIndex{own}})
	p.committed()
	found(t, g, verifyPassive, &p.v, "epochs[1].commit", "it removes the client")

	// A bare KeyPackage, as the format's text has it.
	bare := good
	bare.KeyPackage = marshal(kp.KeyPackage)
	c := &checker{suite: g.suite}
	if verifyPassive(c, &bare); len(c.failures) > 0 {
		t.Error(c.failures)
	}
}

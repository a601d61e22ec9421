package group

import (
	"bytes"
	"errors"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/props/dump"
	"mlsref/spec"
)

// forgery says what a dishonest committer does otherwise than Commit, at each
// stage; all that comes after a stage is made to fit.
type forgery struct {
	path    func(*Group, *pathResult)      // the path, its leaf not yet covered by the signature
	commit  func(*wire.Commit)             // before signing
	content func(*wire.FramedContent)      // before signing
	signed  func(*Group, *treedem.Content) // before the tag, the MAC and the AEAD
	tagged  func(*treedem.Content)         // before the MAC and the AEAD
}

// forge is a Commit with a path by g, bent.
func forge(p *party, g *Group, f forgery) []byte {
	p.t.Helper()
	r, err := g.newPath(p.rng, emptyChange(p, g), LeafChange{})
	p.ok(err)
	if f.path != nil {
		f.path(g, &r)
	}
	commit := wire.Commit{Path: &r.update}
	if f.commit != nil {
		f.commit(&commit)
	}
	content := g.content(self(g), wire.ContentCommit)
	content.Commit = &commit
	if f.content != nil {
		f.content(&content)
	}
	c, err := treedem.Sign(p.s, g.client.Identity.SignatureKey, p.format, content, g.Context())
	p.ok(err)
	if f.signed != nil {
		f.signed(g, c)
	}
	e, _, err := g.advance(emptyChange(p, g), r.tree, c, keyInputs{init: g.secrets.Init, commitSecret: r.commitSecret})
	p.ok(err)
	c.Auth.ConfirmationTag = e.confirmationTag
	if f.tagged != nil {
		f.tagged(c)
	}
	msg, err := g.protect(p.rng, c)
	p.ok(err)
	return msg
}

// self is g as the sender of a message.
func self(g *Group) wire.Sender { return wire.Sender{Type: wire.SenderMember, LeafIndex: g.Leaf()} }

// emptyChange is what a Commit of no proposals by g does before its path.
func emptyChange(p *party, g *Group) treesync.Change {
	ch, err := g.public.Plan(nil, self(g), true, treesync.Ordinary)
	p.ok(err)
	return ch
}

// resignLeaf signs a path's changed leaf again.
func resignLeaf(g *Group, r *pathResult) {
	if err := treesync.SignLeaf(g.client.Suite, g.client.Identity.SignatureKey, &r.update.LeafNode, g.GroupID(), g.Leaf()); err != nil {
		panic(err)
	}
}

// rootSecret encrypts another path secret for the root to its first recipient.
func rootSecret(p *party, other []byte) func(*Group, *pathResult) {
	return func(g *Group, r *pathResult) {
		steps := treekem.Steps(g.public.Tree, g.Leaf(), nil)
		last := len(steps) - 1
		provisional, err := provisional(emptyChange(p, g), r.tree)
		p.ok(err)
		ct, err := p.s.EncryptWithLabel(p.rng, steps[last].Recipients[0].Key, "UpdatePathNode", provisional, other)
		p.ok(err)
		r.update.Nodes[last].EncryptedPathSecret[0] = ct
	}
}

// TestCommitRules has carol, leaf 2, commit in a group of leaves 0, 2 and 3 (leaf
// 1 is blank); alice, leaf 0, receives. Each case breaks one thing, and all that
// lies before the check that must find it is right. After each rejection alice's
// whole state is as before.
func TestCommitRules(t *testing.T) {
	s, err := suite.ByID(1)
	check(t, err)
	for _, format := range []Format{Public, Private} {
		p := newParty(t, s, format)
		p.create("alice")
		p.commit("alice", CommitOptions{}, "bob", "carol", "dave")
		p.commit("alice", CommitOptions{Remove: []tree.LeafIndex{p.leaf("bob")}})
		alice, carol := p.members["alice"], p.members["carol"]
		for _, v := range []struct {
			what string
			rule error
			bend forgery
		}{
			{"a proposal nobody sent", spec.ProposalKnown, forgery{commit: func(c *wire.Commit) {
				c.Proposals = []wire.ProposalOrRef{{Type: wire.ProposalOrRefReference, Reference: make([]byte, s.Nh())}}
			}}},
			{"the committer's own removal", spec.CommitterRemoved, forgery{commit: func(c *wire.Commit) {
				c.Proposals = []wire.ProposalOrRef{{Type: wire.ProposalOrRefProposal,
					Proposal: &wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: 2}}}}
			}}},
			{"no path", spec.PathRequired, forgery{commit: func(c *wire.Commit) { c.Path = nil }}},
			{"the leaf's signature", spec.LeafSignature, forgery{path: func(_ *Group, r *pathResult) { r.update.LeafNode.Signature = nil }}},
			{"a node missing", spec.PathLength, forgery{path: func(_ *Group, r *pathResult) { r.update.Nodes = r.update.Nodes[1:] }}},
			{"a ciphertext missing", spec.PathCiphertexts, forgery{path: func(_ *Group, r *pathResult) { r.update.Nodes[1].EncryptedPathSecret = nil }}},
			{"the parent hash", spec.PathParentHash, forgery{path: func(g *Group, r *pathResult) {
				r.update.LeafNode.ParentHash = make([]byte, s.Nh())
				resignLeaf(g, r)
			}}},
			{"a path ciphertext", spec.PathDecrypts, forgery{path: func(_ *Group, r *pathResult) {
				r.update.Nodes[1].EncryptedPathSecret[0].Ciphertext[0] ^= 1
			}}},
			{"a path secret of the wrong length", spec.PathSecretSize, forgery{path: rootSecret(p, make([]byte, 5))}},
			{"another path secret", spec.PathKeysMatch, forgery{path: rootSecret(p, make([]byte, s.Nh()))}},
			{"another node's key", spec.PathKeysMatch, forgery{path: func(g *Group, r *pathResult) { fitOtherKey(p, g, r) }}},
			{"the signature, inside MAC or AEAD", spec.ContentSignature, forgery{signed: func(_ *Group, c *treedem.Content) { c.Auth.Signature[9] ^= 1 }}},
			{"another member's name", spec.ContentSignature, forgery{content: func(c *wire.FramedContent) { c.Sender.LeafIndex = 3 }}},
			{"a blank leaf", spec.SenderIsMember, forgery{content: func(c *wire.FramedContent) { c.Sender.LeafIndex = 1 }}},
			{"the confirmation tag", spec.ConfirmationTag, forgery{tagged: func(c *treedem.Content) { c.Auth.ConfirmationTag[0] ^= 1 }}},
			{"a tag for other content", spec.ConfirmationTag, forgery{tagged: func(c *treedem.Content) {
				c.Auth.ConfirmationTag = treedem.ConfirmationTag(s, carol.secrets.Confirmation, carol.Context().ConfirmedTranscriptHash)
			}}},
			{"no confirmation tag", spec.ConfirmationTag, forgery{tagged: func(c *treedem.Content) { c.Auth.ConfirmationTag = nil }}},
		} {
			t.Run(format.String()+"/"+v.what, func(t *testing.T) {
				if _, err := alice.Receive(forge(p, carol, forgery{})); err != nil {
					t.Fatalf("the honest Commit: %v", err)
				}
				msg := forge(p, carol, v.bend)
				before := dump.Of(alice)
				if _, err := alice.Receive(msg); !errors.Is(err, v.rule) {
					t.Errorf("got %v, want %v", err, v.rule)
				}
				if after := dump.Of(alice); after != before {
					t.Errorf("the rejected Commit changed alice from\n%s\nto\n%s", before, after)
				}
			})
		}
		// After all this the honest Commit is still welcome.
		honest := forge(p, carol, forgery{})
		r, err := alice.Receive(honest)
		p.ok(err)
		if r.Next.Epoch() != alice.Epoch()+1 {
			t.Errorf("the honest Commit leads to epoch %d", r.Next.Epoch())
		}
	}
}

// fitOtherKey puts a wrong public key at the root of the path and makes parent
// hash, leaf and ciphertexts fit, so that only the key itself is wrong.
func fitOtherKey(p *party, g *Group, r *pathResult) {
	steps := treekem.Steps(g.public.Tree, g.Leaf(), nil)
	_, other, err := p.s.GenerateKeyPair(p.rng)
	p.ok(err)
	nodes := pathNodes(r.path)
	nodes[len(nodes)-1].EncryptionKey = other
	t, parentHash, err := g.public.Tree.ApplyPath(p.s, g.Leaf(), nodes)
	p.ok(err)
	r.update.LeafNode.ParentHash = parentHash
	resignLeaf(g, r)
	r.tree = t.SetLeaf(g.Leaf(), r.update.LeafNode)
	provisional, err := provisional(emptyChange(p, g), r.tree)
	p.ok(err)
	r.update.Nodes, err = r.path.Encrypt(p.s, p.rng, steps, provisional)
	p.ok(err)
	r.update.Nodes[len(nodes)-1].EncryptionKey = other
}

// Messages other than Commits from a leaf that is blank, or that is not there.
func TestSenderRules(t *testing.T) {
	s, err := suite.ByID(1)
	check(t, err)
	p := newParty(t, s, Private)
	p.create("alice")
	p.commit("alice", CommitOptions{}, "bob", "carol", "dave")
	p.commit("alice", CommitOptions{Remove: []tree.LeafIndex{p.leaf("bob")}})
	alice, carol := p.members["alice"], p.members["carol"]
	for what, v := range map[string]struct {
		rule error
		leaf tree.LeafIndex
	}{
		"oneself":      {nil, 2},
		"another":      {spec.ContentSignature, 3},
		"a blank leaf": {spec.SenderIsMember, 1},
	} {
		content := carol.content(self(carol), wire.ContentApplication)
		content.ApplicationData = []byte("hello")
		content.Sender.LeafIndex = v.leaf
		c, err := treedem.Sign(s, carol.client.Identity.SignatureKey, Private, content, carol.Context())
		check(t, err)
		msg, err := carol.protect(p.rng, c)
		check(t, err)
		before := dump.Of(alice)
		if _, err := alice.Receive(msg); !errors.Is(err, v.rule) {
			t.Errorf("%s: got %v, want %v", what, err, v.rule)
		}
		if changed := dump.Of(alice) != before; changed != (v.rule == nil) {
			t.Errorf("%s: alice changed is %v", what, changed)
		}
	}
	content := carol.content(self(carol), wire.ContentProposal)
	content.Proposal = &wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: 0}}
	content.Sender.LeafIndex = 4
	c, err := treedem.Sign(s, carol.client.Identity.SignatureKey, Public, content, carol.Context())
	check(t, err)
	msg, err := carol.protect(p.rng, c)
	check(t, err)
	if _, err := alice.Receive(msg); !errors.Is(err, spec.SenderIsMember) {
		t.Errorf("a leaf out of the tree: got %v, want %v", err, spec.SenderIsMember)
	}
}

// opened is what a Welcome says to one new member.
type opened struct {
	welcome *wire.Welcome
	secrets wire.GroupSecrets
	info    wire.GroupInfo
	signKey []byte // signs the GroupInfo again, unless nil
	s       suite.Suite
}

// rewelcome opens a Welcome, lets the test change what is inside, and signs and
// encrypts it again.
func rewelcome(p *party, kps KeyPackageSecrets, welcome, signKey []byte, bend func(*opened)) []byte {
	p.t.Helper()
	var m wire.MLSMessage
	p.ok(wire.Unmarshal(welcome, &m))
	o := &opened{welcome: m.Welcome, signKey: signKey, s: p.s}
	b, err := p.s.DecryptWithLabel(kps.InitKey, "Welcome", m.Welcome.EncryptedGroupInfo, m.Welcome.Secrets[0].EncryptedGroupSecrets)
	p.ok(err)
	p.ok(wire.Unmarshal(b, &o.secrets))
	key, nonce := treekem.WelcomeKey(p.s, treekem.JoinerSecret(o.secrets.JoinerSecret).Member(p.s, treekem.Zero(p.s)).Welcome(p.s))
	b, err = p.s.Open(key, nonce, nil, m.Welcome.EncryptedGroupInfo)
	p.ok(err)
	p.ok(wire.Unmarshal(b, &o.info))
	bend(o)
	if o.signKey != nil {
		tbs, err := wire.Marshal(&wire.GroupInfoTBS{GroupInfo: &o.info})
		p.ok(err)
		o.info.Signature, err = p.s.SignWithLabel(o.signKey, "GroupInfoTBS", tbs)
		p.ok(err)
	}
	b, err = wire.Marshal(&o.info)
	p.ok(err)
	m.Welcome.EncryptedGroupInfo, err = p.s.Seal(key, nonce, nil, b)
	p.ok(err)
	b, err = wire.Marshal(&o.secrets)
	p.ok(err)
	m.Welcome.Secrets[0].EncryptedGroupSecrets, err = p.s.EncryptWithLabel(p.rng, kps.KeyPackage.InitKey, "Welcome", m.Welcome.EncryptedGroupInfo, b)
	p.ok(err)
	b, err = wire.Marshal(&m)
	p.ok(err)
	return b
}

// bendTree changes the ratchet tree and makes the tree hash fit.
func (o *opened) bendTree(bend func(*wire.RatchetTree)) {
	var rt wire.RatchetTree
	data := &o.info.Extensions[0].Data
	if err := wire.Unmarshal(*data, &rt); err != nil {
		panic(err)
	}
	bend(&rt)
	*data, _ = wire.Marshal(&rt)
	if t, err := treesync.FromWire(o.s, rt); err == nil {
		o.info.GroupContext.TreeHash = t.TreeHash(o.s)
	}
}

// TestJoinRules has alice, leaf 0, add dave to a group with carol at leaf 2 and a
// blank leaf 1, which dave takes. Each case breaks one thing in his Welcome.
func TestJoinRules(t *testing.T) {
	s, err := suite.ByID(1)
	check(t, err)
	p := newParty(t, s, Private)
	p.create("alice")
	p.commit("alice", CommitOptions{}, "bob", "carol")
	p.commit("alice", CommitOptions{Remove: []tree.LeafIndex{p.leaf("bob")}})
	dave := p.client("dave")
	kp, kps, err := dave.NewKeyPackage(p.rng)
	check(t, err)
	other, _, err := dave.NewKeyPackage(p.rng)
	check(t, err)
	alice := p.members["alice"]
	with, err := alice.Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}})
	check(t, err)
	without, err := alice.Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}, NoPath: true})
	check(t, err)
	for _, v := range []struct {
		what    string
		rule    error
		welcome []byte
		bend    func(*opened)
	}{
		{"nothing", nil, with.welcome, func(*opened) {}},
		{"nothing, no path", nil, without.welcome, func(*opened) {}},
		{"the Welcome's suite", spec.JoinSuite, with.welcome, func(o *opened) { o.welcome.CipherSuite = 3 }},
		{"the GroupInfo's suite", spec.JoinSuite, with.welcome, func(o *opened) { o.info.GroupContext.CipherSuite = 3 }},
		{"another joiner_secret", spec.WelcomeDecrypts, with.welcome, func(o *opened) { o.secrets.JoinerSecret[0] ^= 1 }},
		{"a PSK", spec.PSKsHeld, with.welcome, func(o *opened) {
			o.secrets.PSKs = []wire.PreSharedKeyID{{PSKType: wire.PSKExternal, PSKID: []byte("psk"), PSKNonce: make([]byte, s.Nh())}}
		}},
		{"signed by another", spec.GroupInfoSignature, with.welcome, func(o *opened) { o.signKey = dave.Identity.SignatureKey }},
		{"changed after signing", spec.GroupInfoSignature, with.welcome, func(o *opened) { o.signKey, o.info.GroupContext.Epoch = nil, 77 }},
		{"another signer", spec.GroupInfoSignature, with.welcome, func(o *opened) { o.info.Signer = 2 }},
		{"a signer that is blank", spec.GroupInfoSignature, with.welcome, func(o *opened) { o.info.Signer = 3 }},
		{"a signer out of the tree", spec.GroupInfoSignature, with.welcome, func(o *opened) { o.info.Signer = 1<<32 - 1 }},
		{"another tree hash", spec.JoinTreeHash, with.welcome, func(o *opened) { o.info.GroupContext.TreeHash[0] ^= 1 }},
		{"a tree that is not valid", spec.LeafSignature, with.welcome, func(o *opened) {
			o.bendTree(func(rt *wire.RatchetTree) { rt.Nodes[4].Leaf.Signature[0] ^= 1 })
		}},
		{"a blank node at the end", spec.TreeLastNode, with.welcome, func(o *opened) {
			o.bendTree(func(rt *wire.RatchetTree) { rt.Nodes = append(rt.Nodes, nil) })
		}},
		{"another leaf of dave's", spec.JoinLeaf, without.welcome, func(o *opened) {
			o.bendTree(func(rt *wire.RatchetTree) { rt.Nodes[2].Leaf = &other.LeafNode })
		}},
		{"another path secret", spec.PathKeysMatch, with.welcome, func(o *opened) { o.secrets.PathSecret.PathSecret[0] ^= 1 }},
		// Subtle point 54: path_secret is missing, or is there without a path.
		{"no path secret", spec.JoinComplete, with.welcome, func(o *opened) { o.secrets.PathSecret = nil }},
		{"a path secret without a path", spec.PathKeysMatch, without.welcome, func(o *opened) {
			o.secrets.PathSecret = &wire.PathSecret{PathSecret: make([]byte, s.Nh())}
		}},
		{"another confirmation tag", spec.ConfirmationTag, with.welcome, func(o *opened) { o.info.ConfirmationTag[0] ^= 1 }},
		{"another epoch", spec.ConfirmationTag, with.welcome, func(o *opened) { o.info.GroupContext.Epoch++ }},
	} {
		t.Run(v.what, func(t *testing.T) {
			msg := rewelcome(p, kps, v.welcome, alice.client.Identity.SignatureKey, v.bend)
			if _, err := dave.Join(kps, msg, JoinOptions{}); !errors.Is(err, v.rule) {
				t.Errorf("got %v, want %v", err, v.rule)
			}
		})
	}
	t.Run("the encrypted group secrets", func(t *testing.T) {
		var m wire.MLSMessage
		check(t, wire.Unmarshal(bytes.Clone(with.welcome), &m))
		m.Welcome.Secrets[0].EncryptedGroupSecrets.Ciphertext[0] ^= 1
		msg, err := wire.Marshal(&m)
		check(t, err)
		if _, err := dave.Join(kps, msg, JoinOptions{}); !errors.Is(err, spec.WelcomeDecrypts) {
			t.Errorf("got %v, want %v", err, spec.WelcomeDecrypts)
		}
	})
}

package group

import (
	"errors"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// link makes a new group that follows g, without the checks that its creator would
// make: what a dishonest creator sends. bend changes the draft of its first Commit.
func (p *party) link(g *Group, c Client, op treesync.Operation, groupID []byte, ext []wire.Extension, kps []wire.KeyPackage, bend func(*draft, *Group)) []byte {
	p.t.Helper()
	first, err := c.Create(p.rng, groupID, ext...)
	p.ok(err)
	d := draft{sender: self(first), init: first.secrets.Init, opt: CommitOptions{Format: Private}, op: op, from: g}
	id := ResumptionPSK(g.GroupID(), g.Epoch())
	id.Usage = usageOf[op]
	proposal, err := c.pskProposal(p.rng, id)
	p.ok(err)
	d.add(proposal)
	for _, kp := range kps {
		d.add(wire.Proposal{Type: wire.ProposalAdd, Add: &wire.Add{KeyPackage: kp}})
	}
	if bend != nil {
		bend(&d, first)
	}
	pending, err := first.commit(p.rng, d)
	p.ok(err)
	return pending.welcome
}

// laterEpoch puts the new group at a later epoch than its first.
func laterEpoch(d *draft, first *Group) {
	first.public.Context.Epoch = 4
}

// Bob gets a Welcome to a branch of the group of alice, bob and carol.
func TestBranchRules(t *testing.T) {
	p := suiteOne(t, Private, Config{})
	alice, bob := p.members["alice"], p.members["bob"]
	kp, secrets, err := bob.client.NewKeyPackage(p.rng)
	p.ok(err)
	stranger, _, err := p.client("mallory").NewKeyPackage(p.rng)
	p.ok(err)
	other := p.client("alice")
	side := []byte("side")
	twice := func(d *draft, _ *Group) { // the same link under another nonce
		link := *d.list[0].Proposal.PreSharedKey
		link.PSK.PSKNonce = make([]byte, p.s.Nh())
		d.add(wire.Proposal{Type: wire.ProposalPSK, PreSharedKey: &link})
	}
	for _, v := range []struct {
		what string
		rule error
		kps  []wire.KeyPackage
		bend func(*draft, *Group)
		opt  JoinOptions
	}{
		{"honest", nil, []wire.KeyPackage{kp}, nil, JoinOptions{From: bob}},
		{"the old group not at hand", spec.PSKsHeld, []wire.KeyPackage{kp}, nil, JoinOptions{}},
		{"two links", spec.LinkAlone, []wire.KeyPackage{kp}, twice, JoinOptions{From: bob}}, // Subtle point 55
		{"a later epoch", spec.LinkEpoch, []wire.KeyPackage{kp}, laterEpoch, JoinOptions{From: bob}},
		{"a stranger in it", spec.BranchMembers, []wire.KeyPackage{kp, stranger}, nil, JoinOptions{From: bob}},
		{"a group of that ID", spec.GroupIDUnique, []wire.KeyPackage{kp}, nil, JoinOptions{From: bob, GroupIDs: [][]byte{[]byte("x"), side}}},
	} {
		t.Run(v.what, func(t *testing.T) {
			welcome := p.link(alice, other, treesync.Branching, side, nil, v.kps, v.bend)
			if _, err := bob.client.Join(secrets, welcome, v.opt); !errors.Is(err, v.rule) {
				t.Errorf("got %v, want %v", err, v.rule)
			}
		})
	}
	// A link to a group whose resumption_psk bob holds, but of which he gives no view.
	id := ResumptionPSK(alice.GroupID(), alice.Epoch())
	withStore := bob.client
	withStore.Config.PSKs = &PSKStore{}
	withStore.Config.PSKs.Put(id, bob.secrets.Resumption)
	welcome := p.link(alice, other, treesync.Branching, side, nil, []wire.KeyPackage{kp}, nil)
	if _, err := withStore.Join(secrets, welcome, JoinOptions{}); !errors.Is(err, spec.LinkKnown) {
		t.Errorf("no view of the old group: %v", err)
	}
}

// A branch into another cipher suite.
func TestBranchSuiteRule(t *testing.T) {
	p := suiteOne(t, Private, Config{})
	s3, err := suite.ByID(3)
	p.ok(err)
	alice, err := NewClient(s3, p.rng, "alice")
	p.ok(err)
	bob, err := NewClient(s3, p.rng, "bob")
	p.ok(err)
	kp, secrets, err := bob.NewKeyPackage(p.rng)
	p.ok(err)
	welcome := p.link(p.members["alice"], alice, treesync.Branching, []byte("side"), nil, []wire.KeyPackage{kp}, nil)
	if _, err := bob.Join(secrets, welcome, JoinOptions{From: p.members["bob"]}); !errors.Is(err, spec.BranchMatches) {
		t.Errorf("got %v, want %v", err, spec.BranchMatches)
	}
}

// Bob gets a Welcome to the group that follows his after a ReInit.
func TestReInitRules(t *testing.T) {
	p := suiteOne(t, Private, Config{PastResumption: 1})
	open := p.members["bob"]
	next := []byte("next")
	p.commit("alice", CommitOptions{ReInit: &wire.ReInit{GroupID: next, Version: wire.ProtocolMLS10, CipherSuite: 1}})
	alice, bob := p.members["alice"], p.members["bob"]
	kp, secrets, err := bob.client.NewKeyPackage(p.rng)
	p.ok(err)
	carol, _, err := p.members["carol"].client.NewKeyPackage(p.rng)
	p.ok(err)
	both := []wire.KeyPackage{kp, carol}
	for _, v := range []struct {
		what string
		rule error
		id   []byte
		ext  []wire.Extension
		kps  []wire.KeyPackage
		bend func(*draft, *Group)
		from *Group
	}{
		{"honest", nil, next, nil, both, nil, bob},
		{"another group_id", spec.ReInitMatches, []byte("other"), nil, both, nil, bob},
		{"other extensions", spec.ReInitMatches, next, []wire.Extension{{Type: wire.ExtensionRequiredCapabilities, Data: []byte{0, 0, 0}}}, both, nil, bob},
		{"a later epoch", spec.LinkEpoch, next, nil, both, laterEpoch, bob},
		{"carol left out", spec.ReInitMembers, next, nil, []wire.KeyPackage{kp}, nil, bob},
		{"before the ReInit", spec.PSKsHeld, next, nil, both, nil, open},
		{"by an earlier epoch", spec.ReInitEpoch, next, nil, both, func(d *draft, _ *Group) { d.list[0].Proposal.PreSharedKey.PSK.PSKEpoch-- }, bob},
	} {
		t.Run(v.what, func(t *testing.T) {
			welcome := p.link(alice, p.members["alice"].client, treesync.Reinitialisation, v.id, v.ext, v.kps, v.bend)
			if _, err := bob.client.Join(secrets, welcome, JoinOptions{From: v.from}); !errors.Is(err, v.rule) {
				t.Errorf("got %v, want %v", err, v.rule)
			}
		})
	}
	// The epoch before, whose last Commit was none of a ReInit.
	welcome := p.link(open, p.members["alice"].client, treesync.Reinitialisation, next, nil, both, nil)
	if _, err := bob.client.Join(secrets, welcome, JoinOptions{From: open}); !errors.Is(err, spec.ReInitMatches) {
		t.Errorf("no ReInit: %v", err)
	}
	// A stranger's group of the announced ID, with no link to the old one.
	mallory := p.client("mallory")
	strange, err := mallory.Create(p.rng, next)
	p.ok(err)
	pending, err := strange.Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}})
	p.ok(err)
	_, welcome = pending.Accept()
	if _, err := bob.client.Join(secrets, welcome, JoinOptions{From: bob}); !errors.Is(err, spec.ReInitLinked) {
		t.Errorf("no link: %v", err)
	}
	// Nothing is sent in the old group, of any kind.
	for what, send := range map[string]func() error{
		"a Commit":    func() error { _, err := bob.Commit(p.rng, CommitOptions{}); return err },
		"a proposal":  func() error { _, _, err := bob.ProposeRemove(p.rng, 0, Private); return err },
		"a message":   func() error { _, err := bob.Send(p.rng, nil, nil); return err },
		"a GroupInfo": func() error { _, err := bob.GroupInfo(p.rng, GroupInfoOptions{}); return err },
	} {
		if err := send(); !errors.Is(err, spec.ReInitClosed) {
			t.Errorf("%s after the ReInit: %v", what, err)
		}
	}
}

// Dave comes to alice's group from outside; each case breaks one thing on the way.
func TestExternalJoinRules(t *testing.T) {
	p := suiteOne(t, Public, Config{})
	alice, dave := p.members["alice"], p.client("dave")
	good := p.groupInfo("alice", GroupInfoOptions{Tree: true, ExternalPub: true})
	s3, err := suite.ByID(3)
	p.ok(err)
	elsewhere, err := NewClient(s3, p.rng, "dave")
	p.ok(err)
	for _, v := range []struct {
		what string
		rule error
		c    Client
		info []byte
		opt  ExternalOptions
	}{
		{"honest", nil, dave, good, ExternalOptions{}},
		{"no external_pub", spec.ExternalPubPresent, dave, p.groupInfo("alice", GroupInfoOptions{Tree: true}), ExternalOptions{}},
		{"another suite", spec.JoinSuite, elsewhere, good, ExternalOptions{}},
		{"a group that dave is in", spec.GroupIDUnique, dave, good, ExternalOptions{JoinOptions: JoinOptions{GroupIDs: [][]byte{[]byte("room")}}}},
		{"a PSK that dave does not hold", spec.PSKsHeld, dave, good, ExternalOptions{PSKs: []wire.PreSharedKeyID{ExternalPSK([]byte("x"))}}},
		{"no GroupInfo", ErrNoGroupInfo, dave, mustSend(p, alice), ExternalOptions{}},
	} {
		t.Run(v.what, func(t *testing.T) {
			if _, err := v.c.JoinExternally(p.rng, v.info, v.opt); !errors.Is(err, v.rule) {
				t.Errorf("got %v, want %v", err, v.rule)
			}
		})
	}
	// The group's version, inside the GroupInfo, signed again.
	var m wire.MLSMessage
	p.ok(wire.Unmarshal(good, &m))
	m.GroupInfo.GroupContext.Version = 2
	tbs, err := wire.Marshal(&wire.GroupInfoTBS{GroupInfo: m.GroupInfo})
	p.ok(err)
	m.GroupInfo.Signature, err = p.s.SignWithLabel(alice.client.Identity.SignatureKey, "GroupInfoTBS", tbs)
	p.ok(err)
	info, err := wire.Marshal(&m)
	p.ok(err)
	if _, err := dave.JoinExternally(p.rng, info, ExternalOptions{}); !errors.Is(err, spec.GroupVersion) {
		t.Errorf("another version of the group: %v", err)
	}
}

func mustSend(p *party, g *Group) []byte {
	msg, err := g.Send(p.rng, []byte("x"), nil)
	p.ok(err)
	return msg
}

// Members get an external Commit whose kem_output is for another group's key, or is
// no encapsulation at all.
func TestExternalInitRules(t *testing.T) {
	p := suiteOne(t, Public, Config{})
	alice := p.members["alice"]
	info := p.groupInfo("alice", GroupInfoOptions{Tree: true, ExternalPub: true})
	var m wire.MLSMessage
	p.ok(wire.Unmarshal(info, &m))
	for _, v := range []struct {
		what string
		rule error
		bend func(kemOutput []byte) []byte
	}{
		{"honest", nil, func(k []byte) []byte { return k }},
		{"for another key", spec.ConfirmationTag, func([]byte) []byte {
			_, pk, err := p.s.GenerateKeyPair(p.rng)
			p.ok(err)
			k, _, err := p.s.ExternalInit(p.rng, pk)
			p.ok(err)
			return k
		}},
		{"too short", spec.ExternalInitOpens, func(k []byte) []byte { return k[1:] }},
		{"none, by who knows the members' init_secret", spec.ExternalInitOpens, func([]byte) []byte { return nil }},
	} {
		t.Run(v.what, func(t *testing.T) {
			c := p.client("dave")
			outside, err := c.outside(m.GroupInfo, JoinOptions{})
			p.ok(err)
			kem, init, err := c.externalInit(p.rng, m.GroupInfo)
			p.ok(err)
			if kem = v.bend(kem); kem == nil {
				init = alice.secrets.Init
			}
			d := draft{sender: wire.Sender{Type: wire.SenderNewMemberCommit}, init: init, opt: CommitOptions{Format: Public}}
			d.add(wire.Proposal{Type: wire.ProposalExternalInit, ExternalInit: &wire.ExternalInit{KEMOutput: kem}})
			pending, err := outside.commit(p.rng, d)
			p.ok(err)
			if _, err := alice.Receive(pending.Commit); !errors.Is(err, v.rule) {
				t.Errorf("got %v, want %v", err, v.rule)
			}
		})
	}
}

// An honest client does not let itself be used for what its group cannot take.
func TestSenderSideRules(t *testing.T) {
	p := suiteOne(t, Private, Config{})
	alice := p.members["alice"]
	grease := []wire.Extension{{Type: 0x0a0a}}
	if _, err := alice.Commit(p.rng, CommitOptions{Extensions: &grease}); !errors.Is(err, spec.GreaseNotSent) {
		t.Errorf("GREASE in the GroupContext: %v", err)
	}
	if _, _, err := alice.ProposeExtensions(p.rng, grease, Private); !errors.Is(err, spec.GreaseNotSent) {
		t.Errorf("GREASE in a proposal: %v", err)
	}
	if _, err := alice.client.Create(p.rng, []byte("x"), grease...); !errors.Is(err, spec.GreaseNotSent) {
		t.Errorf("GREASE in a new group: %v", err)
	}
	listing := alice.client
	listing.Config.Capabilities.Extensions = []wire.ExtensionType{wire.ExtensionApplicationID}
	if _, _, err := listing.NewKeyPackage(p.rng); !errors.Is(err, spec.DefaultsUnlisted) {
		t.Errorf("a default type in one's own capabilities: %v", err)
	}
	info, err := alice.GroupInfo(p.rng, GroupInfoOptions{Tree: true, ExternalPub: true})
	p.ok(err)
	if _, err := listing.JoinExternally(p.rng, info, ExternalOptions{Resync: true}); !errors.Is(err, spec.DefaultsUnlisted) {
		t.Errorf("a default type in the capabilities of who joins from outside: %v", err)
	}
	if _, err := alice.Commit(p.rng, CommitOptions{PSKs: []wire.PreSharedKeyID{ExternalPSK([]byte("x"))}}); !errors.Is(err, spec.PSKsHeld) {
		t.Errorf("a PSK that is not held: %v", err)
	}
	if _, _, err := alice.Propose(p.rng, wire.Proposal{Type: wire.ProposalExternalInit, ExternalInit: &wire.ExternalInit{}}, Private); !errors.Is(err, spec.ExternalInit) {
		t.Errorf("an ExternalInit: %v", err)
	}
}

// Subtle point 48: the interim transcript hash of epoch 0 has the confirmation tag
// in it, as §11 says: a joiner from outside, who computes it so, and the creator go
// on together.
func TestInterimOfEpochZero(t *testing.T) {
	s, err := suite.ByID(1)
	check(t, err)
	p := newParty(t, s, Private)
	p.create("alice")
	if len(p.members["alice"].interim) != s.Nh() {
		t.Errorf("it has %d bytes", len(p.members["alice"].interim))
	}
	p.enter("bob", p.client("bob"), p.groupInfo("alice", GroupInfoOptions{Tree: true, ExternalPub: true}), ExternalOptions{})
}

// Subtle point 4: alone in its group a member commits with a path of no nodes, whose
// fresh secret is the commit_secret; the leaf's parent_hash has no bytes.
func TestCommitAlone(t *testing.T) {
	s, err := suite.ByID(1)
	check(t, err)
	p := newParty(t, s, Public)
	p.create("alice")
	alice := p.members["alice"]
	pending, err := alice.Commit(p.rng, CommitOptions{Format: Public})
	check(t, err)
	var m wire.MLSMessage
	check(t, wire.Unmarshal(pending.Commit, &m))
	path := m.PublicMessage.Content.Commit.Path
	if path == nil || len(path.Nodes) != 0 || len(path.LeafNode.ParentHash) != 0 {
		t.Errorf("the path is %+v", path)
	}
	other, err := alice.Commit(p.rng, CommitOptions{Format: Public})
	check(t, err)
	a, _ := pending.Accept()
	b, _ := other.Accept()
	if string(a.secrets.Init) == string(b.secrets.Init) || string(a.secrets.Init) == string(treekem.Zero(s)) {
		t.Error("the commit_secret is not fresh")
	}
}

package group

import (
	"bytes"
	"errors"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/treedem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/props/dump"
	"mlsref/spec"
)

// suiteOne is a party of suite 1 with alice, bob and carol in it.
func suiteOne(t *testing.T, f Format, config Config) *party {
	t.Helper()
	s, err := suite.ByID(1)
	check(t, err)
	p := newParty(t, s, f)
	p.config = config
	p.create("alice")
	p.commit("alice", CommitOptions{}, "bob", "carol")
	return p
}

// groupInfo is what name publishes for joining from outside.
func (p *party) groupInfo(name string, opt GroupInfoOptions) []byte {
	p.t.Helper()
	info, err := p.members[name].GroupInfo(p.rng, opt)
	p.ok(err)
	return info
}

// enter has a client join from outside, and all others accept it.
func (p *party) enter(name string, c Client, info []byte, opt ExternalOptions) {
	p.t.Helper()
	pending, err := c.JoinExternally(p.rng, info, opt)
	p.ok(err)
	p.deliver(name, pending.Commit)
	p.members[name], _ = pending.Accept()
	p.agree()
}

func (p *party) propose(name string, next *Group, msg []byte, err error) {
	p.t.Helper()
	p.ok(err)
	p.members[name] = next
	p.deliver(name, msg)
}

func TestExternalJoin(t *testing.T) {
	everyFormat(t, func(t *testing.T, p *party) {
		p.create("alice")
		both := GroupInfoOptions{Tree: true, ExternalPub: true}
		p.enter("bob", p.client("bob"), p.groupInfo("alice", both), ExternalOptions{}) // the tree grows
		p.enter("carol", p.client("carol"), p.groupInfo("bob", both), ExternalOptions{})
		p.commit("carol", CommitOptions{}, "dave")
		p.commit("dave", CommitOptions{Remove: []uint32{p.leaf("bob")}})
		tree, err := p.members["alice"].RatchetTree()
		p.ok(err)
		info := p.groupInfo("carol", GroupInfoOptions{ExternalPub: true})
		p.enter("erin", p.client("erin"), info, ExternalOptions{JoinOptions: JoinOptions{Tree: tree}})
		if got := p.leaf("erin"); got != 1 {
			t.Errorf("erin is at leaf %d, want the leftmost blank one, 1", got)
		}
		p.commit("erin", CommitOptions{})
	})
}

// Subtle point 44: the leaf is assigned after the Remove, so a resync retakes the
// one that it frees, unless there is one farther left.
func TestResync(t *testing.T) {
	p := suiteOne(t, Private, Config{})
	both := GroupInfoOptions{Tree: true, ExternalPub: true}
	was := p.leaf("bob")
	bob := p.members["bob"].client
	p.enter("bob", bob, p.groupInfo("carol", both), ExternalOptions{Resync: true})
	if got := p.leaf("bob"); got != was {
		t.Errorf("bob came back at leaf %d, was at %d", got, was)
	}
	p.commit("bob", CommitOptions{})
	stranger := p.client("mallory")
	if _, err := stranger.JoinExternally(p.rng, p.groupInfo("alice", both), ExternalOptions{Resync: true}); !errors.Is(err, ErrNotThere) {
		t.Errorf("a stranger resyncs: %v", err)
	}
}

func TestPSKs(t *testing.T) {
	everyFormat(t, func(t *testing.T, p *party) {
		store := &PSKStore{}
		store.Put(ExternalPSK([]byte("coffee")), []byte("a shared secret of any length"))
		p.config = Config{PSKs: store, PastResumption: 2}
		p.create("alice")
		p.commit("alice", CommitOptions{}, "bob", "carol")
		p.commit("bob", CommitOptions{PSKs: []wire.PreSharedKeyID{ExternalPSK([]byte("coffee"))}, NoPath: true})
		p.commit("bob", CommitOptions{PSKs: []wire.PreSharedKeyID{ResumptionPSK([]byte("room"), 1), ExternalPSK([]byte("coffee"))}})
		next, msg, err := p.members["carol"].ProposePSK(p.rng, ExternalPSK([]byte("coffee")), p.format)
		p.propose("carol", next, msg, err)
		p.commit("alice", CommitOptions{}, "dave") // dave's Welcome names the PSK
		// Epoch 1 is out of the bounded past now.
		if _, err := p.members["bob"].Commit(p.rng, CommitOptions{PSKs: []wire.PreSharedKeyID{ResumptionPSK([]byte("room"), 1)}}); !errors.Is(err, spec.PSKsHeld) {
			t.Errorf("a resumption_psk that was dropped: %v", err)
		}
	})
}

func TestGroupContextExtensions(t *testing.T) {
	p := suiteOne(t, Public, Config{Capabilities: wire.Capabilities{Extensions: []wire.ExtensionType{0xff01}}})
	extensions := []wire.Extension{{Type: 0xff01, Data: []byte("new")}}
	next, msg, err := p.members["bob"].ProposeExtensions(p.rng, extensions, p.format)
	p.propose("bob", next, msg, err)
	p.commit("alice", CommitOptions{}, "dave")
	if got := p.members["dave"].Context().Extensions; !treesync.SameExtensions(got, extensions) {
		t.Errorf("extensions are %v", got)
	}
	none := []wire.Extension{}
	p.commit("dave", CommitOptions{Extensions: &none})
	if got := p.members["alice"].Context().Extensions; len(got) != 0 {
		t.Errorf("extensions are %v, want none", got)
	}
}

func TestExternalProposals(t *testing.T) {
	p := suiteOne(t, Public, Config{})
	server := p.client("server")
	senders, err := wire.Marshal(&wire.ExternalSenders{Senders: []wire.ExternalSender{
		{SignatureKey: server.Identity.SignaturePub, Credential: server.Identity.Credential}}})
	p.ok(err)
	p.commit("alice", CommitOptions{Extensions: &[]wire.Extension{{Type: wire.ExtensionExternalSenders, Data: senders}}})

	remove := wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: p.leaf("carol")}}
	msg, err := server.ProposeExternally(0, []byte("room"), p.members["alice"].Epoch(), remove)
	p.ok(err)
	p.deliver("", msg)
	dave := p.client("dave")
	kp, secrets, err := dave.NewKeyPackage(p.rng)
	p.ok(err)
	msg, err = dave.ProposeJoin([]byte("room"), p.members["alice"].Epoch(), kp)
	p.ok(err)
	p.deliver("", msg)

	pending, err := p.members["bob"].Commit(p.rng, CommitOptions{Format: Public})
	p.ok(err)
	p.deliver("bob", pending.Commit)
	next, welcome := pending.Accept()
	p.members["bob"] = next
	p.members["dave"], err = dave.Join(secrets, welcome, JoinOptions{})
	p.ok(err)
	p.agree()
	if p.members["carol"] != nil || len(p.members) != 3 {
		t.Error("carol is still there")
	}
}

func TestBranch(t *testing.T) {
	everyFormat(t, func(t *testing.T, p *party) {
		p.create("alice")
		p.commit("alice", CommitOptions{}, "bob", "carol")
		alice, bob := p.members["alice"], p.members["bob"]
		kp, secrets, err := bob.client.NewKeyPackage(p.rng)
		p.ok(err)
		pending, err := alice.Branch(p.rng, []byte("side room"), []wire.KeyPackage{kp}, CommitOptions{})
		p.ok(err)
		branch, welcome := pending.Accept()
		joined, err := bob.client.Join(secrets, welcome, JoinOptions{From: bob, GroupIDs: [][]byte{bob.GroupID()}})
		p.ok(err)
		if !bytes.Equal(joined.EpochAuthenticator(), branch.EpochAuthenticator()) || joined.Epoch() != 1 {
			t.Error("alice and bob do not agree on the branch")
		}
		if _, err := bob.client.Join(secrets, welcome, JoinOptions{}); !errors.Is(err, spec.PSKsHeld) {
			t.Errorf("without the old group: %v", err)
		}
	})
}

// Subtle point 41: any member may make the new group; here it is bob, while alice
// committed and carol proposed. Subtle point 43: it may have the old one's ID.
func TestReinitialise(t *testing.T) {
	everyFormat(t, func(t *testing.T, p *party) {
		p.create("alice")
		p.commit("alice", CommitOptions{}, "bob", "carol")
		other, err := suite.ByID(map[wire.CipherSuite]wire.CipherSuite{1: 3, 2: 1, 3: 2, 4: 1, 5: 1, 6: 1, 7: 1}[p.s.ID()])
		p.ok(err)
		r := wire.ReInit{GroupID: []byte("room"), Version: wire.ProtocolMLS10, CipherSuite: other.ID()}
		next, msg, err := p.members["carol"].ProposeReInit(p.rng, r, p.format)
		p.propose("carol", next, msg, err)
		p.commit("alice", CommitOptions{})
		if _, err := p.members["alice"].Send(p.rng, []byte("hello"), nil); !errors.Is(err, spec.ReInitClosed) {
			t.Errorf("sending in the old group: %v", err)
		}

		fresh := map[string]Client{}
		var kps []wire.KeyPackage
		secrets := map[string]KeyPackageSecrets{}
		for _, name := range []string{"bob", "alice", "carol"} {
			c, err := NewClient(other, p.rng, name)
			p.ok(err)
			fresh[name] = c
			if name != "bob" {
				kp, sec, err := c.NewKeyPackage(p.rng)
				p.ok(err)
				kps, secrets[name] = append(kps, kp), sec
			}
		}
		bob := p.members["bob"]
		if _, err := bob.Reinitialise(p.rng, fresh["bob"], kps[:1], CommitOptions{}); !errors.Is(err, spec.ReInitMembers) {
			t.Errorf("without carol: %v", err)
		}
		pending, err := bob.Reinitialise(p.rng, fresh["bob"], kps, CommitOptions{})
		p.ok(err)
		first, welcome := pending.Accept()
		for name, sec := range secrets {
			old := p.members[name]
			g, err := fresh[name].Join(sec, welcome, JoinOptions{From: old, GroupIDs: [][]byte{old.GroupID()}})
			p.ok(err)
			if !bytes.Equal(g.EpochAuthenticator(), first.EpochAuthenticator()) {
				t.Errorf("%s and bob do not agree on the new group", name)
			}
		}
	})
}

func TestReinitialiseWhatIsNotClosed(t *testing.T) {
	p := suiteOne(t, Private, Config{})
	if _, err := p.members["bob"].Reinitialise(p.rng, p.client("bob"), nil, CommitOptions{}); !errors.Is(err, errNotClosed) {
		t.Errorf("got %v", err)
	}
}

// Messages of an epoch that is over open for as many epochs as the Config keeps.
func TestLateMessages(t *testing.T) {
	p := suiteOne(t, Private, Config{PastEpochs: 2})
	send := func(name string) []byte {
		msg, err := p.members[name].Send(p.rng, []byte("late"), nil)
		p.ok(err)
		return msg
	}
	first, second := send("bob"), send("bob")
	p.commit("alice", CommitOptions{})
	p.commit("alice", CommitOptions{Remove: []uint32{p.leaf("bob")}}) // sent as a member all the same
	r, err := p.members["carol"].Receive(first)
	p.ok(err)
	if string(r.Application) != "late" || r.Epoch != 1 || r.Next.Epoch() != 3 {
		t.Errorf("it opens as %+v", r)
	}
	if _, err := p.members["carol"].Receive(first); !errors.Is(err, spec.GenerationOnce) {
		t.Errorf("a second time: %v", err)
	}
	p.commit("carol", CommitOptions{})
	if _, err := p.members["carol"].Receive(second); !errors.Is(err, spec.SameEpoch) {
		t.Errorf("three epochs late: %v", err)
	}
}

// Who came from outside keeps nothing of the epoch before: it was not in it.
func TestNoPastOfAnOutsider(t *testing.T) {
	p := suiteOne(t, Private, Config{PastEpochs: 2, PastResumption: 2})
	early, err := p.members["bob"].Send(p.rng, []byte("early"), nil)
	p.ok(err)
	p.enter("dave", p.client("dave"), p.groupInfo("alice", GroupInfoOptions{Tree: true, ExternalPub: true}), ExternalOptions{})
	if _, err := p.members["dave"].Receive(early); !errors.Is(err, spec.SameEpoch) {
		t.Errorf("a message of before: %v", err)
	}
	if p.members["dave"].resumptionPSK([]byte("room"), 1) != nil {
		t.Error("dave has a resumption_psk of before")
	}
}

// A handshake of an epoch that is over is never processed, kept or not.
func TestLateHandshake(t *testing.T) {
	p := suiteOne(t, Private, Config{PastEpochs: 2})
	_, late, err := p.members["bob"].ProposeUpdate(p.rng, LeafChange{}, Private)
	p.ok(err)
	p.commit("alice", CommitOptions{})
	if _, err := p.members["carol"].Receive(late); !errors.Is(err, spec.SameEpoch) {
		t.Errorf("got %v", err)
	}
}

// Subtle point 46: making a Commit changes nothing until it is accepted.
func TestPendingCommit(t *testing.T) {
	p := suiteOne(t, Public, Config{})
	alice, bob := p.members["alice"], p.members["bob"]
	before := dump.Of(alice)
	mine, err := alice.Commit(p.rng, CommitOptions{Format: Public})
	p.ok(err)
	if dump.Of(alice) != before {
		t.Error("a pending Commit changed the group")
	}
	theirs, err := bob.Commit(p.rng, CommitOptions{Format: Public})
	p.ok(err)

	hello, err := bob.Send(p.rng, []byte("hello"), nil)
	p.ok(err)
	r, done, err := mine.Receive(hello)
	if err != nil || done || string(r.Application) != "hello" || r.Next != nil {
		t.Errorf("a message while waiting: %+v, %v, %v", r, done, err)
	}
	won, done, err := mine.Receive(mine.Commit)
	if accepted, _ := mine.Accept(); err != nil || !done || won.Next != accepted || won.Next.Epoch() != 2 {
		t.Errorf("one's own Commit: %v, %v", done, err)
	}
	lost, done, err := mine.Receive(theirs.Commit)
	winner, _ := theirs.Accept()
	if err != nil || !done || !bytes.Equal(lost.Next.EpochAuthenticator(), winner.EpochAuthenticator()) {
		t.Errorf("another's Commit: %v, %v", done, err)
	}
	if mine.Reject() != alice {
		t.Error("after a rejection the group is another one")
	}
	if _, _, err := mine.Receive([]byte("nonsense")); err == nil {
		t.Error("nonsense is accepted while waiting")
	}
}

func TestPendingExternalCommit(t *testing.T) {
	p := suiteOne(t, Public, Config{})
	info := p.groupInfo("alice", GroupInfoOptions{Tree: true, ExternalPub: true})
	pending, err := p.client("dave").JoinExternally(p.rng, info, ExternalOptions{})
	p.ok(err)
	if _, done, err := pending.Receive(pending.Commit); err != nil || !done {
		t.Errorf("one's own Commit: %v, %v", done, err)
	}
	if _, _, err := pending.Receive([]byte("x")); !errors.Is(err, errOutside) || pending.Reject() != nil {
		t.Errorf("something else: %v", err)
	}
}

// Subtle point 45: whoever has seen a proposal commits before it sends.
func TestCommitFirst(t *testing.T) {
	p := suiteOne(t, Private, Config{})
	p.update("bob")
	if _, err := p.members["carol"].Send(p.rng, []byte("x"), nil); !errors.Is(err, spec.CommitFirst) {
		t.Errorf("got %v", err)
	}
	p.commit("carol", CommitOptions{})
	_, err := p.members["carol"].Send(p.rng, []byte("x"), nil)
	p.ok(err)
}

// Subtle point 59: a KeyPackage is used once, one of last resort again and again.
func TestKeyPackageStore(t *testing.T) {
	p := suiteOne(t, Private, Config{})
	dave, store := p.client("dave"), &KeyPackageStore{}
	kp, secrets, err := dave.NewKeyPackage(p.rng)
	p.ok(err)
	last, lastSecrets, err := dave.NewKeyPackage(p.rng)
	p.ok(err)
	lastSecrets.LastResort = true
	p.ok(store.Put(secrets))
	p.ok(store.Put(lastSecrets))
	if err := store.Put(secrets); !errors.Is(err, spec.InitKeysUnique) {
		t.Errorf("the same KeyPackage twice: %v", err)
	}
	for _, v := range []struct {
		kp   wire.KeyPackage
		want error
		left int
	}{{kp, nil, 1}, {kp, ErrNotForUs, 1}, {last, nil, 1}, {last, nil, 1}} {
		pending, err := p.members["alice"].Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{v.kp}})
		p.ok(err)
		_, welcome := pending.Accept()
		if _, err := dave.JoinWith(store, welcome, JoinOptions{}); !errors.Is(err, v.want) || store.Len() != v.left {
			t.Errorf("got %v with %d left, want %v with %d", err, store.Len(), v.want, v.left)
		}
	}
}

// GREASE on every member's side, and padding: the group lives as if they were not.
func TestGreaseAndPadding(t *testing.T) {
	for _, name := range suite.Names()[:2] {
		s, err := suite.ByName(name)
		check(t, err)
		p := newParty(t, s, Private)
		p.config = Config{Grease: true, Padding: treedem.ToMultiple(64)}
		p.create("alice")
		p.commit("alice", CommitOptions{}, "bob", "carol", "dave")
		p.update("dave")
		p.commit("bob", CommitOptions{})
		p.enter("erin", p.client("erin"), p.groupInfo("bob", GroupInfoOptions{Tree: true, ExternalPub: true}), ExternalOptions{})
		greased := 0
		for _, leaf := range p.members["alice"].Tree().All() {
			for _, e := range leaf.Capabilities.Extensions {
				if treesync.IsGrease(e) {
					greased++
				}
			}
		}
		if greased == 0 {
			t.Error("no leaf has a GREASE value")
		}
		greased = 0
		for range 20 {
			kp, _, err := p.client("frank").NewKeyPackage(p.rng)
			check(t, err)
			greased += len(kp.Extensions)
		}
		if greased == 0 {
			t.Error("no KeyPackage has a GREASE extension")
		}
	}
}

// With the tree beside, a joiner needs it and takes no other.
func TestTreeBeside(t *testing.T) {
	p := suiteOne(t, Private, Config{})
	dave := p.client("dave")
	kp, secrets, err := dave.NewKeyPackage(p.rng)
	p.ok(err)
	pending, err := p.members["alice"].Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}, TreeBeside: true})
	p.ok(err)
	old, err := p.members["alice"].RatchetTree()
	p.ok(err)
	next, welcome := pending.Accept()
	tree, err := next.RatchetTree()
	p.ok(err)
	_, err = dave.Join(secrets, welcome, JoinOptions{Tree: tree})
	p.ok(err)
	if _, err := dave.Join(secrets, welcome, JoinOptions{}); !errors.Is(err, treesync.ErrNoTree) {
		t.Errorf("without a tree: %v", err)
	}
	if _, err := dave.Join(secrets, welcome, JoinOptions{Tree: old}); !errors.Is(err, spec.JoinTreeHash) {
		t.Errorf("with the tree of the epoch before: %v", err)
	}
}

package follower_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"mlsref/impl/follower"
	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// world is a group with public handshakes, and somebody who follows it.
type world struct {
	t       *testing.T
	s       suite.Suite
	rng     *rand.ChaCha8
	members map[string]*group.Group
	f       *follower.Follower
}

func newWorld(t *testing.T) *world {
	s, err := suite.ByID(1)
	w := &world{t: t, s: s, rng: rand.NewChaCha8([32]byte{7}), members: map[string]*group.Group{}}
	w.ok(err)
	w.members["alice"], err = w.client("alice").Create(w.rng, []byte("room"))
	w.ok(err)
	w.f, err = follower.Follow(s, treesync.Policy{}, w.info("alice"), nil)
	w.ok(err)
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) client(name string) group.Client {
	c, err := group.NewClient(w.s, w.rng, name)
	w.ok(err)
	return c
}

func (w *world) info(name string) []byte {
	info, err := w.members[name].GroupInfo(w.rng, group.GroupInfoOptions{Tree: true, ExternalPub: true})
	w.ok(err)
	return info
}

// deliver gives a message to all and to the follower, who must agree afterwards.
func (w *world) deliver(from string, msg []byte) {
	w.t.Helper()
	for name, g := range w.members {
		if name == from {
			continue
		}
		r, err := g.Receive(msg)
		w.ok(err)
		if r.Removed {
			delete(w.members, name)
		} else {
			w.members[name] = r.Next
		}
	}
	next, _, err := w.f.Receive(msg)
	w.ok(err)
	w.f = next
}

func (w *world) agree() {
	w.t.Helper()
	public := w.f.Public()
	want, err := wire.Marshal(&public.Context)
	w.ok(err)
	for name, g := range w.members {
		context := g.Context()
		have, err := wire.Marshal(&context)
		w.ok(err)
		if !bytes.Equal(have, want) {
			w.t.Fatalf("%s at epoch %d is not where the follower is, at %d", name, context.Epoch, public.Context.Epoch)
		}
		w.ok(w.f.Confirm(w.info(name)))
	}
}

func (w *world) commit(name string, opt group.CommitOptions, add ...string) {
	w.t.Helper()
	clients, secrets := map[string]group.Client{}, map[string]group.KeyPackageSecrets{}
	for _, a := range add {
		clients[a] = w.client(a)
		kp, s, err := clients[a].NewKeyPackage(w.rng)
		w.ok(err)
		secrets[a], opt.Add = s, append(opt.Add, kp)
	}
	opt.Format = group.Public
	pending, err := w.members[name].Commit(w.rng, opt)
	w.ok(err)
	w.deliver(name, pending.Commit)
	next, welcome := pending.Accept()
	w.members[name] = next
	for _, a := range add {
		w.members[a], err = clients[a].Join(secrets[a], welcome, group.JoinOptions{})
		w.ok(err)
	}
	w.agree()
}

func TestFollowAGroup(t *testing.T) {
	w := newWorld(t)
	w.commit("alice", group.CommitOptions{}, "bob", "carol", "dave", "erin")
	w.commit("bob", group.CommitOptions{NoPath: true}, "frank")
	next, msg, err := w.members["carol"].ProposeUpdate(w.rng, group.LeafChange{}, group.Public)
	w.ok(err)
	w.members["carol"] = next
	w.deliver("carol", msg)
	w.commit("dave", group.CommitOptions{Remove: []tree.LeafIndex{w.members["erin"].Leaf(), w.members["frank"].Leaf()}})
	pending, err := w.client("grace").JoinExternally(w.rng, w.info("alice"), group.ExternalOptions{})
	w.ok(err)
	w.deliver("grace", pending.Commit)
	w.members["grace"], _ = pending.Accept()
	w.agree()
	pending, err = w.members["grace"].Commit(w.rng, group.CommitOptions{
		ReInit: &wire.ReInit{GroupID: []byte("next"), Version: 1, CipherSuite: 1}, NoPath: true, Format: group.Public})
	w.ok(err)
	w.deliver("grace", pending.Commit)
	if got := w.f.Public().Context.Epoch; got != 5 {
		t.Errorf("the follower is at epoch %d, want 5", got)
	}
}

// secret are the rules that take a secret to check.
var secret = []*spec.Rule{spec.MembershipTag, spec.ConfirmationTag, spec.PathDecrypts, spec.PathSecretSize, spec.PathKeysMatch, spec.PSKsHeld}

// TestRejectsWhatMembersReject flips every bit of a proposal and of a Commit in turn.
// The follower rejects what a member does, by the same rule, but for what takes a
// secret: the bits of the tags. Membership tag and signature come first, so most flips
// show little; TestForgeries reaches behind them.
func TestRejectsWhatMembersReject(t *testing.T) {
	w := newWorld(t)
	w.commit("alice", group.CommitOptions{}, "bob", "carol")
	_, proposal, err := w.members["bob"].ProposeUpdate(w.rng, group.LeafChange{}, group.Public)
	w.ok(err)
	pending, err := w.members["bob"].Commit(w.rng, group.CommitOptions{Format: group.Public})
	w.ok(err)
	tag := 8 * w.s.Nh()
	for _, v := range []struct {
		msg  []byte
		tags int
	}{{proposal, tag}, {pending.Commit, 2 * tag}} {
		accepted := 0
		for i := range 8 * len(v.msg) {
			bad := bytes.Clone(v.msg)
			bad[i/8] ^= 1 << (i % 8)
			if w.compare(bad) {
				accepted++
			}
		}
		if accepted != v.tags {
			t.Errorf("the follower accepts %d flips, want those in the tags, %d", accepted, v.tags)
		}
	}
}

// compare has alice and the follower judge a message.
func (w *world) compare(msg []byte) (accepted bool) {
	w.t.Helper()
	_, member := w.members["alice"].Receive(msg)
	_, _, mine := w.f.Receive(msg)
	switch {
	case mine != nil && member == nil:
		w.t.Errorf("the follower alone rejects %x: %v", msg, mine)
	case mine == nil && member != nil:
		for _, rule := range secret {
			if errors.Is(member, rule) {
				return true
			}
		}
		w.t.Errorf("the follower accepts %x, which a member rejects: %v", msg, member)
	}
	return mine == nil
}

// TestForgeries has bob, a member, sign and tag what breaks one public rule each.
func TestForgeries(t *testing.T) {
	w := newWorld(t)
	w.commit("alice", group.CommitOptions{}, "bob", "carol")
	bob := w.members["bob"]
	for what, p := range map[string]wire.Proposal{
		"a Remove of a blank leaf": {Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: 3}},
		"a ReInit to version 0":    {Type: wire.ProposalReInit, ReInit: &wire.ReInit{CipherSuite: 1}},
		"a PSK with a short nonce": {Type: wire.ProposalPSK, PreSharedKey: &wire.PreSharedKey{PSK: wire.PreSharedKeyID{PSKType: wire.PSKExternal}}},
		"somebody's old leaf":      {Type: wire.ProposalUpdate, Update: &wire.Update{LeafNode: *bob.Tree().Leaf(bob.Leaf())}},
	} {
		msg := w.forge(bob, p)
		if w.compare(msg) {
			t.Errorf("%s is accepted", what)
		}
	}
	if good := w.forge(bob, wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: 2}}); !w.compare(good) {
		t.Error("a good proposal is rejected")
	}
}

// forge signs a proposal as an honest client would not. The membership tag is left
// out: the follower has no key for it, and a member finds it last.
func (w *world) forge(g *group.Group, p wire.Proposal) []byte {
	context := g.Context()
	content := wire.FramedContent{GroupID: g.GroupID(), Epoch: g.Epoch(), ContentType: wire.ContentProposal, Proposal: &p,
		Sender: wire.Sender{Type: wire.SenderMember, LeafIndex: g.Leaf()}}
	tbs, err := wire.Marshal(&wire.FramedContentTBS{Version: 1, WireFormat: group.Public, Content: content, Context: &context})
	w.ok(err)
	signature, err := w.s.SignWithLabel(g.Client().Identity.SignatureKey, "FramedContentTBS", tbs)
	w.ok(err)
	msg, err := wire.Marshal(&wire.MLSMessage{Version: 1, WireFormat: group.Public, PublicMessage: &wire.PublicMessage{
		Content: content, Auth: wire.FramedContentAuthData{Signature: signature}}})
	w.ok(err)
	return msg
}

func TestNotFollowed(t *testing.T) {
	w := newWorld(t)
	w.commit("alice", group.CommitOptions{}, "bob")
	hello, err := w.members["bob"].Send(w.rng, []byte("hello"), nil)
	w.ok(err)
	if _, _, err := w.f.Receive(hello); !errors.Is(err, follower.ErrEncrypted) {
		t.Errorf("a PrivateMessage: %v", err)
	}
	old := w.info("alice")
	w.commit("alice", group.CommitOptions{})
	if w.f.Confirm(old) == nil {
		t.Error("the GroupInfo of the epoch before is confirmed")
	}
	if _, err := follower.Follow(w.s, treesync.Policy{}, hello, nil); err == nil {
		t.Error("a PrivateMessage is taken for a GroupInfo")
	}
	info, err := w.members["alice"].GroupInfo(w.rng, group.GroupInfoOptions{})
	w.ok(err)
	if _, err := follower.Follow(w.s, treesync.Policy{}, info, nil); !errors.Is(err, treesync.ErrNoTree) {
		t.Errorf("no tree: %v", err)
	}
	beside, err := w.f.Tree()
	w.ok(err)
	_, err = follower.Follow(w.s, treesync.Policy{}, info, beside)
	w.ok(err)
}

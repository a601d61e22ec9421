package group

import (
	"bytes"
	"io"
	"slices"

	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Branch makes a new group of some of this group's members (RFC 9420 §11.3): with
// the same version and suite, linked by this epoch's resumption_psk. kps are fresh
// KeyPackages of the others. The Commit of the result is for nobody; the Welcome is
// what the others join with, each giving its own view of this group.
func (g *Group) Branch(rng io.Reader, groupID []byte, kps []wire.KeyPackage, opt CommitOptions, extensions ...wire.Extension) (*Pending, error) {
	return g.linked(rng, g.client, treesync.Branching, groupID, extensions, kps, opt)
}

// Reinitialise makes the group that a committed ReInit announced (RFC 9420
// §11.2), which any member may do, though §12.4.1 names the committer (subtle point
// 41). c is this
// member with the new suite; kps are fresh KeyPackages of all others.
func (g *Group) Reinitialise(rng io.Reader, c Client, kps []wire.KeyPackage, opt CommitOptions) (*Pending, error) {
	if g.reinit == nil {
		return nil, errNotClosed
	}
	return g.linked(rng, c, treesync.Reinitialisation, g.reinit.GroupID, g.reinit.Extensions, kps, opt)
}

// linked makes a new group of one, whose first Commit adds the others and takes in
// this group's resumption_psk.
func (g *Group) linked(rng io.Reader, c Client, op treesync.Operation, groupID []byte, extensions []wire.Extension, kps []wire.KeyPackage, opt CommitOptions) (*Pending, error) {
	first, err := c.Create(rng, groupID, extensions...)
	if err != nil {
		return nil, err
	}
	if opt.Format == 0 {
		opt.Format = Private
	}
	opt.Add = kps
	d := draft{
		sender: wire.Sender{Type: wire.SenderMember, LeafIndex: first.Leaf()},
		init:   first.secrets.Init, opt: opt, op: op, from: g,
	}
	id := ResumptionPSK(g.GroupID(), g.Epoch())
	id.Usage = usageOf[op]
	link, err := c.pskProposal(rng, id)
	if err != nil {
		return nil, err
	}
	d.add(link)
	proposals, err := first.byValue(rng, opt)
	if err != nil {
		return nil, err
	}
	for _, p := range proposals {
		d.add(p)
	}
	pending, err := first.commit(rng, d)
	if err != nil {
		return nil, err
	}
	pending.base = first
	return pending, pending.next.follows([]wire.PreSharedKeyID{link.PreSharedKey.PSK}, g)
}

var usageOf = map[treesync.Operation]wire.ResumptionPSKUsage{
	treesync.Branching:        wire.ResumptionBranch,
	treesync.Reinitialisation: wire.ResumptionReInit,
}

// isLink says whether a PSK links a group to one before it.
func isLink(id wire.PreSharedKeyID) bool {
	return id.PSKType == wire.PSKResumption && (id.Usage == wire.ResumptionBranch || id.Usage == wire.ResumptionReInit)
}

// linkingPSKAlone: at most one PSK of usage reinit or branch; others may stand
// beside it, which "the only such PSK" leaves open (RFC 9420 §12.4.3.1; subtle
// point 55).
func linkingPSKAlone(ids []wire.PreSharedKeyID) error {
	links := 0
	for _, id := range ids {
		if isLink(id) {
			links++
		}
	}
	if links > 1 {
		return spec.LinkAlone.Broken("there are %d", links)
	}
	return nil
}

// follows checks a new group against the one that it says it follows (RFC 9420
// §12.4.3.1, last items): what a joiner must, and a creator had better. The epoch and
// the IDs that the text puts into the Welcome are inside it (subtle point 56).
func (g *Group) follows(ids []wire.PreSharedKeyID, from *Group) error {
	if err := g.reinitLinked(ids, from); err != nil {
		return err
	}
	for _, id := range ids {
		if !isLink(id) {
			continue
		}
		if from == nil || !bytes.Equal(from.GroupID(), id.PSKGroupID) {
			return spec.LinkKnown.Broken("it follows epoch %d of group %x, which was not given", id.PSKEpoch, id.PSKGroupID)
		}
		rules := branchRules
		if id.Usage == wire.ResumptionReInit {
			rules = reinitRules
		}
		for _, rule := range rules {
			if err := rule(g, from, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// reinitLinked: the first epoch of a group of the announced ID, without a secret of the
// old group, could be anybody's (RFC 9420 §11.2).
func (g *Group) reinitLinked(ids []wire.PreSharedKeyID, from *Group) error {
	if from == nil || from.reinit == nil || g.Epoch() != 1 || !bytes.Equal(from.reinit.GroupID, g.GroupID()) || slices.ContainsFunc(ids, isLink) {
		return nil
	}
	return spec.ReInitLinked.Broken("group %x was reinitialised as %x, and the Welcome names no PSK of it", from.GroupID(), g.GroupID())
}

// reinitEpoch: the last epoch of the old group alone has the secret that binds the new
// one to its end; a client may still hold those of earlier ones (RFC 9420 §11.2).
func reinitEpoch(_, from *Group, id wire.PreSharedKeyID) error {
	if id.PSKEpoch != from.Epoch() {
		return spec.ReInitEpoch.Broken("it is of epoch %d, the ReInit led to %d", id.PSKEpoch, from.Epoch())
	}
	return nil
}

// linkRule checks a new group against the one that a PSK links it to.
type linkRule func(g, from *Group, id wire.PreSharedKeyID) error

var (
	reinitRules = []linkRule{linkEpoch, reinitMatches, reinitMembers, reinitEpoch}
	branchRules = []linkRule{linkEpoch, branchMatches, branchMembers}
)

func linkEpoch(g, _ *Group, _ wire.PreSharedKeyID) error {
	if g.Epoch() != 1 {
		return spec.LinkEpoch.Broken("it is %d", g.Epoch())
	}
	return nil
}

func reinitMatches(g, from *Group, _ wire.PreSharedKeyID) error {
	r, have := from.reinit, g.Context()
	if r == nil {
		return spec.ReInitMatches.Broken("the last Commit of group %x was no ReInit", from.GroupID())
	}
	if !bytes.Equal(r.GroupID, have.GroupID) || r.Version != have.Version || r.CipherSuite != have.CipherSuite ||
		!treesync.SameExtensions(r.Extensions, have.Extensions) {
		return spec.ReInitMatches.Broken("group %x with suite 0x%04x does not", have.GroupID, uint16(have.CipherSuite))
	}
	return nil
}

// reinitMembers: the membership is the same, so all of the old group are in the
// new one; §12.4.3.1 asks for that direction only.
func reinitMembers(g, from *Group, _ wire.PreSharedKeyID) error {
	if who := g.client.missing(from.public.Tree, g.public.Tree); who != nil {
		return spec.ReInitMembers.Broken("the member %q of the old group is not in the new one", who.Identity)
	}
	return nil
}

// branchMatches leaves the extensions free: §11.3 says "the same parameters", but
// asks only for version and cipher suite.
func branchMatches(g, from *Group, _ wire.PreSharedKeyID) error {
	if have, old := g.Context(), from.Context(); have.Version != old.Version || have.CipherSuite != old.CipherSuite {
		return spec.BranchMatches.Broken("version %d and suite 0x%04x, the old group's are %d and 0x%04x",
			have.Version, uint16(have.CipherSuite), old.Version, uint16(old.CipherSuite))
	}
	return nil
}

func branchMembers(g, from *Group, _ wire.PreSharedKeyID) error {
	if who := g.client.missing(g.public.Tree, from.public.Tree); who != nil {
		return spec.BranchMembers.Broken("the member %q is not in the old group", who.Identity)
	}
	return nil
}

// missing is the credential of a member of a that is not in b; nil if there is none.
func (c Client) missing(a, b treesync.Tree) *wire.Credential {
	for _, leaf := range a.All() {
		found := false
		for _, other := range b.All() {
			if c.sameCredential(leaf.Credential, other.Credential) {
				found = true
				break
			}
		}
		if !found {
			return &leaf.Credential
		}
	}
	return nil
}

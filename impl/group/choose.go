package group

import (
	"io"

	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// byValue makes the proposals that opt asks for.
func (g *Group) byValue(rng io.Reader, opt CommitOptions) ([]wire.Proposal, error) {
	var list []wire.Proposal
	if opt.Extensions != nil {
		if err := treesync.ValidateSentGroupContext(*opt.Extensions); err != nil {
			return nil, err
		}
		list = append(list, wire.Proposal{
			Type:                   wire.ProposalGroupContextExtensions,
			GroupContextExtensions: &wire.GroupContextExtensions{Extensions: *opt.Extensions}})
	}
	for _, leaf := range opt.Remove {
		list = append(list, wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: leaf}})
	}
	for _, kp := range opt.Add {
		list = append(list, wire.Proposal{Type: wire.ProposalAdd, Add: &wire.Add{KeyPackage: kp}})
	}
	for _, id := range opt.PSKs {
		p, err := g.client.pskProposal(rng, id)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	if opt.ReInit != nil {
		list = append(list, wire.Proposal{Type: wire.ProposalReInit, ReInit: opt.ReInit})
	}
	return list, nil
}

// pskProposal injects a PSK under a fresh nonce (RFC 9420 §8.4).
func (c Client) pskProposal(rng io.Reader, id wire.PreSharedKeyID) (wire.Proposal, error) {
	nonce, err := c.Suite.Nonce(rng, c.Suite.Nh())
	id.PSKNonce = nonce
	return wire.Proposal{Type: wire.ProposalPSK, PreSharedKey: &wire.PreSharedKey{PSK: id}}, err
}

// choose fills d with what a Commit by this member covers: the proposals seen
// this epoch as far as they make a valid list with byValue (RFC 9420 §12.4),
// by reference, then byValue. Usually that is all of them; if not, each is taken
// that goes with those before it.
func (g *Group) choose(d draft, byValue []wire.Proposal) draft {
	candidates := g.candidates(d, byValue)
	all := d.covering(candidates, byValue)
	if len(candidates) == 0 || g.plans(all) {
		return all
	}
	var taken []reference
	for _, c := range candidates {
		if g.plans(d.covering(append(taken[:len(taken):len(taken)], c), byValue)) {
			taken = append(taken, c)
		}
	}
	return d.covering(taken, byValue)
}

// reference is a proposal seen this epoch and its ProposalRef.
type reference struct {
	from treesync.ProposalFrom
	ref  []byte
}

func (d draft) covering(refs []reference, byValue []wire.Proposal) draft {
	for _, r := range refs {
		d.vector = append(d.vector, wire.ProposalOrRef{Type: wire.ProposalOrRefReference, Reference: r.ref})
		d.list = append(d.list, r.from)
	}
	for _, p := range byValue {
		d.add(p)
	}
	return d
}

func (g *Group) plans(d draft) bool {
	_, err := g.public.Plan(d.list, d.sender, !d.opt.NoPath, d.op)
	return err == nil
}

// candidates are the proposals seen this epoch that could stand in a Commit of
// this member beside byValue: not its own Update or Remove; of several changes
// to a leaf a Remove rather than an Update, and the latest Update (RFC 9420
// §12.2); the latest GroupContextExtensions; a ReInit only if there is nothing
// else, which can be proposed again.
func (g *Group) candidates(d draft, byValue []wire.Proposal) []reference {
	if d.opt.NoReferences {
		return nil
	}
	changed := map[tree.LeafIndex]bool{g.Leaf(): true}
	extensions, other := false, len(byValue) > 0
	for _, p := range byValue {
		switch p.Type {
		case wire.ProposalRemove:
			changed[p.Remove.Removed] = true
		case wire.ProposalGroupContextExtensions:
			extensions = true
		}
	}
	list, refs := g.public.Proposals()
	var chosen []reference
	take := func(kind wire.ProposalType, wanted func(treesync.ProposalFrom) bool) {
		var kept []reference
		for i := len(list) - 1; i >= 0; i-- { // the latest first, for those of which one is kept
			if list[i].Proposal.Type == kind && wanted(list[i]) {
				kept = append([]reference{{list[i], refs[i]}}, kept...)
			}
		}
		chosen = append(chosen, kept...)
		other = other || len(kept) > 0
	}
	once := func(leaf tree.LeafIndex) bool {
		was := changed[leaf]
		changed[leaf] = true
		return !was
	}
	always := func(treesync.ProposalFrom) bool { return true }
	take(wire.ProposalGroupContextExtensions, func(treesync.ProposalFrom) bool {
		was := extensions
		extensions = true
		return !was
	})
	take(wire.ProposalRemove, func(p treesync.ProposalFrom) bool { return once(p.Proposal.Remove.Removed) })
	take(wire.ProposalUpdate, func(p treesync.ProposalFrom) bool { return once(p.Sender.LeafIndex) })
	take(wire.ProposalAdd, always)
	take(wire.ProposalPSK, func(p treesync.ProposalFrom) bool { // what it does not hold it cannot commit
		_, err := g.client.pskKeys([]wire.PreSharedKeyID{p.Proposal.PreSharedKey.PSK}, g)
		return err == nil
	})
	take(wire.ProposalReInit, func(treesync.ProposalFrom) bool {
		was := other
		other = true
		return !was
	})
	return chosen
}

package insider

import (
	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// plain is the world's suite without a memory, for groups that outlive their story.
func (w *world) plain() suite.Suite {
	s, err := suite.ByID(w.suite.ID())
	w.ok(err)
	return s
}

// crowded are stories whose groups have a lot to say at once.
var crowded = []story{{"crowd", crowd}, {"another suite", anotherSuite}}

// crowd has blanks, unmerged leaves, messages that come late, and proposals of all
// kinds of sender that wait for one Commit.
func crowd(w *world) {
	service, guest := w.client(), w.client()
	w.create(externalSenders(w, service), w.required())
	w.commit(0, 5, group.CommitOptions{})
	w.commit(5, 0, group.CommitOptions{Remove: []tree.LeafIndex{2, 4}})
	w.commit(1, 1, group.CommitOptions{NoPath: true, TreeBeside: true}) // unmerged in leaf 2
	w.late(0)
	w.update(1)
	w.propose(2, func(g *group.Group) (*group.Group, []byte, error) {
		return g.ProposePSK(w.rng, w.psk()[0], w.format)
	})
	remove := wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: 5}}
	msg, err := service.ProposeExternally(0, w.groupID, w.members[0].Epoch(), remove)
	w.ok(err)
	w.outside(service, msg)
	kp, secrets, err := guest.NewKeyPackage(w.rng)
	w.ok(err)
	msg, err = guest.ProposeJoin(w.groupID, w.members[0].Epoch(), kp)
	w.ok(err)
	w.outside(guest, msg)
	next, welcome := w.committed(0, group.CommitOptions{PSKs: w.psk()})
	w.members = append(w.members, w.joined(next, guest, secrets, group.JoinOptions{}, welcome))
	w.propose(0, func(g *group.Group) (*group.Group, []byte, error) {
		return g.ProposePSK(w.rng, group.ResumptionPSK(w.groupID, g.Epoch()), w.format)
	})
	w.commit(1, 0, group.CommitOptions{})
	w.propose(1, func(g *group.Group) (*group.Group, []byte, error) {
		return g.ProposeReInit(w.rng, wire.ReInit{GroupID: []byte("next"), Version: wire.ProtocolMLS10, CipherSuite: w.suite.ID()}, w.format)
	})
	w.commit(2, 0, group.CommitOptions{})
}

// late delivers an application message after the Commit that ends its epoch, to whoever
// keeps past epochs.
func (w *world) late(i int) {
	w.t.Helper()
	from, before := w.members[i], w.members[i].Clone()
	msg, err := from.Send(w.rng, []byte("late"), nil)
	w.ok(err)
	w.commit((i+1)%len(w.members), 0, group.CommitOptions{})
	if w.config.PastEpochs > 0 {
		w.read(from.Leaf(), Situation{Honest: msg, From: before, Sender: before.Client(), Old: true})
	}
}

// anotherSuite is a short life with larger keys.
func anotherSuite(w *world) {
	s, err := suite.ByID(2)
	w.ok(err)
	w.suite = s
	w.create()
	w.commit(0, 2, group.CommitOptions{})
	w.say(1)
	w.update(2)
	w.commit(1, 1, group.CommitOptions{NoPath: true})
	w.external(w.client(), group.ExternalOptions{})
}

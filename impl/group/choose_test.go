package group

import (
	"testing"

	"mlsref/impl/wire"
)

// A member cannot commit a PSK that it does not hold: it leaves the proposal to
// somebody who does, and commits the rest.
func TestCommitWithoutUnheldPSK(t *testing.T) {
	p := suiteOne(t, Public, Config{})
	for _, name := range []string{"alice", "carol"} {
		store := &PSKStore{}
		store.Put(ExternalPSK([]byte("coffee")), []byte("secret"))
		p.members[name].client.Config.PSKs = store
	}
	next, msg, err := p.members["carol"].ProposePSK(p.rng, ExternalPSK([]byte("coffee")), Public)
	p.propose("carol", next, msg, err)
	p.update("carol")

	kinds := func(name string) (list []wire.ProposalType) {
		pending, err := p.members[name].Commit(p.rng, CommitOptions{Format: Public})
		check(t, err)
		for _, covered := range pending.Proposals {
			list = append(list, covered.Proposal.Type)
		}
		return list
	}
	if got := kinds("bob"); len(got) != 1 || got[0] != wire.ProposalUpdate {
		t.Errorf("bob, who does not hold the PSK, commits %v", got)
	}
	if got := kinds("alice"); len(got) != 2 || got[0] != wire.ProposalUpdate || got[1] != wire.ProposalPSK {
		t.Errorf("alice, who holds it, commits %v", got)
	}
}

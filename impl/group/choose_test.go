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

// A ReInit stands alone, so a committer that has seen anything else leaves it for a
// later epoch (§12.2); of several GroupContextExtensions it takes the latest.
func TestReInitWaits(t *testing.T) {
	p := suiteOne(t, Public, Config{Capabilities: wire.Capabilities{Extensions: []wire.ExtensionType{0xff01}}})
	reInit := wire.ReInit{GroupID: []byte("next"), Version: wire.ProtocolMLS10, CipherSuite: 1}
	covered := func() []wire.Proposal {
		pending, err := p.members["alice"].Commit(p.rng, CommitOptions{Format: Public})
		check(t, err)
		var list []wire.Proposal
		for _, c := range pending.Proposals {
			list = append(list, c.Proposal)
		}
		return list
	}
	next, msg, err := p.members["bob"].ProposeReInit(p.rng, reInit, Public)
	p.propose("bob", next, msg, err)
	if got := covered(); len(got) != 1 || got[0].ReInit == nil {
		t.Errorf("with nothing but a ReInit, alice commits %v", got)
	}
	for _, data := range []string{"old", "new"} {
		next, msg, err = p.members["carol"].ProposeExtensions(p.rng, []wire.Extension{{Type: 0xff01, Data: []byte(data)}}, Public)
		p.propose("carol", next, msg, err)
	}
	got := covered()
	if len(got) != 1 || got[0].GroupContextExtensions == nil || string(got[0].GroupContextExtensions.Extensions[0].Data) != "new" {
		t.Errorf("with a ReInit and two new lists of extensions, alice commits %v", got)
	}
}

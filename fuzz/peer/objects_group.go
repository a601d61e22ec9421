package peer

import (
	"fmt"
	"math/rand/v2"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

func groupInfos(s suite.Suite) ([]Input, error) {
	var list []Input
	for _, change := range infoChanges {
		g, err := newSignedInfo(s)
		if err != nil {
			return nil, err
		}
		change.make(g)
		if change.rehash {
			t, err := treesync.FromWire(s, g.tree)
			if err != nil {
				return nil, err
			}
			g.info.GroupContext.TreeHash = t.TreeHash(s)
		}
		r, err := g.request()
		if err != nil {
			return nil, err
		}
		list = append(list, Input{fmt.Sprintf("GroupInfo of suite %d, %s", s.ID(), change.name), r})
	}
	return list, nil
}

// request signs the GroupInfo.
func (g *signedInfo) request() (Request, error) {
	tbs, err := wire.Marshal(&wire.GroupInfoTBS{GroupInfo: &g.info})
	if err != nil {
		return Request{}, err
	}
	if g.info.Signature, err = g.suite.SignWithLabel(g.key, "GroupInfoTBS", tbs); err != nil {
		return Request{}, err
	}
	info, err := wire.Marshal(&g.info)
	if err != nil {
		return Request{}, err
	}
	t, err := wire.Marshal(&g.tree)
	return Request{Do: GroupInfo, Hex: info, Tree: t, Now: now}, err
}

// newSignedInfo is that of a group of four leaves: alice, who made it and commits, erin,
// who is unmerged, a blank one, and dave.
func newSignedInfo(s suite.Suite) (*signedInfo, error) {
	rng := rand.NewChaCha8([32]byte{100, byte(s.ID())})
	alice, err := group.NewClient(s, rng, "alice")
	if err != nil {
		return nil, err
	}
	at, err := alice.Create(rng, []byte("room"))
	if err != nil {
		return nil, err
	}
	g := &signedInfo{suite: s, key: alice.Identity.SignatureKey, keys: map[uint32][]byte{0: alice.Identity.SignatureKey}}
	commit := func(opt group.CommitOptions, add ...string) error {
		for _, name := range add {
			client, err := group.NewClient(s, rng, name)
			if err != nil {
				return err
			}
			kp, _, err := client.NewKeyPackage(rng)
			if err != nil {
				return err
			}
			opt.Add = append(opt.Add, kp)
			g.keys[uint32(len(g.keys))] = client.Identity.SignatureKey
		}
		pending, err := at.Commit(rng, opt)
		if err == nil {
			at, _ = pending.Accept()
		}
		return err
	}
	if err := commit(group.CommitOptions{}, "bob", "carol", "dave"); err != nil {
		return nil, err
	}
	if err := commit(group.CommitOptions{Remove: []tree.LeafIndex{1, 2}}); err != nil {
		return nil, err
	}
	if err := commit(group.CommitOptions{NoPath: true}, "erin"); err != nil {
		return nil, err
	}
	g.keys[1] = g.keys[4] // erin came where bob was
	return g, g.take(at, rng)
}

// take fills in what the member publishes.
func (g *signedInfo) take(at *group.Group, rng *rand.ChaCha8) error {
	b, err := at.GroupInfo(rng, group.GroupInfoOptions{Tree: true})
	if err != nil {
		return err
	}
	var m wire.MLSMessage
	if err := wire.Unmarshal(b, &m); err != nil {
		return err
	}
	g.info = *m.GroupInfo
	for _, e := range g.info.Extensions {
		if e.Type == wire.ExtensionRatchetTree {
			if err := wire.Unmarshal(e.Data, &g.tree); err != nil {
				return err
			}
		}
	}
	g.info.Extensions = nil
	return nil
}

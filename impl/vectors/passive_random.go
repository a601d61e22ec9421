package vectors

import (
	"mlsref/impl/group"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

// generatePassiveRandom follows a group through many random Commits.
func generatePassiveRandom(g *generator) []passive {
	if g.small && g.suite.ID() > 0x0002 {
		return nil
	}
	p := newCrowd(g, pick(g, 3, 2))
	p.addPSK()
	p.welcomePassive(group.CommitOptions{})
	for range pick(g, 30, 3) {
		p.randomEpoch()
		p.committed()
	}
	return []passive{p.v}
}

func (p *crowd) format() group.Format {
	if p.g.number(2) == 0 {
		return group.Public
	}
	return group.Private
}

// randomEpoch: some proposals of some members, then a Commit of one of them. The
// group stays at two to eight members beside the passive one.
func (p *crowd) randomEpoch() {
	const least, most = 2, 8
	g := p.g
	size := len(p.members)
	removed := -1
	for range g.number(4) {
		switch by := g.number(len(p.members)); g.number(4) {
		case 0:
			if size < most {
				size++
				kp := p.keyPackage()
				f := p.format()
				p.propose(by, func(m *group.Group) (*group.Group, []byte, error) { return m.ProposeAdd(g.rng, kp, f) })
			}
		case 1:
			if who := g.number(len(p.members)); removed < 0 && size > least && who != by {
				size--
				removed = who
				p.proposeRemove(by, who, p.format())
			}
		case 2:
			p.proposeUpdate(by, p.format())
		case 3:
			p.proposePSK(by, p.format())
		}
	}
	by := g.number(len(p.members))
	for by == removed {
		by = g.number(len(p.members))
	}
	if size < most && removed < 0 && len(p.epoch.Proposals) == 0 && g.number(5) == 0 {
		p.joinExternally(p.client(), group.ExternalOptions{})
		return
	}
	opt := group.CommitOptions{Format: p.format()}
	if size < most && g.number(3) == 0 {
		size++
		opt.Add = []wire.KeyPackage{p.keyPackage()}
	}
	if who := g.number(len(p.members)); removed < 0 && size > least && who != by && g.number(4) == 0 {
		opt.Remove = []tree.LeafIndex{p.members[who].Leaf()}
	}
	p.commit(by, opt)
}

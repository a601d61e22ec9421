package trace

import (
	"fmt"

	"mlsref/impl/tree"
	"mlsref/model"
)

// snapshot records the tree of a seat, and for each node whose live state holds the key.
func (p *player) snapshot(m *seat) error {
	holds := make([]map[model.TermID]bool, len(p.clients))
	for i, other := range p.clients {
		found, err := p.rec.Walk(other.live()...)
		if err != nil {
			return fmt.Errorf("%s: %w", other.name, err)
		}
		holds[i] = map[model.TermID]bool{}
		for _, f := range found {
			holds[i][f.Term] = true
		}
	}
	t := m.group.Tree()
	s := Snapshot{Group: m.room.name, State: m.state, Epoch: m.group.Epoch(), Leaves: t.Leaves()}
	for i := tree.Index(0); i < tree.Index(2*t.Leaves()-1); i++ {
		node := SnapshotNode{Index: uint32(i), Blank: t.Blank(i)}
		if !node.Blank {
			if err := p.describeNode(m, i, &node, holds); err != nil {
				return err
			}
		}
		s.Nodes = append(s.Nodes, node)
	}
	p.rec.As(m.client.name, p.line)
	p.rec.Snapshot(s)
	return nil
}

func (p *player) describeNode(m *seat, i tree.Index, node *SnapshotNode, holds []map[model.TermID]bool) error {
	t := m.group.Tree()
	sk, known := p.rec.privateKeyOf(t.EncryptionKey(i))
	if !known {
		return fmt.Errorf("nobody made the key pair of node %d", i)
	}
	if i%2 == 0 {
		node.Member = memberName(t, tree.LeafIndex(i/2))
	} else {
		for _, leaf := range t.Parent(i).UnmergedLeaves {
			node.Unmerged = append(node.Unmerged, memberName(t, leaf))
		}
	}
	node.Stolen = p.rec.stolen[sk]
	for j, other := range p.clients {
		if holds[j][sk] {
			node.Holders = append(node.Holders, other.name)
		}
	}
	return nil
}

package model

// TreeNode is a node of a ratchet tree as the abstract events make it.
type TreeNode struct {
	Key      int    // the number of its key pair; 0: it is blank
	Member   string // leaves
	Unmerged []int  // parents: leaf indexes
}

// Trees are the ratchet trees of all states, by state, in the array form of RFC 9420
// App. C. What the real trees look like can be held against them.
func Trees(events []Event) (map[string][]TreeNode, error) {
	h, err := readHistory(events)
	if err != nil {
		return nil, err
	}
	trees := map[string][]TreeNode{}
	for _, s := range h.states {
		nodes := make([]TreeNode, 2*len(s.tree.rows[0])-1)
		for r, row := range s.tree.rows {
			for at, n := range row {
				nodes[place{r, at}.index()] = TreeNode{int(n.key), n.member, n.unmerged}
			}
		}
		trees[s.id] = nodes
	}
	return trees, nil
}

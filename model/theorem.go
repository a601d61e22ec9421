package model

import (
	"fmt"
	"slices"
)

// MayBeExposed is the MLS* theorem (Wallez, Protzenko, Bhargavan 2025) as an
// upper bound: the init_secrets that a passive attacker may know, each with the
// case that allows it. What is not in the map must be secret. The theorem knows
// leaves and thefts; not which ciphertext went to which node, nor which Commit
// was encrypted. So it may allow an exposure that did not happen.
//
// The cases are those that a passive attacker has without signature keys and
// PSKs: 1, 2, 4, 5, 7 and 10. A joiner's case 9 is its inviter's case.
func MayBeExposed(events []Event) (map[Goal]string, error) {
	h, err := readHistory(events)
	if err != nil {
		return nil, err
	}
	exposed := map[Goal]string{}
	for _, g := range h.groups {
		before := ""
		for e := range g.epochs {
			before = mayKnowInit(h, g, e, before)
			if before != "" {
				exposed[Goal{Kind: InitSecret, Group: g.name, Epoch: uint64(e)}] = before
			}
		}
	}
	return exposed, nil
}

// mayKnowInit is the theorem's recursion: the case that exposes e's init_secret,
// given the one that exposes the epoch before; "" for none.
func mayKnowInit(h *history, g *groupHistory, e int, before string) string {
	epoch := g.epochs[e]
	if len(epoch.thefts) > 0 {
		number := 1
		if e == 0 {
			number = 10
		}
		return fmt.Sprintf("case %d: the secrets of epoch %d were stolen from %s", number, e, epoch.thefts[0].who)
	}
	for _, j := range epoch.joiners {
		if _, stolen := h.stolen[j.initKey]; stolen {
			return fmt.Sprintf("case 2: the init key of %s, who joins in epoch %d, was stolen", j.name, e)
		}
	}
	if before == "" || e == 0 {
		return ""
	}
	if !epoch.hasPath {
		return fmt.Sprintf("case 4: the Commit to epoch %d has no path, and epoch %d may be exposed", e, e-1)
	}
	return stolenUnderLeaf(h, epoch.tree, e)
}

// stolenUnderLeaf are cases 5 and 7: whoever stole a member's node keys, at any
// time, stole the key of the leaf that it then had. Only leaves of the new tree
// count: a member that has a new leaf is healed.
func stolenUnderLeaf(h *history, tree *dumbTree, e int) string {
	at := slices.IndexFunc(tree.rows[0], func(leaf dumbNode) bool {
		_, stolen := h.stolen[leaf.key]
		return stolen
	})
	if at < 0 {
		return ""
	}
	leaf := tree.rows[0][at]
	number := 5
	if h.stolen[leaf.key].keyPackage {
		number = 7
	}
	return fmt.Sprintf("case %d: node keys under the leaf that %s has in epoch %d were stolen, and epoch %d may be exposed",
		number, leaf.member, e, e-1)
}
